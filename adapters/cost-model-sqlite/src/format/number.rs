//! Exact numbers of 128 bits as the values of a column.
//!
//! Amounts have few digits and many zeros behind them, so a number is kept as digits and zeros, in one integer:
//! `digits * 32 + zeros`. Those with more than 57 bits of digits are kept as 16 bytes, the most significant first.
//!
//! SQLite keeps an integer in as few bytes as it needs, and an amount such as 0.04 then takes two in place of
//! sixteen. The form is exact for every number of 128 bits.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::failure::{Attempt, Failure};

/// A number as it is in a column.
///
/// Two equal numbers have the same form, except that one may also be written as the effective amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// NULL: nothing was stated, which is not zero.
    Absent,
    /// `digits * 32 + zeros`.
    Short(i64),
    /// All 128 bits, the most significant byte first.
    Long([u8; 16]),
    /// The same as the effective amount beside it.
    AsEffective,
}

/// The room for a number of zeros, from 0 to 31, in the lowest five bits.
const ZEROS: i64 = 32;
/// The bound of digits, so that digits and zeros together are an integer of 64 bits.
const DIGITS_MOST: u64 = 1 << 57;
/// The powers of ten, by exponent.
#[expect(clippy::indexing_slicing, reason = "checked when it is compiled")]
const POWERS: [i128; 32] = {
    let (mut powers, mut place) = ([1; 32], 1);
    while place < 32 {
        powers[place] = powers[place - 1] * 10;
        place += 1;
    }
    powers
};

impl Number {
    /// Makes the shortest form of a number by itself.
    ///
    /// Units are the smallest of the quantity, such as 10^-24 of a dollar.
    pub(crate) fn of(units: Option<i128>) -> Self {
        let Some(units) = units else { return Self::Absent };
        let (digits, zeros) = without_zeros(units);
        match i64::try_from(digits) {
            Ok(digits) if digits.unsigned_abs() < DIGITS_MOST => Self::Short(digits * ZEROS + zeros),
            _ => Self::Long(units.to_be_bytes()),
        }
    }

    /// Makes an amount beside an effective one, which it often equals.
    ///
    /// Whoever reads it has to read the effective amount first.
    pub(crate) fn beside(units: Option<i128>, effective: Option<i128>) -> Self {
        match units {
            // Zero takes less room by itself.
            Some(units) if units != 0 && effective == Some(units) => Self::AsEffective,
            _ => Self::of(units),
        }
    }

    /// Returns the number in a column beside that effective amount. An empty blob is the effective amount, as
    /// [`Number::beside`] wrote it. Fails for a value that no [`Number`] is written as.
    pub(crate) fn read(value: ValueRef<'_>, effective: Option<i128>) -> Attempt<Option<i128>> {
        match value {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(short) => {
                let (digits, zeros) = (i128::from(short >> 5), short & 31);
                let power = usize::try_from(zeros).ok().and_then(|zeros| POWERS.get(zeros));
                // Digits of 59 bits times a power of 67 overflow nothing, and the usual case needs no check.
                let units = power.copied().and_then(|power| {
                    if zeros <= 20 { Some(digits * power) } else { digits.checked_mul(power) }
                });
                units.map(Some).ok_or(Failure::Damaged("a number out of range"))
            }
            ValueRef::Blob([]) => Ok(effective),
            ValueRef::Blob(bytes) => match bytes.try_into() {
                Ok(bytes) => Ok(Some(i128::from_be_bytes(bytes))),
                Err(_) => Err(Failure::Damaged("a number of a wrong length")),
            },
            ValueRef::Real(_) | ValueRef::Text(_) => Err(Failure::Damaged("a number of a wrong type")),
        }
    }
}

impl ToSql for Number {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Absent => ValueRef::Null,
            Self::Short(short) => ValueRef::Integer(*short),
            Self::Long(bytes) => ValueRef::Blob(bytes),
            Self::AsEffective => ValueRef::Blob(&[]),
        }))
    }
}

/// Splits up to 31 zeros off the end. Splits them off in steps of 16, 8, 4, 2 and 1, so that five divisions do.
///
/// Returns what is left and how many zeros were split off.
fn without_zeros(units: i128) -> (i128, i64) {
    if units == 0 {
        return (0, 0);
    }
    let (mut digits, mut zeros) = (units, 0);
    for (count, power) in [(16, 10_i128.pow(16)), (8, 100_000_000), (4, 10_000), (2, 100), (1, 10)] {
        // Division of 64 bits is much faster.
        let (quotient, rest) = match i64::try_from(digits) {
            Ok(short) if power < i128::from(i64::MAX) => match i64::try_from(power) {
                Ok(power) => (i128::from(short / power), i128::from(short % power)),
                Err(_) => (digits / power, digits % power),
            },
            _ => (digits / power, digits % power),
        };
        if rest == 0 {
            (digits, zeros) = (quotient, zeros + count);
        }
    }
    (digits, zeros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn back(number: Number, effective: Option<i128>) -> Option<i128> {
        match number.to_sql().unwrap() {
            ToSqlOutput::Borrowed(value) => Number::read(value, effective).unwrap(),
            _ => panic!("borrowed"),
        }
    }

    fn numbers() -> impl Strategy<Value = i128> {
        prop_oneof![
            any::<i128>(),
            any::<i64>().prop_map(i128::from),
            (any::<i64>(), 0..19_u32).prop_map(|(digits, zeros)| i128::from(digits) * 10_i128.pow(zeros)),
            prop::sample::select(vec![0, i128::MIN, i128::MAX, 10_i128.pow(38), -(10_i128.pow(38))]),
        ]
    }

    proptest! {
        #[test]
        fn numbers_come_back(units in prop::option::of(numbers()), effective in prop::option::of(numbers())) {
            prop_assert_eq!(back(Number::of(units), effective), units);
            for beside in [effective, units] {
                prop_assert_eq!(back(Number::beside(units, beside), beside), units);
            }
        }
    }

    #[test]
    fn amounts_are_short() {
        // 20.182319999999997 cents, 4 cents, and nothing.
        let cents = |digits: i128, zeros| Number::of(Some(digits * 10_i128.pow(zeros)));
        assert_eq!(cents(20_182_319_999_999_997, 7), Number::Short(20_182_319_999_999_997 * 32 + 7));
        assert_eq!(cents(4, 22), Number::Short(4 * 32 + 22));
        assert_eq!(cents(0, 0), Number::Short(0));
        assert_eq!(cents(-4, 22), Number::Short(-4 * 32 + 22));
    }
}
