//! Rows of an export that repeat the sum of others.
//!
//! An export may hold a line of totals. Counted as usage
//! it would double everything, so a row that names no person or model must be the sum of the others, and is then left
//! out; if it is not their sum, the file is refused.

use std::sync::Arc;

use cost_model::input::{InputError, Row, SumLabel, Table, quoted};
use cost_model::{CostRecord, Money, Timestamp};

use crate::columns::Columns;
use crate::row::{Figures, instant};

/// A row that says of itself that it is a sum, such as one of `All models`.
pub(crate) struct SumRow {
    pub(crate) line: u64,
    pub(crate) label: String,
    /// What the row is about: a sum of the rows that agree.
    at: Option<Timestamp>,
    user: Option<String>,
    model: Option<String>,
    pub(crate) cost: Option<Money>,
    tokens: u128,
}

impl SumRow {
    /// Makes the sum that a row is; `None` for a row of usage.
    pub(crate) fn find(
        table: &Table<'_>,
        row: &Row<'_>,
        columns: &Columns,
        figures: &Figures,
    ) -> Option<Self> {
        let labels = [Some(columns.date), columns.user, columns.kind, Some(columns.model)];
        let label = labels.into_iter().map(|column| row.text(column)).find(|cell| SumLabel::is_of_all(cell));
        let says_nothing = labels.into_iter().flatten().all(|column| row.text(Some(column)).is_empty());
        if label.is_none() && !says_nothing {
            return None;
        }
        let at = instant(table.cell(row, columns.date)).ok().map(Timestamp::from);
        Some(Self {
            line: row.line,
            label: quoted(label.unwrap_or_default()),
            at,
            user: named(row.text(columns.user)),
            model: named(row.text(Some(columns.model))),
            cost: figures.cost.map(|cost| cost.value),
            tokens: figures.tokens.sum(),
        })
    }

    /// Shows that the row is the sum of the rows it is about: of a day, a person or a model where it names one. The
    /// rows of its day are tried as well as those of all days, since the date beside a total need not be what it is
    /// about.
    ///
    /// # Errors
    /// [`InputError`] with the line and the two amounts, where it is not.
    pub(crate) fn check(&self, records: &[Summand]) -> Result<(), InputError> {
        let about = records.iter().filter(|summand| {
            includes(self.user.as_deref(), summand.user.as_deref())
                && includes(self.model.as_deref(), summand.model.as_deref())
        });
        let of_day = about.clone().filter(|summand| self.at.is_none_or(|at| at.date() == summand.at.date()));
        let (day, all) = (Sum::of(of_day)?, Sum::of(about)?);
        if [day, all].iter().any(|sum| sum.is(self)) {
            return Ok(());
        }
        let stated = self.cost.unwrap_or_default();
        let message = format!(
            "the row is called `{}` but is not the sum of the rows it is about: it states {stated}, they total {}. If it \
             is a sum, the file is cut off or a row is missing; if it is usage, name its model and person",
            self.label, all.cost
        );
        Err(InputError::new(message).on_line(self.line))
    }
}

/// What of a row of usage goes into sums.
pub(crate) struct Summand {
    pub(crate) line: u64,
    at: Timestamp,
    user: Option<Arc<str>>,
    model: Option<Arc<str>>,
    cost: Option<Money>,
    tokens: u128,
}

impl Summand {
    /// Creates the summand of a row that was read as usage.
    pub(crate) fn new(record: &CostRecord, line: u64, figures: &Figures) -> Self {
        Self {
            line,
            at: record.at,
            user: record.dimensions.resource.clone(),
            model: record.dimensions.service_id.clone(),
            cost: figures.cost.map(|cost| cost.value),
            tokens: figures.tokens.sum(),
        }
    }

    /// Returns whether its names are not those of a person and a model, as in the words that another language has for
    /// all models.
    fn has_odd_names(&self) -> bool {
        !self
            .model
            .as_deref()
            .is_some_and(|text: &str| text.chars().all(|each| each.is_ascii_graphic() && each != '*'))
            || self.user.as_deref().is_some_and(|user| !user.contains('@') && !user.is_ascii())
    }
}

/// Refuses a row that is the sum of all others and has the names of no person or model. Such a row is in words that
/// no list has. It is found by its amount and tokens, each half of everything.
pub(crate) fn refuse_hidden_total(rows: &[Summand]) -> Result<(), InputError> {
    let all = Sum::of(rows.iter())?;
    match rows
        .iter()
        .find(|row: &&Summand| {
            let cost = row.cost.unwrap_or_default();
            !cost.is_zero()
                && cost.checked_add(cost).is_ok_and(|twice| twice == all.cost)
                && row.tokens > 0
                && row.tokens.checked_mul(2) == Some(all.tokens)
                && row.has_odd_names()
        })
        // Of two rows with equal figures each is the sum of all others.
        .filter(|_| rows.len() > 2)
    {
        Some(row) => {
            let message = "the row is the sum of all others and names no model: if it is a total, remove it";
            Err(InputError::new(message).on_line(row.line))
        }
        None => Ok(()),
    }
}

/// The sum of some rows.
#[derive(Clone, Copy)]
struct Sum {
    rows: u64,
    cost: Money,
    tokens: u128,
}

impl Sum {
    /// Adds up amounts and tokens; fails when the amounts leave their range.
    fn of<'a>(rows: impl Iterator<Item = &'a Summand>) -> Result<Self, InputError> {
        let mut sum = Self { rows: 0, cost: Money::ZERO, tokens: 0 };
        for row in rows {
            let cost = sum.cost.checked_add(row.cost.unwrap_or_default());
            sum.cost = cost.map_err(|error| InputError::new(error.to_string()).on_line(row.line))?;
            sum.tokens = sum.tokens.saturating_add(row.tokens);
            sum.rows = sum.rows.saturating_add(1);
        }
        Ok(sum)
    }

    /// Returns whether a row states this sum. A row that states neither an amount nor tokens is no sum of anything.
    fn is(&self, row: &SumRow) -> bool {
        self.rows > 0
            && row.cost.unwrap_or_default() == self.cost
            && (row.tokens == 0 || row.tokens == self.tokens)
            && (row.cost.is_some() || row.tokens > 0)
    }
}

/// Returns what a row of sums names; `None` for all there is.
fn named(cell: &str) -> Option<String> {
    (!cell.is_empty() && !SumLabel::is_of_all(cell)).then(|| cell.to_owned())
}

/// Returns whether a sum of one name, or of all, takes in a charge of another.
fn includes(sum: Option<&str>, charge: Option<&str>) -> bool {
    sum.is_none_or(|sum| charge == Some(sum))
}
