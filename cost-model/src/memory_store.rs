//! A store in memory.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use crate::{
    Change, ConnectionId, CostRecord, CostStore, Error, ErrorKind, Provenance, RecordId, RecordSink, Result,
    Scope, Timestamp, Window, WindowRead,
};

/// A [`CostStore`] that keeps everything in memory, for tests, small jobs and as a model of the contract.
#[derive(Default)]
pub struct MemoryStore {
    connections: RwLock<BTreeMap<ConnectionId, Stored>>,
}

#[derive(Clone, Default)]
struct Stored {
    coverage: Vec<Window>,
    /// Ascending by time; shared, so that a scan goes on over the state it began with.
    records: Arc<Vec<CostRecord>>,
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
        Ok(connections.get(connection).map(|stored| stored.coverage.clone()).unwrap_or_default())
    }

    async fn replace_window(&self, connection: &ConnectionId, read: WindowRead) -> Result<Change> {
        let WindowRead { window, mut records, run, .. } = read;
        if let Some(outside) = records.iter().find(|record| !window.contains(record.at)) {
            return Err(Error::new(
                ErrorKind::Store,
                format!("a record at {} lies outside its window {window}", outside.at),
            ));
        }
        records.sort_by_key(|record| record.at);
        let mut connections = self.connections.write().unwrap_or_else(PoisonError::into_inner);
        let stored = connections.entry(connection.clone()).or_default();
        let (from, to) = (
            stored.records.partition_point(|record| record.at < window.start()),
            stored.records.partition_point(|record| record.at < window.end()),
        );
        Provenance::of_read(&mut records, connection, &run);
        let change = keep_first_seen(stored.records.get(from..to).unwrap_or_default(), &mut records);
        Arc::make_mut(&mut stored.records).splice(from..to, records);
        stored.coverage = merge(std::mem::take(&mut stored.coverage), window);
        Ok(change)
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

/// Counts what changed, and lets records that were there before keep the time they were first seen.
fn keep_first_seen(old: &[CostRecord], new: &mut [CostRecord]) -> Change {
    let mut before: HashMap<RecordId, Timestamp> = old
        .iter()
        .filter_map(|record| record.provenance.as_ref())
        .map(|provenance| (provenance.record_id, provenance.first_seen))
        .collect();
    let mut change = Change::default();
    for provenance in new.iter_mut().filter_map(|record| record.provenance.as_mut()) {
        match before.remove(&provenance.record_id) {
            Some(first_seen) => {
                provenance.first_seen = first_seen;
                change.unchanged += 1;
            }
            None => change.added += 1,
        }
    }
    change.removed = u64::try_from(before.len()).unwrap_or(u64::MAX);
    change
}

/// Adds a window to a merged list of windows.
fn merge(mut coverage: Vec<Window>, window: Window) -> Vec<Window> {
    coverage.push(window);
    coverage.sort_unstable();
    let mut merged: Vec<Window> = Vec::with_capacity(coverage.len());
    for next in coverage {
        let joined = merged
            .last()
            .filter(|last| next.start() <= last.end())
            .and_then(|last| Window::new(last.start(), last.end().max(next.end())).ok());
        match joined {
            Some(joined) => {
                merged.pop();
                merged.push(joined);
            }
            None => merged.push(next),
        }
    }
    merged
}
