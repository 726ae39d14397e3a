//! Reading JSON objects field by field from their raw text.
//!
//! Every field is taken as raw text and read on its own, so that no number passes through a float,
//! a fault names its field, and a field nobody asked for is noticed. Faults never carry a value.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::cents::Cents;
use crate::fault::{DecodeFault, Decoded};
use crate::number::{self, NumberFault};

/// The fields of one JSON object that were not taken yet.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a> {
    /// Names and values; a value that was taken is gone.
    entries: Vec<(Cow<'a, str>, Option<&'a RawValue>)>,
    /// Where to look first: fields are mostly taken in the order in which they are sent.
    next: usize,
    /// The marks of all names, and of those that have the mark of another. They spare most searches
    /// for what is not there.
    seen: u64,
    repeated: u64,
}

/// One bit for a name. Different names may have the same.
fn mark(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let end = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(*byte));
    let mixed = bytes.len() * 11 + end(bytes.first()) * 3 + end(bytes.last()) * 5;
    1 << (mixed % 64)
}

#[derive(Deserialize)]
pub(crate) struct Key<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// Puts the fields of an object into the place of earlier ones.
pub(crate) struct Fill<'f, 'a>(pub(crate) &'f mut Fields<'a>);

impl<'de> DeserializeSeed<'de> for Fill<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fill<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.clear();
        while let Some((Key(name), raw)) = map.next_entry()? {
            self.0.push(name, raw);
        }
        Ok(())
    }
}

/// The text of an answer. One that ends within a character was cut.
pub(crate) fn utf8(body: &[u8]) -> Decoded<&str> {
    std::str::from_utf8(body).map_err(|error| match error.error_len() {
        None => DecodeFault::cut(),
        Some(_) => DecodeFault::new("", "UTF-8 text"),
    })
}

impl<'a> Fields<'a> {
    /// The fields of a whole answer.
    pub(crate) fn of_answer(body: &'a [u8]) -> Decoded<Self> {
        Self::of_text(utf8(body)?)
    }

    /// The fields of an object inside an answer.
    pub(crate) fn of(raw: &'a RawValue) -> Decoded<Self> {
        Self::of_text(raw.get())
    }

    /// The fields of an object in a text of its own.
    pub(crate) fn of_text(text: &'a str) -> Decoded<Self> {
        let mut fields = Self::default();
        let mut json = serde_json::Deserializer::from_str(text);
        let read = Fill(&mut fields).deserialize(&mut json).and_then(|()| json.end());
        read.map_err(|error| DecodeFault::json(&error, "a JSON object"))?;
        Ok(fields)
    }

    /// Puts the fields of another object into the place of these.
    pub(crate) fn refill(&mut self, raw: &'a RawValue) -> Decoded<()> {
        let mut json = serde_json::Deserializer::from_str(raw.get());
        Fill(self).deserialize(&mut json).map_err(|error| DecodeFault::json(&error, "a JSON object"))
    }

    fn clear(&mut self) {
        self.entries.clear();
        (self.next, self.seen, self.repeated) = (0, 0, 0);
    }

    pub(crate) fn push(&mut self, name: Cow<'a, str>, raw: &'a RawValue) {
        let mark = mark(&name);
        self.repeated |= self.seen & mark;
        self.seen |= mark;
        self.entries.push((name, Some(raw)));
    }

    /// Takes a field out. `null` is the same as missing; twice the same name is a fault.
    pub(crate) fn take(&mut self, name: &'static str) -> Decoded<Field<'a>> {
        let mark = mark(name);
        if self.seen & mark == 0 {
            return Ok(Field { name, raw: None });
        }
        let count = self.entries.len();
        let (before, after) = self.entries.split_at_mut(self.next.min(count));
        let mut ordered = after.iter_mut().chain(before).enumerate();
        let Some((at, raw)) =
            ordered.find_map(|(at, (key, raw))| if key == name { Some((at, raw.take()?)) } else { None })
        else {
            return Ok(Field { name, raw: None });
        };
        if self.repeated & mark != 0 && ordered.any(|(_, (key, raw))| raw.is_some() && key == name) {
            return Err(DecodeFault::new(name, "one field of this name, but there are several"));
        }
        self.next = (self.next + at + 1) % count;
        Ok(Field { name, raw: Some(raw).filter(|raw| raw.get() != "null") })
    }

    /// Takes fields that say nothing worth keeping, so that they do not count as unknown.
    pub(crate) fn ignore(&mut self, names: &[&'static str]) -> Decoded<()> {
        names.iter().try_for_each(|name| self.take(name).map(|_| ()))
    }

    /// Takes a field that has had two names; the first name wins.
    pub(crate) fn take_either(&mut self, name: &'static str, legacy: &'static str) -> Decoded<Field<'a>> {
        let (new, old) = (self.take(name)?, self.take(legacy)?);
        Ok(if new.raw.is_some() { new } else { old })
    }

    /// The names and JSON types of the fields that nobody took.
    pub(crate) fn left(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.entries.iter().filter_map(|(name, raw)| Some((name.as_ref(), json_type((*raw)?))))
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
        self.read(|raw| match raw.get() {
            "true" | r#""true""# => Ok(true),
            "false" | r#""false""# => Ok(false),
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
    if let Ok(millis) = number::whole(text) {
        let nanos = i64::try_from(millis).ok()?.checked_mul(1_000_000)?;
        return Some(DateTime::from_timestamp_nanos(nanos));
    }
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
        "string" => string(raw),
        _ => None,
    }
}

/// The content of a JSON string, as it stands if nothing in it is escaped.
fn string(raw: &RawValue) -> Option<Cow<'_, str>> {
    let quoted = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    if quoted.as_bytes().contains(&b'\\') {
        unescaped(raw).map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(quoted))
    }
}

/// The content of a JSON string. Half of a surrogate pair, which a sender makes by cutting a text in
/// the middle of an emoji, becomes the replacement character.
fn unescaped(raw: &RawValue) -> Option<String> {
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
