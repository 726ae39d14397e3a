//! Fixed-point numbers with 24 decimals in an `i128`: the arithmetic behind [`Money`](crate::money::Money) and
//! [`RequestUnits`](crate::money::RequestUnits).
//!
//! 24 decimals hold what Cursor sends without rounding, the noise of its floating-point cents included (such
//! as `40.16699999999999`); what is finer is rounded and counted where it is read. The range, 1.7 * 10^14 of
//! the major unit, is what 128 bits leave for the whole part. Nothing here panics or wraps: each function
//! returns `None` where a result does not fit, and its callers say in an [`Error`](crate::Error) which figure
//! it was.
#![warn(clippy::arithmetic_side_effects)]

use std::fmt;

use rust_decimal::Decimal;

use super::rounding::Rounding;

/// The number of decimals of every fixed-point number.
pub(crate) const SCALE: u32 = 24;

/// `10^exponent`, for `exponent` up to 38; larger ones give the power of 38, which no caller needs.
pub(crate) fn power_of_ten(exponent: u32) -> i128 {
    10_i128.pow(exponent.min(38))
}

/// Reads `[-]digits[.digits]`; no exponent, no separators, at most 24 significant decimals.
///
/// The digits of a negative number are subtracted one by one rather than negated at the end, since the
/// smallest `i128` has no opposite.
pub(crate) fn parse(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() || fraction.len() > SCALE as usize {
        return None;
    }
    let mut units = 0_i128;
    for byte in whole.bytes().chain(fraction.bytes()) {
        let digit = byte.is_ascii_digit().then(|| i128::from(byte.wrapping_sub(b'0')))?;
        units = units.checked_mul(10)?;
        units = if negative { units.checked_sub(digit)? } else { units.checked_add(digit)? };
    }
    let missing = SCALE.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    units.checked_mul(power_of_ten(missing))
}

/// Writes `units` exactly, without trailing zeros.
pub(crate) fn write(units: i128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let text = to_text(units, SCALE);
    f.pad(if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text })
}

/// `value`, a count of `10^-scale`, with all of its `scale` decimals.
pub(crate) fn to_text(value: i128, scale: u32) -> String {
    let one = power_of_ten(scale).unsigned_abs();
    let magnitude = value.unsigned_abs();
    let sign = if value < 0 { "-" } else { "" };
    let (whole, fraction) =
        (magnitude.checked_div(one).unwrap_or_default(), magnitude.checked_rem(one).unwrap_or_default());
    match scale {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{fraction:0width$}", width = scale as usize),
    }
}

/// Returns the same number as a count of `10^-24`; `None` when it does not fit or is finer than that.
pub(crate) fn from_decimal(value: Decimal) -> Option<i128> {
    let value = value.normalize();
    let missing = SCALE.checked_sub(value.scale())?;
    value.mantissa().checked_mul(power_of_ten(missing))
}

/// Returns the same number as a [`Decimal`]; `None` when it has more digits than one holds.
pub(crate) fn to_decimal(units: i128) -> Option<Decimal> {
    let (mut mantissa, mut scale) = (units, SCALE);
    while scale > 0 && mantissa.checked_rem(10) == Some(0) {
        mantissa = mantissa.checked_div(10)?;
        scale = scale.checked_sub(1)?;
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

/// `units` rounded to a count of `10^-scale`; a `scale` of 24 or more changes nothing but the count.
///
/// Rounds down by Euclid first, so that the rest is never negative, and then decides whether to go up: one
/// rule for both signs. `None` where a tie or a step up leaves the range.
pub(crate) fn round(units: i128, scale: u32, policy: Rounding) -> Option<i128> {
    let step = power_of_ten(SCALE.saturating_sub(scale));
    let floor = units.checked_div_euclid(step)?;
    let above = units.checked_rem_euclid(step)?;
    let twice_above = above.checked_mul(2)?;
    let up = match policy {
        Rounding::Floor => false,
        Rounding::Ceil => above > 0,
        Rounding::HalfUp => twice_above > step || (twice_above == step && units >= 0),
        Rounding::HalfEven => {
            twice_above > step || (twice_above == step && floor.checked_rem_euclid(2) == Some(1))
        }
    };
    floor.checked_add(i128::from(up))
}
