//! A provider by script, a store that pauses or fails, and an executor that counts polls.

use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use cost_ingest::{Ingest, RunReport};
use cost_model::record::{ReadNumber, RecordId};
use cost_model::source::{Origin, ProviderSnapshot, SourceBatch, WindowCount};
use cost_model::store::{
    ConnectionId, Coverage, FileImport, Import, ImportId, ImportStats, RecordSink, ReplaceStats, Restatement,
    Revision, Scope, WindowReplacement,
};
use cost_model::{
    CostRecord, CostSource, CostStore, Costs, Currency, Error, ErrorKind, MemoryStore, Money, Result,
    StoredRecord, Timestamp, Window,
};
use proptest::prelude::*;

pub(crate) const DAY: i64 = 86_400_000;
/// 2026-08-01T00:00:00Z.
pub(crate) const AUGUST: i64 = 1_785_542_400_000;

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

pub(crate) fn window(start: i64, end: i64) -> Window {
    Window::new(at(start), at(end)).unwrap()
}

/// Four windows: three of 30 days and one of two.
pub(crate) fn range() -> Window {
    window(AUGUST, AUGUST + 92 * DAY)
}

pub(crate) fn row(millis: i64, units: i128) -> CostRecord {
    CostRecord::new(at(millis), "scripted", Currency::USD, Costs::flat(Money::from_units(units)))
}

/// Rows of [`range`], twins among them, often on the edges of its windows.
pub(crate) fn rows() -> impl Strategy<Value = Vec<CostRecord>> {
    let edges = prop::sample::select(vec![0, 30 * DAY - 1, 30 * DAY, 60 * DAY, 90 * DAY, 92 * DAY - 1]);
    let time = prop_oneof![edges, 0..92 * DAY, (0_i64..92).prop_map(|day| day * DAY)];
    let row = (time, 0_i128..3).prop_map(|(time, units)| row(AUGUST + time, units));
    prop::collection::vec(row, 0..40)
}

/// By time, equal rows side by side.
pub(crate) fn sorted(mut rows: Vec<CostRecord>) -> Vec<CostRecord> {
    rows.sort_by_key(|row| (row.at, RecordId::of(row, 0)));
    rows
}

pub(crate) fn inside(rows: &[CostRecord], window: Window) -> Vec<CostRecord> {
    rows.iter().filter(|row| window.contains(row.at)).cloned().collect()
}

/// What a script does to a read before it hands it out.
type Tamper = fn(&mut SourceBatch);

/// A provider that holds these rows.
#[derive(Debug, Default)]
pub(crate) struct Script {
    rows: Mutex<Vec<CostRecord>>,
    asked: Mutex<Vec<Window>>,
    /// The most rows that a window may have.
    pub(crate) most: Option<usize>,
    /// The read, counted from 0, that fails.
    pub(crate) fails_at: Option<usize>,
    /// What the read of that number, counted from 0, returns instead.
    pub(crate) tampers_at: Option<(usize, Tamper)>,
    /// Whether the provider answers for nothing older than its oldest row.
    pub(crate) forgets: bool,
    /// Windows whose rows were counted.
    counted: Mutex<Vec<Window>>,
    /// How often a read is not ready yet.
    pub(crate) pauses: usize,
    /// The provider's clock, if it tells.
    clock: Mutex<Option<Timestamp>>,
    /// More rows than this move while they are read.
    pub(crate) moves_above: Option<usize>,
    /// What the charges are.
    pub(crate) origin: Origin,
}

impl Script {
    pub(crate) fn new(rows: Vec<CostRecord>) -> Self {
        Self { rows: Mutex::new(rows), ..Self::default() }
    }

    pub(crate) fn rows(&self) -> MutexGuard<'_, Vec<CostRecord>> {
        self.rows.lock().unwrap()
    }

    /// Sets the provider's clock.
    pub(crate) fn clock(&self, now: Option<i64>) {
        *self.clock.lock().unwrap() = now.map(at);
    }

    /// Every window counted, in order.
    pub(crate) fn counted(&self) -> Vec<Window> {
        self.counted.lock().unwrap().clone()
    }

    /// Every window asked for, in order.
    pub(crate) fn asked(&self) -> Vec<Window> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl CostSource for Script {
    async fn read(&self, window: Window) -> Result<SourceBatch> {
        let number = self.asked.lock().unwrap().len();
        self.asked.lock().unwrap().push(window);
        if self.fails_at == Some(number) {
            return Err(Error::new(ErrorKind::Source, "the provider is away"));
        }
        let records = inside(&self.rows(), window);
        // The rows are those of the beginning; a slow provider answers later.
        let answered_at = *self.clock.lock().unwrap();
        pause(self.pauses).await;
        if self.moves_above.is_some_and(|most| records.len() > most) {
            return Err(Error::new(ErrorKind::Incomplete, "the rows moved"));
        }
        if self.most.is_some_and(|most| records.len() > most) {
            return Err(Error::window_too_large(u64::try_from(records.len()).unwrap()));
        }
        let mut read = SourceBatch::new(window, records);
        (read.requests, read.retries, read.unknown_kinds) = (3, 2, 1);
        (read.answered_at, read.origin) = (answered_at, self.origin);
        if let Some((_, tamper)) = self.tampers_at.filter(|(which, _)| *which == number) {
            tamper(&mut read);
        }
        Ok(read)
    }

    async fn count(&self, window: Window) -> Result<WindowCount> {
        self.counted.lock().unwrap().push(window);
        let newest = inside(&self.rows(), window).into_iter().map(|row| row.at).max();
        let count = u64::try_from(inside(&self.rows(), window).len()).unwrap();
        Ok(WindowCount::new(count, newest.or((!self.forgets).then_some(window.start()))))
    }
}

/// A store that is not ready at once, before and after it replaces a window.
#[derive(Debug, Default)]
pub(crate) struct PausingStore {
    pub(crate) inner: MemoryStore,
    pauses: usize,
    /// The replacement, counted from 0, that fails.
    pub(crate) fails_at: Option<usize>,
    replaced: Mutex<usize>,
    /// Whether nothing that was observed can be kept.
    pub(crate) is_full: bool,
}

impl PausingStore {
    pub(crate) fn new(pauses: usize) -> Self {
        Self { pauses, ..Self::default() }
    }
}

#[async_trait]
impl CostStore for PausingStore {
    async fn connections(&self) -> Result<Vec<ConnectionId>> {
        self.inner.connections().await
    }

    async fn origin(&self) -> Result<Option<Origin>> {
        self.inner.origin().await
    }

    async fn revision(&self) -> Result<Revision> {
        self.inner.revision().await
    }

    async fn begin_read(&self, connection: &ConnectionId, origin: Origin) -> Result<ReadNumber> {
        self.inner.begin_read(connection, origin).await
    }

    async fn coverage(&self, connection: &ConnectionId) -> Result<Coverage> {
        self.inner.coverage(connection).await
    }

    async fn imports(&self, connection: &ConnectionId) -> Result<Vec<Import>> {
        self.inner.imports(connection).await
    }

    async fn import(&self, connection: &ConnectionId, file: FileImport) -> Result<ImportStats> {
        self.inner.import(connection, file).await
    }

    async fn remove_import(&self, connection: &ConnectionId, import: ImportId) -> Result<u64> {
        self.inner.remove_import(connection, import).await
    }

    async fn replace_window(
        &self,
        connection: &ConnectionId,
        read: WindowReplacement,
    ) -> Result<ReplaceStats> {
        pause(self.pauses).await;
        let number = {
            let mut replaced = self.replaced.lock().unwrap();
            *replaced += 1;
            *replaced - 1
        };
        if self.fails_at == Some(number) {
            return Err(Error::new(ErrorKind::Store, "the disk is full"));
        }
        let change = self.inner.replace_window(connection, read).await;
        pause(self.pauses).await;
        change
    }

    async fn scan(&self, scope: &Scope, sink: &mut (dyn RecordSink + Send)) -> Result<()> {
        self.inner.scan(scope, sink).await
    }

    async fn count(&self, connection: &ConnectionId, window: Window) -> Result<u64> {
        self.inner.count(connection, window).await
    }

    async fn restatements(&self, connection: &ConnectionId) -> Result<Vec<Restatement>> {
        self.inner.restatements(connection).await
    }

    async fn observe(&self, connection: &ConnectionId, observations: ProviderSnapshot) -> Result<()> {
        if self.is_full {
            return Err(Error::new(ErrorKind::Store, "the disk is full"));
        }
        self.inner.observe(connection, observations).await
    }

    async fn observations(&self, connection: &ConnectionId) -> Result<Vec<ProviderSnapshot>> {
        self.inner.observations(connection).await
    }

    async fn pseudonymise(&self, person: &str, pseudonym: &str) -> Result<u64> {
        self.inner.pseudonymise(person, pseudonym).await
    }

    async fn purge(&self, connection: &ConnectionId) -> Result<u64> {
        self.inner.purge(connection).await
    }
}

async fn pause(times: usize) {
    let mut left = times;
    std::future::poll_fn(|_| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        Poll::Pending
    })
    .await;
}

/// Polls a future at most so often, and drops it.
pub(crate) fn poll_times<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
    }
    None
}

pub(crate) fn finish<T>(future: impl Future<Output = T>) -> T {
    poll_times(future, 100_000).unwrap()
}

pub(crate) fn connection() -> ConnectionId {
    ConnectionId::new("acme")
}

pub(crate) fn ingest(source: &dyn CostSource, store: &dyn CostStore) -> cost_ingest::Result<RunReport> {
    finish(Ingest::new(source, store, connection()).run(range(), range().end()))
}

/// Everything stored for the connection, with where it comes from.
pub(crate) fn kept(store: &dyn CostStore) -> Vec<StoredRecord> {
    let mut rows: Vec<StoredRecord> = Vec::new();
    finish(store.scan(&Scope::all().connection(connection()), &mut rows)).unwrap();
    rows
}

/// Everything stored for the connection.
pub(crate) fn stored(store: &dyn CostStore) -> Vec<CostRecord> {
    let mut rows: Vec<CostRecord> = Vec::new();
    finish(store.scan(&Scope::all().connection(connection()), &mut rows)).unwrap();
    sorted(rows)
}

pub(crate) fn coverage(store: &dyn CostStore) -> Vec<Window> {
    finish(store.coverage(&connection())).unwrap().windows().into_windows()
}
