//! Strings, numbers, times and flags from the raw text of one JSON value.
//!
//! These readers serve the exact way of `object`: each takes the raw text of a value and accepts it with or without
//! quotes, since Cursor has sent numbers and times in both forms.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::{Deserializer, Visitor};

use super::number::{self, NumberFault};

/// What a value should have been.
///
/// Error messages put it after "expected".
pub(crate) type Expected = &'static str;

/// What is expected of a number.
const NUMBER: Expected = "a number";
/// What is expected of a moment.
const INSTANT: Expected = "epoch milliseconds or an RFC 3339 time";
/// What is expected of a day.
const DAY: Expected = "a day such as 2026-07-31";

/// Returns the content of a string, borrowed unless something in it is escaped; `None` for another value.
#[inline]
pub(crate) fn string(raw: &str) -> Option<Cow<'_, str>> {
    let content = raw.strip_prefix('"')?.strip_suffix('"')?;
    if content.as_bytes().contains(&b'\\') {
        unescaped(raw).map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(content))
    }
}

/// Returns the digits of a number, or the content of a string.
///
/// For ids, too: Cursor has sent them as numbers and as strings.
#[inline]
pub(crate) fn number_text(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => Some(Cow::Borrowed(raw)),
        _ => string(raw),
    }
}

/// Reads a string as sent, or the digits of a number.
#[inline]
pub(crate) fn string_or_digits(raw: &str) -> Result<Cow<'_, str>, Expected> {
    number_text(raw).ok_or("a string")
}

/// Reads a string with escapes. Half of a surrogate pair, which a sender makes by cutting a text in the
/// middle of an emoji, becomes the replacement character; read as a `str` it would be an error.
#[cold]
fn unescaped(raw: &str) -> Option<String> {
    struct Content;
    impl Visitor<'_> for Content {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }
    }
    serde_json::Deserializer::from_str(raw).deserialize_bytes(Content).ok()
}

/// Reads a number, also one in a string.
#[inline]
pub(crate) fn number<T>(raw: &str, read: impl Fn(&str) -> Result<T, NumberFault>) -> Result<T, Expected> {
    let text = number_text(raw).ok_or(NUMBER)?;
    read(text.trim_ascii()).map_err(|fault| match fault {
        NumberFault::NotANumber => NUMBER,
        NumberFault::OutOfRange => "a number within range",
        NumberFault::NotWhole => "a whole number",
    })
}

/// Reads a whole number of zero or more.
#[inline]
pub(crate) fn count(raw: &str) -> Result<u64, Expected> {
    number(raw, number::read_whole)
}

/// Reads `true` or `false`, also in quotes.
#[inline]
pub(crate) fn flag(raw: &str) -> Result<bool, Expected> {
    match raw {
        "true" | "\"true\"" => Ok(true),
        "false" | "\"false\"" => Ok(false),
        _ => Err("true or false"),
    }
}

/// Reads a moment: epoch milliseconds as a number or in a string, or RFC 3339.
#[inline]
pub(crate) fn instant(raw: &str) -> Result<DateTime<Utc>, Expected> {
    parse_instant(&number_text(raw).ok_or(INSTANT)?)
}

/// Reads the text of a moment.
#[inline]
pub(crate) fn parse_instant(text: &str) -> Result<DateTime<Utc>, Expected> {
    instant_of(text.trim()).ok_or(INSTANT)
}

/// Reads milliseconds, also with a fraction or an exponent, else RFC 3339; `None` for times that 64 bits of
/// nanoseconds do not hold.
///
/// Millisecond counts come first, as nearly every event has them.
fn instant_of(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(millis) = number::read_whole(text) {
        let nanos = i64::try_from(millis).ok()?.checked_mul(1_000_000)?;
        return Some(DateTime::from_timestamp_nanos(nanos));
    }
    // Every time of RFC 3339 has other characters as well, between its date and its time.
    if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
        && let Ok(nanos) = number::read_fixed(text, 6)
    {
        return i64::try_from(nanos.units).ok().map(DateTime::from_timestamp_nanos);
    }
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}

/// Reads a day, as `2026-07-31`.
///
/// Blanks around it do not matter.
pub(crate) fn day(raw: &str) -> Result<NaiveDate, Expected> {
    let text = string(raw).ok_or(DAY)?;
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| DAY)
}

/// Names the type of a JSON value, as drift reports have it.
pub(crate) fn json_type(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'"') => "string",
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'n') => "null",
        Some(b't' | b'f') => "boolean",
        _ => "number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let expected: DateTime<Utc> = "2026-07-31T10:00:00.417Z".parse().unwrap();
        for json in [
            "\"1785492000417\"",
            "1785492000417",
            "1785492000417.0",
            "1.785492000417e12",
            "\"2026-07-31T10:00:00.417Z\"",
            "\"2026-07-31T12:00:00.417+02:00\"",
        ] {
            assert_eq!(instant(json), Ok(expected), "{json}");
        }
        for json in ["\"\"", "\"soon\"", "true", "{}", "1e40", "\"2026-07-31\""] {
            assert!(instant(json).is_err(), "{json}");
        }
    }

    #[test]
    fn flags_and_counts() {
        assert_eq!((flag("true"), flag("\"false\"")), (Ok(true), Ok(false)));
        assert!(flag("1").is_err());
        for json in ["1200", "\"1200\"", "1200.0", "1.2e3"] {
            assert_eq!(count(json), Ok(1200), "{json}");
        }
        for json in ["-1", "1.5", "\"x\"", "[]"] {
            assert!(count(json).is_err(), "{json}");
        }
    }

    #[test]
    fn strings_with_half_an_emoji() {
        let read = |raw| string(raw).unwrap();
        assert_eq!(read(r#""a\ud83d""#), "a\u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(read(r#""\u00e9\ud83d\ude80\n""#), "é🚀\n");
        assert_eq!(read(r#""a\"""#), "a\"");
        assert_eq!(string("1"), None);
        assert_eq!(number_text("true"), None);
        assert!(matches!(read("\"é🚀\""), Cow::Borrowed(_)));
    }
}
