//! What a report asks.

use crate::{Bin, Dimension, Filter, Ledger, Metric, Result, Tagger, Window};

use super::Report;

/// A question to a ledger: which charges, grouped by what, in which steps of time.
///
/// ```
/// use cost_model::{CostRecord, Costs, Currency, Dimension, Filter, Ledger, Money, Timestamp, Untagged, report::Query};
///
/// let mut ledger = Ledger::builder(Currency::USD);
/// for (service, cents) in [("Auto", "0.02"), ("GPT 5.2", "0.07"), ("Auto", "0.01")] {
///     let costs = Costs::flat(cents.parse()?);
///     let mut record = CostRecord::new(Timestamp::from_millis(0)?, "cursor", Currency::USD, costs);
///     record.service = Some(service.into());
///     ledger.push(&record)?;
/// }
/// let report = Query::all_resources().group_by(Dimension::Service).run(&ledger.build(), &Untagged)?;
/// assert_eq!(report.rows[0].keys, [Some("GPT 5.2".into())]);
/// assert_eq!(report.total.effective.amount.to_string(), "0.1");
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Query {
    /// Only charges inside this window.
    pub window: Option<Window>,
    /// Only charges, or fragments of charges, that meet this condition.
    pub filter: Option<Filter>,
    /// One row for each combination of these.
    pub group_by: Vec<Dimension>,
    /// One row for each step of time, too.
    pub bin: Option<Bin>,
    /// What rows are ordered by, largest first, within a bin.
    pub order_by: Measure,
}

impl Query {
    /// Every charge of every provider, in one row, ordered by effective cost: the default report.
    pub fn all_resources() -> Self {
        Self::default()
    }

    /// The same query, limited to a window.
    pub fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// The same query with this filter, in place of any other.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// The same query, grouped by one more dimension.
    pub fn group_by(mut self, dimension: Dimension) -> Self {
        self.group_by.push(dimension);
        self
    }

    /// The same query, in steps of time.
    pub fn bin(mut self, bin: Bin) -> Self {
        self.bin = Some(bin);
        self
    }

    /// The same query, ordered by another measure.
    pub fn order_by(mut self, measure: Measure) -> Self {
        self.order_by = measure;
        self
    }

    /// Answers the query.
    ///
    /// # Errors
    /// [`ErrorKind::Query`](crate::ErrorKind::Query) when it names a virtual tag that `tagger` does not assign;
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) when a sum leaves its range.
    pub fn run(&self, ledger: &Ledger, tagger: &dyn Tagger) -> Result<Report> {
        super::run::run(self, ledger, tagger)
    }
}

/// A figure that rows can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// One of the four costs.
    Cost(Metric),
    /// All tokens together.
    Tokens,
    /// The number of charges.
    Records,
}

impl Default for Measure {
    fn default() -> Self {
        Self::Cost(Metric::default())
    }
}
