//! The seam to providers.

use std::fmt;

use async_trait::async_trait;

use crate::{CostRecord, Result, Run, Window};

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
    /// Charges of a kind that the source does not know.
    pub unknown_kinds: u64,
    /// The run that read.
    pub run: Run,
}

impl WindowRead {
    /// A read of `records`, announced as that many, with no other figures, by a run at the window's end.
    pub fn new(window: Window, records: Vec<CostRecord>) -> Self {
        let announced = u64::try_from(records.len()).unwrap_or(u64::MAX);
        let run = Run::at(window.end());
        Self { window, records, announced, requests: 0, retries: 0, unknown_kinds: 0, run }
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
