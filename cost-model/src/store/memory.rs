//! A store in memory.
//!
//! It is the model that other stores are compared with: every rule is a call of [`ReplacedWindow`] or [`ImportPlan`],
//! and what is left here is holding their results. One lock guards everything, and no call holds it across an `await`
//! or while a sink is called.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use async_trait::async_trait;

use crate::error::{Error, Result};
use crate::record::{ReadNumber, RecordId, StoredRecord};
use crate::source::{Origin, ProviderSnapshot};
use crate::store::coverage::Coverage;
use crate::store::import::{FileImport, Import, ImportId, ImportPlan, ImportState, ImportStats};
use crate::store::journal::{EntryKind, EntryScope, Journal, JournalEntry, NewEntry, PersonNumber};
use crate::store::replacement::{PriorState, ReplacedWindow};
use crate::store::restatement::Restatement;
use crate::store::state::Revision;
use crate::store::{ConnectionId, CostStore, RecordSink, ReplaceStats, Scope, WindowReplacement};
use crate::time::Window;

/// A [`CostStore`] that keeps everything in memory, for tests, small jobs and as a model of the contract.
///
/// Nothing is kept when it is dropped. Replacing a window shifts the records behind it, so that the cost of a call
/// grows with the records of the connection.
///
/// ```
/// use cost_model::record::Run;
/// use cost_model::source::Origin;
/// use cost_model::store::{ConnectionId, Scope, WindowReplacement};
/// use cost_model::{CostRecord, CostStore, Costs, Currency, Ledger, MemoryStore, Window};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let connection = ConnectionId::new("acme");
/// let day = Window::days("2026-09-14".parse()?, "2026-09-15".parse()?)?;
/// let charge = CostRecord::new(day.start(), "cursor", Currency::USD, Costs::flat("0.04".parse()?));
///
/// let read = store.begin_read(&connection, Origin::Provider).await?;
/// let new = WindowReplacement::new(day, vec![charge.clone(), charge], read, Run::at(day.end()));
/// let stats = store.replace_window(&connection, new).await?;
/// assert_eq!((stats.added, stats.unchanged), (2, 0));
///
/// let ledger = Ledger::from_store(&store, &Scope::all(), Currency::USD).await?;
/// assert_eq!(ledger.len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct MemoryStore {
    state: RwLock<State>,
}

crate::masked_debug!(MemoryStore {});

/// What the lock guards. `origin` may be set while nothing is held, and is then given up for the other one;
/// `last_read` counts over all connections.
#[derive(Default)]
struct State {
    connections: BTreeMap<ConnectionId, Stored>,
    origin: Option<Origin>,
    last_read: u64,
    /// Counts the changes of what is held.
    revision: u64,
    journal: Vec<JournalEntry>,
    /// The people of the journal; their numbers are their places from 1 on.
    people: Vec<Option<String>>,
}

/// What is held for one connection.
#[derive(Clone, Default)]
struct Stored {
    /// Reads with lower numbers are void.
    first_read: u64,
    /// Of the provider; files are added when it is requested.
    coverage: Coverage,
    /// Ascending by time; shared, so that a scan goes on over the state it began with.
    records: Arc<Vec<StoredRecord>>,
    imports: Vec<Import>,
    /// Which imports state which of the imported records.
    statements: BTreeSet<(RecordId, ImportId)>,
    restatements: Vec<Restatement>,
    /// Ascending by time.
    observations: Vec<ProviderSnapshot>,
}

impl MemoryStore {
    /// Makes an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Locks for reading. A panic while the lock was held is passed over: no call leaves the state half changed.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks for writing; see `read`.
    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks about a connection; the default if nothing is stored for it.
    fn ask<T: Default>(&self, connection: &ConnectionId, question: impl FnOnce(&Stored) -> T) -> T {
        self.read().connections.get(connection).map(question).unwrap_or_default()
    }
}

#[async_trait]
impl CostStore for MemoryStore {
    async fn connections(&self) -> Result<Vec<ConnectionId>> {
        let state = self.read();
        let held = state.connections.iter().filter(|(_, stored)| stored.holds_anything());
        Ok(held.map(|(id, _)| id.clone()).collect())
    }

    async fn origin(&self) -> Result<Option<Origin>> {
        let state = self.read();
        Ok(state.origin.filter(|_| state.holds_anything()))
    }

    async fn revision(&self) -> Result<Revision> {
        Ok(Revision::new(self.read().revision))
    }

    async fn begin_read(&self, connection: &ConnectionId, origin: Origin) -> Result<ReadNumber> {
        let mut state = self.write();
        state.keep_to(origin)?;
        state.last_read += 1;
        let number = state.last_read;
        state.connections.entry(connection.clone()).or_insert_with(|| Stored::first_read_as(number));
        Ok(ReadNumber::new(number))
    }

    async fn coverage(&self, connection: &ConnectionId) -> Result<Coverage> {
        Ok(self.ask(connection, |stored| stored.coverage.clone().with_files(&stored.imports)))
    }

    async fn replace_window(
        &self,
        connection: &ConnectionId,
        new: WindowReplacement,
    ) -> Result<ReplaceStats> {
        let window = new.window;
        let mut state = self.write();
        // A connection that was purged, and perhaps begun again, must not get charges of a read from before.
        let stored = state.connections.get_mut(connection).ok_or_else(Error::read_is_void)?;
        if new.read.get() < stored.first_read {
            return Err(Error::read_is_void());
        }
        let places = stored.places(window);
        let records = stored.records.get(places.clone()).unwrap_or_default().to_vec();
        let prior = PriorState { records, coverage: stored.coverage.clone() };
        // Everything that may fail comes before the first change of the state.
        let replaced = ReplacedWindow::of(prior, new, connection)?;
        Arc::make_mut(&mut stored.records).splice(places, replaced.records);
        stored.restatements.extend(replaced.restatements);
        stored.coverage = replaced.coverage;
        stored.forget_statements();
        state.revision += 1;
        Ok(replaced.stats)
    }

    async fn imports(&self, connection: &ConnectionId) -> Result<Vec<Import>> {
        Ok(self.ask(connection, |stored| stored.imports.clone()))
    }

    async fn import(&self, connection: &ConnectionId, file: FileImport) -> Result<ImportStats> {
        let mut state = self.write();
        state.keep_to(Origin::Provider)?;
        let first_read = state.last_read + 1;
        // On a copy, so that an import that fails leaves nothing changed.
        let mut stored =
            state.connections.get(connection).cloned().unwrap_or_else(|| Stored::first_read_as(first_read));
        if let Some(replaced) = file.replaces.filter(|replaced| !stored.has_import(*replaced)) {
            return Err(Error::no_such_import(replaced));
        }
        let plan = ImportPlan::of(stored.import_state(&file.import), &file, connection)?;
        if let Some(change) = plan.change {
            stored.apply(file.import.reach(), change.records, change.statements);
            stored
                .imports
                .push(Import { rows: u64::try_from(file.rows.len()).unwrap_or(u64::MAX), ..file.import });
            state.connections.insert(connection.clone(), stored);
            state.revision += 1;
        }
        Ok(plan.stats)
    }

    async fn remove_import(&self, connection: &ConnectionId, import: ImportId) -> Result<u64> {
        let mut state = self.write();
        let found = state.connections.get_mut(connection).filter(|stored| stored.has_import(import));
        let stored = found.ok_or_else(|| Error::no_such_import(import))?;
        let Some(removed) = stored.imports.iter().find(|each| each.id == import).cloned() else {
            return Ok(0);
        };
        let plan = ImportPlan::without(stored.import_state(&removed), import);
        if let Some(change) = plan.change {
            stored.apply(removed.reach(), change.records, change.statements);
        }
        stored.imports.retain(|each| each.id != import);
        state.revision += 1;
        Ok(plan.stats.taken_out.rows)
    }

    async fn scan(&self, scope: &Scope, sink: &mut (dyn RecordSink + Send)) -> Result<()> {
        // The lock is released before the sink is called: a sink may itself use the store.
        let snapshot: Vec<_> = {
            let state = self.read();
            let wanted =
                |id: &ConnectionId| scope.connections.as_ref().is_none_or(|wanted| wanted.contains(id));
            let connections = state.connections.iter().filter(|(id, _)| wanted(id));
            connections.map(|(_, stored)| Arc::clone(&stored.records)).collect()
        };
        for stored in snapshot.iter().flat_map(|records| records.iter()) {
            if scope.window.is_none_or(|window| window.contains(stored.record.at)) {
                sink.record(stored)?;
            }
        }
        Ok(())
    }

    async fn count(&self, connection: &ConnectionId, window: Window) -> Result<u64> {
        Ok(self.ask(connection, |stored| {
            let records = stored.records.get(stored.places(window)).unwrap_or_default();
            // The count is compared with the provider's, who no longer counts unconfirmed charges.
            let confirmed = records.iter().filter(|record| !record.provenance.unconfirmed);
            u64::try_from(confirmed.count()).unwrap_or(u64::MAX)
        }))
    }

    async fn restatements(&self, connection: &ConnectionId) -> Result<Vec<Restatement>> {
        Ok(self.ask(connection, |stored| stored.restatements.clone()))
    }

    async fn observe(&self, connection: &ConnectionId, observations: ProviderSnapshot) -> Result<()> {
        let mut state = self.write();
        let first_read = state.last_read + 1;
        let kept = &mut state
            .connections
            .entry(connection.clone())
            .or_insert_with(|| Stored::first_read_as(first_read))
            .observations;
        kept.retain(|other| other.at != observations.at);
        kept.push(observations);
        kept.sort_by_key(|each| each.at);
        state.revision += 1;
        Ok(())
    }

    async fn observations(&self, connection: &ConnectionId) -> Result<Vec<ProviderSnapshot>> {
        Ok(self.ask(connection, |stored| stored.observations.clone()))
    }

    async fn pseudonymise(&self, person: &str, pseudonym: &str) -> Result<u64> {
        let pseudonym = Arc::from(pseudonym);
        let mut changed = 0;
        let mut state = self.write();
        state.revision += 1;
        for stored in state.connections.values_mut() {
            for record in Arc::make_mut(&mut stored.records) {
                changed += u64::from(record.pseudonymise(person, &pseudonym));
            }
            stored.observations.iter_mut().for_each(|each| each.pseudonymise(person, &pseudonym));
            stored.imports.iter_mut().for_each(|each| each.pseudonymise(person, &pseudonym));
        }
        Ok(changed)
    }

    async fn purge(&self, connection: &ConnectionId) -> Result<u64> {
        let mut state = self.write();
        state.revision += 1;
        let removed = state.connections.remove(connection).map_or(0, |stored| stored.records.len());
        Ok(u64::try_from(removed).unwrap_or(u64::MAX))
    }
}

#[async_trait]
impl Journal for MemoryStore {
    async fn append(&self, entry: NewEntry) -> Result<JournalEntry> {
        let mut state = self.write();
        let same = |each: &&JournalEntry| each.kind == entry.kind && each.key == entry.key;
        entry.check_latest(state.journal.iter().rev().find(same).map(|latest| latest.number))?;
        let actor = state.number_of(&entry.actor);
        let before = state.journal.last().map(|last| (last.number, last.digest));
        let added = JournalEntry::following(before, actor, entry);
        state.journal.push(added.clone());
        Ok(added)
    }

    async fn latest(&self, kind: &EntryKind, key: &str) -> Result<Option<JournalEntry>> {
        let state = self.read();
        let found = state.journal.iter().rev().find(|each| each.kind == *kind && each.key == key);
        Ok(found.cloned())
    }

    async fn entries(&self, scope: &EntryScope) -> Result<Vec<JournalEntry>> {
        let state = self.read();
        Ok(state.journal.iter().filter(|each| scope.contains(each)).take(scope.limit).cloned().collect())
    }

    async fn person_number(&self, name: &str) -> Result<PersonNumber> {
        Ok(self.write().number_of(name))
    }

    async fn person_name(&self, number: PersonNumber) -> Result<Option<String>> {
        let state = self.read();
        let place = usize::try_from(number.get()).ok().and_then(|number| number.checked_sub(1));
        Ok(place.and_then(|place| state.people.get(place).cloned()).flatten())
    }

    async fn erase_person(&self, number: PersonNumber) -> Result<()> {
        let place = usize::try_from(number.get()).ok().and_then(|number| number.checked_sub(1));
        let mut state = self.write();
        if let Some(name) = place.and_then(|place| state.people.get_mut(place)) {
            *name = None;
        }
        Ok(())
    }
}

impl State {
    /// Returns the number of a person of the journal, which is made if they have none.
    fn number_of(&mut self, name: &str) -> PersonNumber {
        let place = self.people.iter().position(|each| each.as_deref() == Some(name));
        let place = place.unwrap_or_else(|| {
            self.people.push(Some(name.to_owned()));
            self.people.len() - 1
        });
        PersonNumber::new(u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1))
    }

    /// Returns whether anything is stored; connections that are only known by a read that began do not count.
    fn holds_anything(&self) -> bool {
        self.connections.values().any(Stored::holds_anything)
    }

    /// Refuses charges of another origin than those that are held. Where none are, reads of the other origin that have
    /// begun are void from now on.
    fn keep_to(&mut self, origin: Origin) -> Result<()> {
        match self.origin.filter(|held| *held != origin) {
            Some(held) if self.holds_anything() => Err(Error::mixed_origins(held)),
            Some(_) => {
                self.connections.clear();
                self.origin = Some(origin);
                Ok(())
            }
            None => {
                self.origin = Some(origin);
                Ok(())
            }
        }
    }
}

impl Stored {
    /// Makes an empty connection that takes reads from that number on.
    fn first_read_as(number: u64) -> Self {
        Self { first_read: number, ..Self::default() }
    }

    fn holds_anything(&self) -> bool {
        !(self.records.is_empty()
            && self.coverage.spans().is_empty()
            && self.imports.is_empty()
            && self.restatements.is_empty()
            && self.observations.is_empty())
    }

    fn has_import(&self, import: ImportId) -> bool {
        self.imports.iter().any(|each| each.id == import)
    }

    /// Returns where the records of a window are.
    fn places(&self, window: Window) -> Range<usize> {
        let [start, end] = [window.start(), window.end()]
            .map(|instant| self.records.partition_point(|stored| stored.record.at < instant));
        start..end
    }

    /// Returns what an import or its removal is computed from: the records that rows of the file may be, and what is
    /// known about them.
    fn import_state(&self, import: &Import) -> ImportState {
        let records = self.records.get(self.places(import.reach())).unwrap_or_default().to_vec();
        let here: BTreeSet<RecordId> = records.iter().map(|stored| stored.provenance.record_id).collect();
        let statements =
            self.statements.iter().filter(|(record, _)| here.contains(record)).copied().collect();
        // Of the provider's records only: a file may hold charges that the provider had deleted before it was first read.
        let oldest =
            self.records.iter().find(|stored| !stored.provenance.imported).map(|stored| stored.record.at);
        let provider = self.coverage.answered_from(oldest);
        ImportState { records, statements, provider, known: self.has_import(import.id) }
    }

    /// Puts the records and statements of a span in place of those that are there.
    fn apply(
        &mut self,
        span: Window,
        records: Vec<StoredRecord>,
        statements: BTreeSet<(RecordId, ImportId)>,
    ) {
        let places = self.places(span);
        Arc::make_mut(&mut self.records).splice(places, records);
        let here: BTreeSet<RecordId> = {
            let records = self.records.get(self.places(span)).unwrap_or_default();
            records.iter().map(|stored| stored.provenance.record_id).collect()
        };
        self.statements.retain(|(record, _)| !here.contains(record));
        self.statements.extend(statements);
        self.forget_statements();
    }

    /// Forgets what files state of records that are gone.
    fn forget_statements(&mut self) {
        // Without imports, which is the usual case, no set of all ids is made.
        if self.statements.is_empty() {
            return;
        }
        let held: BTreeSet<RecordId> =
            self.records.iter().map(|stored| stored.provenance.record_id).collect();
        self.statements.retain(|(record, _)| held.contains(record));
    }
}
