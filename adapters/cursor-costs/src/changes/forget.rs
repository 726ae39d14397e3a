//! Forgetting a person: their addresses leave the store, and what they cost stays where it is.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use cost_model::Dimension;
use cost_model::store::{PersonNumber, RecordSink, Scope};
use cost_model::{Dimensions, StoredRecord};
use cost_model::{Tagger, Timestamp};
use cost_people::{History, PersonRow};
use serde::{Deserialize, Serialize};
use virtual_tags::Directory;

use crate::changes::journal::JOURNAL;
use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result, StoreCall};
use crate::request::DayRange;

/// The kind of the entry that says that somebody was forgotten. Its key is their number.
pub(crate) const FORGOTTEN: &str = "person-forgotten";

/// What an entry says: the facts by which rules find the owner of somebody's charges, with the days on which they held. Files of
/// people name somebody by an address alone, which charges have no more.
#[derive(Default, Serialize, Deserialize)]
struct KeptFacts {
    /// In the form that [`Directory::from_json`] reads.
    rows: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// What forgetting a person comes to, before or after it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Forgotten {
    /// How many of their addresses the store has: in charges, and in the people that were imported.
    pub addresses: usize,
    /// How many charges have one of them.
    pub charges: u64,
    /// How many imported snapshots of people have one of them.
    pub snapshots: usize,
    /// The files of the configuration that still have one of them; a program does not change them.
    pub files: Vec<PathBuf>,
    names: BTreeSet<String>,
    spellings: BTreeSet<String>,
}

impl Forgotten {
    /// Returns whether the store has nothing of them.
    pub fn is_unknown(&self) -> bool {
        self.charges == 0 && self.snapshots == 0
    }
}

impl CursorCosts {
    /// Says what forgetting the person of an address comes to. Nothing is changed.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], [`ErrorKind::People`], [`ErrorKind::File`] for a file of the configuration that cannot be read.
    pub async fn preview_forgetting(&self, email: &str) -> Result<Forgotten> {
        // Other names in charges, such as `(no user)` and those of service accounts, are no person's.
        if !email.contains('@') {
            return Err(Error::new(ErrorKind::Query, "a person is named by an email address"));
        }
        let history = self.people_history().await?;
        let names = names_of(&history, email)?;
        let snapshots = history.snapshots().filter(|snapshot| {
            snapshot.rows.iter().any(|row| row.emails.iter().any(|email| names.contains(email)))
        });
        let snapshots = snapshots.count();
        let mut spelled = FoundIn { names: &names, spellings: BTreeSet::new(), charges: 0 };
        self.store()
            .scan(&Scope::all(), &mut spelled)
            .await
            .or_store("the charges cannot be read from the store")?;
        let FoundIn { spellings, charges, .. } = spelled;
        let mut files = Vec::new();
        for file in self.setup.ownership.files_of_people().iter().chain(&self.invoices_of_all()?) {
            if names_any(file, &names)? {
                files.push(file.clone());
            }
        }
        let addresses = names.iter().filter(|name| name.contains('@')).count();
        Ok(Forgotten { addresses, charges, snapshots, files, names, spellings })
    }

    /// Forgets a person: the charges, observations and imported people of the store name them by a number from then on, and the
    /// facts by which rules find owners are kept under it. Rules that name an address, or a part of one, find them no more.
    /// What later syncs read has the name again for as long as the provider states it: members and
    /// their spend, and charges that are new.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where the store has nothing of them; as [`Self::preview_forgetting`]; [`ErrorKind::Busy`].
    pub async fn forget_person(&self, email: &str) -> Result<Forgotten> {
        let _only_one = self.lock().await?;
        let forgotten = self.preview_forgetting(email).await?;
        if forgotten.is_unknown() {
            return Err(Error::new(
                ErrorKind::NotFound,
                "the store has no charge and no imported person of that address",
            ));
        }
        let mut numbers: BTreeMap<PersonNumber, KeptFacts> = BTreeMap::new();
        for number in self.numbers_in_closes(&forgotten.names).await? {
            numbers.insert(number, KeptFacts::default());
        }
        for name in &forgotten.names {
            let number = self.journal().person_number(name).await.or_store(JOURNAL)?;
            // While the charges still have the name: afterwards nobody could look it up.
            numbers.insert(number, self.facts_of(name, &name_of_forgotten(number)).await?);
        }
        for (name, number) in forgotten.names.iter().zip(self.numbers_of(&forgotten.names).await?) {
            let spellings =
                forgotten.spellings.iter().filter(|spelling| Directory::comparable_email(spelling) == *name);
            for spelling in spellings.chain([name]) {
                self.store()
                    .pseudonymise(spelling, &name_of_forgotten(number))
                    .await
                    .or_store("the person cannot be forgotten")?;
            }
        }
        // After the charges: a run that ends in between finds the same numbers when it is repeated.
        for (number, facts) in numbers {
            self.note(FORGOTTEN, &number.get().to_string(), &facts, Vec::new()).await?;
            self.journal().erase_person(number).await.or_store(JOURNAL)?;
        }
        self.people_read.store(0, Ordering::Release);
        Ok(forgotten)
    }

    async fn numbers_of(&self, names: &BTreeSet<String>) -> Result<Vec<PersonNumber>> {
        let mut numbers = Vec::new();
        for name in names {
            numbers.push(self.journal().person_number(name).await.or_store(JOURNAL)?);
        }
        Ok(numbers)
    }

    /// Returns the facts of an address that rules or tags read, over time, under another name.
    async fn facts_of(&self, name: &str, other: &str) -> Result<KeptFacts> {
        let loaded = self.load(self.window(DayRange::default())?).await?;
        let rules = loaded.rules(self)?;
        let people = self.setup.ownership.people()?;
        let facts = self.setup.ownership.facts_that_own()?;
        let wanted = |fact: &&Arc<str>| facts.iter().any(|own| own.eq_ignore_ascii_case(fact));
        let facts: Vec<&Arc<str>> = people.facts().iter().filter(wanted).collect();
        let starts = std::iter::once(None).chain(rules.boundaries().iter().copied().map(Some));
        let ends = rules.boundaries().iter().copied().map(Some).chain([None]);
        let mut rows: Vec<serde_json::Map<String, serde_json::Value>> = Vec::new();
        for (from, until) in starts.zip(ends) {
            let at = from.or_else(|| Timestamp::from_millis(until?.millis() - 1).ok()).unwrap_or(self.now());
            let held = facts.iter().filter_map(|fact| Some((fact, people.fact(name, fact, at)?)));
            let mut row: serde_json::Map<_, _> =
                held.map(|(fact, value)| (fact.to_string(), value.into())).collect();
            if row.is_empty() {
                continue;
            }
            row.insert("email".to_owned(), other.into());
            row.extend(from.map(|from| ("from".to_owned(), from.date().to_string().into())));
            row.extend(until.map(|until| ("to".to_owned(), until.date().to_string().into())));
            rows.push(row);
        }
        Ok(KeptFacts { rows })
    }

    /// Returns the directory of everybody who was forgotten, by their numbers.
    pub(crate) async fn people_forgotten(&self) -> Result<Directory> {
        let mut rows = Vec::new();
        for entry in self.entries_of(FORGOTTEN, 0).await? {
            // What another version wrote in another form says nothing here.
            let kept: KeptFacts = serde_json::from_str(&entry.document).unwrap_or_default();
            rows.extend(kept.rows.into_iter().map(serde_json::Value::Object));
        }
        if rows.is_empty() {
            return Ok(Directory::default());
        }
        let json = serde_json::Value::Array(rows).to_string();
        Directory::from_json(&json, "the people who were forgotten").map_err(Error::people)
    }

    fn invoices_of_all(&self) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for account in self.accounts() {
            files.extend(self.invoice_files(account)?);
        }
        Ok(files)
    }
}

/// Returns the addresses and ids of the person of an address: those of all rows that have their id.
fn names_of(history: &History, email: &str) -> Result<BTreeSet<String>> {
    let wanted = Directory::comparable_email(email);
    let rows = || history.snapshots().flat_map(|snapshot| &snapshot.rows);
    let ids: BTreeSet<&String> =
        rows().filter(|row| row.emails.contains(&wanted)).filter_map(|row| row.id.as_ref()).collect();
    let is_theirs = |row: &&PersonRow| match &row.id {
        Some(id) => ids.contains(id),
        None => row.emails.contains(&wanted),
    };
    let mut names = BTreeSet::from([wanted.clone()]);
    names.extend(rows().filter(is_theirs).flat_map(|row| row.emails.iter().chain(&row.id)).cloned());
    let of_others =
        rows().filter(|row| !is_theirs(row)).any(|row| row.emails.iter().any(|email| names.contains(email)));
    if ids.len() > 1 || of_others {
        let message = "an address of theirs was also that of somebody else, who would be forgotten as well";
        return Err(Error::new(ErrorKind::People, message).with_hint(
            "name an address that was theirs alone, or import people with ids that tell them apart",
        ));
    }
    Ok(names)
}

/// Returns what stands in place of the addresses of somebody who was forgotten.
pub(crate) fn name_of_forgotten(number: PersonNumber) -> String {
    format!("forgotten-{}", number.get())
}

/// Returns whether a file has one of the names, in whatever letters.
fn names_any(file: &Path, names: &BTreeSet<String>) -> Result<bool> {
    let bytes = std::fs::read(file).map_err(|error| Error::file(file, &error))?;
    let text = cost_model::input::decode(&bytes);
    let text =
        text.map_or_else(|_| String::from_utf8_lossy(&bytes).to_lowercase(), |text| text.to_lowercase());
    Ok(names.iter().any(|name| name.contains('@') && text.contains(name.as_str())))
}

/// Collects the spellings under which charges name somebody.
struct FoundIn<'a> {
    names: &'a BTreeSet<String>,
    spellings: BTreeSet<String>,
    charges: u64,
}

impl RecordSink for FoundIn<'_> {
    fn record(&mut self, stored: &StoredRecord) -> cost_model::Result<()> {
        let set = &stored.record.dimensions;
        let places = [Dimension::Resource, Dimension::Tag("cursor:user".into())];
        let found: Vec<String> = places
            .iter()
            .filter_map(|place| set.get(place))
            .filter(|text| self.names.contains(&Directory::comparable_email(text)))
            .map(Cow::into_owned)
            .collect();
        self.charges += u64::from(!found.is_empty());
        self.spellings.extend(found);
        Ok(())
    }
}
