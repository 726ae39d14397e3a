//! Where the configuration file is.

use std::path::{Path, PathBuf};

/// The name of the configuration file.
pub const FILE_NAME: &str = "cursor-costs.toml";

/// Returns the places where a file is looked for when none is named, in order: the working directory and the user's
/// configuration directory. Never a parent folder: whoever can write there could send a key elsewhere.
pub(super) fn candidates(working: &Path, environment: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let mut places = vec![working.join(FILE_NAME)];
    places.extend(user_folder(environment).map(|folder| folder.join("cursor-costs").join(FILE_NAME)));
    places
}

fn user_folder(environment: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = |name| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // The standard for configuration of users has only absolute paths count.
    let stated = folder("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    stated.or_else(|| folder("HOME").map(|home| home.join(".config"))).or_else(|| folder("APPDATA"))
}
