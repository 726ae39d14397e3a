//! How a store is opened.

use std::path::{self, Path};
use std::sync::Arc;

use cost_model::Result;

use crate::SqliteStore;
use crate::failure::Failure;

/// How to open a store.
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
    /// For reading and writing, without a limit; the file is made if it is not there.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns whether the store is only read. The file must then be there, and every call that writes is an error.
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// Returns the most bytes that the file may grow to. A call that needs more is an error, and changes nothing. The
    /// log of changes beside the file is not counted.
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
