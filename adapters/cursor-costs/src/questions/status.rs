//! The state of the accounts: what is stored, what is missing, what may still change.

use cost_model::digest::Digest;
use cost_model::source::Origin;
use cost_model::store::{ConnectionId, Gap, GapState, LOOK_BACK_DAYS};
use cost_model::{Timestamp, Window};
use serde::Serialize;

use crate::costs::CursorCosts;
use crate::error::{Error, Result, StoreCall};
use crate::setup::account::Account;

/// The state of everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// When this was asked.
    pub at: Timestamp,
    /// Whether the charges are made up.
    pub demo: bool,
    /// Whether a sync or an import is at work.
    pub importing: bool,
    /// The version of the rules in force; `None` where they cannot be read.
    pub rules: Option<Digest>,
    /// The version of the people in force; `None` where they cannot be read.
    pub people: Option<Digest>,
    /// The accounts: those of the setup, then what else the store holds.
    pub accounts: Vec<AccountStatus>,
    /// What to do next.
    pub next_step: String,
}

/// The state of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountStatus {
    /// Its name in reports.
    pub name: String,
    /// Whether the setup has it; charges of others are still in every report.
    pub configured: bool,
    /// How far its charges are stored.
    pub state: AccountState,
    /// The time from the first to the last stored charge window, up to now.
    pub covered: Option<Window>,
    /// The end of what is stored for time that has not come, as by an import of a wrong year.
    pub future_until: Option<Timestamp>,
    /// How many charges are stored.
    pub charges: u64,
    /// How many of them have no effective cost, so that no sum of a report contains them.
    pub unpriced: u64,
    /// When it was last read, by the clock of the provider where that is behind the one here.
    pub last_read: Option<Timestamp>,
    /// When the last sync was, by the clock of whoever ran it.
    pub last_sync: Option<Timestamp>,
    /// From when on its charges may still change.
    pub provisional_since: Option<Timestamp>,
    /// What is missing of the time that is covered and of that which a first sync reads, up to now; the days since the last
    /// sync only once they are two.
    pub gaps: Vec<Window>,
    /// How many files were imported.
    pub imports: usize,
    /// Why the last sync failed, if it did.
    pub failure: Option<String>,
    /// How many events of the last sync were of a kind that is not known, so that what they bill is not known either.
    pub unknown_kinds: u64,
}

/// How far the charges of an account are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccountState {
    /// Nothing is stored yet.
    Empty,
    /// The last sync failed.
    Failed,
    /// Something is stored, and something is missing.
    Incomplete,
    /// Everything from the first stored window up to the last read is there.
    Stable,
}

/// How long after a sync nothing is missed, in milliseconds: a daily one may be late.
pub(crate) const BETWEEN_SYNCS: i64 = 2 * 86_400_000;

impl AccountState {
    /// Returns the state's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Failed => "failed",
            Self::Incomplete => "incomplete",
            Self::Stable => "stable",
        }
    }
}

impl CursorCosts {
    /// Returns the state of all accounts. No charge is read, so that it takes the same time however many there are.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    pub async fn status(&self) -> Result<Status> {
        const WHAT: &str = "the state of the store cannot be read";
        let origin = self.store().origin().await.or_store(WHAT)?;
        let mut accounts = Vec::new();
        for id in self.stored_accounts().await? {
            accounts.push(self.account_status(&id).await?);
        }
        let rules = self.rule_set().ok().map(|rules| rules.digest());
        let people = self.people().await.ok().map(|people| people.digest());
        let next_step = match (rules, people) {
            (Some(_), Some(_)) => self.next_step(&accounts),
            (None, _) => "`config check`: the rules cannot be read, so that no report can be made".to_owned(),
            (_, None) => {
                "`config check`: the people cannot be read, so that no report can be made".to_owned()
            }
        };
        Ok(Status {
            at: self.now(),
            demo: origin == Some(Origin::Demo),
            importing: self.is_at_work(),
            rules,
            people,
            next_step,
            accounts,
        })
    }

    async fn account_status(&self, id: &ConnectionId) -> Result<AccountStatus> {
        const WHAT: &str = "the state of the store cannot be read";
        let now = self.now();
        let coverage = self.store().coverage(id).await.or_store(WHAT)?;
        let spans = coverage.spans();
        let end = coverage.windows().end();
        let covered = match (spans.first(), end) {
            (Some(first), Some(end)) => Window::new(first.window.start(), end.min(now)).ok(),
            _ => None,
        };
        let counts = self.store().charge_counts(id).await.or_store(WHAT)?;
        let expected = covered.map(|covered| self.expected(id, covered)).transpose()?;
        let gaps: Vec<Window> =
            expected.map(|expected| coverage.windows().missing(expected).into_windows()).unwrap_or_default();
        let provisional = coverage.provisional(LOOK_BACK_DAYS);
        let (last_sync, sync) = self.last_sync(id.as_str()).await?.unzip();
        let sync = sync.unwrap_or_default();
        Ok(AccountStatus {
            name: self.name_of(id).to_owned(),
            configured: self.is_configured(id),
            state: match (covered, &sync.failure, gaps.is_empty()) {
                (_, Some(_), _) => AccountState::Failed,
                (None, None, _) => AccountState::Empty,
                (Some(_), None, false) => AccountState::Incomplete,
                (Some(_), None, true) => AccountState::Stable,
            },
            covered,
            future_until: end.filter(|end| *end > now),
            charges: counts.charges,
            unpriced: counts.unpriced,
            last_read: spans.iter().filter_map(|span| span.read_at).max(),
            last_sync,
            provisional_since: provisional.windows().first().map(Window::start),
            gaps,
            imports: self.store().imports(id).await.or_store(WHAT)?.len(),
            failure: sync.failure,
            unknown_kinds: sync.unknown_kinds,
        })
    }

    /// Returns the time that should be stored of an account: what is covered, up to now, and for one that is read from the
    /// provider as far back as a first sync reads. What came since the last sync is no gap before two days have passed, and
    /// nothing is expected of an account that the setup does not have.
    fn expected(&self, id: &ConnectionId, covered: Window) -> Result<Window> {
        if !self.is_configured(id) {
            return Ok(covered);
        }
        let now = self.now();
        let start = if self.is_read(self.name_of(id)) {
            self.history_start(now).min(covered.start())
        } else {
            covered.start()
        };
        let is_recent = now.millis() - covered.end().millis() < BETWEEN_SYNCS;
        let end = if is_recent { covered.end() } else { now.max(covered.end()) };
        Window::new(start, end).map_err(Error::query)
    }

    /// Returns what of a window is missing or provisional for one account.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    pub async fn gaps_of(&self, account: &Account, window: Window) -> Result<Vec<Gap>> {
        self.gaps_of_connection(account.id(), window).await
    }

    /// Returns the same for a connection, also of one that the setup does not have.
    pub(crate) async fn gaps_of_connection(&self, id: &ConnectionId, window: Window) -> Result<Vec<Gap>> {
        let coverage = self.store().coverage(id).await;
        let coverage = coverage.or_store("the coverage cannot be read from the store")?;
        let missing = coverage.windows().missing(window).into_windows().into_iter();
        let provisional = coverage.provisional(LOOK_BACK_DAYS).inside(window).into_windows();
        let missing = missing.map(|window| (window, GapState::Missing));
        let provisional = provisional.into_iter().map(|window| (window, GapState::Provisional));
        let gaps = missing.chain(provisional);
        Ok(gaps.map(|(window, state)| Gap::new(id.clone(), window, state)).collect())
    }

    /// Returns whether an account is read from the provider.
    fn is_read(&self, account: &str) -> bool {
        self.accounts().iter().any(|each| each.name() == account && each.has_source())
    }

    /// Says what to do next: something that, once it is done, is no longer the next step.
    fn next_step(&self, accounts: &[AccountStatus]) -> String {
        let now = self.now();
        let in_state = |state| accounts.iter().find(|account| account.state == state);
        if accounts.is_empty() {
            return "add an [[account]] to the configuration".to_owned();
        }
        if let Some(account) = in_state(AccountState::Failed) {
            return format!("`sync`: the last one of {} failed", account.name);
        }
        if let Some(account) = accounts.iter().find(|account| account.future_until.is_some()) {
            return format!("`import list`: a file of {} has rows of a time that has not come", account.name);
        }
        if let Some(account) = in_state(AccountState::Empty) {
            let how = if self.is_read(&account.name) { "`sync`" } else { "`import` an export" };
            return format!("{how}: nothing of {} is stored", account.name);
        }
        if let Some((account, gap)) =
            accounts.iter().find_map(|account| Some((account, *account.gaps.first()?)))
        {
            return format!("{}: some of {} is missing", self.step_that_fills(account, gap), account.name);
        }
        match accounts.iter().filter(|account| self.is_read(&account.name)).find(|account| is_late(account.last_read, now)) {
            // The provider's clock is taken where it is behind.
            Some(account) if account.last_sync.is_some() && !is_late(account.last_sync, now) => {
                "set the clock of this machine: it is more than a day ahead of the one that answered the last sync".to_owned()
            }
            Some(account) => format!("`sync`: the last read of {} is more than a day ago", account.name),
            None => "`report`: everything is up to date".to_owned(),
        }
    }

    /// Says which command brings in a time that is missing.
    fn step_that_fills(&self, account: &AccountStatus, gap: Window) -> String {
        let days = |window: Window| {
            let [first, last] = [window.start().millis(), window.end().millis() - 1].map(|millis| {
                let at = Timestamp::from_millis(millis).unwrap_or(window.start());
                at.to_datetime().with_timezone(&self.setup.zone).date_naive()
            });
            (first, last.succ_opt().unwrap_or(last))
        };
        let (from, to) = days(gap);
        if !self.is_read(&account.name) {
            return format!("`import` an export of {from} to {to}, or --span with a file that has all of it");
        }
        if account.gaps.iter().any(|gap| gap.end() > self.history_start(self.now())) {
            return "`sync`".to_owned();
        }
        // A plain sync reads no further back than a first one.
        format!("`sync --from {from} --to {to}`, or `import` an export of these days")
    }
}

/// Returns whether an instant lies more than a day back.
fn is_late(at: Option<Timestamp>, now: Timestamp) -> bool {
    const DAY: i64 = 86_400_000;
    at.is_some_and(|at| now.millis() - at.millis() > DAY)
}
