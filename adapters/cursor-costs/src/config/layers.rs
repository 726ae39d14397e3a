//! Which of a command line, the environment and the file decides a value.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use chrono::{FixedOffset, NaiveDate, Offset, Utc};

use crate::config::file::zone;
use crate::config::hosts::{AllowedHosts, is_local};
use crate::config::place::{FILE_NAME, candidates};
use crate::config::{Config, ConfigFile, DecidedBy, Setting};
use crate::error::{Error, ErrorKind, Result};

/// The columns of the people that become tags where nobody says: others may hold what is nobody's business.
const OWNERS: [&str; 2] = ["team", "department"];
/// How many months back a first sync reads where nobody says.
const HISTORY_MONTHS: u32 = 12;

/// What a command line says; it decides before everything else.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Overrides {
    /// `--config`: the configuration file.
    pub config: Option<PathBuf>,
    /// `--data`: where charges are kept.
    pub data: Option<PathBuf>,
    /// `--rules`: the file of rules.
    pub rules: Option<PathBuf>,
    /// `--people`: the files of people.
    pub people: Vec<PathBuf>,
    /// `--zone`: the zone of reports.
    pub reporting_zone: Option<FixedOffset>,
    /// `--pseudonyms-env`: the variable that holds the secret of pseudonyms.
    pub pseudonyms_env: Option<String>,
    /// `--allow-host`: hosts beside Cursor's and this machine.
    pub allow_hosts: Vec<String>,
}

/// All that may decide a value.
#[expect(missing_debug_implementations, reason = "the environment may hold secrets")]
#[expect(clippy::exhaustive_structs, reason = "an input, whose every part is stated")]
pub struct Layers<'a> {
    /// What the command line says.
    pub overrides: Overrides,
    /// The variables of the environment.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// The folder in which the program was started.
    pub working_folder: &'a Path,
}

impl Config {
    /// Finds and reads the configuration. Nothing is opened, and no key is fetched.
    ///
    /// The file is the one of `--config`, else of the variable `CURSOR_COSTS_CONFIG`, else `cursor-costs.toml` in the working
    /// directory, else in `cursor-costs` in the user's configuration directory; never one of a parent folder. A value of the
    /// command line decides before the variables `CURSOR_COSTS_DATA`, `_RULES`, `_PEOPLE` (paths, separated as in `PATH`) and
    /// `_REPORTING_ZONE`, these before the file, and the file before the defaults.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], with the place in the file.
    pub fn load(layers: &Layers<'_>) -> Result<Self> {
        let file = layers.file();
        let read = match &file {
            Some(file) => {
                let bytes = std::fs::read(file).map_err(|error| Error::file(file, &error))?;
                let text = cost_model::input::decode(&bytes).map_err(|problem| {
                    let place = virtual_tags::Place::file(file.display().to_string());
                    Error::new(ErrorKind::Config, problem.message().to_owned()).at(place)
                })?;
                ConfigFile::parse(&text, file)?
            }
            None => ConfigFile::default(),
        };
        let config = layers.merge(file, read)?;
        config.check()?;
        Ok(config)
    }

    /// Checks what no single field shows.
    fn check(&self) -> Result<()> {
        for url in self.accounts.iter().filter_map(|account| account.base_url.as_deref()) {
            self.hosts.check(url)?;
        }
        let is_local = |url: &Option<String>| url.as_deref().is_some_and(is_local);
        let has_remote =
            self.accounts.iter().any(|account| account.key.is_some() && !is_local(&account.base_url));
        if self.today.value.is_some() && has_remote {
            let message = "`today` is for demos and tests: with an account of Cursor's own, leave it out";
            return Err(Error::new(ErrorKind::Config, message));
        }
        Ok(())
    }
}

impl Layers<'_> {
    /// Returns the file to read; `None` where nothing names one and none is there.
    pub(super) fn file(&self) -> Option<PathBuf> {
        let named = self.overrides.config.clone();
        if let Some(file) = named.or_else(|| self.variable("CURSOR_COSTS_CONFIG").map(PathBuf::from)) {
            return Some(file);
        }
        candidates(self.working_folder, self.environment).into_iter().find(|place| place.is_file())
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name).filter(|value| !value.is_empty())
    }

    /// Returns the first of the option, the variable and the file that says anything, or the default.
    fn decide<T>(
        &self,
        (option, flag): (&'static str, Option<T>),
        (variable, read): (&str, impl FnOnce(&str) -> Result<T>),
        (file, default): (Option<T>, T),
    ) -> Result<Setting<T>> {
        if let Some(value) = flag {
            return Ok(Setting { value, from: DecidedBy::Flag(option) });
        }
        if let Some(text) = self.variable(variable) {
            return Ok(Setting { value: read(&text)?, from: DecidedBy::Environment(variable.to_owned()) });
        }
        let from = if file.is_some() { DecidedBy::File } else { DecidedBy::Default };
        Ok(Setting { value: file.unwrap_or(default), from })
    }

    fn merge(&self, file: Option<PathBuf>, read: ConfigFile) -> Result<Config> {
        let Overrides { data, rules, people, reporting_zone, pseudonyms_env, allow_hosts, .. } =
            self.overrides.clone();
        let people = Some(people).filter(|files| !files.is_empty());
        let tags: Setting<Vec<String>> = in_file(read.tags, OWNERS.map(str::to_owned).to_vec());
        let zone_of =
            |text: &str| zone(text).map_err(|error| variable_error("CURSOR_COSTS_REPORTING_ZONE", &error));
        Ok(Config {
            data: self.data(data, (read.data, read.data_env), file.as_deref())?,
            rules: self.decide(
                ("--rules", rules.map(Some)),
                ("CURSOR_COSTS_RULES", |text: &str| Ok(Some(PathBuf::from(text)))),
                (read.rules.map(Some), None),
            )?,
            people: self.decide(
                ("--people", people),
                ("CURSOR_COSTS_PEOPLE", |text: &str| {
                    Ok(std::env::split_paths(&OsString::from(text)).collect())
                }),
                (read.people, Vec::new()),
            )?,
            tags,
            reporting_zone: self.decide(
                ("--zone", reporting_zone),
                ("CURSOR_COSTS_REPORTING_ZONE", zone_of),
                (read.reporting_zone, Utc.fix()),
            )?,
            pseudonyms_env: self.decide(
                ("--pseudonyms-env", pseudonyms_env.map(Some)),
                ("CURSOR_COSTS_PSEUDONYMS_ENV", |text: &str| Ok(Some(text.to_owned()))),
                (read.pseudonyms_env.map(Some), None),
            )?,
            history_months: in_file(read.history_months, HISTORY_MONTHS),
            today: in_file(read.today.map(Some), None::<NaiveDate>),
            accounts: read.accounts,
            reports: read.reports,
            hosts: AllowedHosts::new(allow_hosts),
            file,
        })
    }

    fn data(
        &self,
        flag: Option<PathBuf>,
        (stated, data_env): (Option<PathBuf>, Option<String>),
        file: Option<&Path>,
    ) -> Result<Setting<PathBuf>> {
        let decided = self.decide(
            ("--data", flag.map(Some)),
            ("CURSOR_COSTS_DATA", |text: &str| Ok(Some(PathBuf::from(text)))),
            (stated.map(Some), None),
        )?;
        if let Some(value) = decided.value {
            return Ok(Setting { value, from: decided.from });
        }
        let Some(name) = data_env else {
            let why = match file {
                Some(file) => format!("{} has no `data`", file.display()),
                None => format!("there is no {FILE_NAME} here"),
            };
            let message = format!("nothing says where charges are kept: {why}");
            let hint = "`cursor-costs init` writes a configuration; --data FILE names a store, --config FILE another configuration";
            return Err(Error::new(ErrorKind::Config, message).with_hint(hint));
        };
        match self.variable(&name) {
            Some(value) => Ok(Setting { value: PathBuf::from(value), from: DecidedBy::Environment(name) }),
            None => Err(variable_error(&name, "it is not set, and `data_env` names it")),
        }
    }
}

/// Returns a value that only the file decides.
fn in_file<T>(stated: Option<T>, default: T) -> Setting<T> {
    let from = if stated.is_some() { DecidedBy::File } else { DecidedBy::Default };
    Setting { value: stated.unwrap_or(default), from }
}

fn variable_error(name: &str, error: &str) -> Error {
    Error::new(ErrorKind::Config, format!("environment variable {name}: {error}"))
}
