//! Charges from a CSV file with the columns email, day, dollars and tokens.

use std::error::Error;

use chrono::NaiveDate;
use cost_model::{CostRecord, Costs, Currency, Ledger, Timestamp, Tokens};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    email: String,
    day: String,
    dollars: String,
    tokens: u64,
}

pub(crate) fn read(csv: &str) -> Result<Ledger, Box<dyn Error>> {
    let mut ledger = Ledger::builder(Currency::USD);
    for row in csv::Reader::from_reader(csv.as_bytes()).deserialize() {
        let row: Row = row?;
        let day = row.day.parse::<NaiveDate>()?;
        let costs = Costs::flat(row.dollars.parse()?);
        let mut record = CostRecord::new(Timestamp::midnight(day), "cursor", Currency::USD, costs);
        record.resource = Some(row.email.into());
        record.tokens.input = Tokens::new(row.tokens);
        ledger.push(&record)?;
    }
    Ok(ledger.build())
}
