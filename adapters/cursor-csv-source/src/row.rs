//! One row: a usage event in the words of the export.
//!
//! A row is turned into the event that the API would have sent, and then mapped by [`Mapping`] like any event, so
//! that the same use has the same record whichever way it came. What only an export has (rounded dollars, a total of
//! tokens without types) is added afterwards.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use cost_model::input::{Cell, InputError, NumberReader, Row, Table, quoted, visible};
use cost_model::money::Quantity;
use cost_model::{CostRecord, Currency, Money};
use cursor_admin_client::Cents;
use cursor_admin_client::endpoints::usage_events::{TokenUsage, UsageEventRef};
use cursor_cost_source::Mapping;
use rust_decimal::Decimal;

use crate::columns::{Columns, TokenColumns};

/// The attribute that holds the number of decimals of a record's dollars: exports round, usually to 2.
///
/// Two amounts of one charge are compared with as many decimals as both have.
pub const PRECISION: &str = "cursor:dollar_decimals";

/// A row as a record, and what the export says of it.
pub(crate) struct ReadRow {
    pub(crate) record: CostRecord,
    /// The amount in the column of costs. As written; what counts is in the record.
    pub(crate) cost: Option<Money>,
    /// How many decimals that amount is written with.
    pub(crate) decimals: Option<u32>,
    /// Whether its total of tokens is not the sum of its columns.
    pub(crate) has_odd_total: bool,
    pub(crate) is_unknown_kind: bool,
}

/// Reads the rows of one file. One for a file, since its numbers prove each other.
pub(crate) struct RowReader<'a> {
    pub(crate) mapping: Mapping,
    /// Whose the rows are where the export has no column of users.
    pub(crate) person: Option<&'a str>,
    pub(crate) columns: &'a Columns,
    pub(crate) numbers: NumberReader,
}

/// What a row states in numbers. Read before it is known whether the row is usage or a sum of other rows.
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

/// The tokens of a row, as the layout of the file states them.
pub(crate) enum Counts {
    ByType { cache_write: u64, input: u64, cache_read: u64, output: u64, total: Option<u64> },
    Total(u64),
}

impl Counts {
    /// Returns all tokens. Without the stated total, and in 128 bits, where four counts of 64 cannot overflow.
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
    /// Returns the figures of a row. Fails for a cell that is no number, and for an amount that is not in US dollars.
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

    /// Returns a row as a record. Fails for a time, a flag or a person that the row cannot have. A total of tokens
    /// without types becomes the record's quantity.
    pub(crate) fn record(
        &mut self,
        table: &Table<'_>,
        row: &Row<'_>,
        figures: &Figures,
    ) -> Result<ReadRow, InputError> {
        let columns = self.columns;
        let mut event = UsageEventRef::default();
        event.timestamp = instant(table.cell(row, columns.date))?;
        event.user_email =
            Some(person(columns, self.person, table, row)?).filter(|person| !person.is_empty());
        event.cloud_agent_id = visible_text(row, columns.cloud_agent);
        event.automation_id = visible_text(row, columns.automation);
        event.kind = visible_text(row, columns.kind);
        event.model = visible_text(row, Some(columns.model)).unwrap_or_default();
        if let Some(column) = columns.max_mode {
            event.max_mode = max_mode(table.cell(row, column))?;
        }
        let mut usage = TokenUsage::default();
        if let Counts::ByType { cache_write, input, cache_read, output, .. } = figures.tokens {
            usage.cache_write_tokens = cache_write;
            usage.input_tokens = input;
            usage.cache_read_tokens = cache_read;
            usage.output_tokens = output;
        }
        event.token_usage = Some(usage);
        event.requests_costs = figures.requests;
        // A unit of each is the same amount: 10^-22 cent, 10^-24 dollar.
        event.charged_cents = figures.cost.map(|cost| Cents::from_units(cost.value.units()));
        let mut record = self.mapping.record(&event);
        let is_unknown_kind = self.mapping.is_unknown_kind(&event);
        let has_odd_total = match figures.tokens {
            Counts::ByType { total, .. } => {
                total.is_some_and(|total| u128::from(total) != figures.tokens.sum())
            }
            Counts::Total(total) => {
                let quantity = Quantity::try_from(cost_model::money::Tokens::new(total));
                record.quantity =
                    Some(quantity.map_err(|error| InputError::new(error.to_string()).on_line(row.line))?);
                record.edit(|set| {
                    set.usage_unit = Some("tokens".into());
                    set.category = Some("tokens".into());
                });
                false
            }
        };
        // Personal exports of 2025 state what is billed in a column of its own, which the kind alone cannot tell.
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
            is_unknown_kind,
        })
    }

    /// Returns a number of dollars; words such as `Included` and `-` state none.
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

    /// Returns a count of tokens; a cell that states nothing is 0.
    fn count(&self, table: &Table<'_>, row: &Row<'_>, column: usize) -> Result<u64, InputError> {
        let cell = table.cell(row, column);
        if states_nothing(&cell) { Ok(0) } else { self.numbers.count(cell) }
    }

    /// Returns the counts of tokens in the columns that the file has.
    fn counts(&self, table: &Table<'_>, row: &Row<'_>) -> Result<Counts, InputError> {
        Ok(match self.columns.tokens {
            TokenColumns::Total(total) => Counts::Total(self.count(table, row, total)?),
            TokenColumns::ByType { cache_write, input, cache_read, output, total } => Counts::ByType {
                cache_write: self.count(table, row, cache_write)?,
                input: self.count(table, row, input)?,
                cache_read: self.count(table, row, cache_read)?,
                output: self.count(table, row, output)?,
                total: total.map(|total| self.count(table, row, total)).transpose()?,
            },
        })
    }
}

/// Whose the row is. Takes the column of users, or the person whose export it is stated to be. A row that names
/// somebody else than that person is refused. The case of letters does not matter.
fn person<'r>(
    columns: &Columns,
    stated: Option<&'r str>,
    table: &Table<'_>,
    row: &'r Row<'_>,
) -> Result<Cow<'r, str>, InputError> {
    let Some(column) = columns.user else {
        return Ok(Cow::Borrowed(stated.unwrap_or_default()));
    };
    let user = visible(row.text(Some(column)));
    match stated {
        Some(person) if !user.is_empty() && user.to_lowercase() != person.to_lowercase() => {
            let message = "the row is about another person than the one whose export this is stated to be";
            Err(table.cell(row, column).error(message))
        }
        Some(person) => Ok(Cow::Borrowed(person)),
        None => Ok(user),
    }
}

/// Returns whether a cell says that there is no number: `Included`, a dash, `NaN`, or nothing.
fn states_nothing(cell: &Cell<'_>) -> bool {
    matches!(
        cell.text.to_lowercase().as_str(),
        "" | "-" | "\u{2013}" | "\u{2014}" | "\u{2212}" | "nan" | "included" | "free" | "n/a" | "null"
    )
}

/// ISO 8601 with milliseconds and `Z`, or, in older exports, `YYYY-MM-DD HH:MM:SS`, taken for UTC.
pub(crate) fn instant(cell: Cell<'_>) -> Result<DateTime<Utc>, InputError> {
    let instant = cell.text.parse::<DateTime<Utc>>();
    let plain = NaiveDateTime::parse_from_str(cell.text, "%Y-%m-%d %H:%M:%S").map(|at| at.and_utc());
    // A year far off is a date that was misread.
    let at = instant.or(plain).ok().filter(|at| (2000..2200).contains(&at.year()));
    at.ok_or_else(|| {
        cell.error(format!("`{}` is not an instant like 2026-07-31T10:00:00.417Z", quoted(cell.text)))
    })
}

/// Reads `Yes` or `No`, or `true` or `false`, in any case of letters; an empty cell is unknown.
fn max_mode(cell: Cell<'_>) -> Result<Option<bool>, InputError> {
    match visible(cell.text).to_lowercase().as_str() {
        "" => Ok(None),
        "yes" | "true" => Ok(Some(true)),
        "no" | "false" => Ok(Some(false)),
        _ => Err(cell.error(format!("`{}` is neither Yes nor No", quoted(cell.text)))),
    }
}

/// Returns the visible text of a cell, unless there is none.
fn visible_text<'r>(row: &'r Row<'_>, column: Option<usize>) -> Option<Cow<'r, str>> {
    Some(visible(row.text(column))).filter(|text| !text.is_empty())
}
