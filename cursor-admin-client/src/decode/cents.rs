//! Exact amounts of US cents.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

use super::number::{self, NumberFault};
use super::scalar;

/// An exact amount of US cents, kept as a whole count of 10^-22 cent.
///
/// The digits that Cursor sends are the digits kept: no amount passes through a float. Digits finer
/// than 10^-22 cent are rounded half-even; an event counts how often that happened to it. The range
/// is about 1.7 * 10^16 cents to either side of zero; an amount beyond it is a decode error.
///
/// Deserialises from a JSON number or from a string that holds one, by way of the raw JSON text. It
/// therefore works the same whether or not a program turns on `serde_json/arbitrary_precision`, but
/// only with `serde_json`, and not inside flattened or untagged types.
///
/// ```
/// use cursor_admin_client::Cents;
/// let amount: Cents = serde_json::from_str("21.367283447000003")?;
/// assert_eq!(amount.to_string(), "21.367283447000003");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(i128);

/// The places after the point that a [`Cents`] keeps.
///
/// With 22 places, 128 bits still hold 10^16 cents; an amount such as 21.367283447000003 has 15.
const SCALE: u32 = 22;

impl Cents {
    /// Zero cents.
    pub const ZERO: Self = Self(0);

    /// The number of units in one cent: 10^22.
    /// Multiply whole cents by it before [`Cents::from_units`].
    pub const UNITS_PER_CENT: i128 = 10_i128.pow(SCALE);

    /// Makes an amount from its count of 10^-22 cent.
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// Returns the amount as a count of 10^-22 cent.
    pub const fn units(self) -> i128 {
        self.0
    }

    /// Returns the sum, or `None` beyond the range.
    /// The sum is exact.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// Returns the difference, or `None` beyond the range.
    /// The difference is exact.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// Returns the amount in cents as a decimal; `None` if its digits do not all fit the 28 of a [`Decimal`]. It is
    /// never rounded.
    pub fn to_decimal(self) -> Option<Decimal> {
        let (mut units, mut scale) = (self.0, SCALE);
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        Decimal::try_from_i128_with_scale(units, scale).ok()
    }

    /// Reads the text of a JSON number, and says whether digits were rounded away.
    ///
    /// Callers that count rounded amounts read answers by it; [`FromStr`] refuses what would be rounded.
    pub(crate) fn read(text: &str) -> Result<(Self, bool), NumberFault> {
        let read = number::read_fixed(text, SCALE)?;
        Ok((Self(read.units), read.rounded))
    }
}

impl fmt::Display for Cents {
    /// Writes all digits in cents, without an exponent and without trailing zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_cent = Self::UNITS_PER_CENT.unsigned_abs();
        let size = self.0.unsigned_abs();
        let (whole, fraction) = (size / per_cent, size % per_cent);
        let mut text = whole.to_string();
        if fraction != 0 {
            let digits = format!("{fraction:022}");
            text.push('.');
            text.push_str(digits.trim_end_matches('0'));
        }
        f.pad_integral(self.0 >= 0, "", &text)
    }
}

impl fmt::Debug for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cents({self})")
    }
}

impl FromStr for Cents {
    type Err = ParseCentsError;

    /// Reads a decimal count of cents in JSON's number grammar, exponents included.
    ///
    /// Unlike the reading of an answer this never rounds: digits finer than 10^-22 cent are an error.
    fn from_str(text: &str) -> Result<Self, ParseCentsError> {
        match Self::read(text) {
            Ok((cents, false)) => Ok(cents),
            Ok((_, true)) => Err(ParseCentsError(ParseFault::TooFine)),
            Err(NumberFault::OutOfRange) => Err(ParseCentsError(ParseFault::OutOfRange)),
            Err(_) => Err(ParseCentsError(ParseFault::NotANumber)),
        }
    }
}

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = scalar::number_text(raw.get()).ok_or_else(|| D::Error::custom(ParseFault::NotANumber))?;
        match Self::read(text.trim()) {
            Ok((cents, _)) => Ok(cents),
            Err(NumberFault::OutOfRange) => Err(D::Error::custom(ParseFault::OutOfRange)),
            Err(_) => Err(D::Error::custom(ParseFault::NotANumber)),
        }
    }
}

/// A text that is not an exact amount of [`Cents`].
/// That is a text that is no number, or one beyond the range, or one finer than 10^-22 cent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct ParseCentsError(ParseFault);

/// Why a text is no amount. Its words quote nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum ParseFault {
    #[error("an amount of cents must be a JSON number or a string of one")]
    NotANumber,
    #[error("an amount of cents must lie within 1.7e16 of zero")]
    OutOfRange,
    #[error("an amount of cents has no digits finer than 1e-22")]
    TooFine,
}

#[cfg(test)]
mod tests;
