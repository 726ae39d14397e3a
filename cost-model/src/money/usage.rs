//! Quantities used: tokens and request units.
//!
//! Tokens, request units and quantities in other units are types of their own, so that none is added to another or to
//! money by mistake. Fractional ones use the same fixed point as money.
#![warn(clippy::arithmetic_side_effects)]

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::fixed;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Fault;

/// A count of tokens.
///
/// Never negative and never fractional.
///
/// Serialised as a plain number.
///
/// ```
/// use cost_model::money::Tokens;
///
/// let sum = Tokens::new(1_200).checked_add(Tokens::new(34))?;
/// assert_eq!((sum.count(), sum.to_string()), (1_234, "1234".to_owned()));
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Tokens(u64);

impl Tokens {
    /// None.
    pub const ZERO: Self = Self(0);

    /// Makes a count of tokens.
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    /// Returns the count.
    pub const fn count(self) -> u64 {
        self.0
    }

    /// Returns the exact sum.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] past 2^64.
    pub fn checked_add(self, other: Self) -> Result<Self> {
        self.0.checked_add(other.0).map(Self).ok_or_else(|| Error::overflow("a sum of tokens"))
    }
}

impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The kind of a token, as model providers price them.
/// The types do not overlap: what is read from or written to the cache is not counted as input.
///
/// ```
/// use cost_model::money::TokenType;
///
/// let names = TokenType::ALL.map(TokenType::name);
/// assert_eq!(names, ["input", "output", "cache write", "cache read"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TokenType {
    /// Sent to the model and read from no cache.
    Input,
    /// Written by the model.
    Output,
    /// Sent to the model and kept in its cache.
    CacheWrite,
    /// Read from the model's cache.
    CacheRead,
}

impl TokenType {
    /// Every type, in the order of this enum.
    pub const ALL: [Self; 4] = [Self::Input, Self::Output, Self::CacheWrite, Self::CacheRead];

    /// Returns a readable name, such as `cache write`.
    ///
    /// Used in headings and in groups by token type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::CacheWrite => "cache write",
            Self::CacheRead => "cache read",
        }
    }
}

/// Token counts by type; the four do not overlap.
///
/// ```
/// use cost_model::money::{TokenCounts, TokenType, Tokens};
///
/// let mut counts = TokenCounts::default();
/// counts.set(TokenType::CacheRead, Tokens::new(120_000));
/// counts.set(TokenType::Output, Tokens::new(900));
/// assert_eq!(counts.total()?.count(), 120_900);
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the four counts that every provider prices; a fifth is a new type"
)]
/// Zero means that none were used or that none were stated.
pub struct TokenCounts {
    /// Sent to the model and read from no cache.
    pub input: Tokens,
    /// Written by the model.
    pub output: Tokens,
    /// Sent to the model and kept in its cache.
    pub cache_write: Tokens,
    /// Read from the model's cache.
    pub cache_read: Tokens,
}

impl TokenCounts {
    /// Returns the count of one type.
    pub fn get(&self, token_type: TokenType) -> Tokens {
        match token_type {
            TokenType::Input => self.input,
            TokenType::Output => self.output,
            TokenType::CacheWrite => self.cache_write,
            TokenType::CacheRead => self.cache_read,
        }
    }

    /// Sets the count of one type.
    pub fn set(&mut self, token_type: TokenType, count: Tokens) {
        match token_type {
            TokenType::Input => self.input = count,
            TokenType::Output => self.output = count,
            TokenType::CacheWrite => self.cache_write = count,
            TokenType::CacheRead => self.cache_read = count,
        }
    }

    /// Returns the sum over all four types.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] past 2^64.
    pub fn total(&self) -> Result<Tokens> {
        TokenType::ALL.into_iter().try_fold(Tokens::ZERO, |sum, each| sum.checked_add(self.get(each)))
    }

    /// Returns the sums type by type.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] past 2^64.
    pub fn checked_add(&self, other: &Self) -> Result<Self> {
        Ok(Self {
            input: self.input.checked_add(other.input)?,
            output: self.output.checked_add(other.output)?,
            cache_write: self.cache_write.checked_add(other.cache_write)?,
            cache_read: self.cache_read.checked_add(other.cache_read)?,
        })
    }
}

/// Defines an exact, possibly fractional quantity: a count of 10^-24 in 128 bits.
macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i128);

        impl $name {
            /// None.
            pub const ZERO: Self = Self(0);

            /// Makes a quantity of `units` times 10^-24.
            pub const fn from_units(units: i128) -> Self {
                Self(units)
            }

            /// Returns the quantity in units of 10^-24.
            pub const fn units(self) -> i128 {
                self.0
            }

            /// Returns the exact sum.
            ///
            /// # Errors
            /// [`ErrorKind::Overflow`] when the sum leaves the range of about 1.7 * 10^14.
            pub fn checked_add(self, other: Self) -> Result<Self> {
                self.0.checked_add(other.0).map(Self).ok_or_else(|| Error::overflow("a sum of quantities"))
            }
        }

        impl TryFrom<Decimal> for $name {
            type Error = Error;

            fn try_from(value: Decimal) -> Result<Self> {
                fixed::from_decimal(value).map(Self).ok_or_else(|| Fault::TooFine(value).into())
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                let message = "not a decimal quantity of at most 24 decimals";
                fixed::parse(text).map(Self).ok_or_else(|| Error::new(ErrorKind::Value, message))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fixed::write(self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

quantity! {
    /// An exact, possibly fractional count of request units: what request-based plans count in, not money.
    RequestUnits
}

quantity! {
    /// An exact, possibly fractional quantity of usage in whatever unit its charge is counted in.
    Quantity
}

impl TryFrom<Tokens> for Quantity {
    type Error = Error;

    fn try_from(tokens: Tokens) -> Result<Self> {
        i128::from(tokens.count())
            .checked_mul(fixed::power_of_ten(fixed::SCALE))
            .map(Self)
            .ok_or_else(|| Error::overflow("a count of tokens, as a quantity,"))
    }
}

impl From<RequestUnits> for Quantity {
    fn from(requests: RequestUnits) -> Self {
        Self(requests.units())
    }
}
