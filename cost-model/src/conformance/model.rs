//! What a store must hold, as lists that are searched from end to end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::charges::{instant, window};
use crate::{
    Change, ConnectionId, CostRecord, Observations, Replacement, Restatement, Result, Timestamp, Window,
    WindowRead,
};

#[derive(Clone, Debug, Default)]
pub(super) struct Model(pub(super) BTreeMap<ConnectionId, Kept>);

#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    records: Vec<CostRecord>,
    /// The milliseconds that are covered.
    covered: BTreeSet<i64>,
    pub(super) restatements: Vec<Restatement>,
    observations: BTreeMap<Timestamp, Observations>,
    /// What the provider states, in no order.
    pub(super) truth: Vec<CostRecord>,
}

impl Model {
    pub(super) fn replace(&mut self, connection: &ConnectionId, read: &WindowRead) -> Result<Change> {
        let within = |record: &CostRecord| record.at >= read.window.start() && record.at < read.window.end();
        let kept = self.0.get(connection).cloned().unwrap_or_default();
        let (old, mut records): (Vec<_>, Vec<_>) = kept.records.into_iter().partition(|each| within(each));
        let replacement = Replacement::of(old, read.clone(), connection)?;
        records.extend(replacement.records);
        let kept = self.0.entry(connection.clone()).or_default();
        kept.records = records;
        kept.restatements.extend(replacement.restatements);
        kept.covered.extend(read.window.start().millis()..read.window.end().millis());
        kept.truth.retain(|each| !within(each));
        kept.truth.extend(read.records.iter().cloned());
        Ok(replacement.change)
    }

    pub(super) fn observe(&mut self, connection: &ConnectionId, observations: &Observations) {
        let kept = self.0.entry(connection.clone()).or_default();
        kept.observations.insert(observations.at, observations.clone());
    }

    pub(super) fn pseudonymise(&mut self, person: &str, pseudonym: &str) -> u64 {
        let pseudonym = Arc::from(pseudonym);
        let mut changed = 0;
        for kept in self.0.values_mut() {
            for record in &mut kept.records {
                changed += u64::from(record.pseudonymise(person, &pseudonym));
            }
            for observations in kept.observations.values_mut() {
                observations.pseudonymise(person, &pseudonym);
            }
        }
        changed
    }

    pub(super) fn purge(&mut self, connection: &ConnectionId) -> u64 {
        let removed = self.0.remove(connection).map_or(0, |kept| kept.records.len());
        u64::try_from(removed).unwrap_or(u64::MAX)
    }
}

impl Kept {
    /// By time, equal times by id.
    pub(super) fn records(&self) -> Vec<CostRecord> {
        let mut records = self.records.clone();
        let id = |record: &CostRecord| record.provenance.as_ref().map(|provenance| provenance.record_id);
        records.sort_by_key(|record| (record.at, id(record)));
        records
    }

    pub(super) fn observations(&self) -> Vec<Observations> {
        self.observations.values().cloned().collect()
    }

    pub(super) fn coverage(&self) -> Result<Vec<Window>> {
        let covered = |millis| self.covered.contains(&millis);
        let starts = self.covered.iter().copied().filter(|millis| !covered(millis - 1));
        let ends = self.covered.iter().map(|millis| millis + 1).filter(|millis| !covered(*millis));
        starts.zip(ends).map(|(start, end)| window(start, end)).collect()
    }

    pub(super) fn count(&self, start: i64, end: i64) -> Result<u64> {
        let (start, end) = (instant(start)?, instant(end)?);
        let confirmed = |record: &&CostRecord| {
            let unconfirmed = record.provenance.as_ref().is_some_and(|provenance| provenance.unconfirmed);
            record.at >= start && record.at < end && !unconfirmed
        };
        Ok(u64::try_from(self.records.iter().filter(confirmed).count()).unwrap_or(u64::MAX))
    }
}
