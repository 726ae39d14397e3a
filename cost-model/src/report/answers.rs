//! What a tagger says, asked once for whatever it cannot tell apart.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::tagger::parts_of;
use crate::{Ledger, LedgerTuple, Tagger, Timestamp};

use super::mixed::Mixed;
use super::seen::Seen;

/// The values of the keys that matter, in order.
pub(super) type Values = Arc<[Option<Arc<str>>]>;

/// The answers of a tagger, each distinct one numbered.
///
/// Most taggers read few dimensions, so that thousands of tuples are a few hundred to them.
pub(super) struct Answers<'a> {
    tagger: &'a dyn Tagger,
    keys: Arc<[Arc<str>]>,
    seen: Seen,
    /// By what is seen: when its answers may change.
    boundaries: Vec<Option<Cow<'a, [Timestamp]>>>,
    /// By what is seen and epoch of its own: the number of the answer; `None` where charges are shared out.
    numbers: Mixed<(usize, usize), Option<usize>>,
    /// All boundaries, which number the epochs.
    epochs: Vec<Timestamp>,
    known: HashMap<Values, usize>,
    values: Vec<Values>,
}

impl<'a> Answers<'a> {
    /// `epochs` are the boundaries that number the epochs; the tagger's are among them.
    pub(super) fn new(
        tagger: &'a dyn Tagger,
        keys: Arc<[Arc<str>]>,
        ledger: &Ledger,
        epochs: Vec<Timestamp>,
    ) -> Self {
        let tuples = ledger.tuple_count();
        // Without keys there is nothing to tell apart.
        let reads = if keys.is_empty() { &[] } else { tagger.reads() };
        Self {
            tagger,
            keys,
            seen: Seen::of_dimensions(ledger, reads),
            numbers: Mixed::default(),
            boundaries: vec![None; tuples],
            epochs,
            known: HashMap::new(),
            values: Vec::new(),
        }
    }

    /// The number of the answer for a tuple at an instant, and the epochs in which it stands; `None` where charges are
    /// shared out.
    pub(super) fn number(
        &mut self,
        (number, tuple): (usize, LedgerTuple<'_>),
        at: Timestamp,
    ) -> (Option<usize>, Range<usize>) {
        let seen = self.seen.number(number, tuple);
        let tagger = self.tagger;
        let boundaries = self.boundaries.get_mut(seen);
        let boundaries = boundaries.map(|known| &**known.get_or_insert_with(|| tagger.boundaries_of(&tuple)));
        let boundaries = boundaries.unwrap_or_default();
        let own = boundaries.partition_point(|boundary| *boundary <= at);
        let epoch_of = |instant: &Timestamp| self.epochs.partition_point(|boundary| boundary <= instant);
        let start = own.checked_sub(1).and_then(|before| boundaries.get(before)).map_or(0, epoch_of);
        let end = boundaries.get(own).map_or(usize::MAX, epoch_of);
        (self.number_of_seen((seen, tuple), own, at), start..end)
    }

    fn number_of_seen(
        &mut self,
        (seen, tuple): (usize, LedgerTuple<'_>),
        own_epoch: usize,
        at: Timestamp,
    ) -> Option<usize> {
        if let Some(answer) = self.numbers.get(&(seen, own_epoch)) {
            return *answer;
        }
        let answer = self.ask(tuple, at).map(|values| {
            let next = self.values.len();
            let number = *self.known.entry(Arc::clone(&values)).or_insert(next);
            if number == next {
                self.values.push(values);
            }
            number
        });
        self.numbers.insert((seen, own_epoch), answer);
        answer
    }

    /// The values of the answer of that number.
    pub(super) fn values(&self, number: usize) -> Option<Values> {
        self.values.get(number).cloned()
    }

    fn ask(&self, tuple: LedgerTuple<'_>, at: Timestamp) -> Option<Values> {
        let mut parts = parts_of(self.tagger, &self.keys, &tuple, at).into_iter();
        let first = parts.next()?;
        parts.next().is_none().then(|| first.values.into())
    }
}
