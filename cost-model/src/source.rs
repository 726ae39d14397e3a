//! The seam to providers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{CostRecord, Observations, Result, Run, Timestamp, Window};

/// Reads the charges of one connection to one provider.
#[async_trait]
pub trait CostSource: fmt::Debug + Send + Sync {
    /// Reads every charge of a window, proven complete, or fails.
    ///
    /// The records all lie inside the window and are a multiset: equal records are distinct charges.
    ///
    /// # Errors
    /// Any error of the provider, as [`ErrorKind::Source`](crate::ErrorKind::Source) with its cause;
    /// [`Error::window_too_large`](crate::Error::window_too_large) when the window can be split at a UTC midnight and
    /// holds more rows than the source reads at once.
    async fn read(&self, window: Window) -> Result<WindowRead>;

    /// Asks how many charges a window holds, which is cheaper than reading them where the provider announces a count. By
    /// default it reads them.
    ///
    /// # Errors
    /// As [`Self::read`].
    async fn count(&self, window: Window) -> Result<Counted> {
        let read = self.read(window).await?;
        let oldest = read.records.iter().map(|record| record.at).min();
        let mut counted = Counted::new(read.announced, oldest);
        (counted.requests, counted.retries, counted.waited) = (read.requests, read.retries, read.waited);
        Ok(counted)
    }

    /// Asks what the provider states of people and totals at this moment. By default it states nothing.
    ///
    /// # Errors
    /// Any error of the provider, as [`ErrorKind::Source`](crate::ErrorKind::Source) with its cause.
    async fn observe(&self, at: Timestamp) -> Result<Observations> {
        Ok(Observations::at(at))
    }
}

/// The outcome of counting the charges of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counted {
    /// How many rows the provider announced.
    pub announced: u64,
    /// The time of the oldest row that came, if any did.
    pub oldest: Option<Timestamp>,
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Requests that were repeated.
    pub retries: u64,
    /// How long was waited for the provider's rate limits and before repeated requests.
    pub waited: Duration,
}

impl Counted {
    /// So many rows were announced, in one request.
    pub fn new(announced: u64, oldest: Option<Timestamp>) -> Self {
        Self { announced, oldest, requests: 1, retries: 0, waited: Duration::ZERO }
    }
}

/// A field of the provider's answers that the source does not know. Its value is never kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Drift {
    /// The name of the field.
    pub field: Arc<str>,
    /// The JSON type of its values.
    pub json_type: Arc<str>,
    /// In how many rows it stood.
    pub count: u64,
}

impl Drift {
    /// A field that stood in so many rows.
    pub fn new(field: impl Into<Arc<str>>, json_type: impl Into<Arc<str>>, count: u64) -> Self {
        Self { field: field.into(), json_type: json_type.into(), count }
    }
}

/// The outcome of reading one window.
#[derive(Clone)]
#[non_exhaustive]
pub struct WindowRead {
    /// The window that was read.
    pub window: Window,
    /// Every charge inside it.
    pub records: Vec<CostRecord>,
    /// How many rows the provider announced.
    pub announced: u64,
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Requests that were repeated after a refusal or a broken connection.
    pub retries: u64,
    /// How long was waited for the provider's rate limits and before repeated requests.
    pub waited: Duration,
    /// Charges of a kind that the source does not know.
    pub unknown_kinds: u64,
    /// Fields that the source does not know.
    pub drift: Vec<Drift>,
    /// The run that read.
    pub run: Run,
    /// From when on the provider still answers: what is stored, is older and did not come back is kept, marked as
    /// unconfirmed. The window's start, unless an ingest knows better.
    pub answers_from: Timestamp,
    /// Spans whose charges were taken for final: changes inside are restatements. None, unless an ingest knows better.
    pub closed: Vec<Window>,
}

impl WindowRead {
    /// A read of `records`, announced as that many, with no other figures, by a run at the window's end.
    pub fn new(window: Window, records: Vec<CostRecord>) -> Self {
        let announced = u64::try_from(records.len()).unwrap_or(u64::MAX);
        let run = Run::at(window.end());
        Self {
            window,
            records,
            announced,
            requests: 0,
            retries: 0,
            waited: Duration::ZERO,
            unknown_kinds: 0,
            drift: Vec::new(),
            run,
            answers_from: window.start(),
            closed: Vec::new(),
        }
    }
}

impl fmt::Debug for WindowRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WindowRead")
            .field("window", &self.window)
            .field("records", &self.records.len())
            .field("announced", &self.announced)
            .finish_non_exhaustive()
    }
}
