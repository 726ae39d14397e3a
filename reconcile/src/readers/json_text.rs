//! Text and JSON for readers of invoices, also those outside of this crate: text of bytes, JSON of which every fault has its
//! place, and sums told from lines. Numbers are read by [`cost_model::input::NumberReader`].

use crate::error::invalid;
use std::borrow::Cow;

use cost_model::input::{
    Amount, Cell, DecimalMark, InputError, NumberReader, UniqueFields, decode, plain_digits, quoted,
};
use rust_decimal::Decimal;
use serde::de::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// Returns the text of a file; see [`cost_model::input::decode`].
///
/// ```
/// use reconcile::readers::decode_text;
///
/// assert_eq!(decode_text(b"\xef\xbb\xbfTotal")?, "Total", "without the byte order mark");
/// assert!(decode_text(&[0xff]).is_err());
/// # Ok::<(), reconcile::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Invoice`](crate::ErrorKind::Invoice) with the line and the remedy, for bytes that are no text.
pub fn decode_text(bytes: &[u8]) -> Result<Cow<'_, str>> {
    Ok(decode(bytes)?)
}

/// A JSON text whose parts are read one by one, and whose errors have line and column. Numbers never pass through a float,
/// whatever features of `serde_json` a program turns on.
///
/// ```
/// use reconcile::readers::JsonText;
/// # use cost_model::input::NumberReader;
/// let json = JsonText::new(r#"{ "cents": 7602.50 }"#);
/// let members = json.members(json.whole())?;
/// assert_eq!(members, [("cents".to_owned(), "7602.50")]);
/// let mut numbers = NumberReader::new(None);
/// assert_eq!(json.amount(members[0].1, &mut numbers)?.value.to_string(), "7602.5");
/// assert_eq!(json.string(members[0].1).unwrap_err().to_string(), "line 1: column 12: `7602.50` is not a string");
/// # Ok::<(), reconcile::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JsonText<'a>(&'a str);

impl<'a> JsonText<'a> {
    /// Wraps the text of a file.
    /// It is not parsed as a whole: each part is a slice of the text, so that its line and column can be told.
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Returns all of the text.
    pub fn whole(&self) -> &'a str {
        self.0
    }

    /// Returns the names and values of a part that is an object, in order.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`](crate::ErrorKind::Invoice) with line and column, if it is none, or has two values of one name.
    pub fn members(&self, part: &'a str) -> Result<Vec<(String, &'a str)>> {
        let members: UniqueFields<&RawValue> = self.object(part)?;
        Ok(members.0.into_iter().map(|(name, value)| (name, value.get())).collect())
    }

    /// Returns the values of a part that is a list.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`](crate::ErrorKind::Invoice) with line and column, if it is none.
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
    /// [`ErrorKind::Invoice`](crate::ErrorKind::Invoice) with line and column, if it is none.
    pub fn string(&self, part: &'a str) -> Result<String> {
        serde_json::from_str(part).map_err(|_| self.fault(part, &format!("`{part}` is not a string")))
    }

    /// Reads a part of the text as an amount: a number, exponent and all, or a string that `numbers` reads, such as
    /// `"$96.10"`. Every digit is kept. Numbers of JSON have decimal points whatever the strings of the file have.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`](crate::ErrorKind::Invoice) with line and column, if it is neither, out of range, or finer than 24 decimals.
    pub fn amount(&self, part: &'a str, numbers: &mut NumberReader) -> Result<Amount> {
        self.number(part, "an amount like 96.10", numbers, NumberReader::amount)
    }

    /// Reads a part of the text as a quantity, in the same forms as an [`amount`](Self::amount).
    ///
    /// # Errors
    /// As [`amount`](Self::amount), for more than 28 digits.
    pub fn quantity(&self, part: &'a str, numbers: &mut NumberReader) -> Result<Decimal> {
        self.number(part, "a number", numbers, NumberReader::quantity)
    }

    /// Reads a number of JSON, or a string with a number as the file writes them.
    fn number<T>(
        &self,
        part: &'a str,
        what: &str,
        numbers: &mut NumberReader,
        read: impl Fn(&mut NumberReader, Cell<'_>) -> std::result::Result<T, InputError>,
    ) -> Result<T> {
        if part.starts_with('"') {
            let text = self.string(part)?;
            let cell = Cell::new(&text).on_line(self.place(part).0);
            return read(numbers, cell).map_err(|problem| self.fault(part, problem.message()));
        }
        // A number of JSON has a decimal point, which says nothing about strings.
        let mut plain = NumberReader::new(Some(DecimalMark::Point));
        let number = plain_digits(part).and_then(|digits| read(&mut plain, Cell::new(&digits)).ok());
        number.ok_or_else(|| self.fault(part, &format!("`{}` is not {what}", quoted(part))))
    }

    /// Returns an error about a part of the text, with line and column.
    /// `part` has to be a slice of this text: its address is its place.
    pub fn fault(&self, part: &str, message: &str) -> Error {
        let (line, column) = self.place(part);
        invalid(format!("column {column}: {message}")).on_line(line)
    }

    /// Returns the line and the column, in characters, where a part of the text begins.
    pub fn place(&self, part: &str) -> (u64, u64) {
        // A part lies in the text it was read from.
        let start = part.as_ptr().addr().saturating_sub(self.0.as_ptr().addr());
        let before = self.0.get(..start).unwrap_or_default();
        let last = before.rsplit('\n').next().unwrap_or_default();
        let line = before.matches('\n').map(|_| 1).sum::<u64>().saturating_add(1);
        (line, last.chars().map(|_| 1).sum::<u64>().saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(number: &str) -> Result<String> {
        let amount = JsonText::new(number).amount(number, &mut NumberReader::new(None))?;
        Ok(amount.value.to_string())
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
            ("\"$1,096.10\"", "1096.1"),
        ] {
            assert_eq!(amount(number).unwrap(), expected, "{number}");
        }
        for number in ["1e-25", "1e99999999999", "1e61", "null", "\"1e3\"", "\"0,08\"", "true", "{}", "\"\""]
        {
            assert!(amount(number).is_err(), "{number}");
        }
    }

    #[test]
    fn a_part_has_its_line_and_column() {
        let text = "{\n  \"\u{e4}\": 1}";
        let part = text.get(text.len() - 2..text.len() - 1).unwrap();
        assert_eq!((part, JsonText::new(text).place(part)), ("1", (2, 8)));
    }
}
