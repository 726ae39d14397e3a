//! Reading JSON objects field by field from their raw text.
//!
//! Every field is taken as raw text and read on its own, so that no number passes through a float,
//! a fault names its field, and a field nobody asked for is noticed. Faults never carry a value.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::cents::Cents;
use crate::number::{self, NumberFault};

/// Where and how an answer departs from what was expected; never what it held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecodeFault {
    path: String,
    expected: &'static str,
    /// The text ends before the JSON does: a cut transfer rather than a strange answer.
    pub(crate) cut: bool,
}

pub(crate) type Decoded<T> = Result<T, DecodeFault>;

impl DecodeFault {
    pub(crate) fn new(path: impl Into<String>, expected: &'static str) -> Self {
        Self { path: path.into(), expected, cut: false }
    }

    pub(crate) fn under(mut self, parent: &str) -> Self {
        self.path = match self.path.as_str() {
            "" => parent.to_owned(),
            path => format!("{parent}.{path}"),
        };
        self
    }

    fn json(error: &serde_json::Error, expected: &'static str) -> Self {
        let cut = error.is_eof();
        Self {
            path: String::new(),
            expected: if cut { "the whole text, but it ends early" } else { expected },
            cut,
        }
    }
}

impl DecodeFault {
    /// The field, such as `usageEvents[17].chargedCents`; empty for the answer as a whole.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for DecodeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)
    }
}

impl std::error::Error for DecodeFault {}

/// The fields of one JSON object that were not taken yet.
#[derive(Debug)]
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::with_capacity(24);
                while let Some((Key(name), raw)) = map.next_entry()? {
                    fields.push((name, raw));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl<'a> Fields<'a> {
    /// The fields of a whole answer.
    pub(crate) fn of_answer(body: &'a [u8]) -> Decoded<Self> {
        serde_json::from_slice(body).map_err(|error| DecodeFault::json(&error, "a JSON object"))
    }

    /// The fields of an object inside an answer.
    pub(crate) fn of(raw: &'a RawValue) -> Decoded<Self> {
        Self::of_text(raw.get())
    }

    /// The fields of an object in a text of its own.
    pub(crate) fn of_text(text: &'a str) -> Decoded<Self> {
        serde_json::from_str(text).map_err(|error| DecodeFault::json(&error, "a JSON object"))
    }

    /// Takes a field out. `null` is the same as missing; twice the same name is a fault.
    pub(crate) fn take(&mut self, name: &'static str) -> Decoded<Field<'a>> {
        let mut found = None;
        let mut twice = false;
        self.0.retain(|(key, raw)| {
            let hit = key == name;
            if hit {
                twice |= found.is_some();
                found = Some(*raw);
            }
            !hit
        });
        if twice {
            return Err(DecodeFault::new(name, "one field of this name, but there are several"));
        }
        Ok(Field { name, raw: found.filter(|raw| raw.get() != "null") })
    }

    /// Takes a field that has had two names; the first name wins.
    pub(crate) fn take_either(&mut self, name: &'static str, legacy: &'static str) -> Decoded<Field<'a>> {
        let (new, old) = (self.take(name)?, self.take(legacy)?);
        Ok(if new.raw.is_some() { new } else { old })
    }

    /// The names and JSON types of the fields that nobody took.
    pub(crate) fn left(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.0.iter().map(|(name, raw)| (name.as_ref(), json_type(raw)))
    }
}

fn json_type(raw: &RawValue) -> &'static str {
    match raw.get().bytes().next() {
        Some(b'"') => "string",
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}

/// One field of an object, perhaps missing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'static str,
    pub(crate) raw: Option<&'a RawValue>,
}

impl<'a> Field<'a> {
    fn fault(&self, expected: &'static str) -> DecodeFault {
        DecodeFault::new(self.name, expected)
    }

    fn read<T>(&self, read: impl FnOnce(&'a RawValue) -> Result<T, &'static str>) -> Decoded<Option<T>> {
        self.raw.map(read).transpose().map_err(|expected| self.fault(expected))
    }

    fn number<T>(&self, read: impl FnOnce(&str) -> Result<T, NumberFault>) -> Decoded<Option<T>> {
        self.read(|raw| {
            let text = number_text(raw).ok_or("a number")?;
            read(text.trim()).map_err(|fault| match fault {
                NumberFault::NotANumber => "a number",
                NumberFault::OutOfRange => "a number within range",
                NumberFault::NotWhole => "a whole number",
            })
        })
    }

    /// The value, or a fault that says it is missing.
    pub(crate) fn required<T>(&self, value: Option<T>) -> Decoded<T> {
        value.ok_or_else(|| self.fault("a value, but it is missing"))
    }

    /// A string as sent, or the digits of a number.
    pub(crate) fn text(&self) -> Decoded<Option<String>> {
        self.read(|raw| number_text(raw).map(Cow::into_owned).ok_or("a string"))
    }

    /// The same, but an empty text counts as missing.
    pub(crate) fn id(&self) -> Decoded<Option<String>> {
        Ok(self.text()?.filter(|id| !id.is_empty()))
    }

    /// `true` or `false`, also in quotes.
    pub(crate) fn flag(&self) -> Decoded<Option<bool>> {
        self.read(|raw| match raw.get().trim_matches('"') {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("true or false"),
        })
    }

    /// A whole number of zero or more.
    pub(crate) fn count(&self) -> Decoded<Option<u64>> {
        self.number(number::whole)
    }

    /// An amount of cents; rounding is counted.
    pub(crate) fn cents(&self, rounded: &mut u32) -> Decoded<Option<Cents>> {
        Ok(self.number(Cents::read)?.map(|(cents, lost)| {
            *rounded += u32::from(lost);
            cents
        }))
    }

    /// A decimal; rounding is counted.
    pub(crate) fn decimal(&self, rounded: &mut u32) -> Decoded<Option<Decimal>> {
        Ok(self.number(number::decimal)?.map(|(decimal, lost)| {
            *rounded += u32::from(lost);
            decimal
        }))
    }

    /// A moment: epoch milliseconds as a number or in a string, or RFC 3339.
    pub(crate) fn instant(&self) -> Decoded<Option<DateTime<Utc>>> {
        self.read(|raw| {
            let text = number_text(raw).ok_or(INSTANT)?;
            instant(text.trim()).ok_or(INSTANT)
        })
    }

    /// An array, each element in its own text.
    pub(crate) fn array(&self) -> Decoded<Option<Vec<&'a RawValue>>> {
        self.read(|raw| serde_json::from_str(raw.get()).map_err(|_| "an array"))
    }

    /// A day, as `2026-07-31`.
    pub(crate) fn date(&self) -> Decoded<Option<NaiveDate>> {
        self.read(|raw| {
            let text = string(raw).ok_or(DATE)?;
            NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| DATE)
        })
    }

    /// The objects of an array, each read on its own; none if the field is missing. A fault names
    /// the row.
    pub(crate) fn rows<T>(&self, mut read: impl FnMut(Fields<'a>) -> Decoded<T>) -> Decoded<Vec<T>> {
        let rows = self.array()?.unwrap_or_default().into_iter().enumerate();
        rows.map(|(row, raw)| {
            Fields::of(raw).and_then(&mut read).map_err(|fault| fault.under(&format!("{}[{row}]", self.name)))
        })
        .collect()
    }

    /// What an object inside this field holds. A fault names the field.
    pub(crate) fn inside<T>(&self, read: impl FnOnce(Fields<'a>) -> Decoded<T>) -> Decoded<Option<T>> {
        self.object()?.map(read).transpose().map_err(|fault| fault.under(self.name))
    }

    /// An object inside this field.
    pub(crate) fn object(&self) -> Decoded<Option<Fields<'a>>> {
        self.read(|raw| Fields::of(raw).map_err(|_| "an object"))
    }
}

const DATE: &str = "a day such as 2026-07-31";
const INSTANT: &str = "epoch milliseconds or an RFC 3339 time";

fn instant(text: &str) -> Option<DateTime<Utc>> {
    if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
        && let Ok(nanos) = number::fixed(text, 6)
    {
        return i64::try_from(nanos.units).ok().map(DateTime::from_timestamp_nanos);
    }
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}

/// The text of a number, or the content of a string.
pub(crate) fn number_text(raw: &RawValue) -> Option<Cow<'_, str>> {
    match json_type(raw) {
        "number" => Some(Cow::Borrowed(raw.get())),
        "string" => string(raw).map(Cow::Owned),
        _ => None,
    }
}

/// The content of a JSON string. Half of a surrogate pair, which a sender makes by cutting a text in
/// the middle of an emoji, becomes the replacement character.
fn string(raw: &RawValue) -> Option<String> {
    struct Content;
    impl Visitor<'_> for Content {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }
        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
    }
    if json_type(raw) != "string" {
        return None;
    }
    serde_json::Deserializer::from_str(raw.get()).deserialize_bytes(Content).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(json: &str, read: impl FnOnce(Field<'_>) -> T) -> T {
        let text = format!(r#"{{"f":{json}}}"#);
        read(Fields::of_text(&text).unwrap().take("f").unwrap())
    }

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
            assert_eq!(with(json, |f| f.instant()), Ok(Some(expected)), "{json}");
        }
        for json in ["\"\"", "\"soon\"", "true", "{}", "1e40", "\"2026-07-31\""] {
            assert!(with(json, |f| f.instant()).is_err(), "{json}");
        }
    }

    #[test]
    fn strings_with_half_an_emoji() {
        assert_eq!(with(r#""a\ud83d""#, |f| f.text()), Ok(Some("a\u{fffd}\u{fffd}\u{fffd}".into())));
        assert_eq!(with(r#""\u00e9\ud83d\ude80\n""#, |f| f.text()), Ok(Some("é🚀\n".into())));
        assert_eq!(with("1", |f| f.text()), Ok(Some("1".into())));
        assert!(with("true", |f| f.text()).is_err());
    }

    #[test]
    fn flags_counts_and_ids() {
        assert_eq!(with("true", |f| f.flag()), Ok(Some(true)));
        assert_eq!(with("\"false\"", |f| f.flag()), Ok(Some(false)));
        assert_eq!(with("null", |f| f.flag()), Ok(None));
        assert!(with("1", |f| f.flag()).is_err());
        for json in ["1200", "\"1200\"", "1200.0", "1.2e3"] {
            assert_eq!(with(json, |f| f.count()), Ok(Some(1200)), "{json}");
        }
        for json in ["-1", "1.5", "\"x\"", "[]"] {
            assert!(with(json, |f| f.count()).is_err(), "{json}");
        }
        assert_eq!(with("42", |f| f.id()), Ok(Some("42".into())));
        assert_eq!(with("\"\"", |f| f.id()), Ok(None));
    }

    #[test]
    fn the_same_name_twice_is_a_fault() {
        let mut fields = Fields::of_text(r#"{"a":1,"b":2,"a":3}"#).unwrap();
        assert!(fields.take("a").is_err());
        assert_eq!(fields.take("b").unwrap().count(), Ok(Some(2)));
    }

    #[test]
    fn what_is_left_is_named_without_its_value() {
        let mut fields = Fields::of_text(r#"{"a":1,"b":"x","c":null,"d":[1],"e":{},"f":true}"#).unwrap();
        fields.take("a").unwrap();
        let left: Vec<_> = fields.left().collect();
        assert_eq!(left, [("b", "string"), ("c", "null"), ("d", "array"), ("e", "object"), ("f", "boolean")]);
    }

    #[test]
    fn a_cut_text_is_told_apart() {
        assert!(Fields::of_answer(br#"{"a":1,"b":[1,"#).unwrap_err().cut);
        assert!(!Fields::of_answer(b"<html>").unwrap_err().cut);
        assert!(Fields::of_answer(b"").unwrap_err().cut);
    }
}
