//! Files that programs write.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::Failure;

/// New files of one folder, which appear together when all of them are finished.
///
/// Until then they are temporary files beside their places, which are removed if anything fails; what was there before is
/// left as it was. They can be read by their owner alone, since they name people. A place that is taken by anything but an
/// ordinary file, a link among them, is refused.
pub struct NewFiles {
    folder: PathBuf,
    files: Vec<(PathBuf, BufWriter<NamedTempFile>)>,
}

impl NewFiles {
    /// Files of that folder, which is made if it is not there.
    ///
    /// # Errors
    /// When there is no such folder and none can be made.
    pub fn in_folder(folder: &Path) -> Result<Self, Failure> {
        make_folder(folder).map_err(|error| at(folder, &error))?;
        Ok(Self { folder: folder.to_owned(), files: Vec::new() })
    }

    /// Begins a file of that name, and gives out what writes it.
    ///
    /// # Errors
    /// When its place is taken by something else than a file, or when the folder takes no file.
    pub fn create(&mut self, name: &str) -> Result<&mut (impl Write + Send + use<>), Failure> {
        let place = self.folder.join(name);
        refuse_other_than_file(&place)?;
        let file = NamedTempFile::new_in(&self.folder).map_err(|error| at(&place, &error))?;
        self.files.push((place, BufWriter::new(file)));
        let (_, file) = self.files.last_mut().ok_or("a file that was begun is gone")?;
        Ok(file)
    }

    /// Begins a file of that name and writes all of it.
    ///
    /// # Errors
    /// As [`NewFiles::create`], and when it cannot be written.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let place = self.folder.join(name);
        self.create(name)?.write_all(bytes).map_err(|error| at(&place, &error))
    }

    /// Puts every file in its place.
    ///
    /// # Errors
    /// When one cannot be written to the end, and then none is put in its place; or when one cannot be put there.
    pub fn finish(self) -> Result<(), Failure> {
        let mut whole = Vec::new();
        for (place, file) in self.files {
            let file = file.into_inner().map_err(|error| at(&place, error.error()))?;
            file.as_file().sync_all().map_err(|error| at(&place, &error))?;
            refuse_other_than_file(&place)?;
            whole.push((place, file));
        }
        for (place, file) in whole {
            file.persist(&place).map_err(|error| at(&place, &error.error))?;
        }
        sync_folder(&self.folder).map_err(|error| at(&self.folder, &error))
    }
}

/// Writes one file as [`NewFiles`] does.
///
/// # Errors
/// When it cannot be written, and then nothing has changed.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let Some(name) = path.file_name() else {
        return Err(format!("{}: that names no file", path.display()).into());
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut files = NewFiles::in_folder(folder)?;
    files.write(&name.to_string_lossy(), bytes)?;
    files.finish()
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A link would have the file end up where somebody else wants it.
fn refuse_other_than_file(place: &Path) -> Result<(), Failure> {
    let what = match fs::symlink_metadata(place) {
        Ok(found) if found.is_symlink() => "a link",
        Ok(found) if found.is_dir() => "a folder",
        Ok(found) if !found.is_file() => "no ordinary file",
        _ => return Ok(()),
    };
    Err(format!("{}: there is {what}; remove it, or write to another place", place.display()).into())
}

/// A name is kept only once its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn at(place: &Path, error: &std::io::Error) -> Failure {
    format!("{}: {error}", place.display()).into()
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
        let mut files = NewFiles::in_folder(&out).unwrap();
        files.write("one", b"1").unwrap();
        files.create("two").unwrap().write_all(b"2").unwrap();
        assert!(!names(&out).contains(&"one".to_owned()));
        drop(files);
        assert!(names(&out).is_empty(), "what was not finished is gone");

        let mut files = NewFiles::in_folder(&out).unwrap();
        files.write("one", b"1").unwrap();
        files.write("two", b"2").unwrap();
        // Somebody puts a folder where a file is to go.
        fs::create_dir(out.join("two")).unwrap();
        assert!(files.finish().err().unwrap().to_string().contains("there is a folder"));
        assert_eq!(names(&out), ["two"]);
        fs::remove_dir(out.join("two")).unwrap();

        fs::write(out.join("one"), "before").unwrap();
        write_file(&out.join("one"), b"after").unwrap();
        assert_eq!(fs::read(out.join("one")).unwrap(), b"after");
    }

    #[cfg(unix)]
    #[test]
    fn files_are_their_owners_alone_and_never_written_through_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, victim, link) =
            (folder.path().join("file"), folder.path().join("victim"), folder.path().join("link"));
        fs::write(&file, "before").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        write_file(&file, b"after").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

        fs::write(&victim, "mine").unwrap();
        symlink(&victim, &link).unwrap();
        let refusal = write_file(&link, b"yours").unwrap_err().to_string();
        assert!(refusal.contains("link: there is a link"), "{refusal}");
        let dangling = folder.path().join("dangling");
        symlink(folder.path().join("nowhere"), &dangling).unwrap();
        assert!(write_file(&dangling, b"yours").is_err());
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
        assert_eq!(names(folder.path()), ["dangling", "file", "link", "victim"]);
    }
}
