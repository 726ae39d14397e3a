//! One grammar of amounts, quantities and counts.
//!
//! A [`NumberReader`] is used for all numbers of one file, because whether a comma or a point divides thousands is a
//! property of the file: one number may prove it for the others. The digits go to `Money` and `Decimal` as text,
//! never through a float, so that an amount is read exactly as it is written.
#![warn(clippy::arithmetic_side_effects)]

use rust_decimal::Decimal;

use super::text::is_invisible;
use super::{InputError, quoted};
use crate::money::{Currency, Money};

/// The mark between the whole and the fraction of the numbers of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are two marks")]
pub enum DecimalMark {
    /// As in `1,234.56`.
    Point,
    /// As in `1.234,56`.
    Comma,
}

/// A text of a file with its place.
///
/// The place is optional because callers also read numbers that stand in no table; it is used in errors only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cell<'a> {
    /// The text, as it is in the file.
    pub text: &'a str,
    /// The line, counted from 1.
    ///
    /// `None` leaves the line out of errors.
    pub line: Option<u64>,
    /// The name of the column or field.
    ///
    /// Used in errors only; `None` leaves it out.
    pub column: Option<&'a str>,
}

impl<'a> Cell<'a> {
    /// Makes a text without a place.
    pub fn new(text: &'a str) -> Self {
        Self { text, line: None, column: None }
    }

    /// Returns the same text on a line.
    #[must_use]
    pub fn on_line(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }

    /// Returns the same text in a column or field.
    #[must_use]
    pub fn in_column(self, column: &'a str) -> Self {
        Self { column: Some(column), ..self }
    }

    /// Returns an error about the text, with its place.
    pub fn error(&self, message: impl Into<String>) -> InputError {
        let mut error = InputError::new(message);
        if let Some(line) = self.line {
            error = error.on_line(line);
        }
        if let Some(column) = self.column {
            error = error.in_column(column);
        }
        error
    }
}

/// An amount as a file states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Amount {
    /// The amount.
    ///
    /// In the currency beside it, if one is written; negative for a leading or trailing minus and for parentheses.
    pub value: Money,
    /// The number of decimals as written.
    ///
    /// For a number with an exponent, those of the number written out. Says how far the amount may have been rounded.
    pub decimals: u32,
    mark: Option<CurrencyMark>,
}

/// What is written beside an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CurrencyMark {
    /// A bare `$`, which several currencies use.
    Dollar,
    Of(Currency),
}

impl CurrencyMark {
    fn from_code(code: &str) -> Option<Self> {
        code.parse().ok().map(Self::Of)
    }
}

impl Amount {
    /// Returns the currency that is written beside the amount; `None` for nothing and for a bare `$`.
    pub fn currency(&self) -> Option<Currency> {
        match self.mark {
            Some(CurrencyMark::Of(currency)) => Some(currency),
            Some(CurrencyMark::Dollar) | None => None,
        }
    }

    /// Returns whether what is written beside the amount agrees with that currency. Nothing agrees with every currency, and a
    /// bare `$` with every currency named dollar or peso.
    pub fn fits(&self, currency: Currency) -> bool {
        match self.mark {
            None => true,
            Some(CurrencyMark::Of(stated)) => stated == currency,
            Some(CurrencyMark::Dollar) => {
                matches!(currency.code(), "USD" | "CAD" | "AUD" | "NZD" | "SGD" | "HKD" | "TWD" | "MXN")
            }
        }
    }
}

/// Reads the numbers of one file, each exactly as it is written, or fails.
///
/// - Signs: one minus (any dash) or plus before or behind, or parentheses for a negative amount.
/// - Currencies of amounts: `$`, `US$`, `$US`, a code such as `USD`, `€`, `£`, before or behind.
/// - Thousands: groups of three digits behind a first group of one to three that does not begin with 0, all divided by
///   the same mark: a comma, a blank of any kind, an apostrophe, or a point where decimal commas are stated.
/// - Decimals: a point, or a comma where the file is [stated](Self::new) to have decimal commas.
/// - Refused with a reason: any other comma or point, `1_000`, `12%`, exponents whose last digits are not written
///   (`1.2E+05`), digits of other scripts.
///
/// Where no mark is stated, `1,234` may be a thousand or a little more than one. It is read as thousands if another number
/// or amount of the same file proves that its decimals follow a point (`0.08`, `1,234.50`) or that its commas divide thousands
/// (`1,234,567`); and `1.234` as decimals if one proves the point. Without such a proof [`finish`](Self::finish) refuses them,
/// so call it after the last number. Counts prove nothing and need no proof: they have no decimals.
///
/// ```
/// use cost_model::input::{Cell, DecimalMark, NumberReader};
///
/// let mut numbers = NumberReader::new(None);
/// assert_eq!(numbers.amount(Cell::new("-US$1,200.50"))?.value, "-1200.5".parse()?);
/// assert_eq!(numbers.count(Cell::new("12 000"))?, 12_000);
/// let error = numbers.amount(Cell::new("0,08").on_line(3).in_column("Cost")).unwrap_err();
/// assert_eq!((error.line(), error.column()), (Some(3), Some("Cost")));
/// numbers.finish()?;
///
/// let mut numbers = NumberReader::new(Some(DecimalMark::Comma));
/// assert_eq!(numbers.amount(Cell::new("1.234,56 $"))?.value, "1234.56".parse()?);
///
/// let mut numbers = NumberReader::new(None);
/// numbers.amount(Cell::new("1,234"))?;
/// assert!(numbers.finish().is_err(), "nothing proves what the comma is");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct NumberReader {
    stated: Option<DecimalMark>,
    point_is_proven: bool,
    unproven: Option<InputError>,
}

/// A number whose parts have been told apart. Made by `parse` before the number is interpreted as an amount, a
/// quantity or a count, so that all three accept the same grammar.
struct Parsed {
    /// `[-]digits[.digits]`.
    digits: String,
    decimals: u32,
    mark: Option<CurrencyMark>,
    form: Form,
}

/// What the form of a number says about the file that it is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Nothing.
    Plain,
    /// Decimals follow a point.
    ProvesPoint,
    /// One comma before three digits.
    OneComma,
    /// One point before three digits.
    OnePoint,
}

impl NumberReader {
    /// Makes a reader of the numbers of one file; `stated` is its decimal mark, where the user or the file itself states it.
    pub fn new(stated: Option<DecimalMark>) -> Self {
        Self { stated, point_is_proven: false, unproven: None }
    }

    /// Reads an amount.
    ///
    /// # Errors
    /// [`InputError`] with the place, for what the grammar refuses, for more than 24 decimals, and beyond the range of
    /// [`Money`].
    pub fn amount(&mut self, cell: Cell<'_>) -> Result<Amount, InputError> {
        let parsed = self.parse(cell, "an amount like 96.10")?;
        self.weigh(&parsed, cell);
        let value =
            parsed.digits.parse().map_err(|_| not(cell, "an amount like 96.10", "it is out of range"))?;
        Ok(Amount { value, decimals: parsed.decimals, mark: parsed.mark })
    }

    /// Reads a quantity, which may have a fraction.
    ///
    /// # Errors
    /// [`InputError`] with the place, for what the grammar refuses, a currency, and for more than 28 digits.
    pub fn quantity(&mut self, cell: Cell<'_>) -> Result<Decimal, InputError> {
        let parsed = self.parse(cell, "a number")?;
        if parsed.mark.is_some() {
            return Err(not(cell, "a number", "it has a currency"));
        }
        self.weigh(&parsed, cell);
        Decimal::from_str_exact(&parsed.digits).map_err(|_| not(cell, "a number", "it is out of range"))
    }

    /// Reads a count: a whole number that is not negative.
    ///
    /// # Errors
    /// [`InputError`] with the place, for what the grammar refuses, a currency, a sign, a fraction, and beyond 64 bits.
    pub fn count(&self, cell: Cell<'_>) -> Result<u64, InputError> {
        const WHAT: &str = "a whole number";
        let parsed = self.parse(cell, WHAT)?;
        if parsed.mark.is_some() {
            return Err(not(cell, WHAT, "it has a currency"));
        }
        if parsed.form == Form::OnePoint {
            return Err(not(
                cell,
                WHAT,
                "its point may divide thousands: state the decimal mark, or write no separators",
            ));
        }
        // A comma before three digits divides thousands here, as a count has no fraction.
        let whole = match parsed.digits.split_once('.') {
            None => parsed.digits.as_str(),
            Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
            Some(_) => return Err(not(cell, WHAT, "it has a fraction")),
        };
        whole.parse().map_err(|_| not(cell, WHAT, "it is negative or too large"))
    }

    /// Checks, after the last number of the file, that each could be read in one way only.
    ///
    /// # Errors
    /// [`InputError`] about the first number that can be read in two ways, unless another number proves which is right.
    pub fn finish(self) -> Result<(), InputError> {
        match self.unproven {
            Some(error) if !self.point_is_proven => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes up what a number proves, or that it needs a proof.
    fn weigh(&mut self, parsed: &Parsed, cell: Cell<'_>) {
        let is_doubtful = match parsed.form {
            Form::Plain => false,
            Form::ProvesPoint => {
                self.point_is_proven = true;
                false
            }
            Form::OneComma | Form::OnePoint => true,
        };
        // Only the first is kept: one error is enough to stop, and it has the place that a user looks at first.
        if is_doubtful && self.unproven.is_none() {
            let message = format!(
                "`{}` may be thousands or decimals, and no other number shows which: state whether the file has decimal \
                 commas, or write the number without separators",
                quoted(cell.text)
            );
            self.unproven = Some(cell.error(message));
        }
    }

    /// Takes off what surrounds the digits, then the separators between them. `what` names the expected kind of
    /// number in the error. Does not change what the file is known to prove; that is `weigh`.
    fn parse(&self, cell: Cell<'_>, what: &str) -> Result<Parsed, InputError> {
        let text = plain_signs(cell.text).ok_or_else(|| not(cell, what, "it is on two lines"))?;
        let read = Dressed::strip(text.trim())
            .and_then(|dressed| Ok((Digits::read(dressed.number, self.stated)?, dressed)));
        let (number, dressed) = read.map_err(|reason| not(cell, what, reason))?;
        let sign = if dressed.negative { "-" } else { "" };
        Ok(Parsed {
            digits: match number.fraction.as_str() {
                "" => format!("{sign}{}", number.whole),
                fraction => format!("{sign}{}.{fraction}", number.whole),
            },
            // No text of a file is long enough to saturate.
            decimals: u32::try_from(number.fraction.len()).unwrap_or(u32::MAX),
            mark: dressed.mark,
            form: number.form,
        })
    }
}

/// Makes the error about a cell that is not what was expected; an empty reason leaves the message at that.
fn not(cell: Cell<'_>, what: &str, reason: &str) -> InputError {
    let text = quoted(cell.text);
    if reason.is_empty() {
        return cell.error(format!("`{text}` is not {what}"));
    }
    cell.error(format!("`{text}` is not {what}: {reason}"))
}

/// Returns the text with `-` for any dash, `'` for any apostrophe, one kind of blank, and nothing invisible; `None`
/// where it goes on on another line.
fn plain_signs(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => return None,
            _ if is_invisible(character) => {}
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => plain.push('-'),
            '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2032}' => plain.push('\''),
            _ if character.is_whitespace() => plain.push(' '),
            _ => plain.push(character),
        }
    }
    Some(plain)
}

/// A number with its sign and its currency taken off.
struct Dressed<'a> {
    number: &'a str,
    negative: bool,
    mark: Option<CurrencyMark>,
}

impl<'a> Dressed<'a> {
    /// Takes off signs, parentheses and currencies from both ends, in any order, until none is left. Two signs or two
    /// different currencies are refused, since one of them would be lost.
    fn strip(text: &'a str) -> Result<Self, &'static str> {
        let (mut rest, mut sign, mut mark) = (text, None, None);
        loop {
            rest = rest.trim();
            let (after, is_negative) = if let Some(after) = rest.strip_prefix('-') {
                (after, true)
            } else if let Some(after) = rest.strip_prefix('+') {
                (after, false)
            } else if let Some(before) = rest.strip_suffix('-') {
                (before, true)
            } else if let Some(inside) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                (inside, true)
            } else if let Some((found, after)) = strip_mark(rest) {
                mark = Some(joined(mark, found).ok_or("it has two currencies")?);
                rest = after;
                continue;
            } else {
                return Ok(Self { number: rest, negative: sign == Some(true), mark });
            };
            if sign.replace(is_negative).is_some() {
                return Err("it has two signs");
            }
            rest = after;
        }
    }
}

/// Two marks of one amount, as in `$12.00 USD`. Returns what they say together: a `$` agrees with any currency whose
/// code ends in D. `None` where they contradict each other.
fn joined(one: Option<CurrencyMark>, other: CurrencyMark) -> Option<CurrencyMark> {
    let Some(one) = one else { return Some(other) };
    match (one, other) {
        _ if one == other && one != CurrencyMark::Dollar => Some(one),
        (CurrencyMark::Dollar, CurrencyMark::Of(currency))
        | (CurrencyMark::Of(currency), CurrencyMark::Dollar) => {
            currency.code().ends_with('D').then_some(CurrencyMark::Of(currency))
        }
        _ => None,
    }
}

/// Returns a currency before or behind a number, and the rest.
fn strip_mark(text: &str) -> Option<(CurrencyMark, &str)> {
    // The bare `$` is tried last: behind a number, `5 US$` must not leave `5 US`.
    const SIGNS: [(&str, &str); 15] = [
        ("US$", "USD"),
        ("$US", "USD"),
        ("CA$", "CAD"),
        ("$CA", "CAD"),
        ("C$", "CAD"),
        ("AU$", "AUD"),
        ("$AU", "AUD"),
        ("A$", "AUD"),
        ("NZ$", "NZD"),
        ("S$", "SGD"),
        ("HK$", "HKD"),
        ("R$", "BRL"),
        ("\u{20ac}", "EUR"),
        ("\u{a3}", "GBP"),
        ("\u{20b9}", "INR"),
    ];
    const CODES: [&str; 24] = [
        "USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "JPY", "CNY", "INR", "BRL", "SEK", "NOK", "DKK",
        "PLN", "CZK", "SGD", "HKD", "MXN", "ILS", "KRW", "ZAR", "TRY", "AED",
    ];
    for (sign, code) in SIGNS {
        if let Some(rest) = strip_either(text, sign) {
            return Some((CurrencyMark::from_code(code)?, rest));
        }
    }
    for code in CODES {
        let front =
            text.get(..3).filter(|front| front.eq_ignore_ascii_case(code)).and_then(|_| text.get(3..));
        let split = text.len().checked_sub(3);
        let back = split.filter(|at| text.get(*at..).is_some_and(|back| back.eq_ignore_ascii_case(code)));
        if let Some(rest) = front.or_else(|| back.and_then(|at| text.get(..at))) {
            return Some((CurrencyMark::from_code(code)?, rest));
        }
    }
    strip_either(text, "$").map(|rest| (CurrencyMark::Dollar, rest))
}

/// Takes a sign off the front of a text, or else off its end.
fn strip_either<'a>(text: &'a str, sign: &str) -> Option<&'a str> {
    text.strip_prefix(sign).or_else(|| text.strip_suffix(sign))
}

/// The digits of a number without separators.
struct Digits {
    whole: String,
    fraction: String,
    form: Form,
}

impl Digits {
    /// Removes the separators and tells the whole from the fraction. `stated` is the decimal mark of the file; a
    /// point is assumed where there is none, and the returned form says whether that assumption needs a proof. An
    /// error is the reason, empty where the text is no number at all.
    fn read(text: &str, stated: Option<DecimalMark>) -> Result<Self, &'static str> {
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(if text.chars().any(char::is_numeric) { "its digits are not 0 to 9" } else { "" });
        }
        // Before the check of characters, which knows no `e`.
        if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
            return Self::read_exponent(mantissa, exponent, stated);
        }
        if text.contains('%') {
            return Err("it is a percentage");
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.' | b'\'' | b' ')) {
            return Err("");
        }
        let decimal = if stated == Some(DecimalMark::Comma) { ',' } else { '.' };
        let (whole, fraction) = match text.split_once(decimal) {
            None => (text, ""),
            Some((_, "")) => return Err("it ends in its decimal mark and may be cut off"),
            Some(parts) => parts,
        };
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(misplaced(stated));
        }
        let separator = whole.chars().find(|each| !each.is_ascii_digit());
        let form = match separator {
            _ if stated.is_some() => Form::Plain,
            Some(',') if fraction.is_empty() && whole.matches(',').count() == 1 => Form::OneComma,
            Some(',') => Form::ProvesPoint,
            None if fraction.len() == 3 && is_first_group(whole) => Form::OnePoint,
            _ if fraction.is_empty() => Form::Plain,
            _ => Form::ProvesPoint,
        };
        let whole = match separator {
            Some(separator) => without_separators(whole, separator).ok_or(misplaced(stated))?,
            None if whole.is_empty() => "0".to_owned(),
            None => whole.to_owned(),
        };
        Ok(Self { whole, fraction: fraction.to_owned(), form })
    }

    /// Makes a number such as `4.5E-05`. One whose last digits are not written has lost them, as spreadsheets do to
    /// long numbers.
    fn read_exponent(
        mantissa: &str,
        exponent: &str,
        stated: Option<DecimalMark>,
    ) -> Result<Self, &'static str> {
        const LOST: &str =
            "its last digits are not written; spreadsheets do that to long numbers: write it out";
        let number = Self::read(mantissa, stated)?;
        if number.form != Form::ProvesPoint && (number.form != Form::Plain || mantissa.contains([' ', '\'']))
        {
            return Err("it has both separators and an exponent");
        }
        let power: i32 = exponent.parse().map_err(|_| "")?;
        if power > 0 && usize::try_from(power).ok().is_none_or(|power| power > number.fraction.len()) {
            return Err(LOST);
        }
        let written = match number.fraction.as_str() {
            "" => format!("{}e{power}", number.whole),
            fraction => format!("{}.{fraction}e{power}", number.whole),
        };
        let digits = plain_digits(&written).ok_or("its exponent is out of range")?;
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        Ok(Self { whole: whole.to_owned(), fraction: fraction.to_owned(), form: Form::Plain })
    }
}

fn misplaced(stated: Option<DecimalMark>) -> &'static str {
    match stated {
        None => {
            "its commas and points are not those of 1,234.56: if the file has decimal commas, state so; else write the \
             number without separators"
        }
        Some(DecimalMark::Point) => "its commas and points are not those of 1,234.56",
        Some(DecimalMark::Comma) => {
            "its commas and points are not those of 1.234,56, as the file is stated to have"
        }
    }
}

/// Returns whether these digits may be before a group of thousands.
fn is_first_group(digits: &str) -> bool {
    (1..=3).contains(&digits.len()) && !digits.starts_with('0')
}

/// Returns the digits of groups of thousands; `None` if they are no such groups.
fn without_separators(whole: &str, separator: char) -> Option<String> {
    let mut groups = whole.split(separator);
    let first = groups.next().filter(|first| is_first_group(first))?;
    let mut digits = first.to_owned();
    for group in groups {
        if !is_group(group) {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

/// Returns a number of JSON's grammar, rewritten without an exponent; `None` if it is not one, or beyond the range of an
/// amount.
///
/// ```
/// use cost_model::input::plain_digits;
/// assert_eq!(plain_digits("-1.25e-3").as_deref(), Some("-0.00125"));
/// assert_eq!(plain_digits("1e+2").as_deref(), Some("100"));
/// ```
pub fn plain_digits(number: &str) -> Option<String> {
    /// Far beyond what an amount can hold, and short enough to be written out.
    const FURTHEST: i32 = 60;
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent: i32 = exponent.parse().ok().filter(|exponent: &i32| exponent.abs() <= FURTHEST)?;
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let shift = usize::try_from(exponent.unsigned_abs()).ok()?;
    let zeros = "0".repeat(shift);
    let (digits, point) = if exponent < 0 {
        (format!("{zeros}{whole}{fraction}"), whole.len())
    } else {
        (format!("{whole}{fraction}{zeros}"), whole.len().checked_add(shift)?)
    };
    let (whole, fraction) = digits.split_at_checked(point)?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// Whether these are the three digits of a group of thousands.
fn is_group(group: &str) -> bool {
    group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str, stated: Option<DecimalMark>) -> Option<String> {
        let mut numbers = NumberReader::new(stated);
        let amount = numbers.amount(Cell::new(text)).ok()?;
        numbers.finish().ok()?;
        Some(amount.value.to_string())
    }

    #[test]
    fn an_amount_is_what_is_written_in_every_form() {
        for (text, expected) in [
            ("1234.5", "1234.5"),
            ("1,234.50", "1234.5"),
            ("$1,234.50", "1234.5"),
            ("US$ 1,234.50", "1234.5"),
            ("1 234.50 $US", "1234.5"),
            ("USD 12.00", "12"),
            ("12.00 USD", "12"),
            ("$12.00 USD", "12"),
            ("US$12.00 USD", "12"),
            ("usd12", "12"),
            ("-$5", "-5"),
            ("$-5", "-5"),
            ("- $5.00", "-5"),
            ("5-", "-5"),
            ("$5.00\u{2212}", "-5"),
            ("\u{2013}5", "-5"),
            ("\u{2014} 5", "-5"),
            ("(5.00)", "-5"),
            ("($5.00)", "-5"),
            ("$(5.00)", "-5"),
            ("(5.00) USD", "-5"),
            ("+5", "5"),
            ("1\u{a0}234.5", "1234.5"),
            ("1\u{202f}234\u{202f}567.5", "1234567.5"),
            ("1\u{2009}234", "1234"),
            ("1'234.50", "1234.5"),
            ("1\u{2019}234", "1234"),
            (".5", "0.5"),
            ("0.123", "0.123"),
            ("1234.567", "1234.567"),
            ("1,234,567", "1234567"),
            ("4.5E-05", "0.000045"),
            ("1.25e2", "125"),
            ("\u{200b}96.10\u{feff}", "96.1"),
            ("007", "7"),
            ("\u{a3}3", "3"),
        ] {
            assert_eq!(amount(text, None).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        for text in [
            "0,08",
            "1,5",
            "1.234,56",
            "1,234",
            "1.234",
            "$1,200",
            "12,34",
            "1,2345",
            "1,23,456",
            "0,123",
            "01,234",
            "1.234.567",
            "1_000",
            "1 23",
            "12 34.5",
            "1,234 567",
            "1'23",
            "5.",
            "5,",
            ",5",
            "--5",
            "(-5)",
            "-(5)",
            "-5-",
            "+-5",
            "$$5",
            "5$0",
            "$",
            "",
            "-",
            "()",
            "ten",
            "12%",
            "1.2E+05",
            "1e99",
            "1,234e2",
            "12 MIO",
            "\u{ff11}\u{ff12}",
            "\u{661}",
            "1\n234",
            "0x10",
            "NaN",
            "Infinity",
            "1.2.3",
            "\u{20ac}$5",
            "5 EUR USD",
            "1..2",
            "1,,234",
            "1 ,234",
        ] {
            assert_eq!(amount(text, None), None, "{text}");
        }
    }

    #[test]
    fn stated_decimal_commas_are_read_and_nothing_else_is() {
        for (text, expected) in [
            ("0,08", "0.08"),
            ("1,5", "1.5"),
            ("1.234,56", "1234.56"),
            ("1.234", "1234"),
            ("1,234", "1.234"),
            ("1 234,56 $US", "1234.56"),
            ("1'234,56", "1234.56"),
            ("1.234.567", "1234567"),
            ("-12", "-12"),
        ] {
            assert_eq!(amount(text, Some(DecimalMark::Comma)).as_deref(), Some(expected), "{text}");
        }
        for text in ["0.08", "12.5", "1,234.56", "1,234,567", "1234.567", "5,"] {
            assert_eq!(amount(text, Some(DecimalMark::Comma)), None, "{text}");
        }
        assert_eq!(amount("1,234", Some(DecimalMark::Point)).as_deref(), Some("1234"));
    }

    #[test]
    fn another_number_of_the_file_proves_what_a_comma_is() {
        let read = |texts: &[&str]| {
            let mut numbers = NumberReader::new(None);
            for (line, text) in (1..).zip(texts) {
                numbers.amount(Cell::new(text).on_line(line))?;
            }
            numbers.finish()
        };
        assert!(read(&["1,234", "0.08"]).is_ok());
        assert!(read(&["12.5", "1.234"]).is_ok());
        assert!(read(&["1,234", "1,234,567"]).is_ok());
        assert!(read(&["1,234", "1,234.50"]).is_ok());
        for texts in [&["12", "1,234"][..], &["1.234", "1,234"], &["5", "1,234", "2,345"]] {
            assert!(read(texts).unwrap_err().line().is_some(), "{texts:?}");
        }
        let mut numbers = NumberReader::new(None);
        numbers.amount(Cell::new("1,234")).unwrap();
        assert_eq!(numbers.count(Cell::new("12,000")).unwrap(), 12_000);
        assert!(numbers.finish().is_err(), "what a count has proves nothing of amounts");
    }

    #[test]
    fn counts_are_whole_and_quantities_may_not_be() {
        let count = |text: &str| NumberReader::new(None).count(Cell::new(text)).ok();
        for (text, expected) in [
            ("12,000", 12_000),
            ("7", 7),
            ("7.0", 7),
            ("7.00", 7),
            ("1 000", 1_000),
            ("1,234,567", 1_234_567),
        ] {
            assert_eq!(count(text), Some(expected), "{text}");
        }
        for text in ["1,5", "1.5", "-1", "1.000", "1_000", "$5", "1.2E+05", "99999999999999999999", ""] {
            assert_eq!(count(text), None, "{text}");
        }
        let quantity = |text: &str| {
            let mut numbers = NumberReader::new(None);
            let quantity = numbers.quantity(Cell::new(text)).ok()?;
            numbers.finish().ok().map(|()| quantity.to_string())
        };
        assert_eq!(quantity("1.4").as_deref(), Some("1.4"));
        assert_eq!(quantity("1,234.5").as_deref(), Some("1234.5"));
        for text in ["1,234", "1.234", "$5", "few"] {
            assert_eq!(quantity(text), None, "{text}");
        }
    }

    #[test]
    fn a_currency_beside_an_amount_is_told() {
        let read = |text: &str| NumberReader::new(None).amount(Cell::new(text)).unwrap();
        assert_eq!(read("12.00 EUR").currency(), "EUR".parse().ok());
        assert!(!read("\u{20ac}12").fits(Currency::USD));
        assert!(read("$12").fits(Currency::USD) && read("$12").fits("CAD".parse().unwrap()));
        assert!(!read("$12").fits("EUR".parse().unwrap()));
        assert!(read("US$12").fits(Currency::USD) && !read("CA$12").fits(Currency::USD));
    }
}
