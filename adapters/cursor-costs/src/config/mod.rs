//! The configuration: what `cursor-costs.toml`, the environment and a command line say, and which of them decides.
//!
//! ```toml
//! data = "costs.db"                 # where charges are kept; or data_env, the variable that holds the place
//! rules = "rules.toml"              # who owns a charge
//! people = ["people.csv"]           # who belongs where; the first file that knows a person decides
//! tags = ["team", "department"]     # columns of the people that become tags beside the rules' keys
//! reporting_zone = "+00:00"         # the days and months of reports; those of rules and people are in UTC
//! history_months = 12               # how far back a first sync reads
//! # pseudonyms_env = "SECRET"       # other names for people, by the secret in that variable
//!
//! [[account]]
//! name = "Main"                     # in reports
//! id = "main"                       # in the store, if the account was called otherwise when it was first read
//! api_key_env = "CURSOR_API_KEY"    # the variable that holds the key; or api_key_file, a file that only its owner reads
//! base_url = "https://api.cursor.com"
//! invoices = "invoices/main"        # a folder
//!
//! [[report]]
//! name = "teams"
//! group_by = ["vtag.Team"]
//! interval = "last_month"           # or from and to
//! ```
//!
//! Everything but an account's name may be left out. Relative paths are relative to the file. No field holds a secret.

mod fields;
mod file;
mod hosts;
mod key;
mod layers;
mod open;
mod place;

use std::fmt;
use std::path::PathBuf;

use chrono::{FixedOffset, NaiveDate};

pub use file::{ConfigFile, zone};
pub use hosts::AllowedHosts;
pub use key::KeyPlace;
pub use layers::{Layers, Overrides};
pub use open::Environment;
pub use place::FILE_NAME;

use crate::request::SavedReport;

/// A configuration in force: each value, and where it came from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    /// Where charges are kept.
    pub data: Setting<PathBuf>,
    /// The file of rules.
    pub rules: Setting<Option<PathBuf>>,
    /// The files of people; the first that knows a person decides.
    pub people: Setting<Vec<PathBuf>>,
    /// The columns of the people that become tags beside the rules' keys.
    pub tags: Setting<Vec<String>>,
    /// The zone whose days and months reports follow.
    pub reporting_zone: Setting<FixedOffset>,
    /// How many months back a first sync reads.
    pub history_months: Setting<u32>,
    /// The day that is taken for today: for demos and tests, and only where every account is on this machine.
    pub today: Setting<Option<NaiveDate>>,
    /// The environment variable that holds the secret by which people get other names in reports and exports.
    pub pseudonyms_env: Setting<Option<String>>,
    /// The accounts, in the order of the file.
    pub accounts: Vec<AccountConfig>,
    /// The saved reports, by name.
    pub reports: Vec<SavedReport>,
    pub(crate) hosts: AllowedHosts,
}

/// A value of the configuration, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// What decided it.
    pub from: DecidedBy,
}

/// What decided a value: the first of these that says anything.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecidedBy {
    /// An option of the command line, by its name.
    Flag(&'static str),
    /// A variable of the environment, by its name.
    Environment(String),
    /// The configuration file.
    File,
    /// Nobody: it is the default.
    Default,
}

impl fmt::Display for DecidedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "option {name}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::File => f.write_str("file"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// An `[[account]]`: a Cursor team.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountConfig {
    /// Its name in reports.
    pub name: String,
    /// Its name in the store: that of `id`, else the same.
    pub id: String,
    /// Where its key is; `None` for an account that only has imported files.
    pub key: Option<KeyPlace>,
    /// The address of its Admin API; Cursor's where none is stated.
    pub base_url: Option<String>,
    /// The folder of its invoices.
    pub invoices: Option<PathBuf>,
}
