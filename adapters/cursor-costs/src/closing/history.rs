//! The closes of a store: what the entries of the journal say, one after the other.

use std::collections::BTreeMap;

use cost_model::Timestamp;
use cost_model::digest::Digest;
use cost_model::store::{EntryKind, EntryScope, JournalEntry};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use virtual_tags::PeriodLock;

use crate::changes::journal::JOURNAL;
use crate::closing::period::ClosePeriod;
use crate::closing::statement::CloseStatement;
use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result, StoreCall};

/// The kind of entries about closes.
pub(crate) const KIND: &str = "close";

/// The one key of all entries about closes. A month and a cycle may overlap, so that what is closed has to be known of all
/// periods when one is closed: the journal refuses an entry if another close came since they were read.
pub(crate) const KEY: &str = "periods";

/// What an entry says.
#[derive(Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub(crate) enum CloseEntry {
    Prepare(Box<PrepareEntry>),
    Approve {
        period: ClosePeriod,
        /// The number of the entry that is approved.
        prepared: u64,
        /// The digest of its document.
        digest: Digest,
    },
    Reopen {
        period: ClosePeriod,
        /// The number of the entry that approved it.
        closed: u64,
        why: String,
    },
}

/// What is locked.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PrepareEntry {
    pub(crate) statement: CloseStatement,
    /// How many restatements of the period each account had.
    pub(crate) restatements: BTreeMap<String, usize>,
    /// The rules, people and amounts.
    pub(crate) lock: PeriodLock,
}

/// The state of a closed period, or of one that was prepared or reopened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CloseState {
    /// Somebody prepared it, and nobody has approved it.
    Prepared,
    /// Somebody else approved it.
    Closed,
    /// It was closed and is open again.
    Reopened,
}

impl CloseState {
    /// Returns the state's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
        }
    }
}

/// What somebody did with a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CloseAction {
    /// Wrote what is to be locked.
    Prepare,
    /// Approved what another one had prepared.
    Approve,
    /// Opened it again.
    Reopen,
}

impl CloseAction {
    /// Returns what was done, such as `prepared`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepared",
            Self::Approve => "approved",
            Self::Reopen => "reopened",
        }
    }
}

/// An entry of the journal about a period. `Debug` leaves out who it was and why.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CloseEvent {
    /// What was done.
    pub action: CloseAction,
    /// Who says that they did it; `None` for one whose name was erased.
    pub by: Option<String>,
    /// When, by the clock of whoever did it.
    pub at: Timestamp,
    /// The number of the entry.
    pub entry: u64,
    /// The digest of the entry. It stands for all entries up to it: kept elsewhere, it proves that none was changed since.
    pub entry_digest: Digest,
    /// Why a period was reopened.
    pub why: Option<String>,
}

cost_model::masked_debug!(CloseEvent { action, at, entry, entry_digest });

/// A period that was prepared, closed or reopened, as the journal has it.
///
/// ```
/// use std::sync::Arc;
///
/// use cost_model::MemoryStore;
/// use cursor_costs::closing::CloseState;
/// use cursor_costs::{Account, Setup};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> cursor_costs::Result<()> {
/// let costs = Setup::new(Arc::new(MemoryStore::new())).account(Account::new("Main")).build();
/// let september = costs.close_period("2026-09", None)?;
/// // Nothing was read of this account: the close is written by force, and is not final.
/// let prepared = costs.prepare_close(&september, "Ada", true).await?;
/// assert!(!prepared.statement.is_final());
/// let digest = prepared.close.unwrap().digest;
/// let closed = costs.approve_close(&september, "Grace", &digest.to_string()).await?;
/// assert_eq!(closed.state, CloseState::Closed);
/// assert_eq!(closed.events.len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Close {
    /// What was prepared last.
    pub statement: CloseStatement,
    /// Its state.
    pub state: CloseState,
    /// The digest of what was prepared last: what is approved.
    pub digest: Digest,
    /// All that was done with the period, in order.
    pub events: Vec<CloseEvent>,
    pub(crate) lock: PeriodLock,
    pub(crate) restatements: BTreeMap<String, usize>,
    /// The number of the entry that prepared it.
    pub(crate) prepared: u64,
}

cost_model::masked_debug!(Close { statement, state, digest, events });

impl Close {
    /// Returns who prepared it last; `None` for one whose name was erased.
    pub fn prepared_by(&self) -> Option<&str> {
        self.events.iter().rev().find(|event| event.action == CloseAction::Prepare)?.by.as_deref()
    }

    /// Returns the number of the last entry about it.
    pub(crate) fn last_entry(&self) -> u64 {
        self.events.last().map_or(self.prepared, |event| event.entry)
    }
}

/// All closes, and the number of the last entry about any; 0 where there is none.
pub(crate) struct CloseHistory {
    pub(crate) closes: Vec<Close>,
    pub(crate) last: u64,
}

impl CloseHistory {
    pub(crate) fn find(&self, period: &ClosePeriod) -> Option<&Close> {
        self.closes.iter().find(|close| close.statement.period.is_same(period))
    }
}

impl CursorCosts {
    /// Returns every period that was prepared, closed or reopened, in the order of time.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], also for an entry that another version has written in a form that is not known.
    pub async fn closes(&self) -> Result<Vec<Close>> {
        let mut closes = self.close_history().await?.closes;
        closes.sort_by(|one, other| {
            let order = |close: &Close| {
                let period = &close.statement.period;
                (period.window, period.account.clone())
            };
            order(one).cmp(&order(other))
        });
        Ok(closes)
    }

    /// Returns the close of a period.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where nobody has prepared it; as [`Self::closes`].
    pub async fn close(&self, period: &ClosePeriod) -> Result<Close> {
        let history = self.close_history().await?;
        history.find(period).cloned().ok_or_else(|| not_prepared(period))
    }

    pub(crate) async fn close_history(&self) -> Result<CloseHistory> {
        let mut scope = EntryScope::default();
        scope.kind = Some(EntryKind::new(KIND).or_store(JOURNAL)?);
        let entries = self.journal().entries(&scope).await.or_store(JOURNAL)?;
        let mut history = CloseHistory { closes: Vec::new(), last: 0 };
        for entry in &entries {
            let said = self.read_entry(entry).await?;
            history.last = entry.number;
            let by = self.journal().person_name(entry.actor).await.or_store(JOURNAL)?;
            apply(&mut history.closes, entry, by, said);
        }
        Ok(history)
    }

    async fn read_entry(&self, entry: &JournalEntry) -> Result<CloseEntry> {
        let unreadable = |error: serde_json::Error| {
            let message = format!("entry {} of the journal, about a close, cannot be read", entry.number);
            Error::new(ErrorKind::Store, message).because(error)
        };
        let document: Value = serde_json::from_str(&entry.document).map_err(unreadable)?;
        serde_json::from_value(self.with_names(&document).await?).map_err(unreadable)
    }
}

/// Takes an entry into the closes. One that does not follow from those before changes nothing: that is a fault of the journal,
/// which its check tells.
fn apply(closes: &mut Vec<Close>, entry: &JournalEntry, by: Option<String>, said: CloseEntry) {
    let event = |action, why| CloseEvent {
        action,
        by,
        at: entry.at,
        entry: entry.number,
        entry_digest: entry.digest,
        why,
    };
    match said {
        CloseEntry::Prepare(said) => {
            let event = event(CloseAction::Prepare, None);
            let same = |close: &Close| close.statement.period.is_same(&said.statement.period);
            let place = closes.iter().position(same);
            let mut close = Close {
                statement: said.statement,
                state: CloseState::Prepared,
                digest: Digest::of(entry.document.as_bytes()),
                events: Vec::new(),
                lock: said.lock,
                restatements: said.restatements,
                prepared: entry.number,
            };
            if let Some(place) = place {
                close.events = closes.remove(place).events;
            }
            close.events.push(event);
            closes.push(close);
        }
        CloseEntry::Approve { prepared, digest, .. } => {
            let found = closes.iter_mut().find(|close| close.prepared == prepared && close.digest == digest);
            if let Some(close) = found.filter(|close| close.state == CloseState::Prepared) {
                close.state = CloseState::Closed;
                close.events.push(event(CloseAction::Approve, None));
            }
        }
        CloseEntry::Reopen { closed, why, .. } => {
            let found = closes.iter_mut().find(|close| close.last_entry() == closed);
            if let Some(close) = found.filter(|close| close.state == CloseState::Closed) {
                close.state = CloseState::Reopened;
                close.events.push(event(CloseAction::Reopen, Some(why)));
            }
        }
    }
}

pub(crate) fn not_prepared(period: &ClosePeriod) -> Error {
    Error::new(ErrorKind::NotFound, format!("{} is not prepared, closed or reopened", period.name))
        .with_hint("`close prepare` prepares it, `close status` lists what is")
}
