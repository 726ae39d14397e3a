//! Checks the history: the chain of the journal, and that each approval is about what was prepared.

use cost_model::digest::Digest;
use cost_model::store::{EntryScope, JournalEntry, PersonNumber, verify};
use serde::Deserialize;

use crate::changes::journal::JOURNAL;
use crate::closing::history::KIND;
use crate::closing::period::ClosePeriod;
use crate::costs::CursorCosts;
use crate::error::{Result, StoreCall};

/// How many entries are read at a time.
const AT_A_TIME: usize = 1_000;

/// What a check of the journal found.
///
/// ```
/// use std::sync::Arc;
///
/// use cost_model::MemoryStore;
/// use cursor_costs::{Account, Setup};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> cursor_costs::Result<()> {
/// let costs = Setup::new(Arc::new(MemoryStore::new())).account(Account::new("Main")).build();
/// let september = costs.close_period("2026-09", None)?;
/// costs.prepare_close(&september, "Ada", true).await?;
/// let check = costs.verify_journal(None).await?;
/// assert!(check.is_intact());
///
/// // Kept elsewhere, it shows later whether last entries were taken out.
/// let (_, digest) = check.last.unwrap();
/// assert_eq!(costs.verify_journal(Some(digest)).await?.has_expected, Some(true));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalCheck {
    /// How many entries the journal has.
    pub entries: u64,
    /// How many of them are about closes.
    pub closes: u64,
    /// The number and the digest of the last entry. Kept elsewhere, it shows later whether last entries were taken out.
    pub last: Option<(u64, Digest)>,
    /// Whether the journal has the digest that it was expected to have, of an entry or of a prepared close; `None` where none
    /// was expected.
    pub has_expected: Option<bool>,
    /// What is wrong, in the order of entries.
    pub faults: Vec<JournalFault>,
}

/// A fault of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalFault {
    /// The number of the entry.
    pub entry: u64,
    /// What is wrong with it.
    pub what: &'static str,
}

impl JournalCheck {
    /// Returns whether nothing is wrong, and what was expected is there.
    pub fn is_intact(&self) -> bool {
        self.faults.is_empty() && self.has_expected != Some(false)
    }
}

impl CursorCosts {
    /// Checks that every entry of the journal is as it was written and follows from the one before, and that every approval is
    /// about what was prepared. `expected` is a digest that was kept elsewhere, of an entry or of a close: that last entries
    /// were taken out together shows only against one.
    ///
    /// The names of people are kept beside the chain, so that they can be erased, and are not checked.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store), also for an entry that is damaged so that it cannot be read at all.
    pub async fn verify_journal(&self, expected: Option<Digest>) -> Result<JournalCheck> {
        let mut check = JournalCheck {
            entries: 0,
            closes: 0,
            last: None,
            has_expected: expected.map(|_| false),
            faults: Vec::new(),
        };
        let mut closes = Closes::default();
        let mut is_chain_whole = true;
        let mut scope = EntryScope::default();
        scope.limit = AT_A_TIME;
        loop {
            let entries = self.journal().entries(&scope).await.or_store(JOURNAL)?;
            let Some(last) = entries.last() else { return Ok(check) };
            scope.after = last.number;
            if is_chain_whole && let Some(entry) = verify(check.last, &entries) {
                // What follows a broken link cannot be told from what should be there.
                is_chain_whole = false;
                let what =
                    "it was changed, or an entry before it was changed, taken out, added or put elsewhere";
                check.faults.push(JournalFault { entry, what });
            }
            for entry in &entries {
                check.entries = check.entries.saturating_add(1);
                check.last = Some((entry.number, entry.digest));
                let mut digests = vec![entry.digest];
                if entry.kind.as_str() == KIND {
                    check.closes = check.closes.saturating_add(1);
                    digests.push(Digest::of(entry.document.as_bytes()));
                    check.faults.extend(closes.check(entry));
                }
                if expected.is_some_and(|expected| digests.contains(&expected)) {
                    check.has_expected = Some(true);
                }
            }
        }
    }
}

/// What an entry says, without the figures.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
enum Said {
    Prepare { statement: Stated },
    Approve { period: ClosePeriod, prepared: u64, digest: Digest },
    Reopen { period: ClosePeriod, closed: u64 },
}

#[derive(Deserialize)]
struct Stated {
    period: ClosePeriod,
}

/// What the closes came to so far, by period.
#[derive(Default)]
struct Closes(Vec<(ClosePeriod, Step)>);

/// The last step of a period.
#[derive(Clone, Copy)]
enum Step {
    Prepared { entry: u64, digest: Digest, by: PersonNumber },
    Approved { entry: u64 },
    Reopened,
}

impl Closes {
    /// Checks that an entry follows from those before.
    fn check(&mut self, entry: &JournalEntry) -> Option<JournalFault> {
        let fault = |what| Some(JournalFault { entry: entry.number, what });
        let Ok(said) = serde_json::from_str::<Said>(&entry.document) else {
            return fault("it is about a close, and cannot be read");
        };
        match said {
            Said::Prepare { statement } => {
                let was = self.step(&statement.period);
                let digest = Digest::of(entry.document.as_bytes());
                self.set(statement.period, Step::Prepared { entry: entry.number, digest, by: entry.actor });
                match was {
                    Some(Step::Approved { .. }) => fault("it prepares what is closed"),
                    _ => None,
                }
            }
            Said::Approve { period, prepared, digest } => {
                let was = self.step(&period);
                self.set(period, Step::Approved { entry: entry.number });
                match was {
                    Some(Step::Prepared { by, .. }) if by == entry.actor => {
                        fault("it approves what the same person has prepared")
                    }
                    Some(Step::Prepared { entry, digest: written, .. })
                        if entry == prepared && written == digest =>
                    {
                        None
                    }
                    Some(Step::Prepared { .. }) => fault("it approves something else than was prepared last"),
                    _ => fault("it approves what nobody has prepared"),
                }
            }
            Said::Reopen { period, closed } => {
                let was = self.step(&period);
                self.set(period, Step::Reopened);
                match was {
                    Some(Step::Approved { entry }) if entry == closed => None,
                    _ => fault("it reopens what nobody has closed"),
                }
            }
        }
    }

    fn step(&self, period: &ClosePeriod) -> Option<Step> {
        self.0.iter().find(|(known, _)| known.is_same(period)).map(|(_, step)| *step)
    }

    fn set(&mut self, period: ClosePeriod, step: Step) {
        self.0.retain(|(known, _)| !known.is_same(&period));
        self.0.push((period, step));
    }
}
