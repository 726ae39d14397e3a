//! The last digit of a line's amount, and rounding many amounts to it by every policy at once.
//!
//! The search compares lines with charges that were rounded one by one, for every selection and terms that it tries.
//! [`RoundedSums`] therefore makes the sums of all four policies in one pass over the charges.
#![warn(clippy::arithmetic_side_effects)]

use cost_model::{Money, Rounding};

/// The unit that amounts are rounded to: `10^-decimals`, as a count of 10^-24.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LastDigit {
    pub(crate) decimals: u32,
    units: i128,
    /// The power of two in `units`, and what is left of it.
    twos: u32,
    odd: i64,
}

/// Amounts rounded one by one and added up, by each policy in the order of [`cost_model::Rounding::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RoundedSums {
    /// In last digits, rounded down.
    floor: i128,
    /// How many of the amounts this policy rounds to one last digit more than `floor` does; likewise the two below.
    half_up: i128,
    half_even: i128,
    ceil: i128,
}

impl LastDigit {
    /// Makes the last digit of amounts with that many decimals; [`Money`] has at most 24.
    pub(crate) fn with_decimals(decimals: u32) -> Self {
        let twos = 24_u32.saturating_sub(decimals);
        Self { decimals, units: 10_i128.saturating_pow(twos), twos, odd: 5_i64.saturating_pow(twos) }
    }

    /// Returns the digit in units of 10^-24.
    pub(crate) fn size(self) -> u128 {
        self.units.unsigned_abs()
    }

    /// Rounds an amount to the digit; `None` where there is no amount, or where it leaves the range of [`Money`].
    pub(crate) fn round(self, exact: Option<Money>, rounding: Rounding) -> Option<Money> {
        exact?.rounded(self.decimals, rounding).ok()
    }

    /// Returns whether two amounts are less than a last digit apart.
    pub(crate) fn is_near(self, one: Money, other: Money) -> bool {
        one.checked_sub(other).is_ok_and(|off| off.units().unsigned_abs() < self.size())
    }

    /// Returns how many last digits lie between the least and the greatest of these amounts.
    pub(crate) fn spread(self, amounts: impl Iterator<Item = i128> + Clone) -> u64 {
        let (most, least) = (amounts.clone().max().unwrap_or(0), amounts.min().unwrap_or(0));
        let spread = most.abs_diff(least).checked_div(self.size()).unwrap_or(0);
        u64::try_from(spread).unwrap_or(u64::MAX)
    }

    /// Returns the amount in whole last digits, rounded down, and what is above them in units of 10^-24.
    fn split(self, amount: i128) -> Option<(i128, i128)> {
        // A division by the odd part alone fits a register for all but huge amounts.
        let (high, low) =
            (amount.checked_shr(self.twos)?, amount & 1_i128.checked_shl(self.twos)?.wrapping_sub(1));
        if let Ok(high) = i64::try_from(high) {
            let (digits, rest) = (high.checked_div_euclid(self.odd)?, high.checked_rem_euclid(self.odd)?);
            return Some((i128::from(digits), i128::from(rest).checked_shl(self.twos)? | low));
        }
        Some((amount.checked_div_euclid(self.units)?, amount.checked_rem_euclid(self.units)?))
    }
}

impl RoundedSums {
    /// Adds an amount; `None` past the range.
    ///
    /// Only the sum rounded down is added up as an amount; each other policy counts how often it rounds up.
    pub(crate) fn add_amount(&mut self, amount: Money, digit: LastDigit) -> Option<()> {
        let (floor, above) = digit.split(amount.units())?;
        let twice = above.checked_mul(2)?;
        let past_half = twice > digit.units;
        let half = twice == digit.units;
        self.floor = self.floor.checked_add(floor)?;
        self.half_up = self.half_up.checked_add(i128::from(past_half || (half && amount.units() >= 0)))?;
        self.half_even = self.half_even.checked_add(i128::from(past_half || (half && floor & 1 == 1)))?;
        self.ceil = self.ceil.checked_add(i128::from(above > 0))?;
        Some(())
    }

    /// Returns the sums by each policy; absent past the range.
    pub(crate) fn amounts(self, digit: LastDigit) -> [Option<Money>; 4] {
        [self.half_up, self.half_even, 0, self.ceil].map(|higher| {
            let digits = self.floor.checked_add(higher)?;
            digits.checked_mul(digit.units).map(Money::from_units)
        })
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "the amounts are made up here")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CENT: i128 = 10_i128.pow(22);

    fn amounts() -> impl Strategy<Value = i128> {
        prop_oneof![
            -100 * CENT..100 * CENT,
            (-1_000_i128..1_000).prop_map(|halves| halves * CENT / 2),
            (-1_000_i128..1_000, -1_i128..=1).prop_map(|(halves, off)| halves * CENT / 2 + off),
            (-10_i128.pow(36)..10_i128.pow(36)),
        ]
    }

    proptest! {
        #[test]
        fn sums_are_those_of_amounts_rounded_one_by_one(amounts in prop::collection::vec(amounts(), 0..20), decimals in 0_u32..9) {
            let digit = LastDigit::with_decimals(decimals);
            let mut sums = RoundedSums::default();
            for amount in &amounts {
                sums.add_amount(Money::from_units(*amount), digit).unwrap();
            }
            for (sum, policy) in sums.amounts(digit).into_iter().zip(Rounding::ALL) {
                let one_by_one = amounts.iter().map(|amount| Money::from_units(*amount).rounded(decimals, policy).unwrap());
                prop_assert_eq!(sum, Money::sum(one_by_one).ok(), "{}", policy.name());
            }
        }
    }

    #[test]
    fn past_the_range_there_is_no_sum() {
        let digit = LastDigit::with_decimals(2);
        let mut sums = RoundedSums::default();
        sums.add_amount(Money::from_units(i128::MAX), digit).unwrap();
        sums.add_amount(Money::from_units(i128::MAX), digit).unwrap();
        assert_eq!(sums.amounts(digit), [None; 4]);
    }
}
