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
    /// The time from the first to the last stored charge window.
    pub covered: Option<Window>,
    /// How many charges are stored.
    pub charges: u64,
    /// How many of them have no effective cost, so that no sum of a report contains them.
    pub unpriced: u64,
    /// When it was last read.
    pub last_read: Option<Timestamp>,
    /// From when on its charges may still change.
    pub provisional_since: Option<Timestamp>,
    /// What is missing of the time that a first sync reads, up to now; the days since the last sync only once they are two.
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
            let coverage = self.store().coverage(&id).await.or_store(WHAT)?;
            let spans = coverage.spans();
            let covered = match (spans.first(), coverage.windows().end()) {
                (Some(first), Some(end)) => Window::new(first.window.start(), end).ok(),
                _ => None,
            };
            let counts = self.store().charge_counts(&id).await.or_store(WHAT)?;
            let expected = covered.map(|covered| self.expected(&id, covered)).transpose()?;
            let gaps: Vec<Window> = expected
                .map(|expected| coverage.windows().missing(expected).into_windows())
                .unwrap_or_default();
            let provisional = coverage.provisional(LOOK_BACK_DAYS);
            let last_sync = self.last_sync(id.as_str()).await?.unwrap_or_default();
            accounts.push(AccountStatus {
                name: self.name_of(&id).to_owned(),
                configured: self.accounts().iter().any(|account| account.id() == &id),
                state: match (covered, gaps.is_empty()) {
                    (None, _) => AccountState::Empty,
                    (Some(_), false) => AccountState::Incomplete,
                    (Some(_), true) => AccountState::Stable,
                },
                covered,
                charges: counts.charges,
                unpriced: counts.unpriced,
                last_read: spans.iter().filter_map(|span| span.read_at).max(),
                provisional_since: provisional.windows().first().map(Window::start),
                gaps,
                imports: self.store().imports(&id).await.or_store(WHAT)?.len(),
                failure: last_sync.failure,
                unknown_kinds: last_sync.unknown_kinds,
            });
        }
        let next_step = next_step(&accounts, self.now());
        Ok(Status {
            at: self.now(),
            demo: origin == Some(Origin::Demo),
            importing: self.is_at_work(),
            rules: self.rule_set().ok().map(|rules| rules.digest()),
            people: self.people().await.ok().map(|people| people.digest()),
            accounts,
            next_step,
        })
    }

    /// Returns the time that should be stored of an account: what is covered, and for one that is read from the provider as far
    /// back as a first sync reads, up to now. What came since the last sync is no gap before two days have passed.
    fn expected(&self, id: &ConnectionId, covered: Window) -> Result<Window> {
        let is_read = self.accounts().iter().any(|account| account.id() == id && account.has_source());
        if !is_read {
            return Ok(covered);
        }
        let now = self.now();
        let start = self.history_start(now).min(covered.start());
        let is_recent = now.millis() - covered.end().millis() < BETWEEN_SYNCS;
        let end = if is_recent { covered.end() } else { now.max(covered.end()) };
        Window::new(start, end).map_err(Error::query)
    }

    /// Returns what of a window is missing or provisional for one account.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    pub async fn gaps_of(&self, account: &Account, window: Window) -> Result<Vec<Gap>> {
        let coverage = self.store().coverage(account.id()).await;
        let coverage = coverage.or_store("the coverage cannot be read from the store")?;
        let missing = coverage.windows().missing(window).into_windows().into_iter();
        let provisional = coverage.provisional(LOOK_BACK_DAYS).inside(window).into_windows();
        let missing = missing.map(|window| (window, GapState::Missing));
        let provisional = provisional.into_iter().map(|window| (window, GapState::Provisional));
        let gaps = missing.chain(provisional);
        Ok(gaps.map(|(window, state)| Gap::new(account.id().clone(), window, state)).collect())
    }
}

fn next_step(accounts: &[AccountStatus], now: Timestamp) -> String {
    const DAY: i64 = 86_400_000;
    if accounts.is_empty() {
        return "add an [[account]] to the configuration".to_owned();
    }
    if let Some(account) = accounts.iter().find(|account| account.failure.is_some()) {
        return format!("`sync`: the last one of {} failed", account.name);
    }
    if let Some(account) = accounts.iter().find(|account| account.state == AccountState::Empty) {
        return format!("`sync`: nothing of {} is stored", account.name);
    }
    if let Some(account) = accounts.iter().find(|account| account.state == AccountState::Incomplete) {
        return format!("`sync`: some of {} is missing", account.name);
    }
    let last = accounts.iter().filter_map(|account| account.last_read).min();
    match last {
        Some(last) if now.millis() - last.millis() > DAY => {
            "`sync`: the last read is more than a day ago".to_owned()
        }
        _ => "`report`: everything is up to date".to_owned(),
    }
}
