//! What readers of invoices share, also those outside of this crate: text of bytes, figures as invoices print them, and
//! JSON of which every fault has its place.

use std::fmt;

use cost_model::Money;
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{Error, ErrorKind, Result};

/// The text of a file in UTF-8, without a byte order mark.
///
/// # Errors
/// [`ErrorKind::Invoice`] with the line that is not UTF-8.
pub fn text(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to());
        let line = 1 + before.map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        invalid("the text is not UTF-8").on_line(line)
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// An amount as invoices print it: with an optional sign before or after an optional `$`, and optional thousands
/// separators. A decimal comma is an error.
///
/// ```
/// use reconcile::reading::amount;
/// assert_eq!(amount("-$1,200.50")?.to_string(), "-1200.5");
/// assert!(amount("96,10").is_err());
/// # Ok::<(), reconcile::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Invoice`] with the text.
pub fn amount(text: &str) -> Result<Money> {
    let compact: String = text.chars().filter(|each| !matches!(each, ' ' | '\u{a0}')).collect();
    let (sign, rest) = compact.strip_prefix('-').map_or(("", compact.as_str()), |rest| ("-", rest));
    let rest = rest.strip_prefix('$').or_else(|| rest.strip_suffix('$')).unwrap_or(rest);
    let digits = format!("{sign}{rest}");
    let amount = without_separators(&digits).and_then(|digits| digits.parse().ok());
    amount.ok_or_else(|| invalid(format!("`{text}` is not an amount like 96.10")))
}

/// A quantity as invoices print it, with optional thousands separators.
///
/// # Errors
/// [`ErrorKind::Invoice`] with the text.
pub fn quantity(text: &str) -> Result<Decimal> {
    let number = without_separators(text).and_then(|digits| Decimal::from_str_exact(&digits).ok());
    number.ok_or_else(|| invalid(format!("`{text}` is not a number")))
}

/// A number without its thousands separators; `None` if a comma stands elsewhere, as a decimal comma does.
fn without_separators(number: &str) -> Option<String> {
    let whole = number.split_once('.').map_or(number, |(whole, _)| whole);
    let commas = number.matches(',').count();
    let thousands = whole.split(',').skip(1).filter(|group| group.len() == 3).count();
    (commas == thousands).then(|| number.replace(',', ""))
}

/// A JSON text, of which the parts are read one by one, and each fault is told with line and column. Numbers never pass
/// through a float, whatever features of `serde_json` a program turns on.
///
/// ```
/// use reconcile::reading::JsonText;
/// let json = JsonText::new(r#"{ "cents": 7602.50 }"#);
/// let members = json.members(json.whole())?;
/// assert_eq!(members, [("cents".to_owned(), "7602.50")]);
/// assert_eq!(json.amount(members[0].1)?.to_string(), "7602.5");
/// assert_eq!(json.string(members[0].1).unwrap_err().to_string(), "line 1: column 12: `7602.50` is not a string");
/// # Ok::<(), reconcile::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JsonText<'a>(&'a str);

impl<'a> JsonText<'a> {
    /// The text of a file.
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// All of the text.
    pub fn whole(&self) -> &'a str {
        self.0
    }

    /// The names and values of a part that is an object, in order.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`] with line and column, if it is none, or has two values of one name.
    pub fn members(&self, part: &'a str) -> Result<Vec<(String, &'a str)>> {
        let members: Members<'_> = self.object(part)?;
        Ok(members.0)
    }

    /// The values of a part that is a list.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`] with line and column, if it is none.
    pub fn elements(&self, part: &'a str) -> Result<Vec<&'a str>> {
        let elements: Vec<&RawValue> =
            serde_json::from_str(part).map_err(|_| self.fault(part, "this is not a list"))?;
        Ok(elements.into_iter().map(RawValue::get).collect())
    }

    /// Reads a part as an object with the fields of `T`.
    pub(super) fn object<T: Deserialize<'a>>(&self, part: &'a str) -> Result<T> {
        // Derived types would read a list as well, by the order of their fields.
        let found = match part.trim_start().bytes().next() {
            Some(b'[') => Some("a list"),
            Some(b'"') => Some("a string"),
            Some(b'-' | b'0'..=b'9') => Some("a number"),
            Some(b'n') => Some("null"),
            None => Some("nothing"),
            Some(_) => None,
        };
        if let Some(found) = found {
            return Err(self.fault(part, &format!("{found} where an object is expected")));
        }
        serde_json::from_str(part).map_err(|error| {
            let (line, column) = self.place(part);
            let below = u64::try_from(error.line()).unwrap_or_default().saturating_sub(1);
            let inside = u64::try_from(error.column()).unwrap_or_default();
            let column = if below == 0 { column.saturating_add(inside).saturating_sub(1) } else { inside };
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            invalid(format!("column {}: {said}", column.max(1))).on_line(line.saturating_add(below))
        })
    }

    /// Reads a part of the text as a string.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`] with line and column, if it is none.
    pub fn string(&self, part: &'a str) -> Result<String> {
        serde_json::from_str(part).map_err(|_| self.fault(part, &format!("`{part}` is not a string")))
    }

    /// Reads a part of the text as an amount: a number, exponent and all, or a string such as `"96.10"`. Every digit is
    /// kept.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`] with line and column, if it is neither, out of range, or finer than 24 decimals.
    pub fn amount(&self, part: &'a str) -> Result<Money> {
        let amount = self.digits(part).and_then(|digits| digits.parse().ok());
        amount.ok_or_else(|| self.fault(part, &format!("`{part}` is not an amount like 96.10")))
    }

    /// Reads a part of the text as a quantity, in the same forms as an [`amount`](Self::amount).
    ///
    /// # Errors
    /// As [`amount`](Self::amount), for more than 28 digits.
    pub fn quantity(&self, part: &'a str) -> Result<Decimal> {
        let number = self.digits(part).and_then(|digits| Decimal::from_str_exact(&digits).ok());
        number.ok_or_else(|| self.fault(part, &format!("`{part}` is not a number")))
    }

    /// An error about a part of the text, with line and column.
    pub fn fault(&self, part: &str, message: &str) -> Error {
        let (line, column) = self.place(part);
        invalid(format!("column {column}: {message}")).on_line(line)
    }

    /// The line and the column, in characters, where a part of the text begins.
    pub fn place(&self, part: &str) -> (u64, u64) {
        // A part lies in the text it was read from.
        let start = part.as_ptr().addr().saturating_sub(self.0.as_ptr().addr());
        let before = self.0.get(..start).unwrap_or_default();
        let last = before.rsplit('\n').next().unwrap_or_default();
        let line = before.matches('\n').map(|_| 1).sum::<u64>().saturating_add(1);
        (line, last.chars().map(|_| 1).sum::<u64>().saturating_add(1))
    }

    /// The plain digits of a number, or what a string of one holds.
    fn digits(&self, part: &'a str) -> Option<String> {
        if part.starts_with('"') { self.string(part).ok() } else { without_exponent(part) }
    }
}

/// The members of an object as they stand in the text.
struct Members<'a>(Vec<(String, &'a str)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Members<'de>, A::Error> {
        let mut members: Vec<(String, &str)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            if members.iter().any(|(other, _)| *other == name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            members.push((name, value.get()));
        }
        Ok(Members(members))
    }
}

/// A number of JSON's grammar, written without an exponent.
fn without_exponent(number: &str) -> Option<String> {
    /// Far beyond what an amount can hold, and short enough to be written out.
    const FURTHEST: i32 = 60;
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else { return Some(number.to_owned()) };
    let exponent: i32 = exponent.parse().ok().filter(|exponent: &i32| exponent.abs() <= FURTHEST)?;
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let shift = usize::try_from(exponent.unsigned_abs()).ok()?;
    let zeros = "0".repeat(shift);
    let (digits, point) = if exponent < 0 {
        (format!("0{zeros}{whole}{fraction}"), whole.len().checked_add(1)?)
    } else {
        (format!("{whole}{fraction}{zeros}"), whole.len().checked_add(shift)?)
    };
    let (whole, fraction) = digits.split_at_checked(point)?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invoice, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_stand_at_the_ends_of_an_amount() {
        for text in ["-$1,200.50", "$-1,200.50", "-1200.5", "-1 200.50 $"] {
            assert_eq!(amount(text).unwrap().to_string(), "-1200.5", "{text}");
        }
        for text in ["5$0", "-$-5", "--5", "$$5", "5-", "$", ""] {
            assert!(amount(text).is_err(), "{text}");
        }
    }

    #[test]
    fn exponents_are_written_out_to_the_last_digit() {
        for (number, expected) in [
            ("96.10", "96.1"),
            ("9.61e1", "96.1"),
            ("9610E-2", "96.1"),
            ("1e+2", "100"),
            ("-1.25e-3", "-0.00125"),
            ("0.5e0", "0.5"),
            ("12e-24", "0.000000000000000000000012"),
            ("\"96.10\"", "96.1"),
        ] {
            assert_eq!(JsonText::new(number).amount(number).unwrap().to_string(), expected, "{number}");
        }
        for number in ["1e-25", "1e99999999999", "1e61", "null", "\"1e3\"", "\"$5\"", "true", "{}", "\"\""] {
            assert!(JsonText::new(number).amount(number).is_err(), "{number}");
        }
    }

    #[test]
    fn a_part_has_its_line_and_column() {
        let text = "{\n  \"\u{e4}\": 1}";
        let part = text.get(text.len() - 2..text.len() - 1).unwrap();
        assert_eq!((part, JsonText::new(text).place(part)), ("1", (2, 8)));
    }
}
