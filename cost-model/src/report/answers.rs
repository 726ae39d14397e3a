//! What a tagger says, asked once for whatever it cannot tell apart.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{Assignment, Dimension, LedgerTuple, Tagger, Timestamp};

use super::mixed::Mixed;

/// The values of the keys that matter, in order.
pub(super) type Values = Arc<[Option<Arc<str>>]>;

/// The answers of a tagger, each distinct one numbered.
///
/// Most taggers read few dimensions, so that thousands of tuples are a few hundred to them.
pub(super) struct Answers {
    keys: Arc<[Arc<str>]>,
    /// What the tagger reads, if it says so.
    reads: Option<Vec<Dimension>>,
    /// By tuple: what the tagger sees of it, numbered.
    seen: Vec<Option<usize>>,
    numbers_seen: Mixed<Vec<u32>, usize>,
    /// By what is seen and epoch: the number of the answer; `None` where charges are shared out.
    numbers: Mixed<(usize, usize), Option<usize>>,
    known: HashMap<Values, usize>,
    values: Vec<Values>,
}

impl Answers {
    pub(super) fn new(tagger: &dyn Tagger, keys: Arc<[Arc<str>]>, tuples: usize) -> Self {
        Self {
            keys,
            reads: tagger.reads().map(<[Dimension]>::to_vec),
            seen: vec![None; tuples],
            numbers_seen: Mixed::default(),
            numbers: Mixed::default(),
            known: HashMap::new(),
            values: Vec::new(),
        }
    }

    /// The number of the answer for a tuple in an epoch, of which `at` is an instant; `None` where its charges are
    /// shared out.
    pub(super) fn number(
        &mut self,
        tagger: &dyn Tagger,
        (number, tuple): (usize, LedgerTuple<'_>),
        (epoch, at): (usize, Timestamp),
    ) -> Option<usize> {
        let seen = self.seen(number, tuple);
        if let Some(answer) = self.numbers.get(&(seen, epoch)) {
            return *answer;
        }
        let answer = self.ask(tagger, tuple, at).map(|values| {
            let next = self.values.len();
            let number = *self.known.entry(Arc::clone(&values)).or_insert(next);
            if number == next {
                self.values.push(values);
            }
            number
        });
        self.numbers.insert((seen, epoch), answer);
        answer
    }

    /// The values of the answer of that number.
    pub(super) fn values(&self, number: usize) -> Option<Values> {
        self.values.get(number).cloned()
    }

    fn seen(&mut self, number: usize, tuple: LedgerTuple<'_>) -> usize {
        let Some(reads) = &self.reads else { return number };
        if let Some(seen) = self.seen.get(number).copied().flatten() {
            return seen;
        }
        let next = self.numbers_seen.len();
        let projection = reads.iter().map(|dimension| tuple.code(dimension)).collect();
        let seen = *self.numbers_seen.entry(projection).or_insert(next);
        if let Some(entry) = self.seen.get_mut(number) {
            *entry = Some(seen);
        }
        seen
    }

    fn ask(&self, tagger: &dyn Tagger, tuple: LedgerTuple<'_>, at: Timestamp) -> Option<Values> {
        let value = |key: &Arc<str>| match tagger.assign(key, &tuple, at) {
            Assignment::Value(value) => Some(Some(Arc::from(&*value))),
            Assignment::Shares(shares) if !shares.is_empty() => None,
            Assignment::Shares(_) | Assignment::Unset => Some(None),
        };
        self.keys.iter().map(value).collect()
    }
}
