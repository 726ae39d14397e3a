//! Amounts as `i128` counts, and their decimal text.
//!
//! All amounts of the crate are integers of 10^-24 US dollars, so that sums are exact; they become decimals only as
//! text. How that text looks, digits and exponents included, is what a client has to read.

/// How numbers far below 1 are written. The value is the same.
///
/// Recorded amounts have the float noise of the service behind them, such as `40.16699999999999`. A client has to
/// read exponents, and must not lose digits on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notation {
    /// As JavaScript: an exponent below 10^-6, such as `1.25e-7`.
    #[default]
    JavaScript,
    /// As Python: an exponent of two digits below 10^-4, such as `7.500000000000001e-05`.
    Python,
}

/// One US dollar, in the unit of every amount of this crate: 10^-24 US dollars.
///
/// An `i128` of this unit holds 170 trillion dollars, and each cent has 22 decimals.
pub const DOLLAR: i128 = 1_000_000_000_000_000_000_000_000;

/// One US cent, in the unit of every amount of this crate: 10^-24 US dollars, which is 10^-22 cents.
pub const CENT: i128 = DOLLAR / 100;

/// One request unit, in the unit of [`TrueEvent::requests`](crate::TrueEvent::requests).
/// Units are no money, and fractional on the wire: 1.4 and 91.5 have been seen.
pub const REQUEST: i128 = DOLLAR;

/// How many decimals a cent has in the unit of amounts.
const CENT_DIGITS: usize = 22;
/// How many decimals a request unit has.
const REQUEST_DIGITS: usize = 24;

/// Returns the JSON number of an amount in cents, all digits.
///
/// Only numbers far below 1 have an exponent, see [`Notation`]; 0 never has one.
pub(crate) fn cents_json(amount: i128, notation: Notation) -> String {
    let tiny = match notation {
        Notation::JavaScript => CENT / 1_000_000,
        Notation::Python => CENT / 10_000,
    };
    if amount == 0 || amount.unsigned_abs() >= tiny.unsigned_abs() {
        return plain(amount, CENT, CENT_DIGITS);
    }
    let (mantissa, exponent) = exponent_form(amount);
    match notation {
        Notation::JavaScript => format!("{mantissa}e-{exponent}"),
        Notation::Python => format!("{mantissa}e-{exponent:02}"),
    }
}

/// Returns the JSON number of request units, all digits.
///
/// They never have an exponent.
pub(crate) fn requests_json(requests: i128) -> String {
    plain(requests, REQUEST, REQUEST_DIGITS)
}

/// Writes a count of units as a decimal without exponent and without zeros at its end.
///
/// `digits` is how many decimals `one` stands for.
fn plain(value: i128, one: i128, digits: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (value, one) = (value.unsigned_abs(), one.unsigned_abs());
    let (whole, fraction) = (value / one, value % one);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let text = format!("{sign}{whole}.{fraction:0digits$}");
    text.trim_end_matches('0').to_owned()
}

/// Returns the digits of an amount with one before the point, and how many places below 1 that one stands.
fn exponent_form(amount: i128) -> (String, usize) {
    let sign = if amount < 0 { "-" } else { "" };
    let (mut one, mut exponent) = (CENT, 0);
    while amount.abs() < one {
        one /= 10;
        exponent += 1;
    }
    (format!("{sign}{}", plain(amount.abs(), one, CENT_DIGITS.saturating_sub(exponent))), exponent)
}

/// Returns the amount in whole cents, halves away from zero, in the unit of the argument.
pub(crate) const fn to_whole_cents(amount: i128) -> i128 {
    let sign = if amount < 0 { -1 } else { 1 };
    sign * ((amount.abs() + CENT / 2) / CENT) * CENT
}

/// Returns dollars with two decimals; finer digits are cut. Amounts on invoices are whole cents by then.
pub(crate) fn dollars(amount: i128) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let cents = amount.abs() / CENT;
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

/// Returns the amount as floating-point arithmetic might have left it: off by a few units in the 17th significant
/// digit.
///
/// Amounts below a hundredth of a cent stay as they are, so that a tenth of the result is still exact.
pub(crate) fn with_float_noise(amount: i128, random: u64) -> i128 {
    if amount < CENT / 100 { amount } else { noisy(amount, random) }
}

/// Returns the amount off by one to nine units in the 17th significant digit, up or down by bit 8 of `random`.
///
/// Amounts below 10^-6 US dollars stay as they are. From there on the change is a multiple of 100 units, so that a
/// hundredth of the result is exact where that of the amount was.
pub(crate) fn noisy(amount: i128, random: u64) -> i128 {
    if amount < 1_000_000_000_000_000_000 {
        return amount;
    }
    let mut unit = 1;
    while amount / unit >= 100_000_000_000_000_000 {
        unit *= 10;
    }
    let steps = i128::from(random % 9) + 1;
    if random & 0x100 == 0 { amount + steps * unit } else { amount - steps * unit }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents_json(amount: i128) -> String {
        super::cents_json(amount, Notation::JavaScript)
    }

    #[test]
    fn writes_every_digit() {
        assert_eq!(cents_json(0), "0");
        assert_eq!(cents_json(8 * CENT), "8");
        assert_eq!(cents_json(CENT * 627 / 100), "6.27");
        assert_eq!(cents_json(-CENT / 2), "-0.5");
        assert_eq!(cents_json(CENT + 1), "1.0000000000000000000001");
        assert_eq!(requests_json(REQUEST * 14 / 10), "1.4");
    }

    #[test]
    fn tiny_amounts_have_an_exponent() {
        assert_eq!(cents_json(CENT / 1_000_000), "0.000001");
        assert_eq!(cents_json(CENT / 8_000_000), "1.25e-7");
        assert_eq!(cents_json(-CENT / 8_000_000), "-1.25e-7");
        assert_eq!(cents_json(1), "1e-22");
        assert_eq!(cents_json(12), "1.2e-21");
    }

    #[test]
    fn python_has_exponents_sooner() {
        let text = |amount: i128| super::cents_json(amount, Notation::Python);
        assert_eq!(text(CENT * 75 / 1_000_000 + 100), "7.500000000000001e-05");
        assert_eq!(cents_json(CENT * 75 / 1_000_000 + 100), "0.00007500000000000001");
        assert_eq!((text(CENT / 10_000), text(-CENT / 100_000)), ("0.0001".to_owned(), "-1e-05".to_owned()));
        assert_eq!((text(0), text(1)), ("0".to_owned(), "1e-22".to_owned()));
        assert!(text(i128::MIN).starts_with("-17014118346046923"));
    }

    #[test]
    fn rounds_halves_away_from_zero() {
        assert_eq!(to_whole_cents(CENT * 5 / 2), CENT * 3);
        assert_eq!(to_whole_cents(CENT * 5 / 2 - 1), CENT * 2);
        assert_eq!(to_whole_cents(-CENT * 5 / 2), -CENT * 3);
        assert_eq!(dollars(-40 * DOLLAR), "-40.00");
        assert_eq!(dollars(DOLLAR * 12_345 / 100), "123.45");
    }

    #[test]
    fn noise_sits_in_the_seventeenth_digit() {
        let price = CENT * 2_018_232 / 100_000;
        assert_eq!(cents_json(with_float_noise(price, 0x100 + 7)), "20.182319999999997");
        assert_eq!(cents_json(with_float_noise(price, 2)), "20.182320000000003");
        assert_eq!(with_float_noise(CENT / 101, 1), CENT / 101);
        assert_eq!(cents_json(noisy(CENT / 1000, 2)), "0.0010000000000000003");
        assert_eq!(noisy(CENT / 100_000, 2), CENT / 100_000);
    }
}
