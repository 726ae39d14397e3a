//! Files that programs write.

mod in_use;

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use virtual_tags::Place;

use crate::error::{Error, ErrorKind, Result};

pub use in_use::InUse;

/// New files, which appear together when all of them are finished.
///
/// Until then they are temporary files beside their places, which are removed if anything fails; what was there before is
/// left as it was. They can be read by their owner alone, since they name people. A place that is taken by anything but an
/// ordinary file, a link among them, is refused, and so is one that is [in use](InUse).
///
/// ```
/// use cursor_costs::files::NewFiles;
///
/// let folder = tempfile::tempdir()?;
/// let mut files = NewFiles::default();
/// files.write(&folder.path().join("out/one.txt"), b"1")?;
/// files.write(&folder.path().join("out/two.txt"), b"2")?;
/// files.finish()?;
/// assert_eq!(std::fs::read(folder.path().join("out/two.txt"))?, b"2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct NewFiles {
    files: Vec<(PathBuf, BufWriter<NamedTempFile>)>,
    in_use: InUse,
}

impl fmt::Debug for NewFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.files.iter().map(|(place, _)| place)).finish()
    }
}

impl NewFiles {
    /// Begins with no file, and with what none may replace. [`Config::in_use`](crate::config::Config::in_use) lists what a
    /// configuration names.
    pub fn sparing(in_use: InUse) -> Self {
        Self { files: Vec::new(), in_use }
    }

    /// Begins a file, and returns what writes it. Its folder is made if it is not there.
    ///
    /// # Errors
    /// [`ErrorKind::File`] when its place is in use or taken by something else than a file, or when the folder takes no file.
    pub fn create(&mut self, place: &Path) -> Result<&mut (impl Write + Send + use<>)> {
        self.in_use.refuse(place)?;
        refuse_other_than_file(place)?;
        if place.file_name().is_none() {
            return Err(refused(place, "that names no file"));
        }
        let folder = folder_of(place);
        make_folder(folder).map_err(|error| Error::file(folder, &error))?;
        let file = NamedTempFile::new_in(folder).map_err(|error| Error::file(place, &error))?;
        self.files.push((place.to_owned(), BufWriter::new(file)));
        match self.files.last_mut() {
            Some((_, file)) => Ok(file),
            None => Err(refused(place, "the file that was begun is gone")),
        }
    }

    /// Begins a file and writes all of it.
    ///
    /// # Errors
    /// As [`NewFiles::create`], and when it cannot be written.
    pub fn write(&mut self, place: &Path, bytes: &[u8]) -> Result<()> {
        self.create(place)?.write_all(bytes).map_err(|error| Error::file(place, &error))
    }

    /// Puts every file in its place.
    ///
    /// # Errors
    /// [`ErrorKind::File`] when one cannot be written to the end, and then none is put in its place; or when one cannot be put
    /// there.
    pub fn finish(self) -> Result<()> {
        let mut whole = Vec::new();
        for (place, file) in self.files {
            let file = file.into_inner().map_err(|error| Error::file(&place, &error.into_error()))?;
            file.as_file().sync_all().map_err(|error| Error::file(&place, &error))?;
            refuse_other_than_file(&place)?;
            whole.push((place, file));
        }
        for (place, file) in whole {
            file.persist(&place).map_err(|error| Error::file(&place, &error.error))?;
            sync_folder(folder_of(&place)).map_err(|error| Error::file(&place, &error))?;
        }
        Ok(())
    }
}

fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A link would have the file end up where somebody else wants it.
fn refuse_other_than_file(place: &Path) -> Result<()> {
    let what = match fs::symlink_metadata(place) {
        Ok(found) if found.is_symlink() => "there is a link",
        Ok(found) if found.is_dir() => "there is a folder",
        Ok(found) if !found.is_file() => "there is no ordinary file",
        _ => return Ok(()),
    };
    Err(refused(place, what).with_hint("remove it, or write to another place"))
}

fn refused(place: &Path, what: &str) -> Error {
    Error::new(ErrorKind::File, what).at(Place::file(place.display().to_string()))
}

/// A name is kept only once its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|each| each.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn files_appear_together_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("a/b");
        let mut files = NewFiles::default();
        files.write(&out.join("one"), b"1").unwrap();
        files.create(&out.join("two")).unwrap().write_all(b"2").unwrap();
        assert!(!names(&out).contains(&"one".to_owned()));
        drop(files);
        assert!(names(&out).is_empty(), "what was not finished is gone");

        let mut files = NewFiles::default();
        files.write(&out.join("one"), b"1").unwrap();
        files.write(&out.join("two"), b"2").unwrap();
        // Somebody puts a folder where a file is to go.
        fs::create_dir(out.join("two")).unwrap();
        assert!(files.finish().unwrap_err().to_string().contains("there is a folder"));
        assert_eq!(names(&out), ["two"]);
        fs::remove_dir(out.join("two")).unwrap();

        fs::write(out.join("one"), "before").unwrap();
        let mut files = NewFiles::default();
        files.write(&out.join("one"), b"after").unwrap();
        files.finish().unwrap();
        assert_eq!(fs::read(out.join("one")).unwrap(), b"after");
    }

    #[cfg(unix)]
    #[test]
    fn files_are_their_owners_alone_and_never_written_through_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let write = |place: &Path, bytes: &[u8]| {
            let mut files = NewFiles::default();
            files.write(place, bytes)?;
            files.finish()
        };
        let folder = tempfile::tempdir().unwrap();
        let (file, victim, link) =
            (folder.path().join("file"), folder.path().join("victim"), folder.path().join("link"));
        fs::write(&file, "before").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        write(&file, b"after").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

        fs::write(&victim, "mine").unwrap();
        symlink(&victim, &link).unwrap();
        let refusal = write(&link, b"yours").unwrap_err().to_string();
        assert!(refusal.contains("link: there is a link"), "{refusal}");
        let dangling = folder.path().join("dangling");
        symlink(folder.path().join("nowhere"), &dangling).unwrap();
        assert!(write(&dangling, b"yours").is_err());
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
        assert_eq!(names(folder.path()), ["dangling", "file", "link", "victim"]);
    }
}
