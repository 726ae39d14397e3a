//! What a store shows, beside what it should.

use std::sync::Arc;

use super::charges::{FIRST, LAST, connection, window};
use super::model::Model;
use super::{Broken, Checked, same};
use crate::error::Result;
use crate::record::{DimensionSet, Figures, StoredRecord};
use crate::store::{ChargeCounts, ChargeSink, CostStore, RecordSink, Scope, SetNumber};
use crate::time::Timestamp;

/// Returns what a scan hands out.
pub(super) async fn scan(store: &dyn CostStore, scope: &Scope) -> Result<Vec<StoredRecord>> {
    let mut found: Vec<StoredRecord> = Vec::new();
    store.scan(scope, &mut found).await?;
    Ok(found)
}

/// Everything that a store shows of a model's connections.
pub(super) async fn all(store: &dyn CostStore, model: &Model) -> Checked {
    let held = model.0.iter().filter(|(_, kept)| kept.holds_anything());
    let connections: Vec<_> = held.map(|(id, _)| id.clone()).collect();
    same("connections", &store.connections().await?, &connections)?;
    let everything: Vec<_> = model.0.values().flat_map(super::model::Kept::records).collect();
    records("a scan of everything", &scan(store, &Scope::all()).await?, &everything)?;
    charges("the charges of everything", store, &Scope::all(), &everything).await?;
    for number in 0..3 {
        one(store, model, number).await?;
    }
    Ok(())
}

async fn one(store: &dyn CostStore, model: &Model, number: i64) -> Checked {
    let id = connection(number);
    let kept = model.0.get(&id).cloned().unwrap_or_default();
    let all = kept.records();
    let scope = Scope::all().connection(id.clone());
    records("a scan of one connection", &scan(store, &scope).await?, &all)?;
    for (start, end) in [(FIRST, 0), (0, 1), (1, 5), (3, LAST)] {
        let span = window(start, end)?;
        let expected: Vec<_> = all.iter().filter(|stored| span.contains(stored.record.at)).cloned().collect();
        let found = scan(store, &scope.clone().window(span)).await?;
        records("a scan of one connection and window", &found, &expected)?;
        charges("the charges of one connection and window", store, &scope.clone().window(span), &expected)
            .await?;
        same("a count", &store.count(&id, span).await?, &kept.count(start, end)?)?;
    }
    counts(store, number, &all).await?;
    same("coverage", &store.coverage(&id).await?, &kept.coverage()?)?;
    same("restatements", &store.restatements(&id).await?, &kept.restatements)?;
    same("observations", &store.observations(&id).await?, &kept.observations())
}

/// The counts of a connection's charges.
pub(super) async fn counts(store: &dyn CostStore, number: i64, records: &[StoredRecord]) -> Checked {
    let mut expected = ChargeCounts::default();
    for record in records {
        expected.record(record)?;
    }
    same("the counts of charges", &store.charge_counts(&connection(number)).await?, &expected)
}

/// The charges that a scan for a ledger hands over.
#[derive(Default)]
struct Charges {
    sets: Vec<Arc<DimensionSet>>,
    found: Vec<(usize, Timestamp, Figures)>,
    /// What was wrong with the numbers of sets.
    fault: Option<&'static str>,
}

impl ChargeSink for Charges {
    fn set(&mut self, number: SetNumber, set: &Arc<DimensionSet>) -> Result<()> {
        if number.index() != self.sets.len() {
            self.fault = Some("a set whose number is not the count of those before");
        } else if self.sets.contains(set) {
            self.fault = Some("a set that was handed over before");
        }
        self.sets.push(Arc::clone(set));
        Ok(())
    }

    fn charge(&mut self, set: SetNumber, at: Timestamp, figures: &Figures) -> Result<()> {
        if set.index() >= self.sets.len() {
            self.fault = Some("a charge whose set was not handed over before");
        }
        self.found.push((set.index(), at, *figures));
        Ok(())
    }
}

/// Returns the charges of these records, in the same order, each set of dimensions once.
async fn charges(what: &str, store: &dyn CostStore, scope: &Scope, records: &[StoredRecord]) -> Checked {
    let mut charges = Charges::default();
    store.scan_charges(scope, &mut charges).await?;
    if let Some(fault) = charges.fault {
        return Err(Broken(format!("{what}: {fault}")));
    }
    if charges.found.len() != records.len() {
        let count = charges.found.len();
        return Err(Broken(format!("{what}: found {count} charges, expected {}", records.len())));
    }
    for (place, ((set, at, figures), StoredRecord { record, .. })) in
        charges.found.iter().zip(records).enumerate()
    {
        same(&format!("{what}: the time of charge {place}"), at, &record.at)?;
        same(&format!("{what}: the figures of charge {place}"), figures, &record.figures())?;
        if charges.sets.get(*set) != Some(&record.dimensions) {
            return Err(Broken(format!("{what}: charge {place} has other dimensions than its record")));
        }
    }
    Ok(())
}

/// Equal records in the same order, with equal provenance.
pub(super) fn records(what: &str, found: &[StoredRecord], expected: &[StoredRecord]) -> Checked {
    if found.len() != expected.len() {
        return Err(Broken(format!("{what}: found {} records, expected {}", found.len(), expected.len())));
    }
    for (place, (one, other)) in found.iter().zip(expected).enumerate() {
        same(&format!("{what}: the provenance of record {place}"), &one.provenance, &other.provenance)?;
        if one.record != other.record {
            return Err(Broken(format!(
                "{what}: record {place} is {:?}, expected {:?}, in some field",
                one.record, other.record
            )));
        }
    }
    Ok(())
}
