//! Opens what a configuration names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use cost_model::CostSource;
use cost_model::store::ConnectionId;
use cost_model_sqlite::SqliteStore;
use cursor_admin_client::http::Observer;
use cursor_admin_client::{Client, Clock, SystemClock};
use cursor_cost_source::CursorCostSource;

use crate::account::Connect;
use crate::config::hosts::AllowedHosts;
use crate::config::key::KeyPlace;
use crate::config::{AccountConfig, Config, DecidedBy};
use crate::ownership::Ownership;
use crate::{Account, CursorCosts, Error, ErrorKind, Result, Setup};

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
    /// [`ErrorKind::Store`].
    pub fn open(&self, environment: &Environment) -> Result<CursorCosts> {
        let data = &self.data.value;
        let store =
            SqliteStore::open(data).map_err(|error| Error::store("the store cannot be opened", error))?;
        let mut setup = Setup::new(Arc::new(store))
            .lock_file(with_ending(data, ".lock"))
            .reporting_zone(self.reporting_zone.value)
            .history_months(self.history_months.value);
        let actor = environment("CURSOR_COSTS_ACTOR").or_else(|| environment("USER"));
        if let Some(actor) = actor.filter(|actor| !actor.trim().is_empty()) {
            setup = setup.actor(actor);
        }
        setup.ownership = self.ownership();
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
