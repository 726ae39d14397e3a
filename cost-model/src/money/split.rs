//! Splits a whole number without loss.
//!
//! This is the one place where costs are shared out: virtual tags, token types, allocations and chargebacks
//! all call it. It works on bare integers so that tokens, which must stay whole, are divided by the same rule
//! as money.
#![warn(clippy::arithmetic_side_effects)]

use crate::error::{Error, ErrorKind, Result};

/// The behaviour of [`split`] when every weight is zero.
/// Weights are often costs, and nobody may have spent anything.
///
/// ```
/// use cost_model::money::{ZeroWeights, split};
///
/// assert_eq!(split(5, &[0, 0], ZeroWeights::Even)?, [3, 2]);
/// assert!(split(5, &[0, 0], ZeroWeights::Refuse).is_err());
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ZeroWeights {
    /// Splits evenly, so that no amount is ever dropped.
    Even,
    /// Fails with [`ErrorKind::Value`].
    Refuse,
}

/// Splits `total` in proportion to `weights`, by the method of largest remainders.
///
/// The parts sum to `total` exactly; each is less than one unit away from its exact share; units left over go to the
/// largest remainders, ties to the earlier weight; and the parts of `-total` are the opposites of the parts of `total`,
/// so that a refund cancels its charge to the last unit. Products are computed in 256 bits.
///
/// A part whose weight is zero is zero unless all weights are. Takes time for sorting the remainders, and one
/// division for each weight.
///
/// # Errors
/// [`ErrorKind::Value`] when `weights` is empty, or all are zero and `zero` is [`ZeroWeights::Refuse`];
/// [`ErrorKind::Overflow`] when the weights' sum leaves 128 bits.
///
/// ```
/// use cost_model::money::{ZeroWeights, split};
/// assert_eq!(split(100, &[1, 1, 1], ZeroWeights::Refuse)?, [34, 33, 33]);
/// assert_eq!(split(-100, &[1, 1, 1], ZeroWeights::Refuse)?, [-34, -33, -33]);
/// # Ok::<(), cost_model::Error>(())
/// ```
pub fn split(total: i128, weights: &[u128], zero: ZeroWeights) -> Result<Vec<i128>> {
    if weights.is_empty() {
        return Err(Error::new(ErrorKind::Value, "a split needs at least one weight"));
    }
    let sum = weights
        .iter()
        .try_fold(0_u128, |sum, weight| sum.checked_add(*weight))
        .ok_or_else(|| Error::overflow("the sum of the weights"))?;
    if sum == 0 {
        return match zero {
            ZeroWeights::Even => split(total, &vec![1; weights.len()], zero),
            ZeroWeights::Refuse => Err(Error::new(ErrorKind::Value, "every weight of a split is zero")),
        };
    }
    // Split the magnitude and restore the sign, so that the parts of a refund are exactly the opposites of its charge's.
    let magnitude = total.unsigned_abs();
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut left = magnitude;
    for (index, weight) in weights.iter().enumerate() {
        let (part, remainder) = multiply_divide(magnitude, *weight, sum);
        left = left.saturating_sub(part);
        parts.push(part);
        remainders.push((remainder, index));
    }
    // Ties by position: the result must be the same in every run and on every machine.
    remainders.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, index) in remainders {
        if left == 0 {
            break;
        }
        if let Some(part) = parts.get_mut(index) {
            *part = part.saturating_add(1);
            left = left.saturating_sub(1);
        }
    }
    parts.into_iter().map(|part| signed(part, total < 0)).collect()
}

fn signed(magnitude: u128, negative: bool) -> Result<i128> {
    let value =
        if negative { 0_i128.checked_sub_unsigned(magnitude) } else { i128::try_from(magnitude).ok() };
    value.ok_or_else(|| Error::overflow("a share"))
}

/// Quotient and remainder of `a * b / divisor`, for `b <= divisor`, so that the quotient is at most `a`.
fn multiply_divide(a: u128, b: u128, divisor: u128) -> (u128, u128) {
    // Nearly all products fit into 128 bits; the loop below is for the rest.
    if let Some(product) = a.checked_mul(b) {
        return (
            product.checked_div(divisor).unwrap_or_default(),
            product.checked_rem(divisor).unwrap_or_default(),
        );
    }
    // One bit of `a` at a time, from the top: quotient and remainder of `prefix * b` double and add `b`.
    let (mut quotient, mut remainder) = (0_u128, 0_u128);
    for bit in (0..u128::BITS).rev() {
        quotient = quotient.wrapping_shl(1);
        (quotient, remainder) = add_below(quotient, remainder, remainder, divisor);
        if a.wrapping_shr(bit) & 1 == 1 {
            (quotient, remainder) = if b == divisor {
                (quotient.saturating_add(1), remainder)
            } else {
                add_below(quotient, remainder, b, divisor)
            };
        }
    }
    (quotient, remainder)
}

/// Adds `more` to `remainder`, both below `divisor`, and carries into `quotient`.
fn add_below(quotient: u128, remainder: u128, more: u128, divisor: u128) -> (u128, u128) {
    // `remainder + more` may exceed 128 bits, so compare with the room instead of adding first.
    let room = divisor.saturating_sub(remainder);
    if more >= room {
        (quotient.saturating_add(1), more.saturating_sub(room))
    } else {
        (quotient, remainder.saturating_add(more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_products_match_narrow_ones_scaled() {
        let parts = split(i128::MAX, &[u128::MAX / 4, u128::MAX / 4], ZeroWeights::Refuse).unwrap();
        assert_eq!(parts, [i128::MAX / 2 + 1, i128::MAX / 2]);
        assert_eq!(split(i128::MAX, &[u128::MAX], ZeroWeights::Refuse).unwrap(), [i128::MAX]);
        assert_eq!(split(i128::MIN, &[1], ZeroWeights::Refuse).unwrap(), [i128::MIN]);
        let whole = split(i128::MIN, &[u128::MAX / 3, 1, u128::MAX / 3], ZeroWeights::Refuse).unwrap();
        assert_eq!(whole.iter().sum::<i128>(), i128::MIN);
    }

    #[test]
    fn zero_weights_fall_back_as_told() {
        assert_eq!(split(5, &[0, 0], ZeroWeights::Even).unwrap(), [3, 2]);
        assert!(split(5, &[0, 0], ZeroWeights::Refuse).is_err());
        assert!(split(5, &[], ZeroWeights::Even).is_err());
        assert!(split(5, &[u128::MAX, 1], ZeroWeights::Even).is_err());
        assert_eq!(split(7, &[0, 3, 0], ZeroWeights::Refuse).unwrap(), [0, 7, 0]);
    }
}
