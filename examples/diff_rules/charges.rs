//! Charges from a CSV file with the columns email, day, dollars and tokens.

use std::error::Error;

use chrono::NaiveDate;
use cost_model::{CostRecord, Costs, Currency, Ledger, Timestamp, Tokens};
use examples::NamedText;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    email: String,
    day: String,
    dollars: String,
    tokens: u64,
}

pub(crate) fn read(file: &NamedText) -> Result<Ledger, Box<dyn Error>> {
    let mut ledger = Ledger::builder(Currency::USD);
    let mut reader = csv::Reader::from_reader(file.text.as_bytes());
    let header = reader.headers()?.clone();
    for row in reader.records() {
        let row = row.map_err(|error| format!("{}: {error}", file.name))?;
        let line = row.position().map_or(0, csv::Position::line);
        let record = record(&row, &header).map_err(|error| format!("{}:{line}: {error}", file.name))?;
        ledger.push(&record)?;
    }
    Ok(ledger.build())
}

fn record(row: &csv::StringRecord, header: &csv::StringRecord) -> Result<CostRecord, Box<dyn Error>> {
    let row: Row = row.deserialize(Some(header))?;
    // `26-07-31` would be read as a day of the year 26.
    let day = row.day.parse::<NaiveDate>().ok().filter(|day| day.to_string() == row.day);
    let day = day.ok_or_else(|| format!("`{}` is not a day like 2026-09-15", row.day))?;
    let costs = Costs::flat(row.dollars.parse().map_err(|error| format!("`dollars`: {error}"))?);
    let mut record = CostRecord::new(Timestamp::midnight(day), "cursor", Currency::USD, costs);
    record.resource = Some(row.email.into());
    record.tokens.input = Tokens::new(row.tokens);
    Ok(record)
}
