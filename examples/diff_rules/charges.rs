//! Charges in US dollars from a CSV file with the columns email, day, dollars and tokens.

use std::error::Error;

use chrono::NaiveDate;
use cost_model::input::{
    Cell, InputError, Meaning, NumberReader, Row, SumLabel, Table, TableOptions, quoted,
};
use cost_model::money::Tokens;
use cost_model::{CostRecord, Costs, Currency, Ledger, Money, Timestamp};
use examples::NamedText;

/// Reads the charges; nothing that looks like money, a day, a kind or a person is passed over, and no sum is charged again.
pub(crate) fn read(file: &NamedText) -> Result<Ledger, Box<dyn Error>> {
    let charges = charges(&file.text).map_err(|problem| file.error(&problem))?;
    let mut ledger = Ledger::builder(Currency::USD);
    for charge in charges {
        let mut record = CostRecord::new(
            Timestamp::midnight(charge.day),
            "cursor",
            Currency::USD,
            Costs::flat(charge.dollars),
        );
        record.edit(|set| set.resource = (!charge.email.is_empty()).then(|| charge.email.into()));
        record.tokens.input = Tokens::new(charge.tokens);
        ledger.push(&record)?;
    }
    Ok(ledger.build())
}

struct Charge {
    line: u64,
    email: String,
    day: NaiveDate,
    dollars: Money,
    tokens: u64,
}

/// Where each thing stands.
struct Columns {
    email: usize,
    day: usize,
    dollars: usize,
    tokens: usize,
    currency: Option<usize>,
}

fn charges(text: &str) -> Result<Vec<Charge>, InputError> {
    let mut table = Table::new(text, TableOptions::default())?;
    let columns = Columns::find(&table)?;
    let mut numbers = NumberReader::new(None);
    let mut charges = Vec::new();
    while let Some(row) = table.next() {
        charges.push(columns.charge(&table, &row?, &mut numbers)?);
    }
    numbers.finish()?;
    refuse_hidden_total(&charges)?;
    Ok(charges)
}

impl Columns {
    fn find(table: &Table<'_>) -> Result<Self, InputError> {
        let columns = Self {
            email: table.need("email")?,
            day: table.need("day")?,
            dollars: table.need("dollars")?,
            tokens: table.need("tokens")?,
            currency: table.find(&["currency"]),
        };
        let read = [columns.email, columns.day, columns.dollars, columns.tokens];
        for (place, column) in table.columns().iter().enumerate() {
            let is_read = read.contains(&place) || columns.currency == Some(place);
            if let Some(meaning) = Meaning::of(&column.name).filter(|_| !is_read) {
                let message = format!(
                    "the column `{}` looks like {} and is none of `email`, `day`, `dollars`, `tokens` and `currency`: remove \
                     it, or rename it if it says nothing about charges",
                    column.shown(),
                    meaning.label()
                );
                return Err(InputError::new(message).on_line(table.header_line()));
            }
        }
        Ok(columns)
    }

    fn charge(
        &self,
        table: &Table<'_>,
        row: &Row<'_>,
        numbers: &mut NumberReader,
    ) -> Result<Charge, InputError> {
        let cell = |column| table.cell(row, column);
        for label in [cell(self.email), cell(self.day)] {
            refuse_sum(label)?;
        }
        if let Some(currency) = self.currency.map(cell).filter(|currency| currency.text != "USD") {
            let message = format!(
                "`{}` is not `USD`: charges are read in US dollars; convert them, and write USD",
                quoted(currency.text)
            );
            return Err(currency.error(message));
        }
        let dollars = numbers.amount(cell(self.dollars))?;
        if !dollars.fits(Currency::USD) {
            return Err(cell(self.dollars).error("the amount is not in US dollars: convert it"));
        }
        Ok(Charge {
            line: row.line,
            email: row.text(Some(self.email)).to_owned(),
            day: day(cell(self.day))?,
            dollars: dollars.value,
            tokens: numbers.count(cell(self.tokens))?,
        })
    }
}

/// Refuses a row that says of itself that it is a sum of others.
fn refuse_sum(label: Cell<'_>) -> Result<(), InputError> {
    let is_sum = SumLabel::is_of_all(label.text)
        || SumLabel::of(label.text).is_some_and(|sum| sum != SumLabel::Unclear);
    // A person may be called total@example.com.
    if !is_sum || label.text.contains('@') {
        return Ok(());
    }
    let message = format!(
        "the row is called `{}`, and a sum of other rows would be charged twice: remove it",
        quoted(label.text)
    );
    Err(label.error(message))
}

/// Refuses a row that is the sum of all others and names no email, as a total in the words of any language.
fn refuse_hidden_total(charges: &[Charge]) -> Result<(), InputError> {
    let mut dollars = Money::ZERO;
    for charge in charges {
        let sum = dollars.checked_add(charge.dollars);
        dollars = sum.map_err(|error| InputError::new(error.to_string()).on_line(charge.line))?;
    }
    let tokens: u128 = charges.iter().map(|charge| u128::from(charge.tokens)).sum();
    let is_total = |charge: &&Charge| {
        !charge.dollars.is_zero()
            && charge.dollars.checked_add(charge.dollars).is_ok_and(|twice| twice == dollars)
            && u128::from(charge.tokens) * 2 == tokens
            && !charge.email.contains('@')
    };
    match charges.iter().find(is_total).filter(|_| charges.len() > 2) {
        Some(charge) => {
            let message = "the row is the sum of all others and names no email: if it is a total, remove it";
            Err(InputError::new(message).on_line(charge.line))
        }
        None => Ok(()),
    }
}

fn day(cell: Cell<'_>) -> Result<NaiveDate, InputError> {
    // `26-07-31` would be read as a day of the year 26.
    let day = cell.text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == cell.text);
    day.ok_or_else(|| cell.error(format!("`{}` is not a day like 2026-09-15", quoted(cell.text))))
}
