//! Divides amounts among the parts of a split charge.
//!
//! Whole numbers are divided, in the smallest unit of money: a share in a float would lose digits that the
//! parts then lack in their sum.

use std::sync::Arc;

use cost_model::money::{ZeroWeights, split};
use cost_model::tagger::Part;

/// Divides a whole number among the parts of a charge, of which each has a value of one key. They sum to it.
///
/// # Errors
/// `ErrorKind::Overflow` where the sum of the weights leaves 128 bits.
pub(crate) fn split_amount(whole: i128, parts: &[Part]) -> cost_model::Result<Vec<(Option<Arc<str>>, i128)>> {
    let weights: Vec<u128> = parts.iter().map(|part| part.weight).collect();
    let amounts = split(whole, &weights, ZeroWeights::Even)?;
    Ok(parts.iter().zip(amounts).map(|(part, amount)| (first_value(part).cloned(), amount)).collect())
}

/// Returns the value of the one key that was asked for.
pub(crate) fn first_value(part: &Part) -> Option<&Arc<str>> {
    part.values.first().and_then(Option::as_ref)
}
