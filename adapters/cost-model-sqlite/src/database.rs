//! A connection to the file.
//!
//! Every thread of a store has a connection of its own. The file is in WAL mode, in which readers see the last
//! committed state while a writer goes on.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, ToSql};

use crate::failure::{Attempt, Failure};
use crate::format::dictionary::Dictionary;
use crate::format::schema;

/// How long to wait for another program that writes.
const PATIENCE: Duration = Duration::from_secs(5);
/// The log of changes is cut back to this once it is merged.
///
/// A large import leaves a large log, which would otherwise keep its size.
const LOG_BYTES: i64 = 64 << 20;
/// The log is merged at this number of pages: pages that many windows change, such as those of an index, are then written
/// to the file once for all of them.
///
/// With pages of 4,096 bytes that is about 32 MB; SQLite's own value is 1,000 pages.
const LOG_PAGES: i64 = 8_000;

/// How a file is used: what the caller asks for, as far as the file allows it; see [`Database::open`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Reading and writing.
    Write,
    /// Reading alone; other programs may write meanwhile.
    Read,
    /// Reading where nothing can be written, not even the marks by which readers and writers keep out of each other's
    /// way.
    Frozen,
}

/// A connection, and what it remembers.
///
/// It belongs to one thread, and so does what it remembers.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) connection: Connection,
    pub(crate) path: Arc<Path>,
    pub(crate) dictionary: Dictionary,
}

impl Database {
    /// Opens a store, makes it if it is not there, and brings it to the present version. The returned access is what
    /// the file allows: `Frozen` where reading needs files beside it that cannot be made.
    ///
    /// # Errors
    /// The failure of the first attempt: a frozen file is tried only where the right to write beside it is
    /// missing and everything is in the file itself.
    pub(crate) fn open(path: &Arc<Path>, read_only: bool) -> Attempt<(Self, Access)> {
        let access = if read_only { Access::Read } else { Access::Write };
        if !read_only {
            create(path)?;
        }
        let opened = Self::connect(path, access).and_then(|database| database.prepared(access));
        match opened {
            Err(failure) if failure.is_about_sharing() && has_no_log(path) => {
                let frozen = Self::connect(path, Access::Frozen)
                    .and_then(|database| database.prepared(Access::Frozen));
                // The first failure says more, if that is none of the rights.
                frozen.map(|database| (database, Access::Frozen)).map_err(|_| failure)
            }
            opened => opened.map(|database| (database, access)),
        }
    }

    /// Checks whose file it is, sets how it is written, and takes the steps to the present version.
    ///
    /// Each program that opens the file sets how it writes; the file only keeps that it has a log.
    fn prepared(mut self, access: Access) -> Attempt<Self> {
        // Before anything is written: the file may be somebody else's.
        schema::version(&self.connection)?;
        if access == Access::Write {
            // The mode is kept in the file; the rest holds for this connection alone.
            let settings: [(&str, &dyn ToSql); 3] = [
                ("journal_mode", &"WAL"),
                ("journal_size_limit", &LOG_BYTES),
                ("wal_autocheckpoint", &LOG_PAGES),
            ];
            for (pragma, value) in settings {
                self.connection.pragma_update_and_check(None, pragma, value, |_| Ok(()))?;
            }
            // In WAL mode this keeps the file consistent after a power failure; at most the last commits are lost,
            // and read again.
            self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        }
        schema::prepare(&mut self.connection)?;
        Ok(self)
    }

    /// Opens a store that is there and of the present version.
    ///
    /// The path is absolute, so that SQLite takes it for a name of a file and for nothing else.
    pub(crate) fn connect(path: &Arc<Path>, access: Access) -> Attempt<Self> {
        // Without a lock of SQLite's own: a connection is never shared between threads.
        let connection = match access {
            Access::Write => Connection::open_with_flags(
                path,
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            )?,
            Access::Read => Connection::open_with_flags(
                path,
                OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            )?,
            Access::Frozen => Connection::open_with_flags(
                frozen_uri(path)?,
                OpenFlags::SQLITE_OPEN_READ_ONLY
                    | OpenFlags::SQLITE_OPEN_NO_MUTEX
                    | OpenFlags::SQLITE_OPEN_URI,
            )?,
        };
        connection.busy_timeout(PATIENCE)?;
        // Charges must not come into temporary files, which are outside of the store.
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        Ok(Self { connection, path: Arc::clone(path), dictionary: Dictionary::default() })
    }

    /// Brings everything from the log into the file itself, so that a copy of the file is a copy of the store. Waits for
    /// readers for a while; what cannot be merged stays in the log, where the next to open the store finds it.
    ///
    /// Failing to merge is no error: nothing is lost, and nobody could act on it.
    pub(crate) fn merge_log(&mut self) {
        let _busy = self.connection.pragma_update_and_check(None, "wal_checkpoint", "TRUNCATE", |_| Ok(()));
    }

    /// Refuses to let the file grow past a number of bytes.
    ///
    /// For this connection alone; another program may set another limit.
    pub(crate) fn limit(&self, bytes: u64) -> Attempt<()> {
        let page: i64 = self.connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = i64::try_from(bytes).unwrap_or(i64::MAX) / page.max(1);
        self.connection.pragma_update_and_check(None, "max_page_count", pages.max(1), |_| Ok(()))?;
        Ok(())
    }
}

/// Makes an empty file that only its owner may read. SQLite gives the files beside it the same rights.
///
/// Without the file, SQLite would make one with the rights that the process gives by default.
fn create(path: &Path) -> Attempt<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Perhaps it is there, on a disk that cannot be written.
        Err(_) if path.exists() => Ok(()),
        Err(error) => Err(Failure::Io(error)),
    }
}

/// Returns whether everything is in the file itself, and nothing in a log beside it.
///
/// A log that cannot be read because it is not there counts as empty.
fn has_no_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(Path::new(OsStr::new(&log))).map_or(true, |log| log.len() == 0)
}

/// Returns the URI that opens a file without locks or log. Fails for a path that is not Unicode, which no URI can
/// name.
fn frozen_uri(path: &Path) -> Attempt<String> {
    let path = path.to_str().ok_or_else(|| {
        Failure::Io(io::Error::new(io::ErrorKind::InvalidInput, "the path is not valid Unicode"))
    })?;
    let encoded: Vec<String> = path
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02x}"),
        })
        .collect();
    Ok(format!("file:{}?immutable=1", encoded.concat()))
}
