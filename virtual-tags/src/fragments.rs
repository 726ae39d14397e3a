//! What of a charge falls to each value of a key.

use std::sync::Arc;

use cost_model::{ZeroWeights, split};

/// A value and its weight among others; `None` is no value.
pub(crate) type Weighted = (Option<Arc<str>>, u128);

/// A whole number in parts, which sum to it.
pub(crate) fn parts(whole: i128, weights: &[Weighted]) -> cost_model::Result<Vec<(Option<Arc<str>>, i128)>> {
    let numbers: Vec<u128> = weights.iter().map(|(_, weight)| *weight).collect();
    let parts = split(whole, &numbers, ZeroWeights::Even)?;
    Ok(weights.iter().zip(parts).map(|((value, _), part)| (value.clone(), part)).collect())
}
