//! The trait [`CostStore`], its inputs and its results.
//!
//! A store keeps charges; it decides nothing about them. What replacing a window or importing a file results in is
//! computed by pure functions ([`ReplacedWindow`], [`ImportPlan`]), so that every store comes to the same state and a
//! store consists of reading and writing alone.

mod charges;
mod completeness;
mod connection_id;
mod coverage;
mod import;
mod journal;
mod memory;
mod replacement;
mod restatement;
mod state;
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
pub use journal::{EntryKind, EntryScope, Journal, JournalEntry, NewEntry, PersonNumber, verify};
pub use memory::MemoryStore;
pub use replacement::{PriorRecord, PriorState, ReplacedWindow, WindowChange, WindowPairing};
pub use restatement::Restatement;
pub use state::{ChargeCounts, Revision};
pub use window_replacement::{ReplaceStats, WindowReplacement};

/// Keeps cost records by connection and window.
///
/// A window is replaced whole, in one call: readers see all of the old window or all of the new one. A call may be dropped
/// at any time, and is then done as a whole or not at all. The module `conformance`, behind the feature of that name, checks
/// all of this.
#[async_trait]
pub trait CostStore: fmt::Debug + Send + Sync {
    /// Returns the connections that something is stored for, ascending. A connection for which a read has only begun
    /// is not among them.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn connections(&self) -> Result<Vec<ConnectionId>>;

    /// Returns whether the stored charges are a provider's or made up; `None` while the store holds none. Made-up
    /// charges of a demo and real ones never mix in one store.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn origin(&self) -> Result<Option<Origin>>;

    /// Returns what tells the present state of the store from those before: another one after every call, also of another
    /// program, that changed charges, coverage, imports, restatements or observations. The store may be asked often: no charge
    /// is read.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn revision(&self) -> Result<Revision>;

    /// Returns the number of a read that is about to begin: higher than all numbers before, over all connections. The
    /// number is used up even if nothing is stored under it. Call it before the first request, so that the order of
    /// numbers is the order in which reads began.
    ///
    /// # Errors
    /// [`ErrorKind::Origin`] when the store holds charges of the other origin;
    /// [`ErrorKind::Store`].
    async fn begin_read(&self, connection: &ConnectionId, origin: Origin) -> Result<ReadNumber>;

    /// Returns the spans of time stored for a connection, with the read that stored each. Spans that only an imported
    /// file covers are included. Empty for a connection that nothing is stored for.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn coverage(&self, connection: &ConnectionId) -> Result<Coverage>;

    /// Replaces whatever is stored for a window by the records of a read, in one call.
    ///
    /// The stored state and the returned stats are those that [`ReplacedWindow::of`] computes from the
    /// stored records of the window: reading the same window again changes nothing, a charge that appeared is added,
    /// one that vanished is dropped, equal charges stay as many as they are, and what a later read has stored stays.
    /// Its restatements are stored with it. What imported files stated of the replaced spans is forgotten.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], and then nothing has changed; also when a record lies outside the
    /// window, and when the connection was purged after the read began.
    async fn replace_window(&self, connection: &ConnectionId, new: WindowReplacement)
    -> Result<ReplaceStats>;

    /// Returns the files imported for a connection, in the order in which they were. Empty for a connection that
    /// nothing is stored for.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn imports(&self, connection: &ConnectionId) -> Result<Vec<Import>>;

    /// Imports a file, as [`ImportPlan::of`] computes it, in one call. A file that was imported before changes nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], and then nothing has changed; also when the store does not know
    /// the import that is to be replaced.
    async fn import(&self, connection: &ConnectionId, file: FileImport) -> Result<ImportStats>;

    /// Removes an imported file with the rows that no other file states, and returns the number of rows removed. Rows
    /// that another file states too stay, and so do records that were read from the provider.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], and then nothing has changed; also when there is no such import.
    async fn remove_import(&self, connection: &ConnectionId, import: ImportId) -> Result<u64>;

    /// Passes every record in scope to `sink`: by connection, then by time, equal times by record id. All records are
    /// of one state of the store, whatever is written meanwhile. A sink may use the store itself.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], or what the sink returns.
    async fn scan(&self, scope: &Scope, sink: &mut (dyn RecordSink + Send)) -> Result<()>;

    /// Passes what a ledger needs of every record in scope to `sink`, in the order of [`CostStore::scan`]. By default every
    /// record is read as a whole; a store that keeps sets of dimensions in a table of their own should override this, to
    /// pass them by number and to read nothing else.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], or what the sink returns.
    async fn scan_charges(&self, scope: &Scope, sink: &mut (dyn ChargeSink + Send)) -> Result<()> {
        self.scan(scope, &mut charges::Numbering::new(sink)).await
    }

    /// Returns how many records a connection has in a window, without those that are unconfirmed. Compared with the
    /// count that the provider announces, which no longer includes unconfirmed charges; 0 for an unknown connection.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn count(&self, connection: &ConnectionId, window: Window) -> Result<u64>;

    /// Returns how many charges a connection has. By default every record is read; a store that many charges are kept in should
    /// override this, to answer in the same time however many there are.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn charge_counts(&self, connection: &ConnectionId) -> Result<ChargeCounts> {
        let mut counts = ChargeCounts::default();
        self.scan(&Scope::all().connection(connection.clone()), &mut counts).await?;
        Ok(counts)
    }

    /// Returns every restatement of a connection, in the order in which they were stored. Negligible changes are
    /// counted in [`ReplaceStats`] and not stored.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn restatements(&self, connection: &ConnectionId) -> Result<Vec<Restatement>>;

    /// Stores a provider's snapshot of a connection; it replaces one of the same instant. It is kept beside the
    /// charges and never changes them.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn observe(&self, connection: &ConnectionId, observations: ProviderSnapshot) -> Result<()>;

    /// Returns the provider's snapshots of a connection, ascending by time. Empty for a connection that nothing is
    /// stored for.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn observations(&self, connection: &ConnectionId) -> Result<Vec<ProviderSnapshot>>;

    /// Replaces a person's name by a pseudonym in all records and observations, and returns the number of records changed.
    /// Sums by anything but the person stay the same. Reading a window again does not bring the name back, but charges that
    /// are new in a later read have it.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], and then nothing has changed.
    async fn pseudonymise(&self, person: &str, pseudonym: &str) -> Result<u64>;

    /// Removes everything stored for a connection, restatements, observations and imports included, and returns the number
    /// of records removed. Reads of it that have begun can no longer be stored.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn purge(&self, connection: &ConnectionId) -> Result<u64>;
}

/// Takes records, one at a time.
///
/// A scan calls it on the task that awaits the scan, so that it need not be `Sync`.
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

/// The records that a scan visits; by default all.
///
/// The two limits are both to be met.
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
    ///
    /// `None` is every connection; an empty list is none.
    pub connections: Option<Vec<ConnectionId>>,
    /// Only records inside this window.
    ///
    /// `None` is all of time.
    pub window: Option<Window>,
}

impl Scope {
    /// Makes a scope of every record.
    pub fn all() -> Self {
        Self::default()
    }

    /// Returns the same scope, limited to one more connection.
    ///
    /// The first call limits a scope of all connections to this one; each later call adds one.
    pub fn connection(mut self, connection: ConnectionId) -> Self {
        self.connections.get_or_insert_default().push(connection);
        self
    }

    /// Returns the same scope, limited to a window.
    ///
    /// A window that was set before is replaced.
    pub fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }
}

impl Error {
    /// Makes the error of a store for a read that began before its connection was purged.
    pub fn read_is_void() -> Self {
        let message =
            "the connection was removed from the store while this read was under way; nothing was stored";
        Self::new(ErrorKind::Store, message)
    }

    /// Makes the error of a store that would have to mix charges of two origins.
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

    /// Makes the error of a store for an import that it does not hold.
    pub fn no_such_import(import: ImportId) -> Self {
        Self::new(ErrorKind::Store, format!("no import {import} is stored for this connection"))
    }
}
