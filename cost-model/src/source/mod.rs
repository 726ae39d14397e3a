//! The trait [`CostSource`] for providers, and what a source returns.
//!
//! A source proves its windows complete and knows nothing of stores; what it reads goes through `cost-ingest`, which
//! checks the promises again.

mod provider_snapshot;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use provider_snapshot::{
    ObservedGroup, ObservedMember, ObservedMembership, ObservedSpend, ProviderSnapshot,
};

use crate::error::Result;
use crate::record::CostRecord;
use crate::time::{Timestamp, Window};

/// By how much the clocks of hosts and providers may differ without being taken for wrong: ten minutes.
pub(crate) const CLOCK_TOLERANCE_MILLIS: i64 = 600_000;

/// Reads the charges of one connection to one provider.
///
/// ```
/// use async_trait::async_trait;
/// use cost_model::source::SourceBatch;
/// use cost_model::{CostRecord, CostSource, Result, Window};
///
/// /// A provider whose charges somebody has typed in.
/// #[derive(Debug)]
/// struct Typed(Vec<CostRecord>);
///
/// #[async_trait]
/// impl CostSource for Typed {
///     async fn read(&self, window: Window) -> Result<SourceBatch> {
///         let inside = self.0.iter().filter(|record| window.contains(record.at)).cloned();
///         Ok(SourceBatch::new(window, inside.collect()))
///     }
/// }
/// ```
#[async_trait]
pub trait CostSource: fmt::Debug + Send + Sync {
    /// Reads every charge of a window, proven complete, or fails.
    ///
    /// The records are a multiset: equal records are distinct charges. Rows that the provider sent although they lie outside
    /// the window are in [`SourceBatch::outside`], so that nothing is dropped silently.
    ///
    /// # Errors
    /// Any error of the provider, as [`ErrorKind::Source`](crate::ErrorKind::Source) with its cause;
    /// [`Error::window_too_large`](crate::Error::window_too_large) when the window can be split at a UTC midnight and
    /// holds more rows than the source reads at once; [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) when the
    /// provider's data kept moving while they were read, so that a smaller window has better chances.
    async fn read(&self, window: Window) -> Result<SourceBatch>;

    /// Counts the charges of a window, which is cheaper than reading them where the provider announces a count. The default
    /// reads them.
    ///
    /// # Errors
    /// As [`Self::read`].
    async fn count(&self, window: Window) -> Result<WindowCount> {
        let read = self.read(window).await?;
        let oldest = read.records.iter().map(|record| record.at).min();
        let mut counted = WindowCount::new(read.announced, oldest);
        (counted.requests, counted.retries, counted.waited) = (read.requests, read.retries, read.waited);
        Ok(counted)
    }

    /// Reads what the provider states of people and totals at this moment. The default returns an empty snapshot.
    ///
    /// # Errors
    /// Any error of the provider, as [`ErrorKind::Source`](crate::ErrorKind::Source) with its cause.
    async fn observe(&self, at: Timestamp) -> Result<ProviderSnapshot> {
        Ok(ProviderSnapshot::at(at))
    }
}

/// The outcome of counting the charges of a window.
///
/// Counting takes one request where reading takes many, so that an ingest can tell whether a window that it holds is
/// still complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WindowCount {
    /// The number of rows that the provider announced.
    ///
    /// Compared with the number that a store holds.
    pub announced: u64,
    /// The time of the oldest row that came, if any did.
    pub oldest: Option<Timestamp>,
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Requests that were repeated.
    pub retries: u64,
    /// The time spent waiting for the provider's rate limits and before retries.
    pub waited: Duration,
}

impl WindowCount {
    /// Makes a count of `announced` rows, by one request.
    pub fn new(announced: u64, oldest: Option<Timestamp>) -> Self {
        Self { announced, oldest, requests: 1, retries: 0, waited: Duration::ZERO }
    }
}

/// A field of the provider's answers that the source does not know. Its value is never kept.
///
/// A sign that the provider has changed its answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Drift {
    /// The name of the field.
    pub field: Arc<str>,
    /// The JSON type of its values.
    pub json_type: Arc<str>,
    /// In how many rows it was.
    ///
    /// Counted over all pages of a read.
    pub count: u64,
}

impl Drift {
    /// Makes a field that was in that many rows.
    pub fn new(field: impl Into<Arc<str>>, json_type: impl Into<Arc<str>>, count: u64) -> Self {
        Self { field: field.into(), json_type: json_type.into(), count }
    }
}

/// The origin of charges: real or made up.
///
/// A store accepts charges of one origin only, so that a demo never gets into a real report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// Charges of a real account.
    #[default]
    Provider,
    /// Made up, by a simulator or a demo.
    Demo,
}

/// The charges of one window, as a source returns them.
///
/// A source that knows more than the records fills in the other fields. `cost-ingest` compares the announced count with the
/// rows that came, and lets a run fail or end incomplete where there are rows outside of the window.
#[derive(Clone)]
#[non_exhaustive]
pub struct SourceBatch {
    /// The window that was read.
    pub window: Window,
    /// Every charge inside it.
    ///
    /// In any order; equal records are distinct charges.
    pub records: Vec<CostRecord>,
    /// Whether the charges are a provider's or made up.
    pub origin: Origin,
    /// The time of the provider's own clock when it answered, if known: it shows whether the host's clock is ahead.
    pub answered_at: Option<Timestamp>,
    /// The number of rows that the provider announced, those outside included.
    pub announced: u64,
    /// Rows that came although they lie outside the window.
    ///
    /// Normally none.
    pub outside: Vec<CostRecord>,
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Requests that were repeated after a refusal or a broken connection.
    pub retries: u64,
    /// The time spent waiting for the provider's rate limits and before retries.
    pub waited: Duration,
    /// Charges of a kind that the source does not know.
    pub unknown_kinds: u64,
    /// Fields that the source does not know.
    pub drift: Vec<Drift>,
}

crate::masked_debug!(SourceBatch { window, records: |it| it.records.len(), announced });

impl SourceBatch {
    /// Makes a batch of `records`, announced as that many, with no other figures.
    ///
    /// Enough for a source that reads everything in one go.
    pub fn new(window: Window, records: Vec<CostRecord>) -> Self {
        let announced = u64::try_from(records.len()).unwrap_or(u64::MAX);
        Self {
            window,
            records,
            origin: Origin::Provider,
            answered_at: None,
            announced,
            outside: Vec::new(),
            requests: 0,
            retries: 0,
            waited: Duration::ZERO,
            unknown_kinds: 0,
            drift: Vec::new(),
        }
    }
}

impl SourceBatch {
    /// Returns the instant at which the read is taken to have begun: `now`, the host's clock, unless the provider's clock
    /// shows that the host's is ahead by more than clocks usually differ; then the provider's.
    pub fn read_at(&self, now: Timestamp) -> Timestamp {
        // Only a host's clock that is ahead does harm: it makes spans final that are not. One that is behind only reads again.
        self.answered_at
            .filter(|at: &Timestamp| now.millis().saturating_sub(at.millis()) > CLOCK_TOLERANCE_MILLIS)
            .unwrap_or(now)
    }
}
