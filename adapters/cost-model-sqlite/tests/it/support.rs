//! Folders that go when a test ends, and charges.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};

use cost_model::record::{ReadNumber, Run};
use cost_model::source::Origin;
use cost_model::store::{ConnectionId, ReplaceStats, Scope, WindowReplacement};
use cost_model::{CostRecord, CostStore, Costs, Currency, Money, StoredRecord, Timestamp, Window};

/// A folder of its own, removed when dropped.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("cost-model-sqlite-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where a store may stand in it.
    pub(crate) fn store(&self) -> PathBuf {
        self.0.join("costs.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Drives a future on this thread, which sleeps until it is woken.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => thread::park(),
        }
    }
}

pub(crate) fn millis(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

pub(crate) fn window(start: i64, end: i64) -> Window {
    Window::new(millis(start), millis(end)).unwrap()
}

pub(crate) fn connection() -> ConnectionId {
    ConnectionId::new("acme")
}

/// So many charges of that many units each, all of them in the first ten milliseconds.
pub(crate) fn charges(count: i64, units: i128) -> Vec<CostRecord> {
    let charge = |number| {
        let costs = Costs::flat(Money::from_units(units));
        let mut record = CostRecord::new(millis(number % 10), "cursor", Currency::USD, costs);
        record.edit(|set| set.resource = Some(format!("user-{}@acme.test", number % 7).into()));
        record.stated.conversation = Some(format!("conversation {number} of {units}").into());
        record
    };
    (0..count).map(charge).collect()
}

pub(crate) fn read(records: Vec<CostRecord>) -> WindowReplacement {
    let window = window(0, 10);
    WindowReplacement::new(window, records, ReadNumber::default(), Run::at(window.end()))
}

/// Stores a read that begins now.
pub(crate) fn put(
    store: &dyn CostStore,
    connection: &ConnectionId,
    read: WindowReplacement,
) -> cost_model::Result<ReplaceStats> {
    let number = wait(store.begin_read(connection, Origin::Provider))?;
    wait(store.replace_window(connection, WindowReplacement { read: number, ..read }))
}

pub(crate) fn scan(store: &dyn CostStore) -> cost_model::Result<Vec<StoredRecord>> {
    let mut records: Vec<StoredRecord> = Vec::new();
    wait(store.scan(&Scope::all(), &mut records))?;
    Ok(records)
}

/// An error and its causes, one to a line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text = format!("{text}\n{error}");
        next = error.source();
    }
    text
}
