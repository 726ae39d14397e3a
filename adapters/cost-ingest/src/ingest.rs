//! The ingest: which windows are read, and when.
//!
//! Four runs differ in what they read: [`refresh`](Ingest::refresh) and [`update`](Ingest::update) what is missing or
//! was not final, [`run`](Ingest::run) everything in a range, [`audit`](Ingest::audit) only what differs in number.
//! They share one course, in `run.rs`, and the coverage of the store is their only memory.

use chrono::Months;
use cost_model::store::{ConnectionId, Coverage, LOOK_BACK_DAYS, final_before};
use cost_model::{CostSource, CostStore, Timestamp, Window};

use crate::error::{Error, Result};
use crate::observer::Observer;
use crate::plan::plan;
use crate::report::RunReport;
use crate::run::{Context, Running};

/// Reads the charges of one connection from a source into a store.
///
/// It borrows its source and store, and can be made anew for every run.
///
/// Every run takes the present as an argument, reads whole windows and puts each in place of what the store holds for
/// that span. Dropping a run's future leaves the windows stored so far, each whole; the next run goes on from there.
///
/// [`refresh`](Self::refresh) is what a scheduler calls: it catches up with whatever is missing or was not final.
///
/// ```
/// use async_trait::async_trait;
/// use cost_ingest::Ingest;
/// use cost_model::source::SourceBatch;
/// use cost_model::store::ConnectionId;
/// use cost_model::{CostSource, MemoryStore, Result, Window};
///
/// /// A provider that nobody has used yet.
/// #[derive(Debug)]
/// struct Unused;
///
/// #[async_trait]
/// impl CostSource for Unused {
///     async fn read(&self, window: Window) -> Result<SourceBatch> {
///         Ok(SourceBatch::new(window, Vec::new()))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
/// let (source, store) = (Unused, MemoryStore::new());
/// let ingest = Ingest::new(&source, &store, ConnectionId::new("acme")).retention_months(1);
/// let report = ingest.refresh("2026-09-15T08:00:00Z".parse()?).await?;
/// // A month before the fifteenth of September, in windows of at most 30 days.
/// assert_eq!((report.records, report.windows.len()), (0, 2));
/// # Ok(())
/// # }
/// ```
pub struct Ingest<'a> {
    source: &'a dyn CostSource,
    store: &'a dyn CostStore,
    connection: ConnectionId,
    observer: &'a dyn Observer,
    retention_months: u32,
    look_back_days: u32,
}

cost_model::masked_debug!(Ingest<'_> { connection, source, retention_months, look_back_days });

impl<'a> Ingest<'a> {
    /// Makes an ingest from `source` into `store`, under the id `connection`.
    ///
    /// The retention is 12 months and the look-back [`LOOK_BACK_DAYS`], unless set otherwise; there is no observer.
    pub fn new(source: &'a dyn CostSource, store: &'a dyn CostStore, connection: ConnectionId) -> Self {
        Self {
            source,
            store,
            connection,
            observer: &(),
            retention_months: 12,
            look_back_days: LOOK_BACK_DAYS,
        }
    }

    /// Returns the same ingest with an observer.
    pub fn observer(mut self, observer: &'a dyn Observer) -> Self {
        self.observer = observer;
        self
    }

    /// Returns the same, with a first import that reaches that many months back; 12 unless told otherwise.
    pub fn retention_months(mut self, months: u32) -> Self {
        self.retention_months = months;
        self
    }

    /// Returns the same, with another number of days for which late charges are to be expected: charges of the current
    /// day and of that many before it are provisional. [`LOOK_BACK_DAYS`] unless told otherwise.
    pub fn look_back_days(mut self, days: u32) -> Self {
        self.look_back_days = days;
        self
    }

    /// Returns the midnight before which charges are final in a read that begins at that moment: what is later is
    /// provisional, and is read again until a read that began after it was final.
    pub fn final_before(&self, now: Timestamp) -> Timestamp {
        final_before(now, self.look_back_days)
    }

    /// Reads what is missing since the retention began, and once more what was not final when it was last read, up to
    /// `now`; then asks what the provider states of people and totals.
    ///
    /// What was provisional at its last read is read again however long ago that was, and so is what a clock read that
    /// was ahead of `now`.
    ///
    /// On an empty store this is the first import. If the provider's totals cannot be read, the run does not fail;
    /// [`RunReport::unobserved`] has the reason.
    ///
    /// # Errors
    /// [`Error`] at the first window that cannot be read or stored.
    pub async fn refresh(&self, now: Timestamp) -> Result<RunReport> {
        let date = now.date();
        let oldest = date.checked_sub_months(Months::new(self.retention_months)).unwrap_or(date);
        let mut running = self.catch_up(until(Timestamp::midnight(oldest), now)?, now).await?;
        // After the charges: a run that fails before has stored no totals that its charges do not reach.
        running.observe().await?;
        Ok(running.report)
    }

    /// Reads the parts of `range`, up to `now`, that are missing, and again those that were not final when they were last read.
    ///
    /// # Errors
    /// [`Error`] at the first window that cannot be read or stored, and if `range` begins after `now`.
    pub async fn update(&self, range: Window, now: Timestamp) -> Result<RunReport> {
        let range = until(range.start(), now.min(range.end()))?;
        Ok(self.catch_up(range, now).await?.report)
    }

    /// Reads the parts of a range that are not covered by a read in which they were final.
    async fn catch_up(&self, range: Window, now: Timestamp) -> Result<Running<'_>> {
        let coverage = self.coverage().await?;
        let mut running = self.begin(now, &coverage);
        running.report.covered_future = coverage.reaches_past(now);
        let missing = coverage.settled(now, self.look_back_days).missing(range);
        running.read_all(missing.into_windows().into_iter().flat_map(plan)).await?;
        Ok(running)
    }

    /// Reads every window of `range`, up to `now`, whatever is stored.
    ///
    /// Windows are as wide as [`plan`] allows; one that the source refuses as too large is split at a UTC midnight.
    /// Running again changes nothing unless the provider's data changed.
    ///
    /// # Errors
    /// [`Error`] at the first window that cannot be read or stored, and if `range` begins after `now`.
    pub async fn run(&self, range: Window, now: Timestamp) -> Result<RunReport> {
        let range = until(range.start(), now.min(range.end()))?;
        let coverage = self.coverage().await?;
        let mut running = self.begin(now, &coverage);
        running.read_all(plan(range)).await?;
        Ok(running.report)
    }

    /// Counts the provider's charges in each window that was final when it was last read, compares them with the stored ones,
    /// and reads the days again in which the counts differ.
    ///
    /// One request finds a late or a withdrawn charge of any age in a window of 30 days; differences are narrowed by
    /// halving. Counts do not show re-priced charges, nor one late and one withdrawn charge in one window; a tie-out
    /// with an invoice does.
    ///
    /// # Errors
    /// [`Error`] at the first window that cannot be counted, read or stored.
    pub async fn audit(&self, now: Timestamp) -> Result<RunReport> {
        let coverage = self.coverage().await?;
        let settled = coverage.settled(now, self.look_back_days);
        let mut running = self.begin(now, &coverage);
        running.audit(settled.into_windows().into_iter().flat_map(plan)).await?;
        Ok(running.report)
    }

    /// Begins a run: a change inside what was final before it is a restatement.
    fn begin(&self, now: Timestamp, coverage: &Coverage) -> Running<'_> {
        let Self { source, store, connection, observer, .. } = self;
        let context = Context { source: *source, store: *store, connection, observer: *observer };
        // Files are left out: what a file stated was never the provider's word, so that a change of it is no restatement.
        Running::new(context, now, coverage.by_provider().settled(now, self.look_back_days))
    }

    /// Reads what is stored of the connection, before the first window.
    async fn coverage(&self) -> Result<Coverage> {
        self.store.coverage(&self.connection).await.map_err(Error::not_begun)
    }
}

/// Makes the window of a run; fails where it would be empty, as for a range in the future.
fn until(start: Timestamp, end: Timestamp) -> Result<Window> {
    Window::new(start, end).map_err(Error::not_begun)
}
