//! What a reader of some dimensions can tell apart.

use crate::ledger::Projection;
use crate::{Dimension, Ledger, LedgerTuple};

use super::mixed::Mixed;

/// Numbers what tuples look like to a reader of some dimensions: thousands of tuples may be a few hundred to it.
pub(super) struct Seen {
    projection: Projection,
    by_tuple: Vec<Option<usize>>,
    numbers: Mixed<Box<[u32]>, usize>,
    /// The codes of one tuple, kept for their room.
    codes: Vec<u32>,
}

impl Seen {
    pub(super) fn new(projection: Projection, tuples: usize) -> Self {
        Self { projection, by_tuple: vec![None; tuples], numbers: Mixed::default(), codes: Vec::new() }
    }

    /// What a tagger sees that reads these dimensions.
    pub(super) fn of_dimensions(ledger: &Ledger, reads: &[Dimension]) -> Self {
        let all_tags = reads.contains(&Dimension::Tagged);
        Self::new(Projection::new(ledger, reads, all_tags), ledger.tuple_count())
    }

    /// The number of what that tuple looks like; below the number of tuples.
    pub(super) fn number(&mut self, number: usize, tuple: LedgerTuple<'_>) -> usize {
        if let Some(seen) = self.by_tuple.get(number).copied().flatten() {
            return seen;
        }
        self.codes.clear();
        self.codes.extend(self.projection.codes(tuple));
        let next = self.numbers.len();
        let seen = match self.numbers.get(self.codes.as_slice()) {
            Some(seen) => *seen,
            None => *self.numbers.entry(self.codes.as_slice().into()).or_insert(next),
        };
        if let Some(entry) = self.by_tuple.get_mut(number) {
            *entry = Some(seen);
        }
        seen
    }
}
