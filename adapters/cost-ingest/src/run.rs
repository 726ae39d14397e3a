//! One run over a range of time.

use std::collections::VecDeque;
use std::fmt;

use cost_model::{Change, ConnectionId, CostSource, CostStore, ErrorKind, Window};

use crate::plan::{halves, plan};
use crate::{Error, Result};

/// Brings the charges of one connection from a source into a store.
pub struct Ingest<'a> {
    source: &'a dyn CostSource,
    store: &'a dyn CostStore,
    connection: ConnectionId,
    observer: &'a dyn Observer,
}

/// Hears how a run goes on, for progress bars, metrics and logs.
pub trait Observer: fmt::Debug + Send + Sync {
    /// A window has been stored.
    fn stored(&self, progress: &Progress);
}

/// The observer that does nothing.
impl Observer for () {
    fn stored(&self, _: &Progress) {}
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The window just stored.
    pub window: Window,
    /// Windows stored so far.
    pub done: usize,
    /// Windows of the run; grows when a window turns out too large and is split.
    pub planned: usize,
    /// Records stored so far.
    pub records: u64,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// The windows read and stored, ascending.
    pub windows: Vec<Window>,
    /// Rows that the provider announced for them.
    pub announced: u64,
    /// Records stored for them.
    pub records: u64,
    /// What storing them changed.
    pub change: Change,
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Requests that were repeated.
    pub retries: u64,
    /// Charges of a kind that the source does not know.
    pub unknown_kinds: u64,
}

impl<'a> Ingest<'a> {
    /// A run from `source` into `store`, as `connection`.
    pub fn new(source: &'a dyn CostSource, store: &'a dyn CostStore, connection: ConnectionId) -> Self {
        Self { source, store, connection, observer: &() }
    }

    /// The same run, watched.
    pub fn observer(mut self, observer: &'a dyn Observer) -> Self {
        self.observer = observer;
        self
    }

    /// Reads every window of `range` and puts it in place of what the store holds for that span.
    ///
    /// Windows are as wide as [`plan`] allows; one that the source refuses as too large is split at a UTC midnight.
    /// Running again changes nothing unless the provider's data changed. Dropping the future leaves the windows stored
    /// so far, each whole.
    ///
    /// # Errors
    /// [`Error`] at the first window that cannot be read or stored.
    pub async fn run(&self, range: Window) -> Result<RunReport> {
        let mut report = RunReport::default();
        let mut pending: VecDeque<Window> = plan(range).into();
        while let Some(window) = pending.pop_front() {
            let planned = report.windows.len() + 1 + pending.len();
            let fail = |source| Error::new(window, report.windows.len(), planned, source);
            let read = match self.source.read(window).await {
                Ok(read) => read,
                Err(error) => match halves(window) {
                    Some((first, second)) if error.kind() == ErrorKind::WindowTooLarge => {
                        pending.push_front(second);
                        pending.push_front(first);
                        continue;
                    }
                    _ => return Err(fail(error)),
                },
            };
            check_complete(window, &read).map_err(fail)?;
            report.count(&read);
            let change = self.store.replace_window(&self.connection, read).await;
            report.store(
                window,
                change.map_err(|error| Error::new(window, report.windows.len(), planned, error))?,
            );
            let (done, records) = (report.windows.len(), report.records);
            self.observer.stored(&Progress { window, done, planned, records });
        }
        Ok(report)
    }
}

/// A second look at what every source promises: the window asked for, as many rows as announced, all inside.
fn check_complete(window: Window, read: &cost_model::WindowRead) -> cost_model::Result<()> {
    if read.window != window {
        let message = format!("the window {} came back in place of the one asked for", read.window);
        return Err(cost_model::Error::new(ErrorKind::Source, message));
    }
    let received = u64::try_from(read.records.len()).unwrap_or(u64::MAX);
    if received != read.announced {
        let message = format!("{} rows were announced and {received} received", read.announced);
        return Err(cost_model::Error::new(ErrorKind::Source, message));
    }
    match read.records.iter().find(|record| !read.window.contains(record.at)) {
        Some(record) => {
            let message = format!("a row of {} came back, which lies outside the window", record.at);
            Err(cost_model::Error::new(ErrorKind::Source, message))
        }
        None => Ok(()),
    }
}

impl RunReport {
    fn count(&mut self, read: &cost_model::WindowRead) {
        self.announced += read.announced;
        self.records += read.announced;
        self.requests += read.requests;
        self.retries += read.retries;
        self.unknown_kinds += read.unknown_kinds;
    }

    fn store(&mut self, window: Window, change: Change) {
        self.windows.push(window);
        self.change.added += change.added;
        self.change.removed += change.removed;
        self.change.unchanged += change.unchanged;
    }
}

impl fmt::Debug for Ingest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ingest")
            .field("connection", &self.connection)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
