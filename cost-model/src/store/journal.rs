//! The journal: what was done with a store, and by whom.
//!
//! Entries are only ever added. Each holds the digest of the one before, so that an entry that was changed, taken out or put
//! elsewhere is found by [`verify`]. People stand in it by number, so that a name can be erased without changing a digest.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::digest::{Digest, Digester};
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::time::Timestamp;

/// Keeps what was done with a store: syncs, imports, rules and people that were used, invoices, closes, changes of accounts.
///
/// A program keeps its state here and not in files beside the store, so that two programs agree. Every
/// [`CostStore`](crate::CostStore) of this project is one; the module `conformance` checks it.
#[async_trait]
pub trait Journal: fmt::Debug + Send + Sync {
    /// Adds an entry after the last one, whole or not at all, and returns it with its number.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] when the entry states which of its kind and key is the latest, and another is;
    /// [`ErrorKind::Store`].
    async fn append(&self, entry: NewEntry) -> Result<JournalEntry>;

    /// Returns the latest entry of a kind and key.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn latest(&self, kind: &EntryKind, key: &str) -> Result<Option<JournalEntry>>;

    /// Returns entries in the order of their numbers.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn entries(&self, scope: &EntryScope) -> Result<Vec<JournalEntry>>;

    /// Returns the number of a person, which is made if they have none.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn person_number(&self, name: &str) -> Result<PersonNumber>;

    /// Returns the name of a person; `None` for one who was erased, and for a number that nobody has.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn person_name(&self, number: PersonNumber) -> Result<Option<String>>;

    /// Erases the name of a person. Their number stays in every entry, and the same name gets another one from then on.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn erase_person(&self, number: PersonNumber) -> Result<()>;
}

/// The number by which a [`Journal`] names a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonNumber(u64);

impl PersonNumber {
    /// Makes the number that a store has kept.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// What an entry is about, such as `sync` or `period-close`: words in lower case with hyphens between.
///
/// ```
/// use cost_model::store::EntryKind;
///
/// assert_eq!(EntryKind::new("period-close")?.as_str(), "period-close");
/// assert!(EntryKind::new("Period close").is_err());
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKind(Arc<str>);

impl EntryKind {
    /// Makes a kind.
    ///
    /// # Errors
    /// [`ErrorKind::Value`] for anything but words in lower case with hyphens between.
    pub fn new(name: &str) -> Result<Self> {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        if name.split('-').all(is_word) {
            return Ok(Self(name.into()));
        }
        Err(Error::new(ErrorKind::Value, "a kind of entry is words in lower case with hyphens between"))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An entry that is to be added to a [`Journal`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewEntry {
    /// What it is about.
    pub kind: EntryKind,
    /// What of its kind it is about, such as the name of an account or a month.
    pub key: String,
    /// When it was done, by the clock of whoever did it. Entries are in the order of their numbers, not of clocks.
    pub at: Timestamp,
    /// Who says that they did it.
    pub actor: String,
    /// The program that did it, with its version.
    pub program: String,
    /// What it was done with, by name, such as the rules in force.
    pub inputs: Vec<(String, Digest)>,
    /// What there is to say, usually JSON. People stand in it by number.
    pub document: String,
    /// The number of the entry that is believed to be the latest of this kind and key, 0 for none; `None` adds in any case.
    pub expected_latest: Option<u64>,
}

crate::masked_debug!(NewEntry { kind, at, program });

impl NewEntry {
    /// Makes an entry without inputs and with an empty document, which is added in any case.
    pub fn new(kind: EntryKind, key: impl Into<String>, at: Timestamp, actor: impl Into<String>) -> Self {
        Self {
            kind,
            key: key.into(),
            at,
            actor: actor.into(),
            program: String::new(),
            inputs: Vec::new(),
            document: String::new(),
            expected_latest: None,
        }
    }

    /// Fails unless the latest entry of the kind and key is the one that was expected. For stores, inside the call that adds.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`].
    pub fn check_latest(&self, latest: Option<u64>) -> Result<()> {
        let latest = latest.unwrap_or(0);
        match self.expected_latest {
            Some(expected) if expected != latest => {
                Err(Fault::Overtaken { kind: self.kind.as_str().to_owned(), latest, expected }.into())
            }
            _ => Ok(()),
        }
    }
}

/// An entry of a [`Journal`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalEntry {
    /// Its number: 1 for the first, and one more for each.
    pub number: u64,
    /// The digest of the entry before it; `None` for the first.
    pub predecessor: Option<Digest>,
    /// What it is about.
    pub kind: EntryKind,
    /// What of its kind it is about.
    pub key: String,
    /// When it was done, by the clock of whoever did it.
    pub at: Timestamp,
    /// Who says that they did it.
    pub actor: PersonNumber,
    /// The program that did it, with its version.
    pub program: String,
    /// What it was done with, by name.
    pub inputs: Vec<(String, Digest)>,
    /// What there is to say.
    pub document: String,
    /// The digest that was kept of everything above.
    pub digest: Digest,
}

crate::masked_debug!(JournalEntry { number, kind, at, actor, program, digest });

impl JournalEntry {
    /// Makes the entry after another one, with its digest. For stores.
    pub fn following(before: Option<(u64, Digest)>, actor: PersonNumber, new: NewEntry) -> Self {
        let mut entry = Self {
            number: number_after(before),
            predecessor: before.map(|(_, digest)| digest),
            kind: new.kind,
            key: new.key,
            at: new.at,
            actor,
            program: new.program,
            inputs: new.inputs,
            document: new.document,
            digest: Digest::of(b""),
        };
        entry.digest = entry.computed_digest();
        entry
    }

    /// Computes the digest of everything but the digest itself. It equals [`digest`](Self::digest) unless the entry was
    /// changed.
    pub fn computed_digest(&self) -> Digest {
        let mut digester = Digester::default();
        let mut field = |bytes: &[u8]| {
            digester.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            digester.update(bytes);
        };
        field(b"journal entry 1");
        field(&self.number.to_be_bytes());
        field(self.predecessor.as_ref().map_or(&[][..], |digest| digest.as_bytes()));
        field(self.kind.as_str().as_bytes());
        field(self.key.as_bytes());
        field(&self.at.millis().to_be_bytes());
        field(&self.actor.get().to_be_bytes());
        field(self.program.as_bytes());
        for (name, digest) in &self.inputs {
            field(name.as_bytes());
            field(digest.as_bytes());
        }
        field(self.document.as_bytes());
        digester.finish()
    }
}

/// Which entries to return.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntryScope {
    /// Only entries of that kind.
    pub kind: Option<EntryKind>,
    /// Only entries with that key.
    pub key: Option<String>,
    /// Only entries with higher numbers.
    pub after: u64,
    /// At most so many.
    pub limit: usize,
}

crate::masked_debug!(EntryScope { kind, after, limit });

impl Default for EntryScope {
    fn default() -> Self {
        Self { kind: None, key: None, after: 0, limit: usize::MAX }
    }
}

impl EntryScope {
    /// Returns whether an entry is one of those, but for their number.
    pub fn contains(&self, entry: &JournalEntry) -> bool {
        entry.number > self.after
            && self.kind.as_ref().is_none_or(|kind| *kind == entry.kind)
            && self.key.as_ref().is_none_or(|key| *key == entry.key)
    }
}

/// Returns the number of the entry after another one.
fn number_after(before: Option<(u64, Digest)>) -> u64 {
    before.map_or(1, |(number, _)| number.saturating_add(1))
}

/// Returns the place of the first entry that does not follow from the one before, in the order of a journal; `None` if every one
/// does. `before` is the number and digest of the entry before the first, for a journal that is read piece by piece.
///
/// An entry that was changed, taken out, added or put elsewhere breaks the chain there. That the last entries were taken out
/// together shows only against a digest that was kept elsewhere.
///
/// ```
/// use cost_model::MemoryStore;
/// use cost_model::store::{EntryKind, EntryScope, Journal, NewEntry, verify};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), cost_model::Error> {
/// let store = MemoryStore::new();
/// for month in ["2026-09", "2026-10"] {
///     let at = "2026-11-02T09:00:00Z".parse()?;
///     store.append(NewEntry::new(EntryKind::new("period-close")?, month, at, "ada")).await?;
/// }
/// let mut entries = store.entries(&EntryScope::default()).await?;
/// assert_eq!(verify(None, &entries), None);
/// let first = (entries[0].number, entries[0].digest);
/// assert_eq!(verify(Some(first), &entries[1..]), None);
/// entries[0].key = "2026-08".to_owned();
/// assert_eq!(verify(None, &entries), Some(1));
/// # Ok(())
/// # }
/// ```
pub fn verify(mut before: Option<(u64, Digest)>, entries: &[JournalEntry]) -> Option<u64> {
    for entry in entries {
        let number = number_after(before);
        let follows = entry.number == number
            && entry.predecessor == before.map(|(_, digest)| digest)
            && entry.digest == entry.computed_digest();
        if !follows {
            return Some(number);
        }
        before = Some((entry.number, entry.digest));
    }
    None
}
