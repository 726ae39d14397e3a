//! What becomes of stored records when their window is read again.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::{
    Change, ConnectionId, CostRecord, Error, ErrorKind, Identity, Person, Provenance, RecordId, Restatement,
    Result, Timestamp, WindowRead,
};

/// What a store puts in place of the records of a window: every [`CostStore`](crate::CostStore) stores exactly this.
///
/// Each record that came is paired with a stored one, if one is the same charge:
///
/// 1. the same id: nothing has changed;
/// 2. the same [`Identity`] and amounts, without some of its tags and without new ones: the provider has forgotten the
///    person, and the stored person is kept;
/// 3. the same [`Identity`] otherwise: the charge has been re-priced or changed.
///
/// A paired record keeps the time it was first seen; one paired by its id also the run, so that reading the same again
/// changes nothing that is stored. Stored records that did not come back are withdrawn, unless they
/// are older than [`WindowRead::answers_from`]: those stay, marked.
#[derive(Debug)]
#[non_exhaustive]
pub struct Replacement {
    /// The window's records from now on, ascending by time, equal times by record id.
    pub records: Vec<CostRecord>,
    /// What is different.
    pub change: Change,
    /// What is different in [`WindowRead::closed`] spans, ascending by time.
    pub restatements: Vec<Restatement>,
}

impl Replacement {
    /// What becomes of `stored`, all records of the window that was read, which come from earlier replacements.
    ///
    /// ```
    /// use cost_model::{ConnectionId, CostRecord, Costs, Currency, Replacement, Timestamp, Window, WindowRead};
    /// let window = Window::days("2026-09-01".parse()?, "2026-09-02".parse()?)?;
    /// let charge = CostRecord::new(window.start(), "acme", Currency::USD, Costs::flat("1".parse()?));
    /// let connection = ConnectionId::new("acme");
    /// let twice = WindowRead::new(window, vec![charge.clone(), charge]);
    /// let first = Replacement::of(Vec::new(), twice.clone(), &connection)?;
    /// assert_eq!((first.records.len(), first.change.added), (2, 2));
    /// let again = Replacement::of(first.records, twice, &connection)?;
    /// assert_eq!((again.records.len(), again.change.unchanged), (2, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when a record that was read lies outside the window.
    pub fn of(stored: Vec<CostRecord>, mut read: WindowRead, connection: &ConnectionId) -> Result<Self> {
        let window = read.window;
        if let Some(outside) = read.records.iter().find(|record| !window.contains(record.at)) {
            let message = format!("a record at {} lies outside its window {window}", outside.at);
            return Err(Error::new(ErrorKind::Store, message));
        }
        Provenance::of_read(&mut read.records, connection, &read.run);
        let new = std::mem::take(&mut read.records);
        let mut pairing = Pairing::new(stored, &read);
        let new = pairing.pair_equal(new);
        let new = pairing.pair_by_identity(new, same_without_person, Pair::Forgotten);
        let new = pairing.pair_by_identity(new, |_, _| true, Pair::Changed);
        for record in new {
            pairing.add(record);
        }
        Ok(pairing.finish())
    }
}

/// How a record that came and a stored one are the same charge, though their ids differ.
#[derive(Clone, Copy)]
enum Pair {
    Forgotten,
    Changed,
}

struct Pairing<'a> {
    read: &'a WindowRead,
    /// What has not been paired yet.
    stored: HashMap<RecordId, CostRecord>,
    done: Replacement,
}

impl<'a> Pairing<'a> {
    fn new(stored: Vec<CostRecord>, read: &'a WindowRead) -> Self {
        let stored =
            stored.into_iter().filter_map(|record| Some((record.provenance.as_ref()?.record_id, record)));
        let done = Replacement { records: Vec::new(), change: Change::default(), restatements: Vec::new() };
        Self { read, stored: stored.collect(), done }
    }

    /// Pairs by id; returns what is left over.
    fn pair_equal(&mut self, new: Vec<CostRecord>) -> Vec<CostRecord> {
        let mut left = Vec::new();
        self.done.records.reserve(new.len());
        for mut record in new {
            let Some(id) = record.provenance.as_ref().map(|provenance| provenance.record_id) else {
                continue;
            };
            let Some(old) = self.stored.remove(&id) else {
                left.push(record);
                continue;
            };
            if let (Some(now), Some(before)) = (&mut record.provenance, &old.provenance) {
                now.first_seen = before.first_seen;
                now.person = before.person;
                // What has not changed need not be written.
                now.run = Arc::clone(&before.run);
            }
            if old.provenance.as_ref().is_some_and(|before| before.person != Person::AsRead) {
                keep_person(&mut record, old);
            }
            self.done.change.unchanged += 1;
            self.done.records.push(record);
        }
        left
    }

    /// Pairs by identity those that `fit`, in order; returns what is left over.
    fn pair_by_identity(
        &mut self,
        new: Vec<CostRecord>,
        fit: fn(&CostRecord, &CostRecord) -> bool,
        pair: Pair,
    ) -> Vec<CostRecord> {
        if new.is_empty() || self.stored.is_empty() {
            return new;
        }
        let mut waiting: HashMap<Identity, VecDeque<CostRecord>> = HashMap::new();
        let mut stored: Vec<_> = std::mem::take(&mut self.stored).into_values().collect();
        stored.sort_by_key(|record| record.provenance.as_ref().map(|provenance| provenance.record_id));
        for record in stored {
            let Some(identity) = record.provenance.as_ref().map(|provenance| provenance.identity) else {
                continue;
            };
            waiting.entry(identity).or_default().push_back(record);
        }
        let mut left = Vec::new();
        for record in new {
            let queue =
                record.provenance.as_ref().and_then(|provenance| waiting.get_mut(&provenance.identity));
            let place = queue.as_ref().and_then(|queue| queue.iter().position(|old| fit(old, &record)));
            match queue.zip(place).and_then(|(queue, place)| queue.remove(place)) {
                Some(old) => self.replace(old, record, pair),
                None => left.push(record),
            }
        }
        let rest = waiting.into_values().flatten();
        self.stored =
            rest.filter_map(|record| Some((record.provenance.as_ref()?.record_id, record))).collect();
        left
    }

    fn replace(&mut self, old: CostRecord, mut record: CostRecord, pair: Pair) {
        if let (Some(now), Some(before)) = (&mut record.provenance, &old.provenance) {
            now.first_seen = before.first_seen;
        }
        match pair {
            Pair::Forgotten => {
                self.done.change.unchanged += 1;
                self.done.change.persons_kept += 1;
                let pseudonym =
                    old.provenance.as_ref().map(|before| before.person) == Some(Person::Pseudonym);
                if let Some(now) = &mut record.provenance {
                    now.person = if pseudonym { Person::Pseudonym } else { Person::Kept };
                }
                keep_person(&mut record, old);
            }
            Pair::Changed => {
                if old.costs == record.costs {
                    self.done.change.changed += 1;
                } else {
                    self.done.change.repriced += 1;
                    self.restate(&record, Some(&old), Some(&record));
                }
                // Whose charge it was is not to be told again, whatever it costs now.
                if old.provenance.as_ref().is_some_and(|before| before.person == Person::Pseudonym) {
                    if let Some(now) = &mut record.provenance {
                        now.person = Person::Pseudonym;
                    }
                    keep_person(&mut record, old);
                }
            }
        }
        self.done.records.push(record);
    }

    fn add(&mut self, record: CostRecord) {
        self.done.change.added += 1;
        self.restate(&record, None, Some(&record));
        self.done.records.push(record);
    }

    fn finish(mut self) -> Replacement {
        for (_, mut record) in std::mem::take(&mut self.stored) {
            if record.at < self.read.answers_from {
                self.done.change.unconfirmed += 1;
                if let Some(provenance) = &mut record.provenance {
                    provenance.unconfirmed = true;
                }
                self.done.records.push(record);
            } else {
                self.done.change.removed += 1;
                self.restate(&record, Some(&record), None);
            }
        }
        let id = |record: &CostRecord| record.provenance.as_ref().map(|provenance| provenance.record_id);
        // Records are large: sort their keys, and move each record once.
        self.done.records.sort_by_cached_key(|record| (record.at, id(record)));
        self.done.restatements.sort_by_key(|restatement| (restatement.at, restatement.record_id));
        self.done
    }

    fn restate(&mut self, record: &CostRecord, old: Option<&CostRecord>, new: Option<&CostRecord>) {
        let Some(provenance) = record.provenance.as_ref().filter(|_| self.closed(record.at)) else { return };
        let restatement = Restatement {
            at: record.at,
            seen: self.read.run.at,
            record_id: provenance.record_id,
            identity: provenance.identity,
            old: old.map(|old| old.costs),
            new: new.map(|new| new.costs),
        };
        if restatement.is_negligible() {
            self.done.change.negligible += 1;
        } else {
            self.done.restatements.push(restatement);
        }
    }

    fn closed(&self, at: Timestamp) -> bool {
        self.read.closed.iter().any(|span| span.contains(at))
    }
}

/// Whether the provider states the same charge, with fewer tags.
fn same_without_person(old: &CostRecord, new: &CostRecord) -> bool {
    let fewer = old.tags.iter().count() > new.tags.iter().count();
    old.costs == new.costs
        && old.stated == new.stated
        && old.resource != new.resource
        && fewer
        && new.tags.iter().all(|(key, value)| old.tags.get(key) == Some(value))
}

fn keep_person(record: &mut CostRecord, old: CostRecord) {
    record.resource = old.resource;
    record.tags = old.tags;
    // A pseudonym stands there too, in place of the name.
    if old.provenance.is_some_and(|before| before.person == Person::Pseudonym) {
        record.attributes = old.attributes;
    }
}
