//! The facade's one type.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::NaiveDate;
use cost_model::store::{ConnectionId, Journal, Revision, Scope};
use cost_model::{CostStore, Currency, Ledger, Metric, Pseudonyms, Timestamp, Window};
use virtual_tags::ResolvedRules;

use crate::error::{Error, ErrorKind, Result, StoreCall};
use crate::request::DayRange;
use crate::request::SavedReport;
use crate::setup::Setup;
use crate::setup::account::Account;
use crate::setup::names::{AccountNames, Renamed};

/// The costs of a company: everything that a program, a service, a page or a tool asks of them.
///
/// It is made of a [`Setup`]. Charges that a question needs are kept in memory until the store changes, so that a service
/// answers its next question at once; two threads may ask at the same time. Nothing runs in the background.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use cursor_costs::config::{Config, Environment, Layers, Overrides};
/// use cursor_costs::request::ReportRequest;
/// use cursor_costs::sync::SyncRequest;
///
/// # async fn example() -> cursor_costs::Result<()> {
/// let environment: Environment = Arc::new(|name| std::env::var(name).ok());
/// let layers = Layers {
///     overrides: Overrides::default(),
///     environment: &*environment,
///     working_folder: ".".as_ref(),
/// };
/// let costs = Config::load(&layers)?.open(&environment)?;
/// costs.sync(&SyncRequest::default(), &()).await?;
/// let by_team = ReportRequest { group_by: vec!["vtag.Team".parse().unwrap()], ..ReportRequest::default() };
/// println!("{}", costs.report(&by_team).await?.total.effective.amount);
/// # Ok(())
/// # }
/// ```
pub struct CursorCosts {
    pub(crate) setup: Setup,
    names: AccountNames,
    loaded: Mutex<Option<Arc<Loaded>>>,
    /// The number of the last entry of the journal about people that was read.
    pub(crate) people_read: AtomicU64,
    /// Whether a call of this value changes the store.
    pub(crate) at_work: AtomicBool,
}

impl fmt::Debug for CursorCosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CursorCosts").field("accounts", &self.setup.accounts).finish_non_exhaustive()
    }
}

/// The charges of whole months with the rules resolved over them.
pub(crate) struct Loaded {
    /// The months of the ledger.
    months: Window,
    /// The state of the store that they were read from.
    revision: Revision,
    /// The billing cycles of the accounts' invoices, where rules share charges out by what a cycle cost.
    pub(crate) cycles: Vec<Window>,
    pub(crate) ledger: Ledger,
    /// The ends of what is stored of accounts that the setup does not have. Nobody reads them, so that nothing is missing after.
    pub(crate) ended: BTreeMap<ConnectionId, Timestamp>,
    /// Resolved by the first question over these charges.
    rules: Mutex<Option<Arc<ResolvedRules>>>,
}

impl Setup {
    /// Puts the parts together. Nothing is read yet: faults of rules and people come up when they are needed first.
    pub fn build(self) -> CursorCosts {
        CursorCosts {
            names: AccountNames::of(&self.accounts),
            setup: self,
            loaded: Mutex::new(None),
            people_read: AtomicU64::new(0),
            at_work: AtomicBool::new(false),
        }
    }
}

impl CursorCosts {
    /// Returns the accounts, in the order in which they were added.
    pub fn accounts(&self) -> &[Account] {
        &self.setup.accounts
    }

    /// Returns the saved reports.
    pub fn saved_reports(&self) -> &[SavedReport] {
        &self.setup.reports
    }

    /// Returns the account of a name, or the only one where none is named.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], with the names that there are.
    pub fn account(&self, name: Option<&str>) -> Result<&Account> {
        let accounts = self.accounts();
        let names = || accounts.iter().map(Account::name).collect::<Vec<_>>().join(", ");
        match (name, accounts) {
            (_, []) => Err(Error::new(ErrorKind::NotFound, "the configuration has no [[account]]")),
            (None, [only]) => Ok(only),
            (None, _) => {
                Err(Error::new(ErrorKind::NotFound, format!("there are several accounts: {}", names()))
                    .with_hint("choose one with --account"))
            }
            (Some(name), _) => accounts.iter().find(|account| account.name() == name).ok_or_else(|| {
                Error::new(
                    ErrorKind::NotFound,
                    format!("there is no account `{name}`; there are: {}", names()),
                )
            }),
        }
    }

    /// Returns the other names of people, where reports and exports use them.
    pub fn pseudonyms(&self) -> Option<&Pseudonyms> {
        self.setup.pseudonyms.as_ref()
    }

    /// Returns the store.
    pub fn store(&self) -> &dyn CostStore {
        &*self.setup.store
    }

    /// Returns the journal of the store.
    pub fn journal(&self) -> &dyn Journal {
        &*self.setup.store
    }

    /// Returns the present, by the clock of the setup.
    pub fn now(&self) -> Timestamp {
        self.setup.clock.now().into()
    }

    /// Returns today, in the reporting zone.
    pub fn today(&self) -> NaiveDate {
        self.now().to_datetime().with_timezone(&self.setup.zone).date_naive()
    }

    /// Returns the window of a range of days in the reporting zone.
    ///
    /// # Errors
    /// [`ErrorKind::Query`] for days beyond the calendar or in the wrong order.
    pub fn window(&self, range: DayRange) -> Result<Window> {
        range.window(self.today(), self.setup.zone)
    }

    /// Returns the charges of the months that a window touches, for all accounts and whatever else the store holds.
    pub(crate) async fn load(&self, window: Window) -> Result<Arc<Loaded>> {
        self.load_people().await?;
        let revision = self.store().revision().await;
        let revision = revision.or_store("the state of the store cannot be read")?;
        let cycles = self.cycles_that_matter();
        let mut months = whole_cycles(window, &cycles)?;
        if let Some(loaded) = self.loaded().as_ref().filter(|loaded| loaded.revision == revision) {
            if loaded.months.intersection(months) == Some(months) {
                return Ok(Arc::clone(loaded));
            }
            // Both questions may come again.
            let (start, end) =
                (loaded.months.start().min(months.start()), loaded.months.end().max(months.end()));
            months = whole_cycles(Window::new(start, end).map_err(Error::query)?, &cycles)?;
        }
        let ledger = self.read_ledger(&Scope::all().window(months)).await?;
        let ended = self.ended().await?;
        let loaded = Arc::new(Loaded { months, revision, cycles, ledger, ended, rules: Mutex::new(None) });
        *self.loaded() = Some(Arc::clone(&loaded));
        Ok(loaded)
    }

    /// Returns the charges of a window and no others, which [`Self::load`] has among those of whole months.
    pub(crate) async fn ledger_of(&self, window: Window) -> Result<Ledger> {
        self.read_ledger(&Scope::all().window(window)).await
    }

    /// Returns the billing cycles of the accounts' invoices if rules share charges out by costs, and none otherwise.
    fn cycles_that_matter(&self) -> Vec<Window> {
        // Rules that cannot be used are told of when they are needed.
        let needs_costs = self.setup.ownership.rules().is_ok_and(|rules| rules.needs_costs());
        if needs_costs { self.billing_cycles() } else { Vec::new() }
    }

    /// Forgets the charges in memory, and what was resolved over them.
    pub(crate) fn forget_loaded(&self) {
        *self.loaded() = None;
    }

    fn loaded(&self) -> MutexGuard<'_, Option<Arc<Loaded>>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads charges, with the accounts by their names.
    pub(crate) async fn read_ledger(&self, scope: &Scope) -> Result<Ledger> {
        const WHAT: &str = "the charges cannot be read from the store";
        let mut builder = Ledger::builder(Currency::USD);
        let mut renamed = Renamed { names: &self.names, sink: &mut builder };
        self.store().scan_charges(scope, &mut renamed).await.or_store(WHAT)?;
        for connection in self.stored_accounts().await? {
            let coverage = self.store().coverage(&connection).await.or_store(WHAT)?;
            let coverage = scope.window.map_or_else(|| coverage.clone(), |window| coverage.inside(window));
            let name = self.name_of(&connection).to_owned();
            builder.cover(ConnectionId::new(name), coverage);
        }
        Ok(builder.build())
    }

    /// Returns the ends of what is stored of the accounts that the setup does not have.
    async fn ended(&self) -> Result<BTreeMap<ConnectionId, Timestamp>> {
        let mut ended = BTreeMap::new();
        for id in self.stored_accounts().await?.into_iter().filter(|id| !self.is_configured(id)) {
            let coverage = self.store().coverage(&id).await;
            let coverage = coverage.or_store("the coverage cannot be read from the store")?;
            ended.extend(coverage.windows().end().map(|end| (id, end)));
        }
        Ok(ended)
    }

    /// Returns whether the setup has an account of that id.
    pub(crate) fn is_configured(&self, id: &ConnectionId) -> bool {
        self.accounts().iter().any(|account| account.id() == id)
    }

    /// Returns the ids of all accounts of the setup, and of what else the store holds.
    pub(crate) async fn stored_accounts(&self) -> Result<Vec<ConnectionId>> {
        let stored = self.store().connections().await;
        let stored = stored.or_store("the accounts cannot be read from the store")?;
        // An account that nothing was read of is missing in a report, too.
        let mut ids: Vec<_> = self.accounts().iter().map(|account| account.id().clone()).collect();
        ids.extend(stored.into_iter().filter(|id| !self.is_configured(id)));
        Ok(ids)
    }

    /// Returns the name of an account by its id in the store.
    pub(crate) fn name_of<'a>(&'a self, id: &'a ConnectionId) -> &'a str {
        self.accounts().iter().find(|account| account.id() == id).map_or(id.as_str(), Account::name)
    }

    pub(crate) fn names(&self) -> &AccountNames {
        &self.names
    }
}

/// Returns the months of a window and of every billing cycle that it touches.
fn whole_cycles(window: Window, cycles: &[Window]) -> Result<Window> {
    let touched = cycles.iter().filter(|cycle| cycle.intersection(window).is_some());
    let all = [window].iter().chain(touched).map(Window::whole_months).collect::<Vec<_>>();
    let start = all.iter().map(Window::start).min().unwrap_or(window.start());
    let end = all.iter().map(Window::end).max().unwrap_or(window.end());
    Window::new(start, end).map_err(Error::query)
}

impl Loaded {
    /// Returns the rules, resolved over the months in memory.
    pub(crate) fn rules(&self, costs: &CursorCosts) -> Result<Arc<ResolvedRules>> {
        let mut kept = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = &*kept {
            return Ok(Arc::clone(rules));
        }
        let rules = costs.setup.ownership.rules()?;
        let resolved =
            Arc::new(rules.resolve(&self.ledger, Metric::Effective, &self.cycles).map_err(Error::rules)?);
        *kept = Some(Arc::clone(&resolved));
        Ok(resolved)
    }
}
