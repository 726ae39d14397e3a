//! Literals of a filter: texts, numbers, instants and flags, each with its place in the sentence.
//!
//! Spans are kept so that a later check, such as for values that no charge has, can point to the place in the
//! sentence.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use rust_decimal::Decimal;

use crate::money::fixed;
use crate::time::Timestamp;

/// A value in a filter, and where it is.
///
/// Equality compares the values and ignores the spans.
#[derive(Clone, Debug)]
pub struct Literal {
    value: Value,
    span: Range<usize>,
}

/// The value of a [`Literal`]. `Debug` leaves it out, since it may name a person.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// `'text'`.
    Text(Arc<str>),
    /// `12.5`.
    Number(Number),
    /// `'2026-09-01'`, the UTC midnight at which that day starts, or `'2026-09-01T12:30:00Z'`.
    Instant(Timestamp),
    /// `true` or `false`.
    Flag(bool),
}

crate::masked_debug!(Value = Text | Number | Instant | Flag);

/// An exact number in a filter: a count of 10^-24, up to about 1.7 * 10^14.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(i128);

crate::masked_debug!(Number {});

impl Literal {
    /// Makes a literal, for code that rewrites conditions; `span` is the range of bytes in the sentence that it comes from.
    pub fn new(value: Value, span: Range<usize>) -> Self {
        Self { value, span }
    }

    /// Returns the value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Returns the bytes of the sentence that it is in.
    ///
    /// An index into the sentence as it was written, quotes included.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Returns the value, if it is a text.
    pub fn as_text(&self) -> Option<&Arc<str>> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_text(&self, text: &str) -> bool {
        self.as_text().is_some_and(|own| **own == *text)
    }

    pub(super) fn as_number(&self) -> Option<Number> {
        match self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(super) fn as_instant(&self) -> Option<Timestamp> {
        match self.value {
            Value::Instant(instant) => Some(instant),
            _ => None,
        }
    }
}

impl Number {
    /// Reads `[-]digits[.digits]` with at most 24 decimals.
    pub(super) fn parse(text: &str) -> Option<Self> {
        fixed::parse(text).map(Self)
    }

    /// Returns the number in units of 10^-24.
    pub const fn units(self) -> i128 {
        self.0
    }

    /// Returns the same number as a decimal; `None` if it has more than the 28 digits that a decimal holds.
    pub fn to_decimal(self) -> Option<Decimal> {
        fixed::to_decimal(self.0)
    }
}

/// Reads a calendar date, meaning its midnight, or an RFC 3339 instant; in UTC both lie in the years 0 to 9999.
/// Charges arise at whole milliseconds, and an instant finer than that is refused rather than cut.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let is_date = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_date {
        return text.parse::<NaiveDate>().ok().map(Timestamp::midnight);
    }
    let instant = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    let whole = instant.nanosecond() % 1_000_000 == 0;
    let timestamp = Timestamp::from(instant);
    (whole && (0..=9999).contains(&timestamp.date().year())).then_some(timestamp)
}

impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Literal {}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Number(number) => number.fmt(f),
            Self::Instant(instant) if instant.to_datetime().time() == NaiveTime::MIN => {
                write!(f, "'{}'", instant.date())
            }
            Self::Instant(instant) => write!(f, "'{instant}'"),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fixed::write(self.0, f)
    }
}

/// `text` in single quotes, with every quote inside doubled.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_dates_or_exact_times() {
        let table = [
            ("2026-09-01", Some("'2026-09-01'")),
            ("2026-09-01T00:00:00Z", Some("'2026-09-01'")),
            ("2026-09-01T02:00:00+02:00", Some("'2026-09-01'")),
            ("2026-09-01T12:30:00.250Z", Some("'2026-09-01T12:30:00.250Z'")),
            ("2026-02-30", None),
            ("2026-9-1", None),
            ("20260-09-1", None),
            ("2026-09-01T12:30:00.0005Z", None),
            ("9999-12-31T23:59:59-10:00", None),
            ("2026-09-01T12:30:00", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, expected) in table {
            let printed = instant(text).map(|instant| Value::Instant(instant).to_string());
            assert_eq!(printed.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let literal = Literal::new(Value::Text("canary".into()), 3..11);
        assert_eq!(format!("{literal:?}"), "Literal { value: Text(..), span: 3..11 }");
    }
}
