//! The seam to storage: what a store does, what it is given, what it answers.

mod charges;
mod completeness;
mod connection_id;
mod coverage;
mod import;
mod memory;
mod replacement;
mod restatement;
mod window_replacement;

use std::fmt;

use async_trait::async_trait;

use crate::error::{Error, ErrorKind, Result};
use crate::record::{CostRecord, ReadNumber, StoredRecord};
use crate::source::{Origin, ProviderSnapshot};
use crate::time::Window;

pub use charges::{ChargeSink, SetNumber};
pub(crate) use completeness::Completeness;
pub use completeness::{Gap, GapState};
pub use connection_id::ConnectionId;
pub use coverage::{Coverage, CoveredBy, CoveredSpan, LOOK_BACK_DAYS, final_before};
pub use import::{
    Comparison, Correction, FileImport, Import, ImportChange, ImportId, ImportPlan, ImportState, ImportStats,
    Owner, RowSum,
};
pub use memory::MemoryStore;
pub use replacement::{PriorRecord, PriorState, ReplacedWindow, WindowChange, WindowPairing};
pub use restatement::Restatement;
pub use window_replacement::{ReplaceStats, WindowReplacement};

/// Keeps cost records by connection and window.
///
/// A window is replaced whole, in one call: readers see all of the old window or all of the new one. A call may be dropped
/// at any time, and is then done as a whole or not at all. The module `conformance`, behind the feature of that name, checks
/// all of this.
#[async_trait]
pub trait CostStore: fmt::Debug + Send + Sync {
    /// Returns the connections that something is stored for, ascending.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn connections(&self) -> Result<Vec<ConnectionId>>;

    /// Returns what the charges are that the store holds; `None` while it holds none.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn origin(&self) -> Result<Option<Origin>>;

    /// Hands out the number of a read that is about to begin: higher than all before, of every connection.
    ///
    /// # Errors
    /// [`ErrorKind::Origin`] when the store holds charges of the other origin;
    /// [`ErrorKind::Store`].
    async fn begin_read(&self, connection: &ConnectionId, origin: Origin) -> Result<ReadNumber>;

    /// Returns the spans of time stored for a connection, with the read that stored each. What only a file covers is
    /// among them.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn coverage(&self, connection: &ConnectionId) -> Result<Coverage>;

    /// Puts a window's records in place of whatever is stored for that span, in one call.
    ///
    /// What is put in place, and what the answer says, is what [`ReplacedWindow::of`] makes of the
    /// stored records of the window: reading the same window again changes nothing, a charge that appeared is added,
    /// one that vanished is dropped, equal charges stay as many as they are, and what a later read has stored stays.
    /// Its restatements are stored with it. What imported files stated of the replaced spans is forgotten.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], and then nothing has changed; also when a record lies outside the
    /// window, and when the connection was purged after the read began.
    async fn replace_window(&self, connection: &ConnectionId, new: WindowReplacement)
    -> Result<ReplaceStats>;

    /// Returns the files imported for a connection, in the order in which they were.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn imports(&self, connection: &ConnectionId) -> Result<Vec<Import>>;

    /// Brings in a file, as [`ImportPlan::of`] says, in one call. A file that is there already changes nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], and then nothing has changed; also when the store does not know
    /// the import that is to be replaced.
    async fn import(&self, connection: &ConnectionId, file: FileImport) -> Result<ImportStats>;

    /// Takes an imported file out, with the rows that nothing else states, and returns how many rows that were.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], and then nothing has changed; also when there is no such import.
    async fn remove_import(&self, connection: &ConnectionId, import: ImportId) -> Result<u64>;

    /// Hands every record in scope to `sink`: by connection, then by time, equal times by record id.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], or what the sink returns.
    async fn scan(&self, scope: &Scope, sink: &mut (dyn RecordSink + Send)) -> Result<()>;

    /// Hands what a ledger needs of every record in scope to `sink`, in the order of [`CostStore::scan`]. A store that keeps
    /// sets of dimensions in a table of their own hands them over by number and leaves out what is not asked for; by default
    /// every record is read as a whole.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], or what the sink returns.
    async fn scan_charges(&self, scope: &Scope, sink: &mut (dyn ChargeSink + Send)) -> Result<()> {
        self.scan(scope, &mut charges::Numbering::new(sink)).await
    }

    /// Returns how many records a connection has in a window, without those that are unconfirmed.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn count(&self, connection: &ConnectionId, window: Window) -> Result<u64>;

    /// Returns every restatement of a connection, in the order in which they were stored.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn restatements(&self, connection: &ConnectionId) -> Result<Vec<Restatement>>;

    /// Keeps what a provider stated of a connection at an instant; in place of what it stated at the same instant.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn observe(&self, connection: &ConnectionId, observations: ProviderSnapshot) -> Result<()>;

    /// Everything that was observed of a connection, ascending by time.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn observations(&self, connection: &ConnectionId) -> Result<Vec<ProviderSnapshot>>;

    /// Puts a pseudonym in place of a person's name in all records and observations, and returns how many records that
    /// were. Sums by anything but the person stay the same, and reading a window again does not bring the name back;
    /// charges that come in later do.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], and then nothing has changed.
    async fn pseudonymise(&self, person: &str, pseudonym: &str) -> Result<u64>;

    /// Removes everything stored for a connection, restatements, observations and imports included, and returns how many
    /// records that was. Reads of it that have begun can no longer be stored.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn purge(&self, connection: &ConnectionId) -> Result<u64>;
}

/// Takes records, one at a time.
pub trait RecordSink {
    /// Takes one record.
    ///
    /// # Errors
    /// Whatever stops the sink; the scan then ends with that error.
    fn record(&mut self, record: &StoredRecord) -> Result<()>;
}

impl RecordSink for Vec<StoredRecord> {
    fn record(&mut self, record: &StoredRecord) -> Result<()> {
        self.push(record.clone());
        Ok(())
    }
}

impl RecordSink for Vec<CostRecord> {
    fn record(&mut self, record: &StoredRecord) -> Result<()> {
        self.push(record.record.clone());
        Ok(())
    }
}

/// Which records a scan visits; by default all.
///
/// ```
/// use cost_model::Window;
/// use cost_model::store::{ConnectionId, Scope};
///
/// let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
/// let scope = Scope::all().connection(ConnectionId::new("acme")).window(september);
/// assert_eq!(scope.window, Some(september));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

    /// Returns the same scope, limited to one more connection.
    pub fn connection(mut self, connection: ConnectionId) -> Self {
        self.connections.get_or_insert_default().push(connection);
        self
    }

    /// Returns the same scope, limited to a window.
    pub fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }
}

impl Error {
    /// Makes a store's refusal to take a read that began before its connection was purged.
    pub fn read_is_void() -> Self {
        let message =
            "the connection was removed from the store while this read was under way; nothing was stored";
        Self::new(ErrorKind::Store, message)
    }

    /// Makes a store's refusal to mix charges of two origins.
    pub fn mixed_origins(held: Origin) -> Self {
        let message = match held {
            Origin::Demo => {
                "the store holds made-up charges of a demo, and real ones must not mix with them; use another file"
            }
            Origin::Provider => {
                "the store holds real charges, and made-up ones of a demo must not mix with them; use another file"
            }
        };
        Self::new(ErrorKind::Origin, message)
    }

    /// Makes a store's answer where there is no such import.
    pub fn no_such_import(import: ImportId) -> Self {
        Self::new(ErrorKind::Store, format!("no import {import} is stored for this connection"))
    }
}
