//! Exact proportions in whole numbers.
//!
//! A charge is split by whole weights and not by fractions, so that its parts add up to it to the last digit. Weights
//! are kept small by their common divisor. All arithmetic is checked: the limits of 128 bits are reached by many nested
//! splits.
#![warn(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use rust_decimal::Decimal;

/// One part of a shared charge.
///
/// A share of `None` is real: that part of the charge has no value.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Share {
    /// The value that the part gets; `None` is none.
    pub(crate) value: Option<Arc<str>>,
    /// The part's weight among its siblings.
    pub(crate) weight: u128,
}

/// Returns the greatest common divisor; of 0 and a number, that number.
pub(crate) fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a.checked_rem(b).unwrap_or_default());
    }
    a
}

/// Divides by the greatest number that divides all.
/// Proportions stay as they are. Weights that are all zero stay zero.
pub(crate) fn reduce_weights<'a>(weights: impl Iterator<Item = &'a mut u128>) {
    let weights: Vec<_> = weights.collect();
    let divisor = weights.iter().fold(0, |divisor, weight| greatest_common_divisor(divisor, **weight));
    for weight in weights {
        *weight = weight.checked_div(divisor).unwrap_or_default();
    }
}

/// Returns percentages as weights, and what is missing to 100 in the same unit.
///
/// `None` if one is negative, all are too fine, or they exceed 100. The unit is the finest decimal of any of
/// them, so that 33.3 and 33.35 become 3330 and 3335.
pub(crate) fn percentage_weights(percentages: &[Decimal]) -> Option<(Vec<u128>, u128)> {
    let scale = percentages.iter().map(Decimal::scale).max().unwrap_or_default();
    let weights: Vec<u128> = percentages
        .iter()
        .map(|each: &Decimal| {
            u128::try_from(each.mantissa()).ok()?.checked_mul(power_of_ten(scale.checked_sub(each.scale())?)?)
        })
        .collect::<Option<_>>()?;
    let sum = weights.iter().try_fold(0_u128, |sum, each| sum.checked_add(*each))?;
    let missing = power_of_ten(scale)?.checked_mul(100)?.checked_sub(sum)?;
    Some((weights, missing))
}

/// Returns a power of ten; `None` out of range.
fn power_of_ten(exponent: u32) -> Option<u128> {
    10_u128.checked_pow(exponent)
}

/// Returns the weights of parts of which each may be shared out again: `parts` has for each its weight and
/// its own shares'.
///
/// Proportions stay exact as long as their common denominator fits in 128 bits; beyond, every weight gives up
/// low bits alike, less than one part in 10^18.
pub(crate) fn nested_weights(parts: &[(u128, Vec<u128>)]) -> Vec<Vec<u128>> {
    let mut bits_given_up = 0_u32;
    loop {
        if let Some(weights) = nested_exactly(parts, bits_given_up) {
            return weights;
        }
        // Ends: without their bits all weights are 0 or 1.
        bits_given_up = bits_given_up.saturating_add(8);
    }
}

/// A weight without its lowest bits; one that is not zero stays so, because its part must not lose all it has.
fn drop_bits(weight: u128, bits: u32) -> u128 {
    match weight {
        0 => 0,
        _ => weight.checked_shr(bits).unwrap_or_default().max(1),
    }
}

/// Returns the nested weights without so many low bits of each; `None` if they still do not fit. Shares that are all
/// zero count as equal ones.
fn nested_exactly(parts: &[(u128, Vec<u128>)], bits_given_up: u32) -> Option<Vec<Vec<u128>>> {
    let mut common = 1_u128;
    let mut inner = Vec::with_capacity(parts.len());
    for (_, shares) in parts {
        let mut shares: Vec<u128> = shares.iter().map(|share| drop_bits(*share, bits_given_up)).collect();
        if shares.iter().all(|share| *share == 0) {
            // Otherwise the part would lose the weight that it divides.
            shares.fill(1);
        }
        reduce_weights(shares.iter_mut());
        let sum = shares.iter().try_fold(0_u128, |sum, each| sum.checked_add(*each))?.max(1);
        common = common.checked_mul(sum.checked_div(greatest_common_divisor(common, sum))?)?;
        inner.push((shares, sum));
    }
    let mut total = 0_u128;
    let mut weights = Vec::with_capacity(parts.len());
    for ((weight, _), (shares, sum)) in parts.iter().zip(inner) {
        let factor = drop_bits(*weight, bits_given_up).checked_mul(common.checked_div(sum)?)?;
        let shares: Vec<u128> =
            shares.into_iter().map(|share| share.checked_mul(factor)).collect::<Option<_>>()?;
        total = shares.iter().try_fold(total, |total, each| total.checked_add(*each))?;
        weights.push(shares);
    }
    reduce_weights(weights.iter_mut().flatten());
    Some(weights)
}

/// Returns shares with the smallest whole weights of the same proportions.
pub(crate) fn reduced_shares<V: Into<Option<Arc<str>>>>(
    parts: impl IntoIterator<Item = (V, u128)>,
) -> Vec<Share> {
    let mut shares: Vec<Share> =
        parts.into_iter().map(|(value, weight)| Share { value: value.into(), weight }).collect();
    reduce_weights(shares.iter_mut().map(|share| &mut share.weight));
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact() {
        let of = |texts: &[&str]| {
            percentage_weights(&texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>())
        };
        assert_eq!(of(&["60", "40"]), Some((vec![60, 40], 0)));
        assert_eq!(of(&["33.3", "33.35"]), Some((vec![3330, 3335], 3335)));
        assert_eq!(of(&["60", "40.000001"]), None);
        assert_eq!(of(&["-1", "101"]), None);
    }

    #[test]
    fn shares_of_shares_multiply() {
        assert_eq!(nested_weights(&[(1, vec![1, 1]), (1, vec![1, 2])]), [vec![3, 3], vec![2, 4]]);
        assert_eq!(nested_weights(&[(60, vec![5]), (40, vec![0, 0])]), [vec![3], vec![1, 1]]);
    }

    #[test]
    fn weights_too_long_for_128_bits_give_up_their_last_bits_only() {
        let long = u128::MAX / 3;
        let weights = nested_weights(&[(long, vec![long, long - 1]), (long, vec![long - 2, long])]).concat();
        assert_eq!(weights.len(), 4);
        let (least, most) = (weights.iter().min().unwrap(), weights.iter().max().unwrap());
        assert!(most - least <= most / 1_000_000_000_000_000_000, "{weights:?}");
    }
}
