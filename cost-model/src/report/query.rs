//! Queries: which charges a report counts, and how it groups them.
//!
//! A query is plain data: it can be cloned, changed and run on any ledger, and nothing is looked up before it is run.

use chrono::{FixedOffset, NaiveDate, Offset};
use rust_decimal::Decimal;

use crate::dimension::Dimension;
use crate::error::{Error, ErrorKind, Result};
use crate::filter::Filter;
use crate::money::PriceBook;
use crate::time::Window;

use super::interval::previous;
use super::{Allocation, Bin, Interval, Measure, Settings};

/// A question to a ledger: which charges, grouped by what, in which steps of time.
///
/// ```
/// use cost_model::{CostRecord, Costs, Currency, Dimension, Filter, Ledger, Money, Timestamp};
/// use cost_model::report::Query;
/// use cost_model::tagger::NoTags;
///
/// let mut ledger = Ledger::builder(Currency::USD);
/// for (service, cents) in [("Auto", "0.02"), ("GPT 5.2", "0.07"), ("Auto", "0.01")] {
///     let costs = Costs::flat(cents.parse()?);
///     let mut record = CostRecord::new(Timestamp::from_millis(0)?, "cursor", Currency::USD, costs);
///     record.edit(|set| set.service = Some(service.into()));
///     ledger.push(&record)?;
/// }
/// let report = Query::all_resources().group_by(Dimension::Service).run(&ledger.build(), &NoTags)?;
/// assert_eq!(report.rows[0].keys, [Some("GPT 5.2".into())]);
/// assert_eq!(report.total.effective.amount.to_string(), "0.1");
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Query {
    /// Only charges inside this window.
    ///
    /// `None` is all of the ledger.
    pub window: Option<Window>,
    /// Only charges, or parts of charges, that meet this condition.
    ///
    /// `None` is every charge.
    pub filter: Option<Filter>,
    /// Only this share of every charge counts.
    ///
    /// `None` counts each charge as a whole.
    pub allocation: Option<Allocation>,
    /// Which kinds of charge count.
    pub settings: Settings,
    /// One row for each combination of these.
    ///
    /// Empty for a single row, or one for each step of time.
    pub group_by: Vec<Dimension>,
    /// One row for each step of time, too.
    pub bin: Option<Bin>,
    /// Whether each step of time holds everything up to its end: running totals.
    pub cumulative: bool,
    /// The zone whose calendar steps of time follow; UTC without one.
    pub zone: Option<FixedOffset>,
    /// The measure by which rows are ordered and the largest are chosen.
    pub measure: Measure,
    /// Only the groups that are largest over the whole range, and one row for all others.
    ///
    /// `None` gives every group a row.
    pub top: Option<usize>,
    /// Whether each row is compared with the previous period.
    pub compare: bool,
    /// Prices by which costs are split by type of token.
    ///
    /// Without one, such costs are in the part `unpriced`.
    pub price_book: Option<PriceBook>,
    /// Whether a value that the filter names and that no charge has is an error.
    pub strict: bool,
}

impl Query {
    /// Makes the default query: every charge of every provider, in one row, about effective cost.
    pub fn all_resources() -> Self {
        Self::default()
    }

    /// Returns the same query, limited to a window.
    ///
    /// A window that was set before is replaced.
    pub fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// Returns the same query, limited to a range by name, with midnights in the query's zone.
    ///
    /// # Errors
    /// [`ErrorKind::Value`](crate::ErrorKind::Value) when the range leaves the calendar.
    pub fn interval(self, interval: Interval, today: NaiveDate) -> Result<Self> {
        let window = interval.window(today, self.zone_or_utc())?;
        Ok(self.window(window))
    }

    /// Returns the same query with this filter, in place of any other.
    /// To narrow an existing one, join both with [`Filter::and`].
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Returns the same query over only this share of every charge; 0.5 halves every figure.
    ///
    /// # Errors
    /// [`ErrorKind::Value`](crate::ErrorKind::Value) unless `0 < share <= 1`.
    pub fn allocate(mut self, share: Decimal) -> Result<Self> {
        self.allocation = Some(Allocation::new(share)?);
        Ok(self)
    }

    /// Returns the same query with other settings.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Returns the same query, grouped by one more dimension.
    ///
    /// The order of the calls is that of the keys of a row.
    pub fn group_by(mut self, dimension: Dimension) -> Self {
        self.group_by.push(dimension);
        self
    }

    /// Returns the same query, in steps of time.
    pub fn bin(mut self, bin: Bin) -> Self {
        self.bin = Some(bin);
        self
    }

    /// Returns the same query, with running totals: each step of time holds everything up to its end. The report's total is
    /// then not the sum of the rows, but the sum of the last step of every group.
    pub fn cumulative(mut self) -> Self {
        self.cumulative = true;
        self
    }

    /// Returns the same query, in another zone than UTC.
    /// It moves the midnights of bins and of ranges by name. Daylight saving is not followed: the offset is fixed.
    pub fn zone(mut self, zone: FixedOffset) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Returns the same query, about another measure.
    pub fn measure(mut self, measure: Measure) -> Self {
        self.measure = measure;
        self
    }

    /// Returns the same query, with the `count` groups that are largest by its measure over the whole range, and all
    /// others as one.
    pub fn top(mut self, count: usize) -> Self {
        self.top = Some(count);
        self
    }

    /// Returns the same query, with each row compared with the period before: as many whole months if the window is
    /// made of whole months, else as much time. Steps of time are compared by their place in their period.
    pub fn compare(mut self) -> Self {
        self.compare = true;
        self
    }

    /// Returns the same query, with prices for costs by [`Dimension::TokenType`].
    /// Without prices the cost of tokens cannot be told apart, and stays in one part.
    pub fn price_book(mut self, prices: PriceBook) -> Self {
        self.price_book = Some(prices);
        self
    }

    /// Returns the same query, which fails if the filter names a value that no charge of the ledger has.
    ///
    /// By default such values are listed in [`Report::unknown_values`](super::Report::unknown_values) and are no error,
    /// because a month without any usage of some kind is usual.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Timestamp};
    /// use cost_model::report::Query;
    /// use cost_model::tagger::NoTags;
    ///
    /// let mut record = CostRecord::new(Timestamp::from_millis(0)?, "cursor", Currency::USD, Costs::flat("2".parse()?));
    /// record.edit(|set| set.subcategory = Some("Included in Business".into()));
    /// let mut ledger = Ledger::builder(Currency::USD);
    /// ledger.push(&record)?;
    /// let ledger = ledger.build();
    ///
    /// let on_demand = Query::all_resources().filter(Filter::parse("costs.subcategory = 'Usage-based'")?);
    /// let report = on_demand.run(&ledger, &NoTags)?;
    /// assert_eq!(report.total.effective.amount.to_string(), "0");
    /// assert_eq!(
    ///     report.unknown_values[0].to_string(),
    ///     "no charge has the value that the filter asks of costs.subcategory; check its spelling"
    /// );
    /// assert!(on_demand.strict().run(&ledger, &NoTags).is_err());
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Returns the span that a comparison reads beside the window: the period before it, of as many months or as long. `None`
    /// for a query that compares nothing.
    ///
    /// ```
    /// use cost_model::Window;
    /// use cost_model::report::Query;
    ///
    /// let october = Window::days("2026-10-01".parse()?, "2026-11-01".parse()?)?;
    /// let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    /// let query = Query::all_resources().window(october);
    /// assert_eq!(query.previous_window()?, None);
    /// assert_eq!(query.compare().previous_window()?, Some(september));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Query`](crate::ErrorKind::Query) for a comparison without a window,
    /// [`ErrorKind::Value`](crate::ErrorKind::Value) for a period that leaves the calendar.
    pub fn previous_window(&self) -> Result<Option<Window>> {
        match (self.compare, self.window) {
            (false, _) => Ok(None),
            (true, None) => Err(Error::new(ErrorKind::Query, "a comparison needs a window")),
            (true, Some(window)) => previous(window, self.zone_or_utc()).map(Some),
        }
    }

    pub(super) fn zone_or_utc(&self) -> FixedOffset {
        self.zone.unwrap_or(chrono::Utc.fix())
    }

    pub(super) fn by_token_type(&self) -> bool {
        self.group_by.contains(&Dimension::TokenType)
    }

    /// Returns the shares of every charge that count: the query's and the filter's.
    pub(super) fn allocations(&self) -> impl Iterator<Item = Allocation> {
        let of_filter = self.filter.as_ref().and_then(Filter::allocation);
        self.allocation.into_iter().chain(of_filter.and_then(|share| Allocation::new(share).ok()))
    }
}
