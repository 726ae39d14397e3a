//! Absolute values of amounts.
//!
//! Sizes are `u128`, in which even the least [`Money`] has one. Sums stop at the greatest amount instead of failing.

use cost_model::Money;

/// Returns the size of an amount without its sign, in units of 10^-24.
pub(crate) fn magnitude(amount: Money) -> u128 {
    amount.units().unsigned_abs()
}

/// Returns the sizes of amounts, added up.
pub(crate) fn sum_of_magnitudes(amounts: impl IntoIterator<Item = Money>) -> Money {
    let sum = amounts.into_iter().fold(0, |sum: u128, amount| sum.saturating_add(magnitude(amount)));
    Money::from_units(i128::try_from(sum).unwrap_or(i128::MAX))
}
