//! What a [`CursorCosts`](crate::CursorCosts) is made of.

pub(crate) mod account;
pub(crate) mod names;
pub(crate) mod ownership;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{FixedOffset, Offset, Utc};
use cost_model::store::Journal;
use cost_model::{CostStore, Pseudonyms};
use cursor_admin_client::{Clock, SystemClock};
use virtual_tags::{Directory, RuleSet};

use crate::request::SavedReport;
use crate::setup::ownership::Ownership;

pub use account::{Account, Connect};

/// What the facade keeps charges and its own state in.
pub trait Store: CostStore + Journal {}

impl<T: CostStore + Journal> Store for T {}

/// Who acts where nobody says.
const UNKNOWN_ACTOR: &str = "unknown";

/// The parts of a [`CursorCosts`](crate::CursorCosts): a store, accounts, rules and people, and how days are counted.
///
/// A program makes one from a file with [`Config::open`](crate::config::Config::open); a service states the parts.
///
/// ```
/// use std::sync::Arc;
///
/// use cost_model::MemoryStore;
/// use cursor_costs::{Account, Setup};
/// use virtual_tags::{Directory, RuleSet};
///
/// let people = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "people.csv")?;
/// let costs = Setup::new(Arc::new(MemoryStore::new()))
///     .account(Account::new("Main"))
///     .owners(RuleSet::default(), people)
///     .build();
/// assert_eq!(costs.accounts()[0].name(), "Main");
/// # Ok::<(), virtual_tags::Error>(())
/// ```
pub struct Setup {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) actor: String,
    pub(crate) lock: Option<PathBuf>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) ownership: Ownership,
    pub(crate) zone: FixedOffset,
    pub(crate) history_months: u32,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) reports: Vec<SavedReport>,
    pub(crate) pseudonyms: Option<Pseudonyms>,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("accounts", &self.accounts).finish_non_exhaustive()
    }
}

impl Setup {
    /// Begins with a store, and no accounts, rules or people; days are those of UTC, and a first sync reads twelve months.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            actor: UNKNOWN_ACTOR.to_owned(),
            lock: None,
            accounts: Vec::new(),
            ownership: Ownership::default(),
            zone: Utc.fix(),
            history_months: 12,
            clock: Arc::new(SystemClock::new()),
            reports: Vec::new(),
            pseudonyms: None,
        }
    }

    /// Adds an account.
    pub fn account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// Sets the rules and people that decide who owns a charge. The people's columns `team` and `department`, where there are
    /// any, become tags beside the rules' keys.
    pub fn owners(mut self, rules: RuleSet, people: Directory) -> Self {
        self.ownership = Ownership::given(rules, people);
        self
    }

    /// Sets the columns of the people that become tags beside the rules' keys.
    pub fn tags<T: Into<String>>(mut self, columns: impl IntoIterator<Item = T>) -> Self {
        self.ownership.set_columns(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the zone whose days and months reports follow.
    pub fn reporting_zone(mut self, zone: FixedOffset) -> Self {
        self.zone = zone;
        self
    }

    /// Sets how many months back a first sync reads.
    pub fn history_months(mut self, months: u32) -> Self {
        self.history_months = months;
        self
    }

    /// Sets the clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets who is said to act, in the journal of the store.
    pub fn actor(mut self, name: impl Into<String>) -> Self {
        self.actor = name.into();
        self
    }

    /// Sets the file that is locked while charges are brought in, so that two programs do not do it at once. Without one,
    /// only this process is kept from it.
    pub fn lock_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.lock = Some(file.into());
        self
    }

    /// Adds a saved report.
    pub fn report(mut self, report: SavedReport) -> Self {
        self.reports.push(report);
        self
    }

    /// Gives people other names in reports, exports, explained invoices and the list of who has no owner. The store and the rules
    /// have their names all the same. Answers about single people and rules are not for eyes that may not see names: they
    /// are refused.
    pub fn pseudonyms(mut self, pseudonyms: Pseudonyms) -> Self {
        self.pseudonyms = Some(pseudonyms);
        self
    }
}
