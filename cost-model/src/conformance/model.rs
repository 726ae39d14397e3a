//! What a store must hold, as lists that are searched from end to end.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::charges::{instant, window};
use crate::error::Result;
use crate::record::{CostRecord, ReadNumber, StoredRecord};
use crate::source::ProviderSnapshot;
use crate::store::{
    ConnectionId, Coverage, CoveredSpan, PriorState, ReplaceStats, ReplacedWindow, Restatement,
    WindowReplacement,
};
use crate::time::Timestamp;

/// What a store keeps, by connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Model(pub(super) BTreeMap<ConnectionId, Kept>);

/// What a store keeps of one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    records: Vec<StoredRecord>,
    /// The milliseconds that are covered, with the read that did it.
    covered: BTreeMap<i64, (ReadNumber, Option<Timestamp>)>,
    pub(super) restatements: Vec<Restatement>,
    observations: BTreeMap<Timestamp, ProviderSnapshot>,
    /// What the provider states, in no order.
    pub(super) truth: Vec<CostRecord>,
}

impl Model {
    /// Replaces a window as a store has to, millisecond by millisecond. What becomes of the records is
    /// decided by `ReplacedWindow`; the model checks that a store applies it.
    pub(super) fn replace(
        &mut self,
        connection: &ConnectionId,
        read: &WindowReplacement,
    ) -> Result<ReplaceStats> {
        let within = |at: Timestamp| at >= read.window.start() && at < read.window.end();
        let kept = self.0.get(connection).cloned().unwrap_or_default();
        let coverage = kept.coverage()?;
        let (old, mut records): (Vec<_>, Vec<_>) =
            kept.records.into_iter().partition(|each| within(each.record.at));
        let replaced = ReplacedWindow::of(PriorState { records: old, coverage }, read.clone(), connection)?;
        records.extend(replaced.records);
        let kept = self.0.entry(connection.clone()).or_default();
        kept.records = records;
        kept.restatements.extend(replaced.restatements);
        for millis in read.window.start().millis()..read.window.end().millis() {
            if kept.covered.get(&millis).is_some_and(|(number, _)| *number > read.read) {
                continue;
            }
            kept.covered.remove(&millis);
            if read.proven {
                kept.covered.insert(millis, (read.read, Some(read.read_at)));
            }
        }
        for (number, at) in kept.covered.values_mut() {
            // Ten minutes of tolerance: an older read whose clock was further ahead cannot be trusted to be as fresh
            // as it says.
            let ahead = at.is_some_and(|at| at.millis() - read.read_at.millis() > 600_000);
            if *number < read.read && ahead {
                *at = None;
            }
        }
        kept.truth.retain(|each| !within(each.at));
        kept.truth.extend(read.records.iter().cloned());
        Ok(replaced.stats)
    }

    pub(super) fn observe(&mut self, connection: &ConnectionId, observations: &ProviderSnapshot) {
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
    pub(super) fn holds_anything(&self) -> bool {
        !(self.records.is_empty()
            && self.covered.is_empty()
            && self.restatements.is_empty()
            && self.observations.is_empty())
    }

    /// By time, equal times by id.
    pub(super) fn records(&self) -> Vec<StoredRecord> {
        let mut records = self.records.clone();
        records.sort_by_key(|stored| (stored.record.at, stored.provenance.record_id));
        records
    }

    pub(super) fn observations(&self) -> Vec<ProviderSnapshot> {
        self.observations.values().cloned().collect()
    }

    pub(super) fn coverage(&self) -> Result<Coverage> {
        self.covered
            .iter()
            .map(|(millis, (read, at)): (&i64, &(ReadNumber, Option<Timestamp>))| {
                Ok(CoveredSpan::read(window(*millis, millis + 1)?, *read, *at))
            })
            .collect()
    }

    pub(super) fn count(&self, start: i64, end: i64) -> Result<u64> {
        let (start, end) = (instant(start)?, instant(end)?);
        Ok(u64::try_from(
            self.records
                .iter()
                .filter(|stored: &&StoredRecord| {
                    stored.record.at >= start && stored.record.at < end && !stored.provenance.unconfirmed
                })
                .count(),
        )
        .unwrap_or(u64::MAX))
    }
}
