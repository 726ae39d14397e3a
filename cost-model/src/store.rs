//! The seam to storage.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{CostRecord, Observations, Restatement, Result, Window, WindowRead};

/// Keeps cost records by connection and window.
///
/// A window is replaced whole, in one call: readers see all of the old window or all of the new one. A call may be dropped
/// at any time, and is then done as a whole or not at all. The module `conformance`, behind the feature of that name, checks
/// all of this.
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
    /// What is put in place, and what the answer says, is what [`Replacement::of`](crate::Replacement::of) makes of the
    /// stored records of the window: reading the same window again changes nothing, a charge that appeared is added,
    /// one that vanished is dropped, and equal charges stay as many as they are. Its restatements are stored with it.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store), and then nothing has changed; also when a record lies outside the
    /// window.
    async fn replace_window(&self, connection: &ConnectionId, read: WindowRead) -> Result<Change>;

    /// Hands every record in scope to `sink`: by connection, then by time, equal times by record id.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store), or what the sink returns.
    async fn scan(&self, scope: &Scope, sink: &mut (dyn RecordSink + Send)) -> Result<()>;

    /// How many records a connection has in a window, without those that are unconfirmed.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    async fn count(&self, connection: &ConnectionId, window: Window) -> Result<u64>;

    /// Every restatement of a connection, in the order in which they were stored.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    async fn restatements(&self, connection: &ConnectionId) -> Result<Vec<Restatement>>;

    /// Keeps what a provider stated of a connection at an instant; in place of what it stated at the same instant.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    async fn observe(&self, connection: &ConnectionId, observations: Observations) -> Result<()>;

    /// Everything that was observed of a connection, ascending by time.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    async fn observations(&self, connection: &ConnectionId) -> Result<Vec<Observations>>;

    /// Puts a pseudonym in place of a person's name in all records and observations, and tells how many records that
    /// were. Sums by anything but the person stay the same, and reading a window again does not bring the name back;
    /// charges that come in later do.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store), and then nothing has changed.
    async fn pseudonymise(&self, person: &str, pseudonym: &str) -> Result<u64>;

    /// Removes everything stored for a connection, restatements and observations included, and tells how many records
    /// that was.
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

impl<'de> Deserialize<'de> for ConnectionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
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
///
/// Before it there were `removed`, `changed`, `repriced`, `unchanged` and `unconfirmed` records; after it, `added`
/// instead of `removed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Records that were not there before.
    pub added: u64,
    /// Records that are no longer there.
    pub removed: u64,
    /// Records that stayed, those included whose person was kept.
    pub unchanged: u64,
    /// Records that are another in something other than amounts.
    pub changed: u64,
    /// Records with other amounts.
    pub repriced: u64,
    /// Records that did not come back, but are older than what the provider still answers for, and stay.
    pub unconfirmed: u64,
    /// Of those that stayed: records whose person the provider has forgotten just now.
    pub persons_kept: u64,
    /// Of those re-priced: restatements below 10^-6 cent, which are counted only.
    pub negligible: u64,
}

impl Change {
    /// A change of so many records.
    pub fn new(added: u64, removed: u64, unchanged: u64) -> Self {
        Self { added, removed, unchanged, ..Self::default() }
    }

    /// Both changes together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            added: self.added + other.added,
            removed: self.removed + other.removed,
            unchanged: self.unchanged + other.unchanged,
            changed: self.changed + other.changed,
            repriced: self.repriced + other.repriced,
            unconfirmed: self.unconfirmed + other.unconfirmed,
            persons_kept: self.persons_kept + other.persons_kept,
            negligible: self.negligible + other.negligible,
        }
    }
}
