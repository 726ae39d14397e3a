//! Changes of charges after an invoice was issued.

use std::collections::HashMap;

use cost_model::store::{RecordSink, Restatement};
use cost_model::{Costs, StoredRecord, Timestamp};

/// The changes of charges that became known after an invoice was issued: charges that came in late, changed, or were withdrawn.
///
/// An invoice cannot bill them, so they are causes of differences. They come from two sources. A scan of a store into this
/// sink finds charges first seen later; they count only if a charge of the same time or a later one had been seen before the
/// invoice was issued, since otherwise their time had not been read by then. Restatements are changes in days that were taken
/// to be final.
///
/// ```
/// use cost_model::{CostStore as _, MemoryStore};
/// use cost_model::store::Scope;
/// use reconcile::SinceIssue;
///
/// # async fn example(store: &MemoryStore) -> cost_model::Result<()> {
/// let mut since = SinceIssue::new("2026-10-15T10:00:00Z".parse()?);
/// store.scan(&Scope::all(), &mut since).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SinceIssue {
    issued: Timestamp,
    /// The latest charge that was known when the invoice was issued.
    known_to: Option<Timestamp>,
    late: Vec<Amounts>,
    restated: Vec<Restated>,
}

/// The instant and the costs of a charge, by which two reports of it are recognised as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Amounts {
    pub(crate) at: Timestamp,
    pub(crate) costs: Costs,
}

/// A change of a charge: what it was, if it was there, and what it is, if it still is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restated {
    pub(crate) at: Timestamp,
    pub(crate) old: Option<Costs>,
    pub(crate) new: Option<Costs>,
}

impl SinceIssue {
    /// Creates an empty record of changes, for an invoice that was issued at that instant.
    /// What became known up to that instant can be on the invoice; what came later cannot.
    pub fn new(issued: Timestamp) -> Self {
        Self { issued, known_to: None, late: Vec::new(), restated: Vec::new() }
    }

    /// Adds the restatements of a store; those seen before the invoice was issued are skipped.
    /// A restatement without an old amount is a charge that came late, and one without a new amount a charge that was
    /// withdrawn.
    #[must_use]
    pub fn restatements<'a>(mut self, restatements: impl IntoIterator<Item = &'a Restatement>) -> Self {
        let later = restatements.into_iter().filter(|each| each.seen > self.issued);
        self.restated.extend(later.map(|each| Restated { at: each.at, old: each.old, new: each.new }));
        self
    }

    /// Returns the late charges, those that restatements report included.
    pub(crate) fn late(&self) -> Vec<Amounts> {
        let mut late: Vec<_> = self
            .late
            .iter()
            .filter(|charge| self.known_to.is_some_and(|to| charge.at <= to))
            .copied()
            .collect();
        // A restated late charge is in the scan as well, unless there was none.
        let mut scanned: HashMap<Amounts, usize> = HashMap::new();
        for charge in &late {
            *scanned.entry(*charge).or_default() += 1;
        }
        late.extend(self.restated_late().filter(|charge| !take_one(&mut scanned, charge)));
        late
    }

    /// Returns the charges that restatements report as new.
    fn restated_late(&self) -> impl Iterator<Item = Amounts> {
        let late = self.restated.iter().filter(|each| each.old.is_none());
        late.filter_map(|each| Some(Amounts { at: each.at, costs: each.new? }))
    }

    /// Returns the amounts before and after of every charge that changed or was withdrawn.
    ///
    /// A charge that came in after the issue and was then withdrawn is left out: the invoice cannot bill it.
    pub(crate) fn changed(&self) -> Vec<Restated> {
        let mut came: HashMap<Amounts, usize> = HashMap::new();
        for charge in self.restated_late() {
            *came.entry(charge).or_default() += 1;
        }
        self.restated
            .iter()
            .filter(|each: &&Restated| match (each.old, each.new) {
                (None, _) => false,
                (Some(costs), None) => !take_one(&mut came, &Amounts { at: each.at, costs }),
                (Some(_), Some(_)) => true,
            })
            .copied()
            .collect()
    }
}

/// Takes one charge equal to `wanted` out of the counts, and returns whether there was one left.
///
/// Counts and not a set: two equal charges are two charges.
fn take_one(charges: &mut HashMap<Amounts, usize>, wanted: &Amounts) -> bool {
    let left = charges.get_mut(wanted).filter(|left| **left > 0);
    left.map(|left| *left -= 1).is_some()
}

impl RecordSink for SinceIssue {
    fn record(&mut self, stored: &StoredRecord) -> cost_model::Result<()> {
        let StoredRecord { record, provenance } = stored;
        if provenance.first_seen > self.issued {
            self.late.push(Amounts { at: record.at, costs: record.costs });
        } else {
            self.known_to = self.known_to.max(Some(record.at));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use cost_model::record::{Provenance, RecordId};
    use cost_model::store::ConnectionId;
    use cost_model::{CostRecord, Currency, Money};

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    /// Returns what is late of charges by when they arose and when they were first seen, about an invoice of instant 100.
    fn late(charges: &[(i64, i64)]) -> Vec<i64> {
        let mut since = SinceIssue::new(at(100));
        for (arose, seen) in charges {
            let record = CostRecord::new(at(*arose), "p", Currency::USD, Costs::flat(Money::from_units(1)));
            let id = RecordId::of(&record, 0);
            let provenance = Provenance::stored(ConnectionId::new("c"), "run".into(), at(*seen), id);
            since.record(&StoredRecord { record, provenance }).unwrap();
        }
        since.late().iter().map(|charge| charge.at.millis()).collect()
    }

    #[test]
    fn a_charge_is_late_only_if_somebody_had_looked_at_its_time() {
        assert_eq!(late(&[(10, 50), (20, 50), (15, 101)]), [15]);
        assert_eq!(late(&[(10, 50), (20, 50), (20, 101), (21, 101)]), [20]);
        assert_eq!(late(&[(10, 101), (20, 101)]), Vec::<i64>::new(), "nobody had looked at all");
        assert_eq!(late(&[(20, 50), (10, 100)]), Vec::<i64>::new(), "seen when the invoice was issued");
    }
}
