//! The report of a run.
//!
//! Counts add up over all windows of a run, those that were read again included. A report is made for a run that
//! ended; one that stopped has an [`Error`](crate::Error) in its place.

use std::time::Duration;

use cost_model::source::{Drift, SourceBatch, WindowCount};
use cost_model::store::ReplaceStats;
use cost_model::{Money, Timestamp, Window};

/// The report of a run: the windows read, the changes stored, and what needs attention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// The windows read and stored, in the order in which they were.
    pub windows: Vec<Window>,
    /// Rows that the provider announced for them.
    ///
    /// Rows outside the windows included.
    pub announced: u64,
    /// Records stored for them.
    pub records: u64,
    /// The changes that storing them made.
    pub change: ReplaceStats,
    /// Windows for which the provider also returned rows outside of them. The rows inside are stored, but the windows are not
    /// covered, so that they are read again: a run with any of them is not complete.
    pub outside: Vec<OutsideRows>,
    /// Windows that an audit asked about, in order.
    pub audited: Vec<Audited>,
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Requests that were repeated.
    pub retries: u64,
    /// The time spent waiting for the provider's rate limits and before retries.
    pub waited: Duration,
    /// Charges of a kind that the source does not know.
    pub unknown_kinds: u64,
    /// Fields that the source does not know, each once.
    pub drift: Vec<Drift>,
    /// Whether what is stored reached into the future of this run's clock, or was read in it, and was read again.
    pub covered_future: bool,
    /// The reason why the provider's totals could not be read, if that failed; the charges are not affected.
    pub unobserved: Option<String>,
}

/// A window that an audit asked about.
///
/// Where the two numbers differ, the window was halved or read again, and is followed by what that found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Audited {
    /// The window.
    pub window: Window,
    /// The number of rows that the provider announced.
    pub announced: u64,
    /// The number of records stored.
    pub stored: u64,
}

/// Rows that came back for a window and lie outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutsideRows {
    /// The window that was requested.
    pub window: Window,
    /// The number of such rows.
    pub rows: u64,
    /// The instant of the first of them.
    pub first: Timestamp,
    /// The instant of the last.
    pub last: Timestamp,
    /// The sum of their effective costs; `None` beyond the range of sums.
    ///
    /// Rows that state none add nothing.
    pub effective: Option<Money>,
}

impl OutsideRows {
    /// Describes the rows outside of a batch, if there are any.
    pub(crate) fn of(batch: &SourceBatch) -> Option<Self> {
        Some(Self {
            window: batch.window,
            rows: u64::try_from(batch.outside.len()).unwrap_or(u64::MAX),
            first: batch.outside.iter().map(|record| record.at).min()?,
            last: batch.outside.iter().map(|record| record.at).max()?,
            effective: Money::sum(batch.outside.iter().filter_map(|record| record.costs.effective)).ok(),
        })
    }
}

impl RunReport {
    /// Adds what a read cost and what it held. Equal drift of several windows is one entry with their counts added.
    pub(crate) fn read(&mut self, read: &SourceBatch) {
        self.announced += read.announced;
        self.records += u64::try_from(read.records.len()).unwrap_or(u64::MAX);
        self.requests += read.requests;
        self.retries += read.retries;
        self.waited = self.waited.saturating_add(read.waited);
        self.unknown_kinds += read.unknown_kinds;
        for drift in &read.drift {
            match self
                .drift
                .iter_mut()
                .find(|other: &&mut Drift| other.field == drift.field && other.json_type == drift.json_type)
            {
                Some(other) => other.count += drift.count,
                None => self.drift.push(drift.clone()),
            }
        }
    }

    /// Adds what a count cost: no rows came with it.
    pub(crate) fn counted(&mut self, counted: &WindowCount) {
        self.requests += counted.requests;
        self.retries += counted.retries;
        self.waited = self.waited.saturating_add(counted.waited);
    }

    /// Adds a window that the store has taken, with what changed in it.
    pub(crate) fn stored(&mut self, window: Window, change: ReplaceStats) {
        self.windows.push(window);
        self.change.add(change);
    }
}
