//! The store, and how it is opened.
//!
//! [`SqliteStore`] only hands each call to a thread that owns a connection to the file; what the calls do is in
//! `calls`, how rows look in `format`. Calls that write go to one thread and questions to another, so that a question
//! does not wait for a long window.

use std::path::{self, Path};
use std::sync::Arc;

use async_trait::async_trait;
use cost_model::record::ReadNumber;
use cost_model::source::{Origin, ProviderSnapshot};
use cost_model::store::{
    ChargeCounts, ChargeSink, ConnectionId, Coverage, EntryKind, EntryScope, FileImport, Import, ImportId,
    ImportStats, Journal, JournalEntry, NewEntry, PersonNumber, RecordSink, ReplaceStats, Restatement,
    Revision, Scope, WindowReplacement,
};
use cost_model::{CostStore, Result, Window};
use rusqlite::Connection;

use crate::calls::coverage;
use crate::calls::imports;
use crate::calls::journal;
use crate::calls::observed;
use crate::calls::people;
use crate::calls::reads;
use crate::calls::restated;
use crate::calls::scan;
use crate::calls::windows;
use crate::database::{Access, Database};
use crate::failure::{Attempt, Failure};
use crate::format::dictionary;
use crate::format::record::Flags;
use crate::worker::Worker;

/// The options for opening a store.
///
/// The file keeps none of them: each program that opens it states its own.
///
/// ```no_run
/// use cost_model_sqlite::Options;
/// let store = Options::new().max_bytes(2 << 30).open("costs.db")?;
/// let reader = Options::new().read_only(true).open("costs.db")?;
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    read_only: bool,
    max_bytes: Option<u64>,
}

impl Options {
    /// Makes options for reading and writing, without a limit on the size; the file is created if it does not exist.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the store for reading alone if `true`. The file must then be there, and every call that writes is an error.
    ///
    /// Other programs may write the file meanwhile. It also works where nothing can be written, as long as no log is
    /// left beside the file.
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// Limits the file to that many bytes. A call that needs more is an error, and changes nothing. The log of changes
    /// beside the file is not counted.
    ///
    /// Rounded down to whole pages, and at least one. A file that is already larger is not made smaller.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Opens the store at `path`.
    ///
    /// A new file can be read and written by its owner only. One of an earlier version is brought to the present one.
    /// This call reads and writes on the calling thread.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](cost_model::ErrorKind::Store), with the path and what to do: when the file cannot be opened
    /// or made, is damaged, belongs to another program, or was written by a newer version. It is left as it was then.
    pub fn open(self, path: impl AsRef<Path>) -> Result<SqliteStore> {
        // SQLite gives some relative names, such as `:memory:`, a meaning of their own.
        let path: Arc<Path> =
            path::absolute(path.as_ref()).map_err(|error| Failure::Io(error).at(path.as_ref()))?.into();
        SqliteStore::start(&path, self.read_only, self.max_bytes).map_err(|failure| failure.at(&path))
    }
}

/// A [`CostStore`] in one SQLite file.
///
/// Several programs may have the file open; one writes at a time, and the others wait for it for a few seconds.
///
/// It keeps two threads: one writes, one answers short questions; each scan has a thread of its own while it goes on.
/// Dropping the store waits for what was begun, and leaves everything in its one file.
///
/// Dropping a future of a call that writes does not call it off once it has been polled: it is done as a whole, or, if it
/// fails, not at all. Calls that write are done in the order in which they are first polled.
pub struct SqliteStore {
    path: Arc<Path>,
    /// What the file allows; scans open it in the same way.
    access: Access,
    // Dropped before the writer: the last connection to close merges the log, and one that only reads cannot.
    reader: Worker,
    /// The thread of everything that writes.
    writer: Worker,
}

cost_model::masked_debug!(SqliteStore { path, access });

impl SqliteStore {
    /// Opens the store at `path`, or makes one if nothing is there. See [`Options::open`].
    ///
    /// For reading and writing, without a limit on its size.
    ///
    /// # Errors
    /// As [`Options::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Options::new().open(path)
    }

    /// Opens the file once for each thread. A file where nothing can be written is read by both.
    ///
    /// The caller has made the path absolute.
    pub(crate) fn start(path: &Arc<Path>, read_only: bool, max_bytes: Option<u64>) -> Attempt<Self> {
        let (database, access) = Database::open(path, read_only)?;
        if let Some(bytes) = max_bytes {
            database.limit(bytes)?;
        }
        let reading = if access == Access::Frozen { access } else { Access::Read };
        // A connection of its own, so that short questions are answered while a long window is written.
        let reader = Worker::start(Database::connect(path, reading)?)?;
        Ok(Self { path: Arc::clone(path), access, writer: Worker::start(database)?, reader })
    }

    /// Asks about a connection; the default if nothing is stored for it.
    ///
    /// For the questions that are about one connection; those about the whole store go to the reader
    /// directly.
    async fn ask<T: Default + Send + 'static>(
        &self,
        connection: &ConnectionId,
        question: impl FnOnce(&Connection, i64) -> Attempt<T> + Send + 'static,
    ) -> Result<T> {
        let id = connection.clone();
        self.reader
            .run(move |database| {
                // One transaction, so that the number of the connection and what is read by it are of the same state.
                let transaction = database.connection.transaction()?;
                match dictionary::connection(&transaction, &id)? {
                    Some(number) => question(&transaction, number),
                    None => Ok(T::default()),
                }
            })
            .await
    }
}

#[async_trait]
impl CostStore for SqliteStore {
    async fn connections(&self) -> Result<Vec<ConnectionId>> {
        self.reader.run(|database| reads::connections(&database.connection)).await
    }

    async fn origin(&self) -> Result<Option<Origin>> {
        self.reader.run(|database| reads::origin(&database.connection)).await
    }

    async fn revision(&self) -> Result<Revision> {
        self.reader.run(|database| reads::revision(&database.connection)).await
    }

    async fn begin_read(&self, connection: &ConnectionId, origin: Origin) -> Result<ReadNumber> {
        let id = connection.clone();
        self.writer
            .run(move |database: &mut Database| {
                database.write(|transaction, _| reads::begin(transaction, &id, origin))
            })
            .await
    }

    async fn coverage(&self, connection: &ConnectionId) -> Result<Coverage> {
        self.ask(connection, |sqlite, number| {
            Ok(coverage::of_provider(sqlite, number)?.with_files(&imports::all(sqlite, number)?))
        })
        .await
    }

    async fn replace_window(
        &self,
        connection: &ConnectionId,
        new: WindowReplacement,
    ) -> Result<ReplaceStats> {
        let id = connection.clone();
        self.writer
            .run(move |database: &mut Database| {
                database.change(|transaction, dictionary| windows::replace(transaction, dictionary, &id, new))
            })
            .await
    }

    async fn imports(&self, connection: &ConnectionId) -> Result<Vec<Import>> {
        self.ask(connection, imports::all).await
    }

    async fn import(&self, connection: &ConnectionId, file: FileImport) -> Result<ImportStats> {
        let id = connection.clone();
        self.writer
            .run(move |database: &mut Database| {
                database
                    .change(|transaction, dictionary| imports::import(transaction, dictionary, &id, &file))
            })
            .await
    }

    async fn remove_import(&self, connection: &ConnectionId, import: ImportId) -> Result<u64> {
        let id = connection.clone();
        self.writer
            .run(move |database: &mut Database| {
                database
                    .change(|transaction, dictionary| imports::remove(transaction, dictionary, &id, import))
            })
            .await
    }

    async fn scan(&self, scope: &Scope, sink: &mut (dyn RecordSink + Send)) -> Result<()> {
        scan::scan(&self.path, self.access, scope, sink).await
    }

    async fn scan_charges(&self, scope: &Scope, sink: &mut (dyn ChargeSink + Send)) -> Result<()> {
        scan::scan_charges(&self.path, self.access, scope, sink).await
    }

    async fn count(&self, connection: &ConnectionId, window: Window) -> Result<u64> {
        let span = (window.start().millis(), window.end().millis());
        self.ask(connection, move |sqlite, number| {
            let mut count = sqlite.prepare_cached(
                "SELECT count(*) FROM record WHERE connection = ? AND at >= ? AND at < ? AND flags & ? = 0",
            )?;
            let values = (number, span.0, span.1, Flags::UNCONFIRMED);
            let count: i64 = count.query_row(values, |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or_default())
        })
        .await
    }

    async fn charge_counts(&self, connection: &ConnectionId) -> Result<ChargeCounts> {
        self.ask(connection, reads::charge_counts).await
    }

    async fn restatements(&self, connection: &ConnectionId) -> Result<Vec<Restatement>> {
        self.ask(connection, restated::all).await
    }

    async fn observe(&self, connection: &ConnectionId, observations: ProviderSnapshot) -> Result<()> {
        let id = connection.clone();
        self.writer
            .run(move |database: &mut Database| {
                database.change(|transaction, _| {
                    observed::put(
                        transaction,
                        dictionary::connection_or_new(transaction, &id)?,
                        &observations,
                    )
                })
            })
            .await
    }

    async fn observations(&self, connection: &ConnectionId) -> Result<Vec<ProviderSnapshot>> {
        self.ask(connection, observed::all).await
    }

    async fn pseudonymise(&self, person: &str, pseudonym: &str) -> Result<u64> {
        let (person, pseudonym) = (person.to_owned(), pseudonym.to_owned());
        self.writer.run(move |database| people::pseudonymise(database, &person, &pseudonym)).await
    }

    async fn purge(&self, connection: &ConnectionId) -> Result<u64> {
        let id = connection.clone();
        self.writer.run(move |database| people::purge(database, &id)).await
    }
}

#[async_trait]
impl Journal for SqliteStore {
    async fn append(&self, entry: NewEntry) -> Result<JournalEntry> {
        self.writer
            .run(move |database: &mut Database| {
                database.write(|transaction, _| journal::append(transaction, entry))
            })
            .await
    }

    async fn latest(&self, kind: &EntryKind, key: &str) -> Result<Option<JournalEntry>> {
        let (kind, key) = (kind.clone(), key.to_owned());
        self.reader.run(move |database| journal::latest(&database.connection, &kind, &key)).await
    }

    async fn entries(&self, scope: &EntryScope) -> Result<Vec<JournalEntry>> {
        let scope = scope.clone();
        self.reader.run(move |database| journal::entries(&database.connection, &scope)).await
    }

    async fn person_number(&self, name: &str) -> Result<PersonNumber> {
        let name = name.to_owned();
        self.writer
            .run(move |database: &mut Database| {
                database.write(|transaction, _| journal::person_number(transaction, &name))
            })
            .await
    }

    async fn person_name(&self, number: PersonNumber) -> Result<Option<String>> {
        self.reader.run(move |database| journal::person_name(&database.connection, number)).await
    }

    async fn erase_person(&self, number: PersonNumber) -> Result<()> {
        self.writer
            .run(move |database| {
                people::erase(database, |transaction, _| journal::erase_person(transaction, number))
            })
            .await
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // Also where another connection to the file is still open, such as that of a scan that was given up.
        drop(self.writer.give(|database: &mut Database| {
            database.merge_log();
            Ok(())
        }));
    }
}
