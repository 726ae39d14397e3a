//! Where an account's API key is, and how it is fetched from there.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use virtual_tags::Place;

use crate::error::{Error, ErrorKind, Result};

/// No key of Cursor's is longer; a file that is was named by mistake.
const LONGEST: u64 = 4096;

/// Where a key is. The key itself stands in no configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyPlace {
    /// In the environment variable of that name.
    Environment(String),
    /// In a file that only its owner may read.
    File(PathBuf),
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::File(file) => write!(f, "file {}", file.display()),
        }
    }
}

impl KeyPlace {
    /// Says what is wrong with the name of a variable that is probably a key, put there by mistake.
    pub(super) fn looks_like_a_key(name: &str) -> Option<&'static str> {
        let is_name = name.len() <= 80
            && name.chars().all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
            && !["crsr_", "key_", "sk_"].iter().any(|prefix| name.starts_with(prefix));
        (!is_name).then_some(
            "`api_key_env` is not the name of an environment variable; if it is the key itself, take it out of the file, revoke \
             it at Cursor, and name a variable",
        )
    }

    /// Returns whether a key can be fetched from there.
    pub fn is_there(&self, environment: &dyn Fn(&str) -> Option<String>) -> bool {
        self.fetch(environment).is_ok()
    }

    /// Fetches the key.
    pub(super) fn fetch(&self, environment: &dyn Fn(&str) -> Option<String>) -> Result<String> {
        match self {
            Self::Environment(name) => {
                let key = environment(name).map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
                key.ok_or_else(|| {
                    Error::new(
                        ErrorKind::Key,
                        format!("there is no API key: the environment variable {name} is not set"),
                    )
                    .with_hint(format!("set {name} to a key of Cursor's dashboard, or use `api_key_file`"))
                })
            }
            Self::File(file) => read(file),
        }
    }
}

fn read(file: &Path) -> Result<String> {
    let wrong =
        |message: &str| Error::new(ErrorKind::Key, message).at(Place::file(file.display().to_string()));
    let about = fs::metadata(file).map_err(|error| Error::file(file, &error))?;
    if !about.is_file() {
        return Err(wrong("the key is in no ordinary file"));
    }
    if is_open_to_others(&about) {
        return Err(wrong("the file of the key may be read by others than its owner")
            .with_hint(format!("chmod 600 {}", file.display())));
    }
    if about.len() > LONGEST {
        return Err(wrong("the file is too long for a key"));
    }
    let text = fs::read_to_string(file).map_err(|error| Error::file(file, &error))?;
    let key = text.trim();
    if key.is_empty() || key.lines().count() > 1 {
        return Err(wrong("the file is not a key in one line"));
    }
    Ok(key.to_owned())
}

#[cfg(unix)]
fn is_open_to_others(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o077 != 0
}

/// Elsewhere the permissions of the folder decide, which Rust's library does not tell.
#[cfg(not(unix))]
fn is_open_to_others(_: &fs::Metadata) -> bool {
    false
}
