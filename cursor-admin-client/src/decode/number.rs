//! Numbers read from the digits that were sent, never through a float.
//!
//! The usual number takes one pass over its bytes; whatever is longer or has an exponent takes a slower way with the
//! same result. Rounding is half-even, and whether digits were lost is returned with the number, so that it can be
//! counted.

use rust_decimal::Decimal;

/// Why the text of a number could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberFault {
    /// The text does not follow JSON's number grammar.
    NotANumber,
    /// The number does not fit the type that would hold it.
    OutOfRange,
    /// The number has a fraction where only whole numbers make sense.
    NotWhole,
}

/// A count of units of 10^-scale, and whether digits finer than that were rounded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fixed {
    pub(crate) units: i128,
    pub(crate) rounded: bool,
}

/// The parts of a number in JSON's grammar: `digits` times ten to the `exponent`.
///
/// The digits stay text, so that a number of any length can be looked at without being read.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

impl<'a> Parts<'a> {
    /// Splits a text by JSON's grammar; `None` for any other, such as `+1`, `.5` or `01`.
    fn parse(text: &'a str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty() || leading_zero || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        Some(Self { negative, whole, fraction, exponent })
    }

    /// Returns the digits without leading zeros.
    fn significant(&self) -> impl Iterator<Item = u8> + '_ {
        self.whole
            .bytes()
            .chain(self.fraction.bytes())
            .map(|byte| byte - b'0')
            .skip_while(|digit| *digit == 0)
    }

    /// Returns the power of ten that the last digit counts.
    fn last_place(&self) -> i64 {
        self.exponent.saturating_sub(i64::try_from(self.fraction.len()).unwrap_or(i64::MAX))
    }
}

/// Returns whether a text has digits only; an empty one does.
fn is_digits(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads an exponent; one too long for `i64` saturates: it is out of range or zero all the same.
fn parse_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !is_digits(digits) {
        return None;
    }
    let size = digits
        .bytes()
        .fold(0_i64, |size, byte| size.saturating_mul(10).saturating_add(i64::from(byte - b'0')));
    Some(if negative { -size } else { size })
}

/// A number of few digits and without an exponent, as nearly all are: `digits` of which the last
/// `places` are after the point. It is read in one go; the rest takes the longer way.
struct Short {
    negative: bool,
    digits: u64,
    places: u32,
}

impl Short {
    /// The bytes of the longest such number: 19 digits always fit 64 bits.
    const LENGTH_MAX: usize = 19;

    /// Reads a short number; `None` for any other text, which may still be one.
    #[inline]
    fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        // JSON's grammar: digits on both sides of the point, and no zero before other digits.
        if matches!(digits, [] | [b'.', ..] | [.., b'.'] | [b'0', b'0'..=b'9', ..])
            || digits.len() > Self::LENGTH_MAX
        {
            return None;
        }
        let mut short = Self { negative, digits: 0, places: 0 };
        let mut point = 0;
        for byte in digits {
            match byte {
                b'0'..=b'9' => short.digits = short.digits * 10 + u64::from(byte - b'0'),
                b'.' if point == 0 => point = 1,
                _ => return None,
            }
            short.places += point;
        }
        // The point counted itself.
        short.places -= point;
        Some(short)
    }

    /// Returns the digits as a count of 10^-`scale`, which must not be coarser than the number.
    ///
    /// The outer `None` means that the longer way has to be taken, since digits would be rounded.
    #[inline]
    fn at_scale(&self, scale: u32) -> Option<Result<i128, NumberFault>> {
        let more = usize::try_from(scale.checked_sub(self.places)?).ok()?;
        let power = *POWERS.get(more)?;
        let size = i128::from(self.digits).checked_mul(power).ok_or(NumberFault::OutOfRange);
        Some(size.map(|size| if self.negative { -size } else { size }))
    }
}

/// The powers of ten that 128 bits hold.
#[expect(clippy::indexing_slicing, reason = "this is computed by the compiler, where a panic is an error")]
const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Reads a number as a count of 10^-`scale`, rounding finer digits half-even.
///
/// # Errors
/// [`NumberFault::NotANumber`] or [`NumberFault::OutOfRange`]; too many digits behind the point are no error.
#[inline]
pub(crate) fn read_fixed(text: &str, scale: u32) -> Result<Fixed, NumberFault> {
    match Short::parse(text).and_then(|short| short.at_scale(scale)) {
        Some(units) => Ok(Fixed { units: units?, rounded: false }),
        None => read_long(text, scale),
    }
}

/// Returns the same for any number. Only the digits down to the scale are added up, so that a number of any length
/// takes no more than 39 of them.
fn read_long(text: &str, scale: u32) -> Result<Fixed, NumberFault> {
    let parts = Parts::parse(text).ok_or(NumberFault::NotANumber)?;
    let count = i64::try_from(parts.significant().count()).map_err(|_| NumberFault::OutOfRange)?;
    if count == 0 {
        return Ok(Fixed { units: 0, rounded: false });
    }
    let kept = count.saturating_add(parts.last_place()).saturating_add(i64::from(scale));
    // 128 bits hold 39 digits at most; without this check an exponent could ask for any number of zeros.
    if kept > 39 {
        return Err(NumberFault::OutOfRange);
    }
    // Below a tenth of the last place, so it rounds to zero.
    if kept < 0 {
        return Ok(Fixed { units: 0, rounded: true });
    }
    let mut digits = parts.significant();
    let mut units = 0_i128;
    for _ in 0..kept {
        let digit = i128::from(digits.next().unwrap_or(0));
        units = units.checked_mul(10).and_then(|u| u.checked_add(digit)).ok_or(NumberFault::OutOfRange)?;
    }
    let first_dropped = digits.next().unwrap_or(0);
    let more_dropped = digits.any(|digit| digit != 0);
    // Half-even, so that many rounded amounts do not add up to too much.
    let up = match first_dropped {
        0..=4 => false,
        5 => more_dropped || units % 2 == 1,
        _ => true,
    };
    let units = units.checked_add(i128::from(up)).ok_or(NumberFault::OutOfRange)?;
    let signed = if parts.negative { -units } else { units };
    Ok(Fixed { units: signed, rounded: first_dropped != 0 || more_dropped })
}

/// Reads a whole number; `1200.0` and `1.2e3` are whole.
///
/// # Errors
/// Also [`NumberFault::NotWhole`]; a negative number is out of range.
pub(crate) fn read_whole(text: &str) -> Result<u64, NumberFault> {
    if let Some(Short { negative: false, digits, places: 0 }) = Short::parse(text) {
        return Ok(digits);
    }
    let read = read_fixed(text, 0)?;
    if read.rounded {
        return Err(NumberFault::NotWhole);
    }
    u64::try_from(read.units).map_err(|_| NumberFault::OutOfRange)
}

/// Reads a decimal with all its digits if they fit 96 bits and 28 places, else rounded half-even to the places that
/// fit. The flag says whether digits were lost. Digits are given up from the finest place on, one place at a time.
///
/// # Errors
/// [`NumberFault::NotANumber`], or [`NumberFault::OutOfRange`] where not even the whole part fits.
pub(crate) fn read_decimal(text: &str) -> Result<(Decimal, bool), NumberFault> {
    if let Some(short) = Short::parse(text)
        && let Some(Ok(units)) = short.at_scale(short.places)
        && let Ok(decimal) = Decimal::try_from_i128_with_scale(units, short.places)
    {
        return Ok((decimal, false));
    }
    let places = Parts::parse(text).ok_or(NumberFault::NotANumber)?.last_place().saturating_neg();
    let mut scale = u32::try_from(places.clamp(0, i64::from(Decimal::MAX_SCALE))).unwrap_or(0);
    loop {
        let fitted = read_fixed(text, scale).ok().and_then(|read| {
            Some((Decimal::try_from_i128_with_scale(read.units, scale).ok()?, read.rounded))
        });
        match fitted {
            Some(read) => return Ok(read),
            None if scale == 0 => return Err(NumberFault::OutOfRange),
            None => scale -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str, scale: u32) -> Option<(i128, bool)> {
        read_fixed(text, scale).ok().map(|read| (read.units, read.rounded))
    }

    #[test]
    fn fixed_table() {
        for (text, scale, expected) in [
            ("0", 2, Some((0, false))),
            ("-0.0", 2, Some((0, false))),
            ("0e99999999999999999999", 2, Some((0, false))),
            ("1.5", 2, Some((150, false))),
            ("-1.5", 2, Some((-150, false))),
            ("1.2e3", 0, Some((1200, false))),
            ("1.2E+3", 0, Some((1200, false))),
            ("12e-1", 0, Some((1, true))),
            ("2.5", 0, Some((2, true))),
            ("3.5", 0, Some((4, true))),
            ("-2.5", 0, Some((-2, true))),
            ("2.50000000000000000000001", 0, Some((3, true))),
            ("0.5", 0, Some((0, true))),
            ("0.51", 0, Some((1, true))),
            ("0.04", 0, Some((0, true))),
            ("1e-99999999999999999999", 0, Some((0, true))),
            ("1e99999999999999999999", 0, None),
            ("170141183460469231731687303715884105727", 0, Some((i128::MAX, false))),
            ("170141183460469231731687303715884105728", 0, None),
            ("1700000000000000000000000000000000000000", 0, None),
        ] {
            assert_eq!(units(text, scale), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_number() {
        for text in
            ["", "-", "+1", ".5", "5.", "01", "1_000", "1e", "1e+", "1.2.3", "NaN", "0x1", " 1", "1 ", "٣"]
        {
            assert_eq!(read_fixed(text, 2), Err(NumberFault::NotANumber), "{text:?}");
            assert_eq!(read_decimal(text), Err(NumberFault::NotANumber), "{text:?}");
        }
    }

    #[test]
    fn whole_numbers_in_every_spelling() {
        for (text, expected) in [
            ("1200", Ok(1200)),
            ("1200.0", Ok(1200)),
            ("1.2e3", Ok(1200)),
            ("18446744073709551615", Ok(u64::MAX)),
            ("18446744073709551616", Err(NumberFault::OutOfRange)),
            ("-1", Err(NumberFault::OutOfRange)),
            ("1.5", Err(NumberFault::NotWhole)),
        ] {
            assert_eq!(read_whole(text), expected, "{text}");
        }
    }

    #[test]
    fn decimals_keep_what_fits() {
        for (text, expected, rounded) in [
            ("1.4", "1.4", false),
            ("91.50", "91.5", false),
            ("1.2e3", "1200", false),
            ("21.367283447000003", "21.367283447000003", false),
            ("79228162514264337593543950335", "79228162514264337593543950335", false),
            ("1e-30", "0", true),
            ("0.33333333333333333333333333333333", "0.3333333333333333333333333333", true),
            ("79228162514.264337593543950336111", "79228162514.26433759354395034", true),
        ] {
            let (value, lost) = read_decimal(text).unwrap();
            assert_eq!(lost, rounded, "{text}");
            assert_eq!(value.normalize().to_string(), expected, "{text}");
        }
        assert_eq!(read_decimal("1e29"), Err(NumberFault::OutOfRange));
    }
}
