//! The seam to storage.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Serialize, Serializer};

use crate::{CostRecord, Result, Window, WindowRead};

/// Keeps cost records by connection and window.
///
/// A window is replaced whole, in one call: readers see all of the old window or all of the new one.
#[async_trait]
pub trait CostStore: fmt::Debug + Send + Sync {
    /// The connections that something is stored for, ascending.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    async fn connections(&self) -> Result<Vec<ConnectionId>>;

    /// The spans of time stored for a connection, merged and ascending.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    async fn coverage(&self, connection: &ConnectionId) -> Result<Vec<Window>>;

    /// Puts a window's records in place of whatever is stored for that span.
    ///
    /// Reading the same window again changes nothing; a charge that appeared is added, one that vanished is dropped,
    /// and equal charges stay as many as they are.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store), and then nothing has changed; also when a record lies outside the
    /// window.
    async fn replace_window(&self, connection: &ConnectionId, read: WindowRead) -> Result<Change>;

    /// Hands every record in scope to `sink`: by connection, then by time, equal times in the order they were read.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store), or what the sink returns.
    async fn scan(&self, scope: &Scope, sink: &mut (dyn RecordSink + Send)) -> Result<()>;

    /// Removes everything stored for a connection, and tells how many records that was.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    async fn purge(&self, connection: &ConnectionId) -> Result<u64>;
}

/// Takes records, one at a time.
pub trait RecordSink {
    /// Takes one record.
    ///
    /// # Errors
    /// Whatever stops the sink; the scan then ends with that error.
    fn record(&mut self, record: &CostRecord) -> Result<()>;
}

impl RecordSink for Vec<CostRecord> {
    fn record(&mut self, record: &CostRecord) -> Result<()> {
        self.push(record.clone());
        Ok(())
    }
}

/// The lasting name of a connection, which stays when its account name or key changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(Arc<str>);

impl ConnectionId {
    /// A connection of that name.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for ConnectionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Which records a scan visits; by default all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scope {
    /// Only these connections.
    pub connections: Option<Vec<ConnectionId>>,
    /// Only records inside this window.
    pub window: Option<Window>,
}

impl Scope {
    /// Everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// The same scope, limited to one more connection.
    pub fn connection(mut self, connection: ConnectionId) -> Self {
        self.connections.get_or_insert_default().push(connection);
        self
    }

    /// The same scope, limited to a window.
    pub fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }
}

impl Scope {
    /// The part of `window` in scope.
    pub(crate) fn cut(&self, window: Window) -> Option<Window> {
        let Some(scope) = self.window else { return Some(window) };
        Window::new(window.start().max(scope.start()), window.end().min(scope.end())).ok()
    }
}

/// What replacing a window changed, in records, counted as multisets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Records that were not there before.
    pub added: u64,
    /// Records that are no longer there.
    pub removed: u64,
    /// Records that stayed.
    pub unchanged: u64,
}

impl Change {
    /// A change of so many records.
    pub fn new(added: u64, removed: u64, unchanged: u64) -> Self {
        Self { added, removed, unchanged }
    }
}
