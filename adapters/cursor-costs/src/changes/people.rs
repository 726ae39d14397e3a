//! People who are kept in the store: dated snapshots of what companies export, in the journal.
//!
//! Addresses and ids stand in the journal by number, so that a name can be erased and the chain of entries stays whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::Ordering;

use cost_model::Metric;
use cost_model::digest::Digest;
use cost_model::source::ProviderSnapshot;
use cost_model::store::{EntryKind, EntryScope, JournalEntry, PersonNumber};
use cost_people::{History, PeopleReader, Preview, Snapshot};
use cursor_cost_source::places_of_people;
use serde::{Deserialize, Serialize};

use crate::changes::forget::{FORGOTTEN, name_of_forgotten};
use crate::changes::journal::JOURNAL;
use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result, StoreCall};
use crate::request::DayRange;

/// The kind of entries that hold a snapshot. Their key is its day; the last one of a day counts.
const KIND: &str = "people-snapshot";

/// What an entry says.
#[derive(Serialize, Deserialize)]
struct Entry {
    /// With numbers in place of addresses and ids; `None` where the people of the day were removed.
    snapshot: Option<Snapshot>,
}

/// What an import of people comes to, before or after it.
#[derive(Debug)]
#[non_exhaustive]
pub struct PeopleImport {
    /// What the file says.
    pub snapshot: Snapshot,
    /// Whether the store has this very snapshot already.
    pub is_known: bool,
    /// Whether the store has another snapshot of the day.
    pub replaces: bool,
    /// What the people of the store would be with it.
    pub history: History,
    /// The digest of what it was made of.
    source: Digest,
}

impl CursorCosts {
    /// Reads an export of people, and says what importing it comes to. Nothing is changed. `reader` sets how it is read.
    ///
    /// The facts `team` and `department`, or those that the configuration makes tags of, are read where the file has them.
    ///
    /// # Errors
    /// [`ErrorKind::People`] for a file that cannot be read, [`ErrorKind::File`], [`ErrorKind::Store`].
    pub async fn read_people(
        &self,
        file: &Path,
        reader: impl FnOnce(PeopleReader) -> PeopleReader,
        as_of: chrono::NaiveDate,
    ) -> Result<PeopleImport> {
        let bytes = std::fs::read(file).map_err(|error| Error::file(file, &error))?;
        let wanted = PeopleReader::new(as_of).facts_if_there(self.setup.ownership.columns());
        let snapshot = reader(wanted).read(&bytes, &file.display().to_string()).map_err(unreadable)?;
        self.import_of(snapshot, Digest::of(&bytes)).await
    }

    /// Makes snapshots of the members and billing groups that Cursor stated at the syncs, one for each day with the last of each
    /// account. The name of the group is the fact `fact`. Nothing is changed.
    ///
    /// Whoever is in no snapshot of a day counts as gone on it: people come from Cursor or from exports, not from both.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where no groups are stored, [`ErrorKind::Store`], [`ErrorKind::People`].
    pub async fn people_from_cursor(&self, fact: &str) -> Result<Vec<PeopleImport>> {
        let mut by_day: BTreeMap<chrono::NaiveDate, ProviderSnapshot> = BTreeMap::new();
        for account in self.accounts() {
            let observed = self.store().observations(account.id()).await;
            let observed = observed.or_store("what the provider stated cannot be read")?;
            let with_groups = observed.into_iter().filter(|snapshot| !snapshot.groups.is_empty());
            let last_of_days: BTreeMap<_, _> =
                with_groups.map(|snapshot| (snapshot.at.date(), snapshot)).collect();
            for (day, stated) in last_of_days {
                let all = by_day.entry(day).or_insert_with(|| ProviderSnapshot::at(stated.at));
                all.members.extend(stated.members);
                all.groups.extend(stated.groups);
            }
        }
        if by_day.is_empty() {
            let message = "Cursor has stated no billing groups that are stored";
            return Err(
                Error::new(ErrorKind::NotFound, message).with_hint("`sync` reads them, where there are any")
            );
        }
        let mut imports = Vec::new();
        for stated in by_day.into_values() {
            let snapshot = Snapshot::of_groups(&stated, fact);
            let digest = Digest::of(snapshot.to_json().map_err(unreadable)?.as_bytes());
            imports.push(self.import_of(snapshot, digest).await?);
        }
        Ok(imports)
    }

    async fn import_of(&self, snapshot: Snapshot, source: Digest) -> Result<PeopleImport> {
        // From its day on everybody would be gone.
        if snapshot.rows.is_empty() {
            return Err(Error::new(ErrorKind::People, "there are no people in it")
                .with_hint("check the export: whoever is in no export of a day counts as gone"));
        }
        if snapshot.as_of > self.today() {
            let message = format!("{} has not come: who will be there on it cannot be known", snapshot.as_of);
            return Err(Error::new(ErrorKind::People, message));
        }
        let mut kept = self.people_snapshots().await?;
        let known = kept.get(&snapshot.as_of);
        let is_known = known.is_some_and(|known| known.rows == snapshot.rows);
        let replaces = known.is_some() && !is_known;
        kept.insert(snapshot.as_of, snapshot.clone());
        let history = history_of(kept)?;
        // Before it is kept: people who contradict each other would fail every question from then on.
        history.directory("the people of the store").map_err(unreadable)?;
        Ok(PeopleImport { snapshot, is_known, replaces, history, source })
    }

    /// Says in money what an import would change: over the charges of a range, against the people of now.
    ///
    /// # Errors
    /// [`ErrorKind::People`], [`ErrorKind::Rules`], [`ErrorKind::Store`].
    pub async fn preview_people(&self, import: &PeopleImport, range: DayRange) -> Result<Preview> {
        let window = self.window(range)?;
        let (present, first) = (self.people().await?, self.setup.ownership.stated_people()?);
        let loaded = self.load(window).await?;
        let places = places_of_people();
        let preview =
            import.history.preview(&present, first, &loaded.ledger, window, &places, Metric::Effective);
        preview.map_err(unreadable)
    }

    /// Keeps the snapshot of an export in the store. One that the store has already is not kept again.
    ///
    /// # Errors
    /// [`ErrorKind::People`] where the store has another snapshot of that day and `replace` does not allow it,
    /// [`ErrorKind::Store`].
    pub async fn import_people(&self, import: &PeopleImport, replace: bool) -> Result<()> {
        if import.is_known {
            return Ok(());
        }
        let day = import.snapshot.as_of;
        if import.replaces && !replace {
            let message = format!("the store has other people of {day}");
            return Err(Error::new(ErrorKind::People, message).with_hint(
                "--as-of states the day that the file is of, --replace takes it in place of the other one",
            ));
        }
        let mut numbers = BTreeMap::new();
        for name in import.snapshot.names() {
            let number = self.journal().person_number(name).await.or_store(JOURNAL)?;
            numbers.insert(name.to_owned(), number.get().to_string());
        }
        let snapshot = import.snapshot.clone().renamed(|name| numbers.get(name).cloned());
        self.note(
            KIND,
            &day.to_string(),
            &Entry { snapshot: Some(snapshot) },
            vec![("file".to_owned(), import.source)],
        )
        .await
    }

    /// Removes the people that were kept as those of a day. The journal still says that they were there.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where the store has none of that day; [`ErrorKind::People`] where those that are left contradict
    /// each other; [`ErrorKind::Store`].
    pub async fn remove_people(&self, day: chrono::NaiveDate) -> Result<()> {
        let mut kept = self.people_snapshots().await?;
        if kept.remove(&day).is_none() {
            let days: Vec<String> = kept.keys().map(ToString::to_string).collect();
            let message = format!("the store has no people of {day}; it has those of: {}", days.join(", "));
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        history_of(kept)?.directory("the people that are left").map_err(unreadable)?;
        self.note(KIND, &day.to_string(), &Entry { snapshot: None }, Vec::new()).await
    }

    /// Returns the snapshots of people that the store keeps, in the order of their days.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], also for an entry that another version has written in a form that is not known.
    pub async fn people_history(&self) -> Result<History> {
        history_of(self.people_snapshots().await?)
    }

    async fn people_snapshots(&self) -> Result<BTreeMap<chrono::NaiveDate, Snapshot>> {
        // By day: the last one counts.
        let mut latest: BTreeMap<String, JournalEntry> = BTreeMap::new();
        latest.extend(self.entries_of(KIND, 0).await?.into_iter().map(|entry| (entry.key.clone(), entry)));
        let mut numbered = Vec::new();
        for entry in latest.into_values() {
            let entry: Entry = serde_json::from_str(&entry.document).map_err(|error| {
                Error::new(ErrorKind::Store, "the people in the store cannot be read").because(error)
            })?;
            numbered.extend(entry.snapshot);
        }
        let all: BTreeSet<&str> = numbered.iter().flat_map(Snapshot::names).collect();
        let mut names = BTreeMap::new();
        for number in all {
            let Ok(person) = number.parse() else { continue };
            let person = PersonNumber::new(person);
            let name = self.journal().person_name(person).await.or_store(JOURNAL)?;
            // Whoever was forgotten keeps their team by the number that charges have in place of the name.
            names.insert(number.to_owned(), name.unwrap_or_else(|| name_of_forgotten(person)));
        }
        let named =
            numbered.into_iter().map(|snapshot| snapshot.renamed(|number| names.get(number).cloned()));
        Ok(named.map(|snapshot| (snapshot.as_of, snapshot)).collect())
    }

    pub(crate) async fn entries_of(&self, kind: &str, after: u64) -> Result<Vec<JournalEntry>> {
        let mut scope = EntryScope::default();
        scope.kind = Some(EntryKind::new(kind).or_store(JOURNAL)?);
        scope.after = after;
        self.journal().entries(&scope).await.or_store(JOURNAL)
    }

    /// Reads the people of the store, if there are others than were read last.
    pub(crate) async fn load_people(&self) -> Result<()> {
        let read = self.people_read.load(Ordering::Acquire);
        let mut last = None;
        for kind in [KIND, FORGOTTEN] {
            last = last.max(self.entries_of(kind, read).await?.last().map(|entry| entry.number));
        }
        let Some(last) = last else { return Ok(()) };
        let people = self.people_history().await?.directory("the people of the store").map_err(unreadable)?;
        self.setup.ownership.set_stored(people.or(self.people_forgotten().await?));
        self.forget_loaded();
        self.people_read.store(last, Ordering::Release);
        Ok(())
    }
}

fn history_of(snapshots: BTreeMap<chrono::NaiveDate, Snapshot>) -> Result<History> {
    let mut history = History::new();
    for snapshot in snapshots.into_values() {
        history.add(snapshot).map_err(unreadable)?;
    }
    Ok(history)
}

fn unreadable(error: cost_people::Error) -> Error {
    Error::new(ErrorKind::People, "the people cannot be read").because(error)
}
