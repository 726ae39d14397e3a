//! One row: a usage event in the words of the export.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use cost_model::input::{Cell, InputError, NumberReader, Row, Table, quoted, visible};
use cost_model::{CostRecord, Currency, Money, Quantity};
use cursor_admin_client::UsageEvent;
use cursor_cost_source::Mapping;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::PRECISION;
use crate::columns::{Columns, TokenColumns};

/// A row as a record, and what the export says of it.
pub(crate) struct ReadRow {
    pub(crate) record: CostRecord,
    /// The amount in the column of costs.
    pub(crate) cost: Option<Money>,
    /// How many decimals that amount is written with.
    pub(crate) decimals: Option<u32>,
    /// Whether its total of tokens is not the sum of its columns.
    pub(crate) has_odd_total: bool,
    pub(crate) is_unknown_kind: bool,
}

/// Reads the rows of one file.
pub(crate) struct RowReader<'a> {
    pub(crate) mapping: Mapping,
    /// Whose the rows are where the export has no column of users.
    pub(crate) person: Option<&'a str>,
    pub(crate) columns: &'a Columns,
    pub(crate) numbers: NumberReader,
}

/// What a row states in numbers.
pub(crate) struct Figures {
    pub(crate) cost: Option<Stated>,
    pub(crate) billed: Option<Stated>,
    pub(crate) requests: Option<Decimal>,
    /// Counts by type as an event has them, or only the total.
    pub(crate) tokens: Counts,
}

/// An amount with its number of decimals.
#[derive(Clone, Copy)]
pub(crate) struct Stated {
    pub(crate) value: Money,
    decimals: u32,
}

pub(crate) enum Counts {
    ByType { cache_write: u64, input: u64, cache_read: u64, output: u64, total: Option<u64> },
    Total(u64),
}

impl Counts {
    /// All tokens.
    pub(crate) fn sum(&self) -> u128 {
        match self {
            Self::ByType { cache_write, input, cache_read, output, .. } => {
                [cache_write, input, cache_read, output].into_iter().map(|count| u128::from(*count)).sum()
            }
            Self::Total(total) => u128::from(*total),
        }
    }
}

impl RowReader<'_> {
    /// The figures of a row.
    pub(crate) fn figures(&mut self, table: &Table<'_>, row: &Row<'_>) -> Result<Figures, InputError> {
        let columns = self.columns;
        let requests =
            columns.requests.map(|column| table.cell(row, column)).filter(|cell| !states_nothing(cell));
        Ok(Figures {
            cost: self.amount(table, row, columns.cost)?,
            billed: self.amount(table, row, columns.cost_to_you)?,
            requests: requests.map(|cell| self.numbers.quantity(cell)).transpose()?,
            tokens: self.counts(table, row)?,
        })
    }

    /// A row as a record.
    pub(crate) fn record(
        &mut self,
        table: &Table<'_>,
        row: &Row<'_>,
        figures: &Figures,
    ) -> Result<ReadRow, InputError> {
        let columns = self.columns;
        let text = |column| visible(row.text(column));
        let mut event = Map::new();
        let mut set = |field: &str, text: Cow<'_, str>| {
            if !text.is_empty() {
                event.insert(field.to_owned(), json!(text));
            }
        };
        set("userEmail", self.person(table, row)?);
        set("cloudAgentId", text(columns.cloud_agent));
        set("automationId", text(columns.automation));
        set("kind", text(columns.kind));
        set("model", text(Some(columns.model)));
        event.insert("timestamp".to_owned(), json!(instant(table.cell(row, columns.date))?));
        if let Some(column) = columns.max_mode
            && let Some(max_mode) = max_mode(table.cell(row, column))?
        {
            event.insert("maxMode".to_owned(), json!(max_mode));
        }
        let usage = match figures.tokens {
            Counts::ByType { cache_write, input, cache_read, output, .. } => json!({
                "cacheWriteTokens": cache_write, "inputTokens": input, "cacheReadTokens": cache_read,
                "outputTokens": output,
            }),
            Counts::Total(_) => json!({}),
        };
        event.insert("tokenUsage".to_owned(), usage);
        if let Some(requests) = figures.requests {
            event.insert("requestsCosts".to_owned(), json!(requests.normalize().to_string()));
        }
        if let Some(cost) = figures.cost {
            event.insert("chargedCents".to_owned(), json!(cents(cost.value, row)?));
        }
        self.map(&Value::Object(event).to_string(), figures).map_err(|error| error.on_line(row.line))
    }

    /// The record of an event, with what only the export says.
    fn map(&mut self, event: &str, figures: &Figures) -> Result<ReadRow, InputError> {
        let event = UsageEvent::from_json(event)
            .map_err(|error| InputError::new(format!("the row is no usage event: {error}")))?;
        let mut record = self.mapping.record(&event);
        let has_odd_total = match figures.tokens {
            Counts::ByType { total, .. } => {
                total.is_some_and(|total| u128::from(total) != figures.tokens.sum())
            }
            Counts::Total(total) => {
                let quantity = Quantity::try_from(cost_model::Tokens::new(total));
                record.quantity = Some(quantity.map_err(|error| InputError::new(error.to_string()))?);
                record.edit(|set| {
                    set.usage_unit = Some("tokens".into());
                    set.category = Some("tokens".into());
                });
                false
            }
        };
        if let Some(billed) = figures.billed {
            record.costs.billed = Some(billed.value);
        }
        if let Some(cost) = figures.cost {
            record.edit(|set| set.attributes.insert(PRECISION, cost.decimals.to_string()));
        }
        Ok(ReadRow {
            record,
            cost: figures.cost.map(|cost| cost.value),
            decimals: figures.cost.map(|cost| cost.decimals),
            has_odd_total,
            is_unknown_kind: Mapping::is_unknown_kind(&event),
        })
    }

    /// Whose the row is.
    fn person<'r>(&'r self, table: &Table<'_>, row: &'r Row<'_>) -> Result<Cow<'r, str>, InputError> {
        let Some(column) = self.columns.user else {
            return Ok(Cow::Borrowed(self.person.unwrap_or_default()));
        };
        let user = visible(row.text(Some(column)));
        match self.person {
            Some(person) if !user.is_empty() && user.to_lowercase() != person.to_lowercase() => {
                let message =
                    "the row is about another person than the one whose export this is stated to be";
                Err(table.cell(row, column).error(message))
            }
            Some(person) => Ok(Cow::Borrowed(person)),
            None => Ok(user),
        }
    }

    /// A number of dollars; words such as `Included` and `-` state none.
    fn amount(
        &mut self,
        table: &Table<'_>,
        row: &Row<'_>,
        column: Option<usize>,
    ) -> Result<Option<Stated>, InputError> {
        let Some(cell) = column.map(|column| table.cell(row, column)) else { return Ok(None) };
        if states_nothing(&cell) {
            return Ok(None);
        }
        let amount = self.numbers.amount(cell)?;
        if !amount.fits(Currency::USD) {
            return Err(cell.error("the amount is not in US dollars, in which Cursor's exports are"));
        }
        Ok(Some(Stated { value: amount.value, decimals: amount.decimals }))
    }

    fn counts(&self, table: &Table<'_>, row: &Row<'_>) -> Result<Counts, InputError> {
        let count = |column: usize| {
            let cell = table.cell(row, column);
            if states_nothing(&cell) { Ok(0) } else { self.numbers.count(cell) }
        };
        Ok(match self.columns.tokens {
            TokenColumns::Total(total) => Counts::Total(count(total)?),
            TokenColumns::ByType { cache_write, input, cache_read, output, total } => Counts::ByType {
                cache_write: count(cache_write)?,
                input: count(input)?,
                cache_read: count(cache_read)?,
                output: count(output)?,
                total: total.map(count).transpose()?,
            },
        })
    }
}

/// Whether a cell says that there is no number: `Included`, a dash, `NaN`, or nothing.
fn states_nothing(cell: &Cell<'_>) -> bool {
    matches!(
        cell.text.to_lowercase().as_str(),
        "" | "-" | "\u{2013}" | "\u{2014}" | "\u{2212}" | "nan" | "included" | "free" | "n/a" | "null"
    )
}

/// ISO 8601 with milliseconds and `Z`, or, in older exports, `YYYY-MM-DD HH:MM:SS`, taken for UTC.
pub(crate) fn instant(cell: Cell<'_>) -> Result<i64, InputError> {
    let instant = cell.text.parse::<DateTime<Utc>>();
    let plain = || NaiveDateTime::parse_from_str(cell.text, "%Y-%m-%d %H:%M:%S").map(|at| at.and_utc());
    let at = instant.or_else(|_| plain()).ok().filter(|at| (2000..2200).contains(&at.year()));
    at.map(|at| at.timestamp_millis()).ok_or_else(|| {
        cell.error(format!("`{}` is not an instant like 2026-07-31T10:00:00.417Z", quoted(cell.text)))
    })
}

fn max_mode(cell: Cell<'_>) -> Result<Option<bool>, InputError> {
    match visible(cell.text).to_lowercase().as_str() {
        "" => Ok(None),
        "yes" | "true" => Ok(Some(true)),
        "no" | "false" => Ok(Some(false)),
        _ => Err(cell.error(format!("`{}` is neither Yes nor No", quoted(cell.text)))),
    }
}

/// Dollars as cents, exactly, in digits that the client reads as exactly as a number.
fn cents(dollars: Money, row: &Row<'_>) -> Result<String, InputError> {
    let cents = dollars.units().checked_mul(100).map(Money::from_units);
    let message = "the amount is out of range";
    cents.map(|cents| cents.to_string()).ok_or_else(|| InputError::new(message).on_line(row.line))
}
