//! Files that no output may replace.

use std::path::{Component, Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// The files and folders that a program reads or keeps, so that it does not write its output over them.
///
/// A file is the same by whatever path it is reached: relative or absolute, through links in its folders, in another case of
/// letters where the file system makes no difference. A name counts also where no file is there yet: SQLite makes files beside
/// a store only while it writes.
///
/// ```
/// use cursor_costs::files::{InUse, NewFiles};
///
/// let folder = tempfile::tempdir()?;
/// let store = folder.path().join("costs.db");
/// std::fs::write(&store, "charges")?;
/// let mut files = NewFiles::sparing(InUse::default().file(&store, "the store"));
/// let error = files.write(&folder.path().join("./costs.db"), b"a report").unwrap_err();
/// assert!(error.to_string().contains("this is the store"));
/// assert_eq!(std::fs::read(&store)?, b"charges");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct InUse(Vec<Used>);

#[derive(Clone, Debug)]
struct Used {
    path: PathBuf,
    /// What it is, for the error.
    what: String,
    is_folder: bool,
}

impl InUse {
    /// Adds a file; `what` says in an error what it is, such as "the store".
    pub fn file(mut self, path: &Path, what: impl Into<String>) -> Self {
        self.0.push(Used { path: resolved(path), what: what.into(), is_folder: false });
        self
    }

    /// Adds a folder, in which nothing may be written at any depth.
    pub fn folder(mut self, path: &Path, what: impl Into<String>) -> Self {
        self.0.push(Used { path: resolved(path), what: what.into(), is_folder: true });
        self
    }

    /// Adds everything of another list.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Refuses a place that is one of the files, or lies in one of the folders.
    ///
    /// # Errors
    /// [`ErrorKind::File`], with what the place is.
    pub fn refuse(&self, place: &Path) -> Result<()> {
        let place_resolved = resolved(place);
        let hit = self.0.iter().find(|used| {
            used.path == place_resolved || (used.is_folder && place_resolved.starts_with(&used.path))
        });
        let Some(used) = hit else { return Ok(()) };
        let is_in = if used.is_folder { "this lies in" } else { "this is" };
        let message = format!("{}: {is_in} {}, and nothing was written", place.display(), used.what);
        Err(Error::new(ErrorKind::File, message).with_hint("write to another place"))
    }
}

/// Returns the one path of a file, whether or not it is there: absolute, without links and without `..`.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut resolved = PathBuf::new();
    for component in path.components() {
        match component {
            // What stands before it has no links any more, or is not there.
            Component::ParentDir => _ = resolved.pop(),
            Component::CurDir => {}
            _ => resolved.push(component),
        }
        if let Ok(found) = resolved.canonicalize() {
            resolved = found;
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_known_by_every_path_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("data/invoices")).unwrap();
        fs::write(root.join("data/costs.db"), "charges").unwrap();
        let in_use = InUse::default()
            .file(&root.join("data/costs.db"), "the store")
            .file(&root.join("data/costs.db-wal"), "a file of the store")
            .file(&root.join("not/there/yet"), "a file to come")
            .folder(&root.join("data/invoices"), "the folder of invoices");
        for taken in [
            "data/costs.db",
            "data/./costs.db",
            "data/../data/costs.db",
            "nowhere/../data/costs.db",
            "nowhere/../data/invoices/new/bridge.csv",
            "data/costs.db-wal",
            "not/there/yet",
            "data/invoices/bridge.csv",
            "data/invoices/deeper/bridge.csv",
            "data/invoices",
        ] {
            let error = in_use.refuse(&root.join(taken)).expect_err(taken);
            assert!(error.to_string().contains("nothing was written"), "{error}");
        }
        for free in ["data/costs.db.csv", "costs.db", "data/invoices.csv", "data/report.json"] {
            in_use.refuse(&root.join(free)).expect(free);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_way_makes_no_difference() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("data")).unwrap();
        fs::write(root.join("data/costs.db"), "charges").unwrap();
        std::os::unix::fs::symlink(root.join("data"), root.join("other")).unwrap();
        let by_link = InUse::default().file(&root.join("other/costs.db"), "the store");
        assert!(by_link.refuse(&root.join("data/costs.db")).is_err());
        let by_name = InUse::default().file(&root.join("data/costs.db"), "the store");
        assert!(by_name.refuse(&root.join("other/costs.db")).is_err());
    }
}
