//! What of a charge falls to each value of a key.

use std::collections::HashMap;
use std::sync::Arc;

use cost_model::{Assignment, Ledger, LedgerRow, Tagger, ZeroWeights, split};

/// Values and their weights; `None` is no value.
pub(crate) type Weights = Arc<[(Option<Arc<str>>, u128)]>;

/// What a tagger says of the charges of a ledger, asked once for what it cannot tell apart.
pub(crate) struct Assigned<'a> {
    tagger: &'a dyn Tagger,
    key: &'a str,
    ledger: &'a Ledger,
    known: HashMap<(usize, usize), Weights>,
}

impl<'a> Assigned<'a> {
    pub(crate) fn new(tagger: &'a dyn Tagger, key: &'a str, ledger: &'a Ledger) -> Self {
        Self { tagger, key, ledger, known: HashMap::new() }
    }

    pub(crate) fn weights(&mut self, row: &LedgerRow) -> Weights {
        let epoch = self.tagger.boundaries().partition_point(|boundary| *boundary <= row.at);
        let ask = || match self.ledger.tuple(row.tuple) {
            Some(tuple) => match self.tagger.assign(self.key, &tuple, row.at) {
                Assignment::Value(value) => Arc::from([(Some(Arc::from(&*value)), 1)]),
                Assignment::Shares(shares) if !shares.is_empty() => {
                    shares.iter().map(|share| (Some(Arc::clone(&share.value)), share.weight)).collect()
                }
                Assignment::Shares(_) | Assignment::Unset => Arc::from([(None, 1)]),
            },
            None => Arc::from([(None, 1)]),
        };
        Arc::clone(self.known.entry((row.tuple, epoch)).or_insert_with(ask))
    }
}

/// A whole number in parts, which sum to it.
pub(crate) fn parts(whole: i128, weights: &Weights) -> cost_model::Result<Vec<(Option<Arc<str>>, i128)>> {
    let numbers: Vec<u128> = weights.iter().map(|(_, weight)| *weight).collect();
    let parts = split(whole, &numbers, ZeroWeights::Even)?;
    Ok(weights.iter().zip(parts).map(|((value, _), part)| (value.clone(), part)).collect())
}
