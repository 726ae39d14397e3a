//! A store in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use crate::{
    Change, ConnectionId, CostRecord, CostStore, Observations, RecordSink, Replacement, Restatement, Result,
    Scope, Spans, Window, WindowRead,
};

/// A [`CostStore`] that keeps everything in memory, for tests, small jobs and as a model of the contract.
#[derive(Default)]
pub struct MemoryStore {
    connections: RwLock<BTreeMap<ConnectionId, Stored>>,
}

#[derive(Clone, Default)]
struct Stored {
    coverage: Spans,
    /// Ascending by time; shared, so that a scan goes on over the state it began with.
    records: Arc<Vec<CostRecord>>,
    restatements: Vec<Restatement>,
    /// Ascending by time.
    observations: Vec<Observations>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl CostStore for MemoryStore {
    async fn connections(&self) -> Result<Vec<ConnectionId>> {
        let connections = self.connections.read().unwrap_or_else(PoisonError::into_inner);
        Ok(connections.keys().cloned().collect())
    }

    async fn coverage(&self, connection: &ConnectionId) -> Result<Vec<Window>> {
        let connections = self.connections.read().unwrap_or_else(PoisonError::into_inner);
        Ok(connections.get(connection).map(|stored| stored.coverage.windows().to_vec()).unwrap_or_default())
    }

    async fn replace_window(&self, connection: &ConnectionId, read: WindowRead) -> Result<Change> {
        let window = read.window;
        let mut connections = self.connections.write().unwrap_or_else(PoisonError::into_inner);
        let stored = connections.get(connection).cloned().unwrap_or_default();
        let places = stored.places(window);
        let before = stored.records.get(places.clone()).unwrap_or_default().to_vec();
        let replacement = Replacement::of(before, read, connection)?;
        let stored = connections.entry(connection.clone()).or_default();
        Arc::make_mut(&mut stored.records).splice(places, replacement.records);
        stored.restatements.extend(replacement.restatements);
        stored.coverage.add(window);
        Ok(replacement.change)
    }

    async fn scan(&self, scope: &Scope, sink: &mut (dyn RecordSink + Send)) -> Result<()> {
        let snapshot: Vec<_> = {
            let connections = self.connections.read().unwrap_or_else(PoisonError::into_inner);
            connections
                .iter()
                .filter(|(id, _)| scope.connections.as_ref().is_none_or(|wanted| wanted.contains(id)))
                .map(|(_, stored)| Arc::clone(&stored.records))
                .collect()
        };
        for record in snapshot.iter().flat_map(|records| records.iter()) {
            if scope.window.is_none_or(|window| window.contains(record.at)) {
                sink.record(record)?;
            }
        }
        Ok(())
    }

    async fn count(&self, connection: &ConnectionId, window: Window) -> Result<u64> {
        let connections = self.connections.read().unwrap_or_else(PoisonError::into_inner);
        let Some(stored) = connections.get(connection) else { return Ok(0) };
        let records = stored.records.get(stored.places(window)).unwrap_or_default();
        let confirmed = records
            .iter()
            .filter(|record| record.provenance.as_ref().is_none_or(|provenance| !provenance.unconfirmed));
        Ok(u64::try_from(confirmed.count()).unwrap_or(u64::MAX))
    }

    async fn restatements(&self, connection: &ConnectionId) -> Result<Vec<Restatement>> {
        let connections = self.connections.read().unwrap_or_else(PoisonError::into_inner);
        Ok(connections.get(connection).map(|stored| stored.restatements.clone()).unwrap_or_default())
    }

    async fn observe(&self, connection: &ConnectionId, observations: Observations) -> Result<()> {
        let mut connections = self.connections.write().unwrap_or_else(PoisonError::into_inner);
        let kept = &mut connections.entry(connection.clone()).or_default().observations;
        kept.retain(|other| other.at != observations.at);
        kept.push(observations);
        kept.sort_by_key(|each| each.at);
        Ok(())
    }

    async fn observations(&self, connection: &ConnectionId) -> Result<Vec<Observations>> {
        let connections = self.connections.read().unwrap_or_else(PoisonError::into_inner);
        Ok(connections.get(connection).map(|stored| stored.observations.clone()).unwrap_or_default())
    }

    async fn pseudonymise(&self, person: &str, pseudonym: &str) -> Result<u64> {
        let pseudonym = Arc::from(pseudonym);
        let mut connections = self.connections.write().unwrap_or_else(PoisonError::into_inner);
        let mut changed = 0;
        for stored in connections.values_mut() {
            for record in Arc::make_mut(&mut stored.records) {
                changed += u64::from(record.pseudonymise(person, &pseudonym));
            }
            stored.observations.iter_mut().for_each(|each| each.pseudonymise(person, &pseudonym));
        }
        Ok(changed)
    }

    async fn purge(&self, connection: &ConnectionId) -> Result<u64> {
        let mut connections = self.connections.write().unwrap_or_else(PoisonError::into_inner);
        let removed = connections.remove(connection).map_or(0, |stored| stored.records.len());
        Ok(u64::try_from(removed).unwrap_or(u64::MAX))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Stored {
    /// Where the records of a window stand.
    fn places(&self, window: Window) -> Range<usize> {
        let before = |instant| self.records.partition_point(|record| record.at < instant);
        before(window.start())..before(window.end())
    }
}
