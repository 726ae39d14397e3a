//! Computes the stored records of a span after an exported file was imported or removed.
//!
//! An exported file is a second source of the same charges, so its rows must neither be counted twice nor replace
//! what the provider's API states. The rules are pure functions of what a store holds, here for every store to call:
//! [`ImportPlan`] computes, the store writes. `store/replacement.rs` does the same for windows that are read from the
//! API.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::digest::{Digester, hexadecimal};
use crate::error::Result;
use crate::money::{Metric, Money};
use crate::record::{CostRecord, Person, Provenance, RecordId, Run, StoredRecord};
use crate::store::ConnectionId;
use crate::time::{Timestamp, Window, WindowSet};

/// A file, known by the digest of its bytes: the first 64 bits of SHA-256.
///
/// ```
/// use cost_model::store::{ImportId, Owner};
///
/// let id = ImportId::of(b"Date,Model,Cost\n", &Owner::Team);
/// assert_eq!(ImportId::parse(&id.to_string()), Some(id));
/// assert_ne!(id, ImportId::of(b"Date,Model,Cost\n", &Owner::Person("ana@acme.test".into())));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportId([u8; 8]);

impl ImportId {
    /// Computes the id of a file with these bytes, read for that owner.
    ///
    /// The same bytes for two owners have two ids, because they make different charges. The owner's email goes into
    /// the digest only, from which it cannot be read back.
    pub fn of(bytes: &[u8], owner: &Owner) -> Self {
        let mut digest = Digester::default();
        if let Owner::Person(person) = owner {
            digest.update(person.as_bytes());
            digest.update(&[0]);
        }
        digest.update(bytes);
        Self(digest.finish().prefix())
    }

    /// Makes the id with these bytes, as a store kept them.
    ///
    /// Any 8 bytes are valid.
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// Returns the 8 bytes.
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }

    /// Parses an id from the text that it prints: 16 hexadecimal digits. Returns `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hexadecimal = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| is_hexadecimal)?;
        Some(Self(number.to_be_bytes()))
    }
}

hexadecimal!(ImportId);

/// The owner of a file's charges: the whole team or one person. `Debug` names nobody.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Owner {
    /// Everybody's.
    Team,
    /// Those of one person, by email. Such a file says nothing of anybody else.
    Person(Arc<str>),
}

crate::masked_debug!(Owner = Team | Person);

/// An imported file.
///
/// Stored beside the charges, so that coverage knows what the file covers and a second import of it is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Import {
    /// The digest by which the store recognises it.
    pub id: ImportId,
    /// The owner of its charges.
    pub owner: Owner,
    /// The span that it covers for that owner.
    ///
    /// Rows outside of it must not be in the file. Days inside it without rows count as days without charges.
    pub span: Window,
    /// When it was exported. It knows nothing of what happened later.
    pub exported_at: Timestamp,
    /// When it was imported.
    ///
    /// By the importer's clock; it decides nothing about the charges.
    pub imported_at: Timestamp,
    /// The number of its rows.
    ///
    /// Set by the store when the file is stored; 0 until then.
    pub rows: u64,
}

impl Import {
    /// Makes an import of `rows` rows, imported at `imported_at`.
    ///
    /// The count of rows is 0; the store sets it.
    pub fn new(
        id: ImportId,
        owner: Owner,
        span: Window,
        exported_at: Timestamp,
        imported_at: Timestamp,
    ) -> Self {
        Self { id, owner, span, exported_at, imported_at, rows: 0 }
    }

    /// Returns the span widened to whole seconds. Some exports state instants no finer, so that a row may be any stored record
    /// of its second.
    pub fn reach(&self) -> Window {
        let (first, last) = (self.span.start().millis(), self.span.end().millis().saturating_add(999));
        let [start, end] = [first, last].map(|millis| Timestamp::from_millis(millis.div_euclid(1000) * 1000));
        let (start, end) = (start.unwrap_or(self.span.start()), end.unwrap_or(self.span.end()));
        Window::new(start, end).unwrap_or(self.span)
    }

    /// Puts a pseudonym in place of its owner, if it is that person's.
    ///
    /// Any other owner stays as it is, and so does the id.
    pub fn pseudonymise(&mut self, person: &str, pseudonym: &Arc<str>) {
        if self.owner == Owner::Person(person.into()) {
            self.owner = Owner::Person(Arc::clone(pseudonym));
        }
    }
}

/// The relation between a stored record and a row of a file.
///
/// Compares one pair only; which pairs are taken, and in which order, is decided by [`ImportPlan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Comparison {
    /// The same charge.
    Same,
    /// The same charge, and only the row names its person.
    RowNamesPerson,
    /// The same charge, and only the stored record names its person.
    StoredNamesPerson,
    /// The same use with another cost or of another kind, or one that differs in a single other trait: so much alike that
    /// one of the two is a correction, unless each file states both.
    Corrected,
    /// Another charge.
    Other,
}

/// A file to be imported, with its rows.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "built by callers")]
pub struct FileImport {
    /// The file as the store lists it.
    pub import: Import,
    /// Its rows.
    ///
    /// In any order; equal rows are distinct charges.
    pub rows: Vec<CostRecord>,
    /// The earlier import whose rows inside this file's span it replaces.
    ///
    /// `None` adds to what is there. An id that the store does not hold is an error of the store.
    pub replaces: Option<ImportId>,
    /// The comparison of a stored record (first) with a row of the file (second), called for those of the same second.
    ///
    /// A format has its own function, since how far two amounts agree depends on the decimals that it writes.
    pub compare: fn(&CostRecord, &CostRecord) -> Comparison,
    /// Whether a row of the file (second) states more of a charge than a stored record (first) that is the same charge, such
    /// as an amount with more digits.
    ///
    /// The fullest statement of a charge is the one that is stored, whichever file came first. The function has to order
    /// statements: of two, at most one states more, and what states more than a second states more than a third that the
    /// second states more than.
    pub states_more: fn(&CostRecord, &CostRecord) -> bool,
}

crate::masked_debug!(FileImport { import, rows: |it| it.rows.len(), replaces });

/// Rows and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowSum {
    /// The number of rows.
    pub rows: u64,
    /// The sum of their effective costs; rows that state none count nothing.
    pub effective: Money,
    /// The sum of their billed costs; rows that state none count nothing.
    pub billed: Money,
}

impl RowSum {
    /// Adds one row. A row without a cost adds to the count alone.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn add(&mut self, record: &CostRecord) -> Result<()> {
        self.rows += 1;
        for (sum, metric) in [(&mut self.effective, Metric::Effective), (&mut self.billed, Metric::Billed)] {
            *sum = sum.checked_add(record.costs.get(metric).unwrap_or_default())?;
        }
        Ok(())
    }

    /// Adds one row that came in place of another, with the difference of their costs.
    fn add_change(&mut self, before: &CostRecord, after: &CostRecord) -> Result<()> {
        self.rows += 1;
        for (sum, metric) in [(&mut self.effective, Metric::Effective), (&mut self.billed, Metric::Billed)] {
            let [before, after] = [before, after].map(|record| record.costs.get(metric).unwrap_or_default());
            *sum = sum.checked_add(after)?.checked_sub(before)?;
        }
        Ok(())
    }
}

/// A row that states a stored charge with another cost or kind.
///
/// Which of the two is right cannot be decided from the rows, so the import stores nothing and returns them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Correction {
    /// The imports that state the stored charge.
    pub imports: Vec<ImportId>,
    /// The stored charge.
    pub stored: CostRecord,
    /// The row of the file.
    pub row: CostRecord,
}

/// The outcome of importing a file: every row is in exactly one of the first four counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportStats {
    /// Rows that the store now holds and did not hold before.
    pub stored: RowSum,
    /// Rows that the store held already, from the provider or from another file.
    pub already_there: RowSum,
    /// Of the rows that were there already, those that state more than the stored record did, so that the store now holds
    /// what they state; the sum is what that changes.
    pub refined: RowSum,
    /// Rows that replaced a row of the replaced import.
    pub replaced: RowSum,
    /// Rows that were not stored: the provider was read for their time and does not state them, or the file has
    /// [`corrections`](Self::corrections) and its user has to decide first.
    pub refused: RowSum,
    /// Rows of the replaced import that were removed without a replacement.
    pub taken_out: RowSum,
    /// Stored rows of other files inside this file's span that it does not state. They stay: of equal rows the largest count
    /// holds. A file that is said to hold every row of its days contradicts them.
    pub not_in_file: RowSum,
    /// Rows that correct stored ones. If there are any, nothing was stored: the user says which import to replace.
    pub corrections: Vec<Correction>,
    /// Whether the same file had been imported before, so that nothing was done.
    ///
    /// The counts are then those that importing it again would have, nothing of which is stored or refined.
    pub known: bool,
}

/// The state of a connection before a file is imported or removed, as a store holds it.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "built by every store")]
pub struct ImportState {
    /// Every stored record in [`Import::reach`].
    ///
    /// The provider's and imported ones, in any order.
    pub records: Vec<StoredRecord>,
    /// Which imports state which of the imported records in the span.
    ///
    /// Records of the provider have none.
    pub statements: BTreeSet<(RecordId, ImportId)>,
    /// The spans that were read from the provider, from the oldest charge on that it ever returned.
    ///
    /// Inside them the provider decides and rows without a match are refused.
    pub provider: WindowSet,
    /// Whether the same file has been imported before.
    pub known: bool,
}

/// The state of a file's span after the file was imported or removed: every [`CostStore`](crate::store::CostStore) stores
/// exactly this.
///
/// Rows of a file become charges only where the provider was not read. Equal rows of several files are one charge: the
/// largest count of equal rows in any file holds, never the sum, and of their statements the fullest. A store keeps which files state a charge, so that removing
/// one file leaves what another states. Where the provider was read, the provider decides: a row that it states too is
/// already there, any other is refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImportPlan {
    /// The outcome for the rows.
    ///
    /// Also filled where nothing is stored.
    pub stats: ImportStats,
    /// The new contents of the span; `None` where nothing changes.
    pub change: Option<ImportChange>,
}

/// The new contents of a file's span after it was imported or removed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImportChange {
    /// The records of the span, ascending by time, equal times by record id.
    pub records: Vec<StoredRecord>,
    /// Which imports state which of them.
    pub statements: BTreeSet<(RecordId, ImportId)>,
}

impl ImportPlan {
    /// Computes the outcome of importing a file.
    ///
    /// A file that is known or that has corrections changes nothing: `change` is `None` and the counts say why. The
    /// work grows with the rows times the stored records of the same second.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) when a sum leaves its range.
    pub fn of(state: ImportState, file: &FileImport, connection: &ConnectionId) -> Result<Self> {
        let known = state.known;
        let mut matching = Matching::new(state, file);
        matching.withdraw_replaced();
        let unmatched = matching.match_rows()?;
        if known {
            let stats = ImportStats { known, ..matching.count_without_storing(&unmatched)? };
            return Ok(Self { stats, change: None });
        }
        let corrections = matching.corrections(&unmatched);
        if !corrections.is_empty() {
            let mut stats = ImportStats { corrections, ..ImportStats::default() };
            file.rows.iter().try_for_each(|row| stats.refused.add(row))?;
            return Ok(Self { stats, change: None });
        }
        matching.store(unmatched, connection)
    }

    /// Computes the outcome of removing an import: charges that no other file states are removed.
    ///
    /// Records of the provider and records that another import states stay, as full as any file ever stated them: a store
    /// does not keep what each file stated. Only [`ImportStats::taken_out`] of the outcome is counted, and of that only the
    /// rows.
    pub fn without(state: ImportState, import: ImportId) -> Self {
        let ImportState { mut records, mut statements, .. } = state;
        let stated: HashSet<RecordId> =
            statements.iter().filter(|(_, by)| *by == import).map(|(record, _)| *record).collect();
        statements.retain(|(_, by)| *by != import);
        let kept: HashSet<RecordId> = statements.iter().map(|(record, _)| *record).collect();
        let mut stats = ImportStats::default();
        records.retain(|stored| {
            let id = stored.provenance.record_id;
            let gone = stored.provenance.imported && stated.contains(&id) && !kept.contains(&id);
            stats.taken_out.rows += u64::from(gone);
            !gone
        });
        sort(&mut records);
        Self { stats, change: Some(ImportChange { records, statements }) }
    }
}

/// Returns the second of a record since 1970, rounded down, by which rows and stored records are brought together.
fn second_of(record: &CostRecord) -> i64 {
    record.at.millis().div_euclid(1000)
}

/// Gives a record the person that another statement of the same charge names, with the tags that name them.
fn name_person(record: &mut CostRecord, named: &CostRecord) {
    record.edit(|set| {
        set.resource.clone_from(&named.dimensions.resource);
        for (key, value) in named.dimensions.tags.iter() {
            set.tags.insert(Arc::clone(key), Arc::clone(value));
        }
    });
}

// Records are large: the keys are sorted, and each record is moved once.
fn sort(records: &mut [StoredRecord]) {
    records.sort_by_cached_key(|stored| (stored.record.at, stored.provenance.record_id));
}

/// The rows of a file beside the stored records. Each step takes from what the steps before have left over: withdraw,
/// match, look for corrections, store.
struct Matching<'a> {
    file: &'a FileImport,
    provider: WindowSet,
    records: Vec<StoredRecord>,
    statements: BTreeSet<(RecordId, ImportId)>,
    /// The places of the stored records of a second.
    places: HashMap<i64, Vec<usize>>,
    /// Stored records that a row of this file is.
    taken: HashSet<usize>,
    /// Stored records that only the replaced import stated.
    withdrawn: HashSet<usize>,
    stats: ImportStats,
}

impl<'a> Matching<'a> {
    fn new(state: ImportState, file: &'a FileImport) -> Self {
        let mut places: HashMap<i64, Vec<usize>> = HashMap::new();
        for (place, stored) in state.records.iter().enumerate() {
            places.entry(second_of(&stored.record)).or_default().push(place);
        }
        Self {
            file,
            provider: state.provider,
            records: state.records,
            statements: state.statements,
            places,
            taken: HashSet::new(),
            withdrawn: HashSet::new(),
            stats: ImportStats::default(),
        }
    }

    /// Takes back what the replaced import states inside this file's span.
    fn withdraw_replaced(&mut self) {
        let Some(replaced) = self.file.replaces else { return };
        // A row that states whole seconds is about all of its second.
        let rows = self.file.rows.iter().filter(|row| row.at.millis().rem_euclid(1000) == 0);
        let seconds: HashSet<i64> = rows.map(second_of).collect();
        for (place, stored) in self.records.iter().enumerate() {
            let record = &stored.record;
            if !self.file.import.span.contains(record.at) && !seconds.contains(&second_of(record)) {
                continue;
            }
            let id = stored.provenance.record_id;
            if self.statements.remove(&(id, replaced)) && !self.is_stated(id) {
                self.withdrawn.insert(place);
            }
        }
    }

    fn is_stated(&self, record: RecordId) -> bool {
        self.statements_of(record) > 0
    }

    /// Returns how many imports state a record.
    fn statements_of(&self, record: RecordId) -> usize {
        let first = (record, ImportId([0; 8]));
        self.statements.range(first..).take_while(|(next, _)| *next == record).count()
    }

    /// Finds the stored record that each row is; returns the places of rows that are none.
    fn match_rows(&mut self) -> Result<Vec<usize>> {
        let mut unmatched: Vec<usize> = (0..self.file.rows.len()).collect();
        // The surest pairs of all rows first: a row without a person must not take the record that another row names exactly.
        for wanted in [Comparison::Same, Comparison::StoredNamesPerson, Comparison::RowNamesPerson] {
            let mut left = Vec::new();
            for row in unmatched {
                if !self.match_row(row, wanted)? {
                    left.push(row);
                }
            }
            unmatched = left;
        }
        Ok(unmatched)
    }

    /// Pairs one row with a stored record of exactly that comparison, and returns whether there was one. An imported
    /// record learns what only the row states, and is from then on stated by this file too; a record of the provider stays
    /// as it is.
    fn match_row(&mut self, row: usize, wanted: Comparison) -> Result<bool> {
        // No such row: nothing to match, so it must not stay among the unmatched.
        let Some(row) = self.file.rows.get(row) else { return Ok(true) };
        let Some(place) = self.find(row, |comparison| comparison == wanted) else { return Ok(false) };
        self.taken.insert(place);
        let Some(stored) = self.records.get_mut(place).filter(|stored| stored.provenance.imported) else {
            return Ok(true);
        };
        self.statements.insert((stored.provenance.record_id, self.file.import.id));
        if (self.file.states_more)(&stored.record, row) {
            self.stats.refined.add_change(&stored.record, row)?;
            // The id stays: it is the one by which other files state the charge.
            let poorer = std::mem::replace(&mut stored.record, row.clone());
            if wanted == Comparison::StoredNamesPerson {
                name_person(&mut stored.record, &poorer);
            }
        } else if wanted == Comparison::RowNamesPerson {
            name_person(&mut stored.record, row);
        }
        Ok(true)
    }

    /// Returns the stored record of the row's second that is like it, that no other row is, and that most files state.
    ///
    /// So the files that state one of several equal records are among those that state the one before it, and once a file
    /// is taken out, as many are left as the fullest of the others states.
    fn find(&self, row: &CostRecord, like: impl Fn(Comparison) -> bool) -> Option<usize> {
        let free =
            self.places.get(&second_of(row))?.iter().copied().filter(|place| !self.taken.contains(place));
        let alike = free.filter_map(|place| {
            let stored = self.records.get(place)?;
            like(self.comparison(stored, row)).then_some((place, &stored.provenance))
        });
        alike
            .min_by_key(|(_, provenance): &(usize, &Provenance)| {
                let stated = self.statements_of(provenance.record_id);
                // The provider's own record before those of files: its word holds where it was read.
                (provenance.imported, std::cmp::Reverse(stated))
            })
            .map(|(place, _)| place)
    }

    /// Compares a stored record with a row. Whom a pseudonym stands for is not known, so that it contradicts nobody.
    fn comparison(&self, stored: &StoredRecord, row: &CostRecord) -> Comparison {
        if stored.provenance.person != Person::Pseudonym {
            return (self.file.compare)(&stored.record, row);
        }
        let mut nameless = stored.record.clone();
        nameless.edit(|set| set.resource = None);
        match (self.file.compare)(&nameless, row) {
            // The pseudonym stays: a name that was taken away does not come back by a file.
            Comparison::RowNamesPerson | Comparison::Same => Comparison::StoredNamesPerson,
            other => other,
        }
    }

    /// Returns whether a row that is no stored charge is so much like this one that it may be its correction. A
    /// person's file says nothing of the charges of others.
    fn is_corrected_by(&self, stored: &StoredRecord, row: &CostRecord) -> bool {
        let concerns = self.file.import.owner == Owner::Team
            || stored.record.dimensions.resource == row.dimensions.resource
            || stored.provenance.person == Person::Pseudonym;
        concerns && self.comparison(stored, row) == Comparison::Corrected
    }

    /// Rows left over that correct what another file states. Each stored record is taken for the correction of one
    /// row at most.
    fn corrections(&self, unmatched: &[usize]) -> Vec<Correction> {
        let rows = unmatched.iter().filter_map(|row| self.file.rows.get(*row));
        let mut used = HashSet::new();
        let mut corrections = Vec::new();
        // Where the provider was read, the row is refused in any case, and there is nothing to decide.
        for row in rows.filter(|row| !self.provider.contains(row.at)) {
            let corrected = self.places.get(&second_of(row)).into_iter().flatten().copied().find(|place| {
                let stored = self.records.get(*place).filter(|stored| stored.provenance.imported);
                !self.taken.contains(place)
                    && !self.withdrawn.contains(place)
                    && !used.contains(place)
                    && stored.is_some_and(|stored| self.is_corrected_by(stored, row))
            });
            let Some(stored) = corrected.and_then(|place| self.records.get(place)) else { continue };
            used.extend(corrected);
            let id = stored.provenance.record_id;
            let imports =
                self.statements.iter().filter(|(record, _)| *record == id).map(|(_, import)| *import);
            corrections.push(Correction {
                imports: imports.collect(),
                stored: stored.record.clone(),
                row: row.clone(),
            });
        }
        corrections
    }

    /// Counts the rows of a file that is not to be stored again.
    fn count_without_storing(mut self, unmatched: &[usize]) -> Result<ImportStats> {
        let left: HashSet<usize> = unmatched.iter().copied().collect();
        for (place, row) in self.file.rows.iter().enumerate() {
            if left.contains(&place) {
                self.stats.refused.add(row)?;
            } else {
                self.stats.already_there.add(row)?;
            }
        }
        self.stats.refined = RowSum::default();
        Ok(self.stats)
    }

    /// Stores the rows that are left over, and counts every row.
    fn store(mut self, unmatched: Vec<usize>, connection: &ConnectionId) -> Result<ImportPlan> {
        let left: HashSet<usize> = unmatched.iter().copied().collect();
        for (place, row) in self.file.rows.iter().enumerate() {
            if !left.contains(&place) {
                self.stats.already_there.add(row)?;
            }
        }
        // Of what is withdrawn, a row that came again stays.
        let mut gone: HashSet<usize> = self.withdrawn.difference(&self.taken).copied().collect();
        // All ids of the span, so that equal rows get different ids.
        let mut ids: HashSet<RecordId> =
            self.records.iter().map(|stored| stored.provenance.record_id).collect();
        let mut new = Vec::new();
        let mut in_place_of = HashSet::new();
        for row in unmatched.into_iter().filter_map(|row| self.file.rows.get(row)) {
            if self.provider.contains(row.at) {
                self.stats.refused.add(row)?;
                continue;
            }
            let corrected = self
                .places
                .get(&second_of(row))
                .into_iter()
                .flatten()
                .find(|place: &&usize| {
                    let stored = self.records.get(**place);
                    gone.contains(place)
                        && !in_place_of.contains(*place)
                        && stored.is_some_and(|stored| self.is_corrected_by(stored, row))
                })
                .copied();
            match corrected {
                Some(place) => {
                    in_place_of.insert(place);
                    self.stats.replaced.add(row)?;
                }
                None => self.stats.stored.add(row)?,
            }
            new.push(self.row_to_store(row, connection, &mut ids));
        }
        for (place, stored) in self.records.iter().enumerate() {
            let is_other =
                stored.provenance.imported && !self.taken.contains(&place) && !gone.contains(&place);
            if is_other
                && self.file.import.owner == Owner::Team
                && self.file.import.span.contains(stored.record.at)
            {
                self.stats.not_in_file.add(&stored.record)?;
            }
        }
        for place in gone.iter().filter(|place| !in_place_of.contains(*place)) {
            if let Some(stored) = self.records.get(*place) {
                self.stats.taken_out.add(&stored.record)?;
            }
        }
        let kept = self.records.into_iter().enumerate().filter(|(place, _)| !gone.remove(place));
        let mut records: Vec<_> = kept.map(|(_, stored)| stored).collect();
        self.statements.extend(new.iter().map(|stored| (stored.provenance.record_id, self.file.import.id)));
        records.extend(new);
        sort(&mut records);
        let change = Some(ImportChange { records, statements: self.statements });
        Ok(ImportPlan { stats: self.stats, change })
    }

    /// Returns a row as it is stored, with an id that no stored record has.
    fn row_to_store(
        &self,
        row: &CostRecord,
        connection: &ConnectionId,
        ids: &mut HashSet<RecordId>,
    ) -> StoredRecord {
        // Equal charges have ids by ordinal; those of the stored ones are taken.
        let mut ordinal = 0;
        let mut id = RecordId::of(row, ordinal);
        while !ids.insert(id) {
            ordinal += 1;
            id = RecordId::of(row, ordinal);
        }
        let Import { id: import, imported_at, .. } = &self.file.import;
        let run = Run::at(*imported_at);
        let name = format!("import {import}");
        let mut provenance = Provenance::stored(connection.clone(), name.into(), run.at, id);
        provenance.imported = true;
        StoredRecord { record: row.clone(), provenance }
    }
}
