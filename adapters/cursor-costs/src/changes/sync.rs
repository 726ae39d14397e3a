//! Syncs: the charges of each account, from the provider into the store.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::Months;
use cost_ingest::connections::refuse_duplicates;
use cost_ingest::{Ingest, Progress, RunReport};
use cost_model::store::{GapState, RecordSink, Restatement, Scope};
use cost_model::{Money, StoredRecord, Timestamp, Window};
use cursor_admin_client::http::Observer;
use cursor_cost_source::NO_USER;

use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result, StoreCall};
use crate::request::DayRange;
use crate::setup::account::Account;
use crate::spans::Span;

/// How often the lock of the store is tried before it is taken for held, and how long is waited in between.
const ATTEMPTS: u32 = 10;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(20);

/// Which accounts to sync, and how.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an input, written with `..SyncRequest::default()`")]
pub struct SyncRequest {
    /// Only the account of that name; all of them without one.
    pub account: Option<String>,
    /// All of these days, again; what is missing or was not final when it was read without any.
    pub days: Option<DayRange>,
    /// Compares the counts of all closed windows as well, and reads again what differs.
    pub audit: bool,
}

/// Learns how a sync goes on.
pub trait SyncObserver: Send + Sync {
    /// An account's window has been stored.
    fn stored(&self, account: &str, progress: &Progress);

    /// Returns who learns of the waits of an account's client, for rate limits and before retries.
    fn waits(&self) -> Option<Arc<dyn Observer>> {
        None
    }
}

/// Ignores everything.
impl SyncObserver for () {
    fn stored(&self, _: &str, _: &Progress) {}
}

/// The outcome of a sync.
#[derive(Debug)]
#[non_exhaustive]
pub struct SyncOutcome {
    /// An outcome for each account asked for, in the order of the setup.
    pub accounts: Vec<AccountSync>,
}

/// The outcome of one account's sync.
#[derive(Debug)]
#[non_exhaustive]
pub struct AccountSync {
    /// The account's name.
    pub name: String,
    /// What the sync did, or why it stopped. Windows stored before it stopped stay stored.
    pub outcome: Result<Synced>,
}

/// What the sync of an account did.
#[derive(Debug)]
#[non_exhaustive]
pub struct Synced {
    /// The run that read what was missing, or all days asked for.
    pub run: RunReport,
    /// The run that compared counts, if it was asked for.
    pub audit: Option<RunReport>,
    /// The sum of what the provider states as charged, of everything stored in the windows that were read.
    pub charged: Money,
    /// How many of these charges name neither a user nor a service account.
    pub without_user: u64,
    /// How many of these charges state no amount charged, so that their cost was worked out from others of their figures.
    pub derived: u64,
    /// What of the time asked for is still missing.
    pub incomplete: Vec<Window>,
    /// The span from which on charges may still change.
    pub provisional_since: Option<Timestamp>,
    /// What changed in time that was final, over all runs.
    pub restatements: Vec<Restatement>,
}

impl SyncOutcome {
    /// Returns whether every account was read, every row that came lay in the time asked for, and nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.accounts.iter().all(AccountSync::is_complete)
    }
}

impl AccountSync {
    /// Returns whether the account was read, every row that came lay in the time asked for, and nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|synced| !synced.has_outside() && synced.incomplete.is_empty())
    }
}

impl Synced {
    /// Returns whether rows came that lay outside the time asked for. They were not stored.
    pub fn has_outside(&self) -> bool {
        !self.run.outside.is_empty() || self.audit.as_ref().is_some_and(|audit| !audit.outside.is_empty())
    }
}

impl CursorCosts {
    /// Brings charges into the store: what is missing and what was not final when it was read, or all days asked for. Safe to
    /// repeat and to interrupt. An account that fails does not keep the others from being read.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an account that there is not, [`ErrorKind::Busy`] while another program syncs. The failure
    /// of an account is in its [`AccountSync`].
    pub async fn sync(&self, request: &SyncRequest, observer: &dyn SyncObserver) -> Result<SyncOutcome> {
        let accounts: Vec<&Account> = match &request.account {
            Some(name) => vec![self.account(Some(name))?],
            None => self.accounts().iter().filter(|account| account.has_source()).collect(),
        };
        if accounts.is_empty() {
            let message = "no account has a key, so that there is nothing to read";
            return Err(Error::new(ErrorKind::Config, message).with_hint(
                "add an [[account]] with `api_key_env` to the configuration, or `import` a file",
            ));
        }
        let days = request.days.map(|days| self.window(days)).transpose()?;
        if let Some(days) = days.filter(|days| days.start() >= self.now()) {
            let message =
                format!("there is nothing to read yet: {} lies in the future", self.days_text(days));
            return Err(Error::new(ErrorKind::Query, message));
        }
        let _only_one = self.lock().await?;
        let mut outcomes = Vec::new();
        for account in accounts {
            let span = Span::sync(account.name());
            let outcome = span.around(self.sync_account(account, days, request.audit, observer)).await;
            match &outcome {
                Ok(synced) => {
                    span.count("events", usize::try_from(synced.run.records).unwrap_or(usize::MAX));
                    span.count("windows", synced.run.windows.len());
                }
                Err(_) => span.count("failed", 1),
            }
            self.note_sync(account, &outcome).await?;
            outcomes.push(AccountSync { name: account.name().to_owned(), outcome });
        }
        Ok(SyncOutcome { accounts: outcomes })
    }

    async fn sync_account(
        &self,
        account: &Account,
        days: Option<Window>,
        audit: bool,
        observer: &dyn SyncObserver,
    ) -> Result<Synced> {
        let now = self.now();
        let source = account.connect(observer.waits()).ok_or_else(|| {
            Error::new(ErrorKind::Key, format!("the account `{}` has no key", account.name()))
                .with_hint("add `api_key_env` to its [[account]] in the configuration")
        })??;
        let windows = WindowsOf { account: account.name(), observer };
        let ingest = Ingest::new(&*source, self.store(), account.id().clone());
        let ingest = ingest.retention_months(self.setup.history_months).observer(&windows);
        let run = match days {
            Some(days) => ingest.run(days, now).await,
            None => ingest.refresh(now).await,
        };
        let run = run.map_err(|error| failed(account, error))?;
        if let (Some(first), Some(last)) = (run.windows.first(), run.windows.last()) {
            let read = Window::new(first.start(), last.end()).map_err(Error::query)?;
            refuse_duplicates(self.store(), account.id(), read)
                .await
                .map_err(|error| failed(account, error))?;
        }
        let audit =
            if audit { Some(ingest.audit(now).await.map_err(|error| failed(account, error))?) } else { None };
        self.synced(account, (days, now), run, audit).await
    }

    /// Says what the store holds of the time up to `now`, when the sync began.
    async fn synced(
        &self,
        account: &Account,
        (days, now): (Option<Window>, Timestamp),
        run: RunReport,
        audit: Option<RunReport>,
    ) -> Result<Synced> {
        let mut counts = Counts::default();
        for window in &run.windows {
            let scope = Scope::all().connection(account.id().clone()).window(*window);
            self.store().scan(&scope, &mut counts).await.or_store("what was stored cannot be read back")?;
        }
        let asked = match days {
            Some(days) => Window::new(days.start(), days.end().min(now).max(days.start())),
            None => Window::new(self.history_start(now), now),
        };
        let gaps = self.gaps_of(account, asked.map_err(Error::query)?).await?;
        let missing = gaps.iter().filter(|gap| gap.state == GapState::Missing);
        let restatements = self.store().restatements(account.id()).await;
        let restatements = restatements.or_store("what was re-priced cannot be read back")?;
        let provisional = gaps.iter().filter(|gap| gap.state == GapState::Provisional);
        Ok(Synced {
            charged: counts.charged,
            without_user: counts.without_user,
            derived: counts.derived,
            incomplete: missing.map(|gap| gap.window).collect(),
            provisional_since: provisional.map(|gap| gap.window.start()).min(),
            restatements,
            run,
            audit,
        })
    }

    /// Returns the midnight from which a first sync at `now` reads.
    pub(crate) fn history_start(&self, now: Timestamp) -> Timestamp {
        let oldest = now.date().checked_sub_months(Months::new(self.setup.history_months));
        Timestamp::midnight(oldest.unwrap_or(now.date()))
    }

    /// Keeps every other program, and every other call of this one, from changing the store until the result is dropped.
    pub(crate) async fn lock(&self) -> Result<Lock<'_>> {
        if self.at_work.swap(true, Ordering::Acquire) {
            return Err(busy());
        }
        let here = AtWork(&self.at_work);
        let Some(path) = &self.setup.lock else { return Ok(Lock { _here: here, _file: None }) };
        let file = open_lock(path).map_err(|error| Error::file(path, &error))?;
        for _ in 0..ATTEMPTS {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _here: here, _file: Some(file) }),
                // Somebody may only be looking whether a sync is at work, which takes no time.
                Err(TryLockError::WouldBlock) => self.setup.clock.sleep(BETWEEN_ATTEMPTS).await,
                Err(TryLockError::Error(error)) => return Err(Error::file(path, &error)),
            }
        }
        Err(busy())
    }

    /// Returns whether this or another program changes the store. Whoever asks keeps nobody from it, nor from asking as well.
    pub(crate) fn is_at_work(&self) -> bool {
        if self.at_work.load(Ordering::Acquire) {
            return true;
        }
        // Where the file is not there, nobody has ever changed the store.
        let file = self.setup.lock.as_ref().and_then(|path| File::open(path).ok());
        file.is_some_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

fn busy() -> Error {
    Error::new(ErrorKind::Busy, "something else is changing this store")
        .with_hint("wait for it: a sync, an import or another change, here or in another program")
}

/// Opens the file of the lock, which is made for its owner alone.
fn open_lock(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The right to change the store, given up when dropped.
pub(crate) struct Lock<'a> {
    _here: AtWork<'a>,
    _file: Option<File>,
}

/// That a call of this process changes the store.
struct AtWork<'a>(&'a AtomicBool);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

fn failed(account: &Account, error: cost_ingest::Error) -> Error {
    Error::new(ErrorKind::Sync, format!("the account `{}` could not be synced", account.name()))
        .because(error)
}

/// Counts the charges that are stored.
#[derive(Default)]
struct Counts {
    charged: Money,
    without_user: u64,
    derived: u64,
}

impl RecordSink for Counts {
    fn record(&mut self, stored: &StoredRecord) -> cost_model::Result<()> {
        let record = &stored.record;
        self.charged = self.charged.checked_add(record.stated.charged.unwrap_or_default())?;
        self.without_user += u64::from(record.dimensions.resource.as_deref() == Some(NO_USER));
        self.derived += u64::from(record.costs.derived);
        Ok(())
    }
}

/// Passes the windows of an account's run on.
struct WindowsOf<'a> {
    account: &'a str,
    observer: &'a dyn SyncObserver,
}

impl std::fmt::Debug for WindowsOf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WindowsOf").field("account", &self.account).finish_non_exhaustive()
    }
}

impl cost_ingest::Observer for WindowsOf<'_> {
    fn stored(&self, progress: &Progress) {
        self.observer.stored(self.account, progress);
    }
}
