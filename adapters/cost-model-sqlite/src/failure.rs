//! What can go wrong inside, and what the caller is told.
//!
//! Calls fail with a [`Failure`], which becomes the error of `cost-model` where the path is known. A message says
//! what the user can do, and whether anything has changed.

use std::io;
use std::path::Path;

use cost_model::{Error, ErrorKind};
use rusqlite::ErrorCode;

/// A failure that does not know yet which file it is about.
///
/// Calls do not carry the path of the file, which the worker that runs them knows.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What SQLite says; see [`sqlite`] for the words.
    Sqlite(rusqlite::Error),
    /// The file holds something that this crate never writes.
    Damaged(&'static str),
    /// The file was never a store.
    Foreign,
    /// A newer version of this crate wrote the file.
    Newer { found: i64, known: i64 },
    /// A refusal that says enough already.
    Refused(Error),
    /// The file could not be made or looked at.
    Io(io::Error),
    /// A thread of the store is gone.
    Stopped,
}

/// A result inside of this crate, before it is known which file it is about.
pub(crate) type Attempt<T> = Result<T, Failure>;

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Failure {
    /// Returns the same failure, about a store at that path. A refusal passes as it is.
    pub(crate) fn at(self, path: &Path) -> Error {
        let store = path.display();
        match self {
            Self::Sqlite(error) => sqlite(path, error),
            Self::Damaged(what) => Error::new(
                ErrorKind::Store,
                format!(
                    "the store {store} is damaged ({what}): put a copy in its place, or move it away and ingest again"
                ),
            ),
            Self::Foreign => Error::new(
                ErrorKind::Store,
                format!("{store} is a database of another program, and was left as it is: name another file"),
            ),
            Self::Newer { found, known } => Error::new(
                ErrorKind::Store,
                format!(
                    "the store {store} was written by a newer version (its schema is {found}, known here is {known}), \
                     and was left as it is: upgrade this program"
                ),
            ),
            Self::Refused(error) => error,
            Self::Stopped => Error::new(
                ErrorKind::Store,
                format!("a thread of the store {store} has ended: open it again"),
            ),
            Self::Io(error) => {
                Error::new(ErrorKind::Store, format!("the store {store} cannot be opened or created"))
                    .with_source(error)
            }
        }
    }

    /// Returns whether SQLite found no way to share the file with others, for want of the right to write beside it.
    pub(crate) fn is_about_sharing(&self) -> bool {
        let Self::Sqlite(error) = self else { return false };
        matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
    }
}

/// Words an error of SQLite by its code; its own text follows as the source.
///
/// The codes are those of <https://www.sqlite.org/rescode.html>. Every message says whether something
/// changed, because that decides what to do next.
fn sqlite(path: &Path, error: rusqlite::Error) -> Error {
    let store = path.display();
    let message = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => {
            format!("the store {store} is damaged: put a copy in its place, or move it away and ingest again")
        }
        Some(ErrorCode::NotADatabase) => format!(
            "{store} is not a store, or its beginning is damaged: name another file, or put a copy in its place"
        ),
        Some(ErrorCode::ReadOnly) => format!(
            "the store {store} cannot be written, and nothing has changed: open it for writing, with the right to write \
             the file and its folder"
        ),
        Some(ErrorCode::DiskFull) => format!(
            "there is no room for the store {store}, and nothing has changed: free some space or raise its limit, then \
             run again"
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => format!(
            "the store {store} is being written by another program, and nothing has changed: try again later"
        ),
        Some(ErrorCode::CannotOpen) => {
            format!(
                "the store {store} cannot be opened: check that it exists and that its folder can be written"
            )
        }
        Some(ErrorCode::SystemIoFailure) => format!(
            "reading or writing the store {store} failed, and nothing has changed: check the disk, then run again"
        ),
        Some(_) => format!("the store {store} failed, and nothing has changed"),
        // A value of another type than this crate writes.
        None => format!(
            "the store {store} is damaged (a value of a wrong type): put a copy in its place, or move it away and \
             ingest again"
        ),
    };
    Error::new(ErrorKind::Store, message).with_source(error)
}
