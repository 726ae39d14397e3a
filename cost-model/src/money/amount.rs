//! Exact amounts of money.
//!
//! The type has no `+`: every sum is checked, because an amount that wraps is worse than an error. Arithmetic that
//! [`Money`] shares with quantities is in `fixed`.
#![warn(clippy::arithmetic_side_effects)]

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fixed::{self, SCALE};
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::money::{Rounding, ZeroWeights, split};

/// An exact amount of money: a count of 10^-24 of the major unit (US dollars), up to about 1.7 * 10^14.
///
/// Sums never round and never wrap, so they do not depend on order; rounding happens once, at the edge, by a named
/// [`Rounding`] policy. The currency is the ledger's, not the amount's. As text and in serde an amount is its exact
/// decimal string, such as `"12.345"`.
///
/// ```
/// use cost_model::{Money, Rounding};
/// let fee: Money = "0.015525".parse()?;
/// let total = fee.checked_add("1.2".parse()?)?;
/// assert_eq!(total.to_string(), "1.215525");
/// assert_eq!(total.to_fixed(2, Rounding::HalfUp)?, "1.22");
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i128);

impl Money {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// Makes an amount of `units` times 10^-24 of the major unit.
    ///
    /// Every `i128` is an amount.
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// Returns the amount in units of 10^-24 of the major unit.
    ///
    /// For stores and for arithmetic of one's own; `from_units` takes it back.
    pub const fn units(self) -> i128 {
        self.0
    }

    /// Returns whether the amount is exactly zero.
    ///
    /// An amount too small to print, such as 10^-24, is not zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Returns the exact sum.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] when the sum leaves the range.
    pub fn checked_add(self, other: Self) -> Result<Self> {
        self.0.checked_add(other.0).map(Self).ok_or_else(|| Error::overflow("a sum of money"))
    }

    /// Returns the exact difference.
    ///
    /// ```
    /// use cost_model::Money;
    ///
    /// let (billed, counted): (Money, Money) = ("76.02".parse()?, "76.0192".parse()?);
    /// assert_eq!(billed.checked_sub(counted)?.to_string(), "0.0008");
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] when the difference leaves the range.
    pub fn checked_sub(self, other: Self) -> Result<Self> {
        self.0.checked_sub(other.0).map(Self).ok_or_else(|| Error::overflow("a difference of money"))
    }

    /// Returns the same amount with the other sign.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] for the one amount that has no opposite, the smallest.
    pub fn checked_neg(self) -> Result<Self> {
        self.0.checked_neg().map(Self).ok_or_else(|| Error::overflow("an amount of money"))
    }

    /// Computes the exact sum of all `amounts`, in any order: only the whole sum must lie in the range.
    ///
    /// An empty list sums to zero.
    ///
    /// Adding one by one with [`Money::checked_add`] may fail on the way where this does not, as when a large
    /// charge comes before the credit that takes it back.
    ///
    /// ```
    /// use cost_model::Money;
    ///
    /// let most = Money::from_units(i128::MAX);
    /// assert!(most.checked_add(most).is_err());
    /// assert_eq!(Money::sum([most, most, most.checked_neg()?])?, most);
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] when the sum leaves the range.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self> {
        // The sum is `units` plus `laps` times 2^128.
        let (mut units, mut laps) = (0_i128, 0_i64);
        for amount in amounts {
            let (sum, wrapped) = units.overflowing_add(amount.0);
            units = sum;
            if wrapped {
                laps = laps.saturating_add(if amount.0 < 0 { -1 } else { 1 });
            }
        }
        if laps == 0 { Ok(Self(units)) } else { Err(Error::overflow("a sum of money")) }
    }

    /// Splits the amount in proportion to `weights`, to the last unit of 10^-24: the parts sum to the amount, and the parts
    /// of `-x` are the opposites of the parts of `x`. See [`split`].
    ///
    /// ```
    /// use cost_model::Money;
    /// use cost_model::money::ZeroWeights;
    ///
    /// let parts = Money::from_units(100).split(&[1, 1, 1], ZeroWeights::Refuse)?;
    /// assert_eq!(parts.iter().map(|part| part.units()).collect::<Vec<_>>(), [34, 33, 33]);
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`split`].
    pub fn split(self, weights: &[u128], zero: ZeroWeights) -> Result<Vec<Self>> {
        Ok(split(self.0, weights, zero)?.into_iter().map(Self).collect())
    }

    /// Returns the amount rounded to `scale` decimals, as money.
    ///
    /// A `scale` of 24 or more changes nothing.
    ///
    /// Use it where rounded figures are added up again, such as lines of an invoice that are rounded one by
    /// one; to print a figure, [`Money::to_fixed`] is enough.
    ///
    /// ```
    /// use cost_model::{Money, Rounding};
    ///
    /// let line: Money = "0.015525".parse()?;
    /// assert_eq!(line.rounded(2, Rounding::HalfUp)?, "0.02".parse()?);
    /// assert_eq!(line.rounded(24, Rounding::HalfUp)?, line);
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] when rounding leaves the range.
    pub fn rounded(self, scale: u32, policy: Rounding) -> Result<Self> {
        fixed::round(self.0, scale, policy)
            .and_then(|count| count.checked_mul(fixed::power_of_ten(SCALE.saturating_sub(scale))))
            .map(Self)
            .ok_or_else(|| Error::overflow("a rounded amount"))
    }

    /// Returns the amount rounded to `scale` decimals, as a decimal.
    ///
    /// For libraries that take a [`Decimal`]; the result has at most `scale` decimals, and fewer where the
    /// last are zeros.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] when the result has more than 28 digits, which `scale <= 13` never reaches.
    pub fn round(self, scale: u32, policy: Rounding) -> Result<Decimal> {
        self.rounded(scale, policy)?.try_to_decimal()
    }

    /// Returns the amount with exactly `scale` decimals, rounded by `policy`: the form that tables and invoices print.
    ///
    /// A `scale` above 24 is taken for 24. A negative amount that rounds to zero is printed without a sign.
    ///
    /// ```
    /// use cost_model::{Money, Rounding};
    ///
    /// let amount: Money = "-0.004".parse()?;
    /// assert_eq!(amount.to_fixed(2, Rounding::HalfUp)?, "0.00");
    /// assert_eq!(amount.to_fixed(4, Rounding::HalfUp)?, "-0.0040");
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] when rounding leaves the range.
    pub fn to_fixed(self, scale: u32, policy: Rounding) -> Result<String> {
        let scale = scale.min(SCALE);
        fixed::round(self.0, scale, policy)
            .map(|count| fixed::to_text(count, scale))
            .ok_or_else(|| Error::overflow("a rounded amount"))
    }

    /// Returns the exact amount as a decimal.
    ///
    /// A [`Decimal`] has a mantissa of 96 bits, and so holds fewer digits than an amount: those of a sum of
    /// many small charges may not fit. Trailing zeros take up none of them.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] when the amount has more than the 28 digits that a decimal holds.
    pub fn try_to_decimal(self) -> Result<Decimal> {
        fixed::to_decimal(self.0)
            .ok_or_else(|| Error::overflow("an amount of more than 28 digits, written as a decimal,"))
    }
}

impl TryFrom<Decimal> for Money {
    type Error = Error;

    /// Takes a decimal over with every digit.
    ///
    /// # Errors
    /// [`ErrorKind::Value`] for more than 24 decimals, trailing zeros apart, and beyond the range of amounts.
    fn try_from(value: Decimal) -> Result<Self> {
        fixed::from_decimal(value).map(Self).ok_or_else(|| Fault::TooFine(value).into())
    }
}

impl FromStr for Money {
    type Err = Error;

    /// Reads `[-]digits[.digits]`: no plus sign, no separators, no exponent, no currency. Amounts as people
    /// and spreadsheets write them are read by [`NumberReader`](crate::input::NumberReader).
    ///
    /// # Errors
    /// [`ErrorKind::Value`] for any other text, for more than 24 decimals and beyond the range of amounts.
    fn from_str(text: &str) -> Result<Self> {
        fixed::parse(text).map(Self).ok_or_else(|| {
            Error::new(ErrorKind::Value, "not a decimal amount of at most 24 decimals, such as `12.5`")
        })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fixed::write(self.0, f)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money({self})")
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn text_is_exact_both_ways() {
        for text in ["0", "1", "-1", "0.000000000000000000000001", "20.182319999999997", "-170000000000000.5"]
        {
            assert_eq!(money(text).to_string(), text);
        }
        assert_eq!(money("1.500").to_string(), "1.5");
        assert_eq!(money("100").to_string(), "100");
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "1e3",
            "+1",
            "1_000",
            " 1",
            "0.0000000000000000000000001",
            "1700000000000000",
        ] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }

    #[test]
    fn decimals_pass_through_unchanged() {
        let decimal = Decimal::from_str_exact("40.16699999999999").unwrap();
        assert_eq!(Money::try_from(decimal).unwrap().try_to_decimal().unwrap(), decimal);
        assert!(Money::try_from(Decimal::from_str_exact("0.0000000000000000000000000001").unwrap()).is_err());
        assert!(Money::try_from(Decimal::MAX).is_err());
    }

    #[test]
    fn each_policy_rounds_as_named() {
        let table = [
            ("0.125", ["0.13", "0.12", "0.12", "0.13"]),
            ("0.135", ["0.14", "0.14", "0.13", "0.14"]),
            ("-0.125", ["-0.13", "-0.12", "-0.13", "-0.12"]),
            ("0.1201", ["0.12", "0.12", "0.12", "0.13"]),
            ("-0.1299", ["-0.13", "-0.13", "-0.13", "-0.12"]),
            ("7", ["7.00", "7.00", "7.00", "7.00"]),
        ];
        for (amount, expected) in table {
            for (policy, text) in Rounding::ALL.into_iter().zip(expected) {
                assert_eq!(money(amount).to_fixed(2, policy).unwrap(), text, "{amount} {}", policy.name());
            }
        }
    }

    #[test]
    fn overflow_is_an_error() {
        let most = Money::from_units(i128::MAX);
        assert_eq!(most.checked_add(Money::from_units(1)).unwrap_err().kind(), ErrorKind::Overflow);
        assert_eq!(Money::from_units(i128::MIN).checked_neg().unwrap_err().kind(), ErrorKind::Overflow);
        assert_eq!(most.try_to_decimal().unwrap_err().kind(), ErrorKind::Overflow);
        assert!(most.rounded(2, Rounding::Ceil).is_err());
    }

    #[test]
    fn serde_speaks_strings_only() {
        assert_eq!(serde_json::to_string(&money("0.10")).unwrap(), "\"0.1\"");
        assert_eq!(serde_json::from_str::<Money>("\"0.1\"").unwrap(), money("0.1"));
        assert!(serde_json::from_str::<Money>("0.1").is_err());
    }
}
