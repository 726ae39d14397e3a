//! Reports and their rows.

use std::sync::Arc;

use chrono::FixedOffset;

use crate::dimension::Dimension;
use crate::filter::UnknownValue;
use crate::money::Currency;
use crate::store::Gap;
use crate::time::{Timestamp, Window};

use super::{Bin, Measure, Totals};

/// The result of a [`Query`](super::Query).
///
/// Its figures are exact; [`Report::to_text`] rounds for people, [`Report::to_csv`] and serde keep every digit. What is not
/// known is listed in [`Report::gaps`], in `missing` of each [`Sum`](super::Sum), and in [`Report::unknown_values`].
///
/// ```
/// use cost_model::report::{Column, Query};
/// use cost_model::tagger::NoTags;
/// use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Timestamp};
///
/// let mut ledger = Ledger::builder(Currency::USD);
/// for (service, cost) in [("Auto", "1.5"), ("GPT 5", "2"), ("Auto", "0.25")] {
///     let mut charge =
///         CostRecord::new(Timestamp::from_millis(0)?, "cursor", Currency::USD, Costs::flat(cost.parse()?));
///     charge.edit(|set| set.service = Some(service.into()));
///     ledger.push(&charge)?;
/// }
/// let report = Query::all_resources().group_by(Dimension::Service).run(&ledger.build(), &NoTags)?;
/// assert_eq!(report.rows[0].keys, [Some("GPT 5".into())]);
/// assert_eq!(report.total.effective.amount, "3.75".parse()?);
/// assert_eq!(report.to_csv(&[Column::Records])?, "service,events\nGPT 5,1\nAuto,2\n");
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The currency of every amount.
    pub currency: Currency,
    /// The dimensions grouped by, in the order of the keys of every row.
    pub group_by: Vec<Dimension>,
    /// The steps of time, if there are any.
    pub bin: Option<Bin>,
    /// The zone whose calendar they follow.
    pub zone: FixedOffset,
    /// The window asked about.
    pub window: Option<Window>,
    /// The measure by which rows are ordered.
    pub measure: Measure,
    /// The rows: by bin, then by measure, largest first, then by keys; the row of all other groups last.
    pub rows: Vec<Row>,
    /// The totals over all rows.
    pub total: Totals,
    /// The period compared with.
    pub previous: Option<Previous>,
    /// The parts of the window, and of the period compared with, whose figures are not final; empty without a window.
    pub gaps: Vec<Gap>,
    /// Whether costs are estimates: they are split by list prices, not as charged. Counts are exact.
    pub estimated: bool,
    /// The values that the filter names and that no charge of the ledger has, whatever the window: either there truly is
    /// nothing of the kind, or the value is misspelt. [`Query::strict`](super::Query::strict) makes the first an error.
    pub unknown_values: Vec<UnknownValue>,
}

crate::masked_debug!(Report { group_by, rows: |it| it.rows.len(), total });

/// The period that a report is compared with.
/// Its span follows from the query's window; see [`Query::compare`](super::Query::compare).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Previous {
    /// The span of the period.
    pub window: Window,
    /// The totals of everything the query selects in it.
    pub total: Totals,
}

/// One row of a [`Report`].
///
/// A charge whose cost is shared among several values has a part in the row of each, and the parts add up to it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The first instant of the bin, if the query has bins. An edge bin holds only what lies in the window.
    pub bin: Option<Timestamp>,
    /// Whether the row is one group or all others together.
    pub kind: RowKind,
    /// The value of each dimension grouped by; `None` for charges that have none, and in the row of all other groups.
    pub keys: Vec<Option<Arc<str>>>,
    /// The sums over the row's charges.
    pub totals: Totals,
    /// The same of the previous period, if the query compares.
    pub previous: Option<Box<Totals>>,
}

crate::masked_debug!(Row { bin, totals });

/// The kind of a row: one group, or all others together.
/// Rows of the kind [`Other`](Self::Other) come up in reports with a [top](super::Query::top) only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RowKind {
    /// One combination of values.
    Group,
    /// All groups that are not among the largest: how many have charges in this row.
    Other(usize),
}
