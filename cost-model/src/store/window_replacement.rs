//! The replacement of a window, and the changes that it made.

use crate::record::{CostRecord, ReadNumber, Run};
use crate::time::{Timestamp, Window};

/// The records of one read of a window, to replace whatever a store holds for that span.
///
/// An implementation of a store keeps exactly what [`ReplacedWindow`](crate::store::ReplacedWindow) computes from it; see
/// [`MemoryStore`](crate::store::MemoryStore) for an example.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever fills a store")]
pub struct WindowReplacement {
    /// The window.
    pub window: Window,
    /// Every charge inside it, as it was read.
    pub records: Vec<CostRecord>,
    /// The number of the read, from [`CostStore::begin_read`](crate::store::CostStore::begin_read).
    pub read: ReadNumber,
    /// The run that read.
    pub run: Run,
    /// The time at which the read began, which decides what was final: that of the run's clock, unless the provider's own is
    /// known to be earlier.
    pub read_at: Timestamp,
    /// The instant from which on the provider still answers. Stored records that are older and did not come back are kept
    /// and marked as unconfirmed. By default the window's start.
    pub answers_from: Timestamp,
    /// Spans whose charges were taken to be final: changes inside are restatements. None by default.
    pub closed: Vec<Window>,
    /// Whether the read is proven complete. If not, its records are stored, nothing is removed, and the window stays
    /// uncovered, so that it is read again.
    pub proven: bool,
}

crate::masked_debug!(WindowReplacement { window, records: |it| it.records.len(), read });

impl WindowReplacement {
    /// Makes a window that was read whole.
    pub fn new(window: Window, records: Vec<CostRecord>, read: ReadNumber, run: Run) -> Self {
        let (read_at, answers_from) = (run.at, window.start());
        Self { window, records, read, run, read_at, answers_from, closed: Vec::new(), proven: true }
    }
}

/// The number of records that replacing a window changed, counted as multisets. Spans in [`left`](Self::left) are not
/// counted.
///
/// Before it there were `removed`, `changed`, `repriced`, `unchanged` and `unconfirmed` records; after it, `added`
/// instead of `removed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplaceStats {
    /// Records that were not there before.
    pub added: u64,
    /// Records that are no longer there.
    pub removed: u64,
    /// Records that stayed, those included whose person was kept.
    pub unchanged: u64,
    /// Records that differ in something other than amounts.
    pub changed: u64,
    /// Records with other amounts.
    pub repriced: u64,
    /// Records that did not come back, but are older than what the provider still answers for, and stay.
    pub unconfirmed: u64,
    /// Of those that stayed: records whose person the provider has forgotten just now.
    pub persons_kept: u64,
    /// Of those re-priced: restatements below 10^-6 cent, which are counted only.
    pub negligible: u64,
    /// Spans that were left as they are, because a later read has stored them; ascending.
    pub left: Vec<Window>,
}

impl ReplaceStats {
    /// Makes the stats of that many records added, removed and unchanged.
    pub fn new(added: u64, removed: u64, unchanged: u64) -> Self {
        Self { added, removed, unchanged, ..Self::default() }
    }

    /// Adds the stats of another window.
    pub fn add(&mut self, other: Self) {
        self.added += other.added;
        self.removed += other.removed;
        self.unchanged += other.unchanged;
        self.changed += other.changed;
        self.repriced += other.repriced;
        self.unconfirmed += other.unconfirmed;
        self.persons_kept += other.persons_kept;
        self.negligible += other.negligible;
        self.left.extend(other.left);
    }
}
