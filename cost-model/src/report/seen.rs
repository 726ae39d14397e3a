//! What a reader of some dimensions can tell apart.

use crate::LedgerTuple;
use crate::ledger::Projection;

use super::mixed::Mixed;

/// Numbers what tuples look like to a reader of some dimensions: thousands of tuples may be a few hundred to it.
pub(super) struct Seen {
    /// `None` for a reader who may see everything.
    projection: Option<Projection>,
    by_tuple: Vec<Option<usize>>,
    numbers: Mixed<Box<[u32]>, usize>,
    /// The codes of one tuple, kept for their room.
    codes: Vec<u32>,
}

impl Seen {
    pub(super) fn new(projection: Option<Projection>, tuples: usize) -> Self {
        Self { projection, by_tuple: vec![None; tuples], numbers: Mixed::default(), codes: Vec::new() }
    }

    /// The number of what that tuple looks like; below the number of tuples.
    pub(super) fn number(&mut self, number: usize, tuple: LedgerTuple<'_>) -> usize {
        let Some(projection) = &self.projection else { return number };
        if let Some(seen) = self.by_tuple.get(number).copied().flatten() {
            return seen;
        }
        self.codes.clear();
        self.codes.extend(projection.codes(tuple));
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
