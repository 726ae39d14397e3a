//! Computes the stored records of a window after it was read again.
//!
//! Events have no id of their own, so what came is paired with what is stored: first by record id, which a store can
//! do over keys alone, then by identity. The functions are pure and shared by all stores; a store only reads the
//! prior state and writes the outcome, in one transaction.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::error::Result;
use crate::fault::Fault;
use crate::record::record_ids;
use crate::record::{CostRecord, Identity, Person, Provenance, RecordId, StoredRecord};
use crate::store::coverage::{Coverage, CoveredSpan};
use crate::store::{ConnectionId, Restatement};
use crate::store::{ReplaceStats, WindowReplacement};
use crate::time::{Timestamp, WindowSet};

/// The state of a connection before a window is replaced, as a store holds it.
///
/// `T` is a [`StoredRecord`] or a store's smaller key of one, see [`PriorRecord`].
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "built by every store")]
pub struct PriorState<T = StoredRecord> {
    /// Every stored record inside the window, or a key of each.
    ///
    /// In any order. Records outside the window must not be among them.
    pub records: Vec<T>,
    /// The spans for which the provider's API has been read; imported files are left out.
    pub coverage: Coverage,
}

impl<T> Default for PriorState<T> {
    fn default() -> Self {
        Self { records: Vec::new(), coverage: Coverage::default() }
    }
}

/// A stored record, or a store's own key of one, with the little that a read is first compared by.
///
/// Most of a window is unchanged when it is read again, so that most records never need more than this.
pub trait PriorRecord {
    /// Returns when the charge arose.
    fn at(&self) -> Timestamp;
    /// Returns its id.
    fn record_id(&self) -> RecordId;
    /// Returns where its person comes from. Anything but [`Person::AsRead`] leaves the record unsettled, because its
    /// person has to be put back.
    fn person(&self) -> Person;
}

impl PriorRecord for StoredRecord {
    fn at(&self) -> Timestamp {
        self.record.at
    }

    fn record_id(&self) -> RecordId {
        self.provenance.record_id
    }

    fn person(&self) -> Person {
        self.provenance.person
    }
}

/// Replaces a window in two steps, so that a store reads few of its records as a whole.
///
/// The number of unsettled records is that of the changes since the last read, usually few.
///
/// 1. [`WindowPairing::new`] pairs by id, for which the store reads the key of each stored record.
/// 2. [`WindowPairing::finish`] pairs the rest, for which the store reads the records of [`WindowPairing::unsettled`].
///
/// The outcome is that of [`ReplacedWindow::of`], which describes it.
#[derive(Debug)]
pub struct WindowPairing<T> {
    /// Without its records.
    new: WindowReplacement,
    later: WindowSet,
    coverage: Coverage,
    left: Vec<T>,
    same: Vec<(T, CostRecord)>,
    unsettled: Vec<T>,
    came: Vec<StoredRecord>,
}

/// The changes that a store makes when a window is replaced.
#[derive(Debug)]
#[non_exhaustive]
pub struct WindowChange<T> {
    /// Records that later reads have stored, which stay as they are.
    pub left: Vec<T>,
    /// Records that came back with their id, and the charge as it is stated now. They keep their run and the time they were
    /// first seen, and are confirmed; what the id leaves out, such as a display name, may be another.
    pub same: Vec<(T, CostRecord)>,
    /// The records that replace all [`WindowPairing::unsettled`] ones, ascending by time, equal times by record id. Some may
    /// be unchanged.
    pub put: Vec<StoredRecord>,
    /// The spans for which the provider's API has been read, this read included.
    pub coverage: Coverage,
    /// The numbers of records added, removed, changed and so on.
    pub stats: ReplaceStats,
    /// The changes in [`WindowReplacement::closed`] spans, ascending by time.
    pub restatements: Vec<Restatement>,
}

impl<T: PriorRecord> WindowPairing<T> {
    /// Pairs the charges that came with stored ones of the same id.
    ///
    /// Records that a later read covers are dropped from the new ones, and stored ones there are left as they are.
    /// Takes time in proportion to the records of both, apart from sorting the unsettled ones.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when a record that was read lies outside the window.
    pub fn new(prior: PriorState<T>, mut new: WindowReplacement, connection: &ConnectionId) -> Result<Self> {
        let window = new.window;
        if let Some(outside) = new.records.iter().find(|record| !window.contains(record.at)) {
            return Err(
                Fault::OutsideWindow { at: outside.at.to_string(), window: window.to_string() }.into()
            );
        }
        if !new.proven {
            // What did not come back may be missing from this read alone.
            new.answers_from = window.end();
        }
        // By number, not by clock: a slow read that began earlier must not undo what a later one has stored.
        let later = prior.coverage.later_than(new.read, window);
        let mut records = std::mem::take(&mut new.records);
        records.retain(|record| !later.contains(record.at));
        let (left, stored): (Vec<_>, Vec<_>) =
            prior.records.into_iter().partition(|stored| later.contains(stored.at()));
        let mut stored: FxHashMap<RecordId, T> =
            stored.into_iter().map(|stored| (stored.record_id(), stored)).collect();
        let (mut same, mut unsettled, mut came) = (Vec::with_capacity(stored.len()), Vec::new(), Vec::new());
        let ids = record_ids(&records);
        for (record, id) in records.into_iter().zip(ids) {
            match stored.remove(&id) {
                // A kept or pseudonymised person has to be put back into the record, for which it is read as a whole.
                Some(old) if old.person() == Person::AsRead => {
                    same.push((old, record));
                    continue;
                }
                old => unsettled.extend(old),
            }
            let run = Arc::clone(&new.run.id);
            let provenance = Provenance::stored(connection.clone(), run, new.run.at, id);
            came.push(StoredRecord { record, provenance });
        }
        unsettled.extend(stored.into_values());
        // The map gives them in no order, and stores write by ascending time and id.
        unsettled.sort_by_key(|stored| (stored.at(), stored.record_id()));
        Ok(Self { new, later, coverage: prior.coverage, left, same, unsettled, came })
    }

    /// Returns the stored records that have to be read as a whole, ascending by time, equal times by record id: those that
    /// did not come back by their id, and those whose person is not the one who came.
    pub fn unsettled(&self) -> &[T] {
        &self.unsettled
    }

    /// Pairs what is left over with the unsettled records.
    ///
    /// `unsettled` must be the whole records of [`unsettled`](Self::unsettled); one that is missing is treated as if
    /// it had not been stored.
    pub fn finish(self, unsettled: &[StoredRecord]) -> WindowChange<T> {
        let Self { new, later, coverage, left, same, came, .. } = self;
        let mut pairing = Pairing::new(unsettled, &new);
        pairing.stats.unchanged = u64::try_from(same.len()).unwrap_or(u64::MAX);
        let came = pairing.pair_equal(came);
        // The surest pairs first: among several charges of one identity, an early loose pair would take the record that a
        // later charge matches better, and both would be reported as changed.
        let came = pairing.pair_by_identity(came, |old, new| {
            let unnamed = old.provenance.person == Person::Pseudonym || lost_its_person(old, new);
            unnamed && same_amounts(old, new)
        });
        let came = pairing.pair_by_identity(came, |old, new| {
            old.record.dimensions.resource == new.record.dimensions.resource
        });
        let came = pairing.pair_by_identity(came, lost_its_person);
        let came = pairing.pair_by_identity(came, |_, _| true);
        for record in came {
            pairing.add(record);
        }
        pairing.withdraw();
        let Pairing { mut stats, records: mut put, mut restatements, .. } = pairing;
        sort(&mut put);
        restatements.sort_by_key(|restatement| (restatement.at, restatement.record_id));
        let coverage = cover(coverage, &new, &later);
        stats.left = later.into_windows();
        WindowChange { left, same, put, coverage, stats, restatements }
    }
}

/// The state of a window after it was replaced: every [`CostStore`](crate::store::CostStore) stores exactly this.
///
/// Spans of the window that a later read has stored stay as they are. Elsewhere each record that came is paired with a
/// stored one, if one is the same charge:
///
/// 1. the same id: nothing has changed;
/// 2. the same [`Identity`], and the tags that named its person are gone: the provider has forgotten the person, and the
///    stored person is kept, also when the charge has another price or kind now;
/// 3. the same [`Identity`] otherwise: the charge has been re-priced or changed.
///
/// A paired record keeps the time it was first seen; one paired by its id also the run, so that reading the same again
/// changes nothing that is stored. Stored records that did not come back are withdrawn, unless they
/// are older than [`WindowReplacement::answers_from`]: those stay, marked.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplacedWindow {
    /// The window's records from now on, ascending by time, equal times by record id.
    pub records: Vec<StoredRecord>,
    /// The spans for which the provider's API has been read, this read included.
    pub coverage: Coverage,
    /// The numbers of records added, removed, changed and so on.
    pub stats: ReplaceStats,
    /// The changes in [`WindowReplacement::closed`] spans, ascending by time.
    pub restatements: Vec<Restatement>,
}

impl ReplacedWindow {
    /// Computes the outcome for a window.
    ///
    /// The one-step form, for stores that have all records at hand.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency};
    /// use cost_model::record::{ReadNumber, Run};
    /// use cost_model::store::{ConnectionId, Coverage, PriorState, ReplacedWindow};
    /// use cost_model::Window;
    /// use cost_model::store::WindowReplacement;
    /// let window = Window::days("2026-09-01".parse()?, "2026-09-02".parse()?)?;
    /// let charge = CostRecord::new(window.start(), "acme", Currency::USD, Costs::flat("1".parse()?));
    /// let connection = ConnectionId::new("acme");
    /// let twice = WindowReplacement::new(window, vec![charge.clone(), charge], ReadNumber::new(1), Run::at(window.end()));
    /// let first = ReplacedWindow::of(PriorState::default(), twice.clone(), &connection)?;
    /// assert_eq!((first.records.len(), first.stats.added), (2, 2));
    /// let prior = PriorState { records: first.records, coverage: first.coverage };
    /// let again = ReplacedWindow::of(prior, twice, &connection)?;
    /// assert_eq!((again.records.len(), again.stats.unchanged), (2, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when a record that was read lies outside the window.
    pub fn of(prior: PriorState, new: WindowReplacement, connection: &ConnectionId) -> Result<Self> {
        let pairing = WindowPairing::new(prior, new, connection)?;
        let unsettled = pairing.unsettled().to_vec();
        let WindowChange { left, same, put, coverage, stats, restatements } = pairing.finish(&unsettled);
        let mut records = put;
        records.extend(left);
        records.extend(same.into_iter().map(|(mut old, record)| {
            (old.provenance.unconfirmed, old.provenance.imported) = (false, false);
            StoredRecord { record, provenance: old.provenance }
        }));
        sort(&mut records);
        Ok(Self { records, coverage, stats, restatements })
    }
}

fn sort(records: &mut [StoredRecord]) {
    // Records are large: sort their keys, and move each record once.
    records.sort_by_cached_key(|stored| (stored.record.at, stored.provenance.record_id));
}

/// Returns the coverage once the window is replaced: an unproven read leaves the window to be read again.
fn cover(mut coverage: Coverage, new: &WindowReplacement, later: &WindowSet) -> Coverage {
    for window in later.missing(new.window).into_windows() {
        if new.proven {
            coverage.put(CoveredSpan::read(window, new.read, Some(new.read_at)));
        } else {
            // Also where an earlier read covered it: this one shows that the span needs another.
            coverage.remove(window);
        }
    }
    // Earlier reads by a clock that was ahead claim more than they can know.
    coverage.distrust(new.read, new.read_at);
    coverage
}

/// The charges that no id has paired, and the records that they may be.
struct Pairing<'a> {
    new: &'a WindowReplacement,
    /// What has not been paired yet.
    stored: FxHashMap<RecordId, &'a StoredRecord>,
    records: Vec<StoredRecord>,
    stats: ReplaceStats,
    restatements: Vec<Restatement>,
}

impl<'a> Pairing<'a> {
    fn new(stored: &'a [StoredRecord], new: &'a WindowReplacement) -> Self {
        let stored = stored.iter().map(|record| (record.provenance.record_id, record)).collect();
        Self { new, stored, records: Vec::new(), stats: ReplaceStats::default(), restatements: Vec::new() }
    }

    /// Pairs by id; returns what is left over.
    fn pair_equal(&mut self, came: Vec<StoredRecord>) -> Vec<StoredRecord> {
        // The usual case: nothing unsettled is left to pair with.
        if self.stored.is_empty() {
            return came;
        }
        let mut left = Vec::with_capacity(came.len());
        for mut record in came {
            let Some(old) = self.stored.remove(&record.provenance.record_id) else {
                left.push(record);
                continue;
            };
            record.provenance.first_seen = old.provenance.first_seen;
            // What has not changed need not be written.
            record.provenance.run = Arc::clone(&old.provenance.run);
            record.provenance.person = old.provenance.person;
            keep_person(&mut record, old);
            self.stats.unchanged += 1;
            self.records.push(record);
        }
        left
    }

    /// Pairs by identity those that `fit`, in order; returns what is left over.
    fn pair_by_identity(
        &mut self,
        came: Vec<StoredRecord>,
        fit: fn(&StoredRecord, &StoredRecord) -> bool,
    ) -> Vec<StoredRecord> {
        if came.is_empty() || self.stored.is_empty() {
            return came;
        }
        let mut waiting: HashMap<Identity, VecDeque<&'a StoredRecord>> = HashMap::new();
        let mut stored: Vec<_> = self.stored.drain().collect();
        // The map has no order; without one, the same read could pair twins in two ways.
        stored.sort_unstable_by_key(|(id, _)| *id);
        for (_, record) in stored {
            waiting.entry(Identity::of(&record.record)).or_default().push_back(record);
        }
        let mut left = Vec::new();
        for record in came {
            let queue = waiting.get_mut(&Identity::of(&record.record));
            let place = queue.as_ref().and_then(|queue| queue.iter().position(|old| fit(old, &record)));
            match queue.zip(place).and_then(|(queue, place)| queue.remove(place)) {
                Some(old) => self.replace(old, record),
                None => left.push(record),
            }
        }
        let rest = waiting.into_values().flatten();
        self.stored = rest.map(|record| (record.provenance.record_id, record)).collect();
        left
    }

    /// Takes a charge for a stored one of the same identity, and counts it as re-priced, changed or unchanged. The
    /// time at which it was first seen stays that of the stored record.
    fn replace(&mut self, old: &StoredRecord, mut record: StoredRecord) {
        record.provenance.first_seen = old.provenance.first_seen;
        let forgotten = lost_its_person(old, &record);
        let unchanged = forgotten && same_amounts(old, &record);
        if forgotten && old.provenance.person == Person::AsRead {
            self.stats.persons_kept += 1;
        }
        // Whose charge it was is not to be told again, whatever it costs now.
        let pseudonym = old.provenance.person == Person::Pseudonym;
        if forgotten || pseudonym {
            record.provenance.person = if pseudonym { Person::Pseudonym } else { Person::Kept };
            keep_person(&mut record, old);
        }
        if old.record.costs != record.record.costs {
            self.stats.repriced += 1;
            self.restate(&record, Some(old), Some(&record));
        } else if unchanged || old.record == record.record {
            // A person who was removed changes nothing of the charge.
            self.stats.unchanged += 1;
        } else {
            self.stats.changed += 1;
        }
        self.records.push(record);
    }

    /// Takes a charge that no stored record is.
    fn add(&mut self, record: StoredRecord) {
        self.stats.added += 1;
        self.restate(&record, None, Some(&record));
        self.records.push(record);
    }

    /// Takes out what did not come back, or marks it where the provider no longer answers.
    fn withdraw(&mut self) {
        for old in std::mem::take(&mut self.stored).into_values() {
            if old.record.at < self.new.answers_from {
                self.stats.unconfirmed += 1;
                let mut record = old.clone();
                record.provenance.unconfirmed = true;
                self.records.push(record);
            } else {
                self.stats.removed += 1;
                self.restate(old, Some(old), None);
            }
        }
    }

    /// Notes a change of what was final. What a file stated was never the provider's word, so its end is no restatement.
    fn restate(&mut self, of: &StoredRecord, old: Option<&StoredRecord>, new: Option<&StoredRecord>) {
        let closed = self.new.closed.iter().any(|span| span.contains(of.record.at));
        if !closed || old.is_some_and(|old| old.provenance.imported) {
            return;
        }
        let restatement = Restatement {
            at: of.record.at,
            seen: self.new.run.at,
            record_id: of.provenance.record_id,
            identity: Identity::of(&of.record),
            old: old.map(|old| old.record.costs),
            new: new.map(|new| new.record.costs),
        };
        if restatement.is_negligible() {
            self.stats.negligible += 1;
        } else {
            self.restatements.push(restatement);
        }
    }
}

/// Returns whether costs, stated figures and kind are the same, whoever the person is.
fn same_amounts(old: &StoredRecord, new: &StoredRecord) -> bool {
    let (old, new) = (&old.record, &new.record);
    old.costs == new.costs
        && stated_figures(old) == stated_figures(new)
        && old.dimensions.stated_kind == new.dimensions.stated_kind
}

/// Returns whether the provider states the same charge for nobody: the tags that named its person are gone, and no
/// others came.
fn lost_its_person(old: &StoredRecord, new: &StoredRecord) -> bool {
    let (old, new) = (&old.record, &new.record);
    // Tags whose value is the resource: those that named the person.
    let mut named = old.dimensions.tags.iter().filter(|(_, value)| is_resource(old, value)).peekable();
    old.dimensions.resource != new.dimensions.resource
        && named.peek().is_some()
        && named.all(|(key, _)| new.dimensions.tags.get(key).is_none())
        && new
            .dimensions
            .tags
            .iter()
            .all(|(key, value)| old.dimensions.tags.get(key).is_some() && !is_resource(new, value))
}

/// Puts the stored person into the record that came without one. Everything else is as it was read.
fn keep_person(record: &mut StoredRecord, old: &StoredRecord) {
    let kept = &old.record.dimensions;
    record.record.edit(|set| {
        set.resource.clone_from(&kept.resource);
        // A pseudonym may be in any tag, and nobody can tell in which.
        if old.provenance.person == Person::Pseudonym {
            set.tags = kept.tags.clone();
            set.attributes = kept.attributes.clone();
            return;
        }
        for (key, value) in kept.tags.iter().filter(|(_, value)| kept.resource.as_ref() == Some(value)) {
            set.tags.insert(Arc::clone(key), Arc::clone(value));
        }
    });
}

/// Returns the figures of a charge as the provider stated them, its discount included.
fn stated_figures(record: &CostRecord) -> impl PartialEq + use<> {
    let stated = &record.stated;
    (stated.charged, stated.model_cost, stated.fee, record.dimensions.discount_percent)
}

/// Whether a text is the resource of a charge.
fn is_resource(record: &CostRecord, value: &Arc<str>) -> bool {
    record.dimensions.resource.as_ref() == Some(value)
}
