//! What a journal keeps, and what it refuses.

use crate::digest::Digest;
use crate::error::{ErrorKind, Result};
use crate::store::{EntryKind, EntryScope, Journal, JournalEntry, NewEntry, PersonNumber, verify};
use crate::time::Timestamp;

use super::{Broken, Checked, Violation, same};

/// Checks a [`Journal`] that holds nothing, and returns what its contract rules out.
///
/// ```
/// use cost_model::MemoryStore;
/// use cost_model::conformance::check_journal;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(check_journal(&MemoryStore::new()).await, []);
/// # }
/// ```
pub async fn check_journal(journal: &dyn Journal) -> Vec<Violation> {
    let mut violations = Vec::new();
    // In this order: each check goes on from what the one before has left.
    let found = [
        ("an empty journal", empty(journal).await),
        ("entries are kept as they are, in order", kept(journal).await),
        ("an entry that expects another latest one is refused", conflicts(journal).await),
        ("a name that was erased is gone, and no digest changes", erased(journal).await),
        ("every change of an entry is found", tampered(journal).await),
    ];
    for (check, outcome) in found {
        if let Err(Broken(what)) = outcome {
            violations.push(Violation { check, what });
        }
    }
    violations
}

fn kind(name: &str) -> Result<EntryKind> {
    EntryKind::new(name)
}

fn entry(name: &str, key: &str, document: &str) -> Result<NewEntry> {
    let mut entry = NewEntry::new(kind(name)?, key, Timestamp::from_millis(1_790_000_000_000)?, "ada");
    entry.program.push_str("suite/1");
    entry.document.push_str(document);
    Ok(entry)
}

async fn all(journal: &dyn Journal) -> Result<Vec<JournalEntry>> {
    journal.entries(&EntryScope::default()).await
}

async fn empty(journal: &dyn Journal) -> Checked {
    same("entries", &all(journal).await?.len(), &0)?;
    same("the latest entry", &journal.latest(&kind("sync")?, "Main").await?, &None)?;
    same("the name of nobody", &journal.person_name(PersonNumber::new(7)).await?, &None)
}

async fn kept(journal: &dyn Journal) -> Checked {
    let mut added = Vec::new();
    let large = "x".repeat(5_000_000);
    for (name, key, document) in [
        ("sync", "Main", "{}"),
        ("period-close", "2026-09", "{\"closed\":true}"),
        ("sync", "", ""),
        ("sync", "Main", "名前 \u{0}\n"),
        ("invoice", "INV-1", &large),
    ] {
        let mut new = entry(name, key, document)?;
        new.inputs.push(("rules of \"2026\"\nand more".to_owned(), Digest::of(key.as_bytes())));
        new.inputs.push((String::new(), Digest::of(b"")));
        added.push(journal.append(new).await?);
    }
    same("entries", &all(journal).await?, &added)?;
    same("their numbers", &added.iter().map(|each| each.number).collect::<Vec<_>>(), &vec![1, 2, 3, 4, 5])?;
    same("what does not follow", &verify(None, &added), &None)?;
    let latest = journal.latest(&kind("sync")?, "Main").await?;
    same("the latest entry", &latest.map(|each| each.number), &Some(4))?;
    let mut scope = EntryScope { kind: Some(kind("sync")?), ..EntryScope::default() };
    same("entries of a kind", &journal.entries(&scope).await?.len(), &3)?;
    (scope.key, scope.after) = (Some("Main".to_owned()), 1);
    let found: Vec<u64> = journal.entries(&scope).await?.iter().map(|each| each.number).collect();
    same("entries of a key after a number", &found, &vec![4])?;
    let scope = EntryScope { limit: 2, ..EntryScope::default() };
    same("so many entries", &journal.entries(&scope).await?.len(), &2)
}

async fn conflicts(journal: &dyn Journal) -> Checked {
    let before = all(journal).await?.len();
    for (expected, key) in [(0, "2026-09"), (1, "2026-09"), (3, "2026-10")] {
        let mut new = entry("period-close", key, "")?;
        new.expected_latest = Some(expected);
        match journal.append(new).await {
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            other => return Err(Broken(format!("expecting entry {expected} of {key} gave {other:?}"))),
        }
    }
    same("entries after refusals", &all(journal).await?.len(), &before)?;
    for (expected, key) in [(2, "2026-09"), (0, "2026-10")] {
        let mut new = entry("period-close", key, "")?;
        new.expected_latest = Some(expected);
        journal.append(new).await?;
    }
    same("entries after what was expected", &all(journal).await?.len(), &(before + 2))
}

async fn erased(journal: &dyn Journal) -> Checked {
    let ada = journal.person_number("ada").await?;
    same("the actor of an entry", &all(journal).await?.first().map(|first| first.actor), &Some(ada))?;
    same("the number again", &journal.person_number("ada").await?, &ada)?;
    same("the name", &journal.person_name(ada).await?.as_deref(), &Some("ada"))?;
    let before = all(journal).await?;
    journal.erase_person(ada).await?;
    same("the name that was erased", &journal.person_name(ada).await?, &None)?;
    same("entries after an erasure", &all(journal).await?, &before)?;
    let again = journal.person_number("ada").await?;
    if again == ada {
        return Err(Broken("a name that was erased has its old number again".to_owned()));
    }
    journal.erase_person(PersonNumber::new(999)).await?;
    Ok(())
}

/// Changes the entries of a journal behind its back.
type Change = fn(&mut Vec<JournalEntry>);

async fn tampered(journal: &dyn Journal) -> Checked {
    let entries = all(journal).await?;
    let changes: [(&str, Change); 8] = [
        ("a key", |entries| edit(entries, |entry| entry.key.push('x'))),
        ("a document", |entries| edit(entries, |entry| entry.document.push(' '))),
        ("a time", |entries| edit(entries, |entry| entry.at = Timestamp::midnight(entry.at.date()))),
        ("an actor", |entries| edit(entries, |entry| entry.actor = PersonNumber::new(77))),
        ("an input", |entries| edit(entries, |entry| entry.inputs.push((String::new(), Digest::of(b"x"))))),
        ("a digest", |entries| edit(entries, |entry| entry.digest = Digest::of(b"x"))),
        ("an entry that is gone", |entries| drop(entries.remove(1))),
        ("two entries that changed places", |entries| entries.swap(1, 2)),
    ];
    for (what, change) in changes {
        let mut changed = entries.clone();
        change(&mut changed);
        if verify(None, &changed).is_none() {
            return Err(Broken(format!("{what} was not found")));
        }
    }
    Ok(())
}

fn edit(entries: &mut [JournalEntry], change: impl FnOnce(&mut JournalEntry)) {
    if let Some(second) = entries.get_mut(1) {
        change(second);
    }
}
