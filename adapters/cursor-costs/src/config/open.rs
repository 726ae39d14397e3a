//! Opens what a configuration names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use cost_model::store::ConnectionId;
use cost_model::{CostSource, Dimension, Filter, Pseudonyms};
use cost_model_sqlite::SqliteStore;
use cursor_admin_client::http::Observer;
use cursor_admin_client::{Client, Clock, SystemClock};
use cursor_cost_source::CursorCostSource;

use crate::config::hosts::AllowedHosts;
use crate::config::key::KeyPlace;
use crate::config::{AccountConfig, Config, DecidedBy, Layers, Overrides};
use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result, StoreCall};
use crate::files::InUse;
use crate::setup::Setup;
use crate::setup::account::Account;
use crate::setup::account::Connect;
use crate::setup::ownership::Ownership;

/// What the name of a store's lock ends with.
const LOCK_ENDING: &str = ".lock";

/// Returns a variable of the environment.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

impl Config {
    /// Reads rules and people as a question would, and checks that they fit each other. Nothing is opened or made.
    ///
    /// # Errors
    /// [`ErrorKind::Rules`], [`ErrorKind::People`], [`ErrorKind::File`].
    pub fn check_files(&self) -> Result<()> {
        self.ownership().rules().map(|_| ())
    }

    /// Returns what of the configuration cannot be used, beside rules and people: files of keys, folders of invoices, and keys of
    /// the rules that saved reports name. A variable that is not set is none of it: keys may be set elsewhere.
    ///
    /// # Errors
    /// As [`Self::check_files`].
    pub fn problems(&self, environment: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Error>> {
        let mut problems = Vec::new();
        for account in &self.accounts {
            let about =
                |what: &str| Error::new(ErrorKind::Config, format!("account `{}`: {what}", account.name));
            if let Some(key @ KeyPlace::File(_)) = &account.key
                && let Err(error) = key.fetch(environment)
            {
                let hint = error.hint().map(str::to_owned);
                let problem = about("its key cannot be used").because(error);
                problems.push(hint.into_iter().fold(problem, Error::with_hint));
            }
            if let Some(folder) = account.invoices.as_ref().filter(|folder| !folder.is_dir()) {
                problems.push(about(&format!("there is no folder {} for its invoices", folder.display())));
            }
        }
        for (place, account) in self.accounts.iter().enumerate() {
            let before = self.accounts.iter().take(place);
            let mut before = before.filter(|other| account.key.is_some() && other.key == account.key);
            if let Some(other) = before.find(|other| other.base_url == account.base_url) {
                let message = format!(
                    "the accounts `{}` and `{}` have one key, so that the second would bring in the same charges again",
                    other.name, account.name
                );
                problems.push(Error::new(ErrorKind::Config, message));
            }
        }
        let ownership = self.ownership();
        let rules = ownership.rules()?;
        let keys = rules.keys();
        for report in &self.reports {
            let filter = report.request.filter.as_ref().map(Filter::dimensions).unwrap_or_default();
            for dimension in report.request.group_by.iter().chain(&filter) {
                if let Dimension::VirtualTag(key) = dimension
                    && !keys.contains(key)
                {
                    let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
                    let message = format!(
                        "report `{}`: the rules have no key `{key}`; they have: {}",
                        report.name,
                        keys.join(", ")
                    );
                    problems.push(Error::new(ErrorKind::Config, message));
                }
            }
        }
        Ok(problems)
    }

    /// Returns the files that the configuration names, and itself: what no output may replace.
    pub fn in_use(&self) -> InUse {
        let mut in_use = in_use_of_store(&self.data.value);
        if let Some(file) = &self.file {
            in_use = in_use.file(file, "the configuration");
        }
        if let Some(rules) = &self.rules.value {
            in_use = in_use.file(rules, "the file of rules");
        }
        for people in &self.people.value {
            in_use = in_use.file(people, "a file of people");
        }
        for account in &self.accounts {
            if let Some(KeyPlace::File(key)) = &account.key {
                in_use = in_use.file(key, format!("the key of the account `{}`", account.name));
            }
            if let Some(invoices) = &account.invoices {
                in_use = in_use.folder(invoices, format!("the invoices of the account `{}`", account.name));
            }
        }
        in_use
    }

    /// Returns what is in use where a program was told `layers`, whether or not its configuration can be used: what the file
    /// names, and what decides in place of it. Where there is no configuration, these are what the command line names.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when there is a configuration that cannot be read: then it cannot be said what is in use.
    pub fn in_use_of(layers: &Layers<'_>) -> Result<InUse> {
        let mut in_use = match Self::load(layers) {
            Ok(config) => config.in_use(),
            Err(error) if layers.file().is_some() => return Err(error),
            Err(_) => InUse::default(),
        };
        // What an option replaces is still the file that the next command reads.
        let without_options = Overrides { config: layers.file(), ..Overrides::default() };
        let without_options = Layers { overrides: without_options, ..*layers };
        if let Ok(config) = Self::load(&without_options) {
            in_use = in_use.and(config.in_use());
        }
        let Overrides { data, rules, people, .. } = &layers.overrides;
        in_use = data.iter().fold(in_use, |in_use, data| in_use.and(in_use_of_store(data)));
        let named = rules.iter().chain(people);
        Ok(named.fold(in_use, |in_use, file| in_use.file(file, "a file that an option names")))
    }

    fn ownership(&self) -> Ownership {
        let mut ownership = Ownership::files(self.rules.value.clone(), self.people.value.clone());
        if self.tags.from != DecidedBy::Default {
            ownership.set_columns(self.tags.value.clone());
        }
        ownership
    }

    /// Opens the store and puts the parts together. Keys are fetched from `environment` or their files when a sync needs them;
    /// rules and people are read when a question needs them. A store that is not there is made.
    ///
    /// # Errors
    /// [`ErrorKind::Store`]; [`ErrorKind::Key`] when there is no secret for the pseudonyms that the configuration wants.
    pub fn open(&self, environment: &Environment) -> Result<CursorCosts> {
        let pseudonyms = self.pseudonyms_env.value.as_deref().map(|name| pseudonyms(name, environment));
        let pseudonyms = pseudonyms.transpose()?;
        let data = &self.data.value;
        let store = SqliteStore::open(data).or_store("the store cannot be opened")?;
        let mut setup = Setup::new(Arc::new(store))
            .lock_file(with_ending(data, LOCK_ENDING))
            .reporting_zone(self.reporting_zone.value)
            .history_months(self.history_months.value);
        let actor = environment("CURSOR_COSTS_ACTOR").or_else(|| environment("USER"));
        if let Some(actor) = actor.filter(|actor| !actor.trim().is_empty()) {
            setup = setup.actor(actor);
        }
        setup.ownership = self.ownership();
        setup.pseudonyms = pseudonyms;
        if let Some(today) = self.today.value {
            setup = setup.clock(Arc::new(FixedDay { today, zone: self.reporting_zone.value }));
        }
        for report in &self.reports {
            setup = setup.report(report.clone());
        }
        for account in &self.accounts {
            setup = setup.account(self.account(account, environment));
        }
        Ok(setup.build())
    }

    fn account(&self, config: &AccountConfig, environment: &Environment) -> Account {
        let mut account = Account::new(config.name.as_str()).with_id(config.id.as_str());
        if let Some(key) = &config.key {
            account = account.with_connect(CursorTeam {
                key: key.clone(),
                base_url: config.base_url.clone(),
                hosts: self.hosts.clone(),
                environment: Arc::clone(environment),
            });
        }
        match &config.invoices {
            Some(folder) => account.with_invoices(folder),
            None => account,
        }
    }
}

/// Makes the pseudonyms of a secret. Without one they would be names that anybody can undo.
fn pseudonyms(variable: &str, environment: &Environment) -> Result<Pseudonyms> {
    let secret = environment(variable).filter(|secret| !secret.trim().is_empty());
    let secret = secret.ok_or_else(|| {
        let message =
            format!("there is no secret for pseudonyms: the environment variable {variable} is not set");
        Error::new(ErrorKind::Key, message)
            .with_hint(format!("set {variable} to a long random text, and keep it secret"))
    })?;
    Ok(Pseudonyms::new(secret.as_bytes()))
}

/// Returns the files of a store: its own, those that SQLite makes beside it, and its lock.
fn in_use_of_store(data: &Path) -> InUse {
    let beside = ["-wal", "-shm", "-journal", LOCK_ENDING].map(|ending| with_ending(data, ending));
    let store = InUse::default().file(data, "the store");
    beside.iter().fold(store, |in_use, file| in_use.file(file, "a file of the store"))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A Cursor team, whose key is fetched for each sync.
struct CursorTeam {
    key: KeyPlace,
    base_url: Option<String>,
    hosts: AllowedHosts,
    environment: Environment,
}

impl Connect for CursorTeam {
    fn connect(&self, id: &ConnectionId, waits: Option<Arc<dyn Observer>>) -> Result<Arc<dyn CostSource>> {
        let mut client = Client::builder().api_key(self.key.fetch(&*self.environment)?);
        if let Some(url) = &self.base_url {
            self.hosts.check(url)?;
            client = client.base_url(url.as_str());
        }
        if let Some(waits) = waits {
            client = client.observer(waits);
        }
        let unusable = |error| Error::new(ErrorKind::Config, "the account cannot be asked").because(error);
        let client = client.build().map_err(unusable)?;
        Ok(Arc::new(CursorCostSource::new(client, id.as_str())))
    }
}

/// A clock whose day does not pass, for demos: waits are real.
#[derive(Debug)]
struct FixedDay {
    today: NaiveDate,
    zone: FixedOffset,
}

#[async_trait]
impl Clock for FixedDay {
    fn now(&self) -> DateTime<Utc> {
        let midnight = self.today.and_time(NaiveTime::MIN);
        let local = midnight.and_local_timezone(self.zone).single();
        local.map_or_else(|| midnight.and_utc(), |at| at.to_utc())
    }

    async fn sleep(&self, duration: std::time::Duration) {
        SystemClock::new().sleep(duration).await;
    }
}
