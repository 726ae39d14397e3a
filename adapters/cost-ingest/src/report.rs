//! What a run did.

use std::time::Duration;

use cost_model::{Change, Counted, Drift, Window, WindowRead};

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// The windows read and stored, in the order in which they were.
    pub windows: Vec<Window>,
    /// Rows that the provider announced for them.
    pub announced: u64,
    /// Records stored for them.
    pub records: u64,
    /// What storing them changed.
    pub change: Change,
    /// Windows that an audit asked about, in order.
    pub audited: Vec<Audited>,
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Requests that were repeated.
    pub retries: u64,
    /// How long was waited for the provider's rate limits and before repeated requests.
    pub waited: Duration,
    /// Charges of a kind that the source does not know.
    pub unknown_kinds: u64,
    /// Fields that the source does not know, each once.
    pub drift: Vec<Drift>,
    /// Whether what is stored reached into the future of this run's clock, so that the last days were read again.
    pub covered_future: bool,
    /// Why the provider's totals were not observed, if that failed; the charges are not concerned.
    pub unobserved: Option<String>,
}

/// A window that an audit asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Audited {
    /// The window.
    pub window: Window,
    /// How many rows the provider announced.
    pub announced: u64,
    /// How many records were stored.
    pub stored: u64,
}

impl RunReport {
    pub(crate) fn read(&mut self, read: &WindowRead) {
        self.announced += read.announced;
        self.records += read.announced;
        self.requests += read.requests;
        self.retries += read.retries;
        self.waited = self.waited.saturating_add(read.waited);
        self.unknown_kinds += read.unknown_kinds;
        for drift in &read.drift {
            let known = |other: &&mut Drift| other.field == drift.field && other.json_type == drift.json_type;
            match self.drift.iter_mut().find(known) {
                Some(other) => other.count += drift.count,
                None => self.drift.push(drift.clone()),
            }
        }
    }

    pub(crate) fn counted(&mut self, counted: &Counted) {
        self.requests += counted.requests;
        self.retries += counted.retries;
        self.waited = self.waited.saturating_add(counted.waited);
    }

    pub(crate) fn stored(&mut self, window: Window, change: Change) {
        self.windows.push(window);
        self.change = self.change.plus(change);
    }
}
