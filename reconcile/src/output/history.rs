//! An append-only history of reconciliations and sign-offs.
//!
//! Each entry holds the digest of the one before it, so that a changed or removed entry breaks the chain.

use cost_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::bridge::Reconciliation;
use crate::output::changes::Changes;
use crate::output::digest::{InputDigest, digest, of_json};
use crate::output::sign_off::SignOff;

/// An append-only record of reconciliations and sign-offs, kept by the host as JSON.
///
/// Each entry holds the digest of the one before it, so that no entry can be changed, dropped or inserted without changing all
/// that follow. A host that keeps [`head`](Self::head) elsewhere detects a rewritten history, and missing last entries, too.
///
/// ```
/// # use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Timestamp, Window};
/// # use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
/// # use reconcile::{BillingRules, Case, Invoice};
/// # let filter = |kind: &str| Filter::parse(&format!("costs.subcategory = '{kind}'"));
/// # let rules = BillingRules::new(filter("On-demand")?, filter("Own key")?);
/// # let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
/// # let at = Timestamp::midnight("2026-09-20".parse()?);
/// # let mut charge = CostRecord::new(at, "acme", Currency::USD, Costs::flat("0.6175".parse()?));
/// # charge.edit(|set| set.subcategory = Some("On-demand".into()));
/// # charge.edit(|set| set.service_id = Some("model-a".into()));
/// # let mut ledger = Ledger::builder(Currency::USD);
/// # ledger.push(&charge)?;
/// # let ledger = ledger.build();
/// # let mut invoice = Invoice::new("INV-7", september, Currency::USD);
/// # let usage = LineKind::Usage(UsageLine::of_model("model-a"));
/// # invoice.lines.push(InvoiceLine::new(1, "Usage of model-a", "0.62".parse()?, usage));
/// # invoice.lines.push(InvoiceLine::new(2, "Tax", "0.05".parse()?, LineKind::Tax));
/// use reconcile::history::History;
///
/// let case = Case::new(&ledger, &invoice, &rules);
/// let mut history = History::new();
/// history.push(case.explain()?.reconciliation, case.digest(), "2026-10-16T08:00:00Z".parse()?);
/// let number = history.push(case.explain()?.reconciliation, case.digest(), "2026-10-18T08:00:00Z".parse()?);
/// assert!(history.verify().is_ok());
/// assert!(history.changes(number)?.is_some_and(|changes| changes.is_empty()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History {
    entries: Vec<Entry>,
}

/// An entry of a [`History`].
/// Its digest covers the one before, so that the last digest stands for all entries: keep that one elsewhere, and
/// nobody can change the history unseen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// The digest of the entry before it; none for the first.
    pub previous: Option<EntryDigest>,
    /// The instant at which it was added, by the host's clock.
    pub at: Timestamp,
    /// The event.
    pub event: Event,
    /// The digest of the three fields above.
    pub digest: EntryDigest,
}

/// An event that a [`History`] keeps.
/// Both have the whole of what happened, so that a history can be read without the inputs of that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// An invoice was explained.
    Explained {
        /// The outcome.
        reconciliation: Box<Reconciliation>,
        /// The digest of its inputs.
        inputs: InputDigest,
    },
    /// People signed an outcome.
    Signed(SignOff),
}

/// An entry that is not what was added.
/// It was changed, moved, or follows one that was removed or inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {entry} of the history is not what was added, or not in its place")]
#[non_exhaustive]
pub struct BrokenEntry {
    /// Its number, counted from 0.
    pub entry: usize,
}

digest! {
    /// The digest of an entry of a [`History`](crate::history::History) and, through the one before, of all earlier ones.
    EntryDigest
}

/// Returns the digest of an entry of a history.
fn entry_digest(previous: Option<EntryDigest>, at: Timestamp, event: &Event) -> EntryDigest {
    EntryDigest::new(of_json("reconciliation history 1\n", &(previous, at, event)))
}

impl History {
    /// Returns an empty history.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an explanation of an invoice, and returns its entry's number, counted from 0. One that changes nothing is
    /// added too: it says that somebody looked again.
    pub fn push(&mut self, reconciliation: Reconciliation, inputs: InputDigest, at: Timestamp) -> usize {
        self.append(Event::Explained { reconciliation: Box::new(reconciliation), inputs }, at)
    }

    /// Adds a sign-off, and returns its entry's number, counted from 0. It is not checked here: [`signed`](Self::signed)
    /// returns those that are valid, and [`Changes::lost`] those that no longer are.
    pub fn sign(&mut self, sign_off: SignOff, at: Timestamp) -> usize {
        self.append(Event::Signed(sign_off), at)
    }

    /// Adds an entry after the last one, and returns its number, counted from 0.
    fn append(&mut self, event: Event, at: Timestamp) -> usize {
        let previous = self.head();
        let digest = entry_digest(previous, at, &event);
        self.entries.push(Entry { previous, at, event, digest });
        self.entries.len() - 1
    }

    /// Returns every entry, the oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the digest of the last entry, which represents the whole history.
    /// `None` for an empty history.
    pub fn head(&self) -> Option<EntryDigest> {
        self.entries.last().map(|entry| entry.digest)
    }

    /// Checks that every entry is what was added, and follows the one before it.
    ///
    /// # Errors
    /// The first entry that is not.
    pub fn verify(&self) -> std::result::Result<(), BrokenEntry> {
        let mut previous = None;
        for (number, entry) in self.entries.iter().enumerate() {
            let digest = entry_digest(entry.previous, entry.at, &entry.event);
            // Both are checked: a digest alone does not show that an entry before it was removed.
            if entry.previous != previous || entry.digest != digest {
                return Err(BrokenEntry { entry: number });
            }
            previous = Some(digest);
        }
        Ok(())
    }

    /// Returns what the explanation with that number changed since the one before it of the same invoice; `None` if it is the
    /// first, or no explanation.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow), for a difference out of range.
    pub fn changes(&self, entry: usize) -> Result<Option<Changes>> {
        let Some((after, inputs)) = self.entries.get(entry).and_then(Entry::explained) else {
            return Ok(None);
        };
        let earlier = self.entries.get(..entry).unwrap_or_default();
        let mut explained = earlier.iter().rev().filter_map(Entry::explained);
        let Some((before, old_inputs)) = explained.find(|(old, _)| old.invoice == after.invoice) else {
            return Ok(None);
        };
        let mut changes = Changes::between(before, after)?;
        changes.inputs_changed = inputs != old_inputs;
        if !changes.is_empty() {
            let lost = earlier
                .iter()
                .filter_map(Entry::signed)
                .filter(|sign_off: &&SignOff| sign_off.inputs == old_inputs && sign_off.is_valid_for(before))
                .filter(|sign_off| sign_off.inputs != inputs || !sign_off.is_valid_for(after));
            changes.lost = lost.cloned().collect();
        }
        Ok(Some(changes))
    }

    /// Returns the sign-offs that hold for the last explanation of an invoice.
    /// A sign-off of an earlier explanation counts only if inputs and outcome are the same again.
    pub fn signed(&self, invoice: &str) -> Vec<&SignOff> {
        let mut explained = self.entries.iter().rev().filter_map(Entry::explained);
        let Some((last, inputs)) = explained.find(|(each, _)| each.invoice == invoice) else {
            return Vec::new();
        };
        self.entries
            .iter()
            .filter_map(Entry::signed)
            .filter(|sign_off: &&SignOff| sign_off.inputs == inputs && sign_off.is_valid_for(last))
            .collect()
    }
}

impl Entry {
    /// Returns the reconciliation that an entry holds, with the digest of its inputs; `None` for a sign-off.
    fn explained(&self) -> Option<(&Reconciliation, InputDigest)> {
        match &self.event {
            Event::Explained { reconciliation, inputs } => Some((reconciliation, *inputs)),
            Event::Signed(_) => None,
        }
    }

    /// Returns the sign-off that an entry holds; `None` for a reconciliation.
    fn signed(&self) -> Option<&SignOff> {
        match &self.event {
            Event::Signed(sign_off) => Some(sign_off),
            Event::Explained { .. } => None,
        }
    }
}
