//! Reading JSON objects field by field from their raw text.
//!
//! Every field is taken as raw text and read on its own, so that no number passes through a float,
//! a fault names its field, and a field nobody asked for is noticed. Faults never carry a value.

use std::borrow::Cow;

use crate::cents::Cents;
use crate::fault::{DecodeFault, Decoded};
use crate::number::{self, NumberFault};
use crate::scan::{Name, Raw, Scanner};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

/// The fields of one JSON object that were not taken yet.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a> {
    /// Names and values; a value that was taken is gone.
    entries: Vec<(Name<'a>, Option<Raw<'a>>)>,
    /// Where to look first: fields are mostly taken in the order in which they are sent.
    next: usize,
    /// The marks of all names, and of those that share one. They spare most searches for what is not
    /// there, and for the same name twice.
    seen: u64,
    shared: u64,
    /// The last object among the values, taken apart on the way, and its place.
    inner: Option<Box<Inner<'a>>>,
}

#[derive(Debug, Default)]
struct Inner<'a> {
    place: Option<usize>,
    fields: Fields<'a>,
}

/// One bit for a name. Different names may have the same; those of an event have not.
#[inline]
fn mark(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let end = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(*byte));
    1 << ((bytes.len() + end(bytes.first()) * 5 + end(bytes.last()) * 5) % 64)
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

    /// The fields of an object in a text of its own.
    pub(crate) fn of_text(text: &'a str) -> Decoded<Self> {
        let mut scanner = Scanner::new(text);
        let mut fields = Self { entries: Vec::with_capacity(8), ..Self::default() };
        if !scanner.enters(b'{')? {
            scanner.value()?;
            return Err(DecodeFault::new("", "a JSON object"));
        }
        fields.fill(&mut scanner)?;
        scanner.end()?;
        Ok(fields)
    }

    /// Puts the fields of an object, which the scanner has entered, into the place of earlier ones.
    ///
    /// Rows mostly have the same names in the same order, so each name is first compared with the one
    /// that stood in its place before.
    pub(crate) fn fill(&mut self, scanner: &mut Scanner<'a>) -> Decoded<()> {
        let mut inner = self.inner.take().unwrap_or_default();
        inner.place = None;
        self.fill_by(scanner, |scanner, place| {
            let start = scanner.clone();
            if !scanner.enters(b'{')? {
                return Ok(scanner.value()?);
            }
            inner.place = Some(place);
            // Objects inside of this one are not taken apart: they might stand in each other without end.
            inner.fields.fill_by(scanner, |scanner, _| Ok(scanner.value()?))?;
            Ok(scanner.object_since(&start))
        })?;
        self.inner = Some(inner);
        Ok(())
    }

    fn fill_by(
        &mut self,
        scanner: &mut Scanner<'a>,
        mut value_at: impl FnMut(&mut Scanner<'a>, usize) -> Decoded<Raw<'a>>,
    ) -> Decoded<()> {
        let mut count = 0;
        (self.next, self.seen, self.shared) = (0, 0, 0);
        while scanner.another(count == 0, b'}')? {
            match self.entries.get_mut(count) {
                Some((name, value)) if scanner.passes_name(name)? => {
                    *value = Some(value_at(scanner, count)?);
                    let mark = mark(name);
                    self.shared |= self.seen & mark;
                    self.seen |= mark;
                }
                _ => {
                    self.entries.truncate(count);
                    let name = scanner.name()?;
                    self.push(name, value_at(scanner, count)?);
                }
            }
            count += 1;
        }
        self.entries.truncate(count);
        Ok(())
    }

    #[inline]
    pub(crate) fn push(&mut self, name: Name<'a>, value: Raw<'a>) {
        let mark = mark(&name);
        self.shared |= self.seen & mark;
        self.seen |= mark;
        self.entries.push((name, Some(value)));
    }

    /// Takes a field out. `null` is the same as missing; twice the same name is a fault.
    #[expect(clippy::inline_always, reason = "a known name is compared in a step or two, any name by a call")]
    #[inline(always)]
    pub(crate) fn take(&mut self, name: &'static str) -> Decoded<Field<'a>> {
        if self.shared & mark(name) == 0
            && let Some((key, raw)) = self.entries.get_mut(self.next)
            && key == name
        {
            self.next += 1;
            return Ok(Field { name, raw: raw.take().filter(|raw| !raw.is_null()) });
        }
        if self.seen & mark(name) == 0 { Ok(Field { name, raw: None }) } else { self.search(name) }
    }

    /// Takes a field that is not the next one, or whose mark is shared.
    fn search(&mut self, name: &'static str) -> Decoded<Field<'a>> {
        let mut all =
            self.entries.iter_mut().enumerate().filter(|(_, (key, raw))| key == name && raw.is_some());
        let Some((at, (_, raw))) = all.next() else { return Ok(Field { name, raw: None }) };
        if all.next().is_some() {
            return Err(DecodeFault::new(name, "one field of this name, but there are several"));
        }
        let raw = raw.take().filter(|raw| !raw.is_null());
        self.next = at + 1;
        Ok(Field { name, raw })
    }

    /// Takes a field and reads the object in it. A fault names the field.
    pub(crate) fn inside<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> Decoded<T>,
    ) -> Decoded<Option<T>> {
        let field = self.take(name)?;
        let place = field.raw.and_then(|_| self.next.checked_sub(1));
        match &mut self.inner {
            Some(inner) if place.is_some() && inner.place == place => {
                read(&mut inner.fields).map(Some).map_err(|fault| fault.under(name))
            }
            _ => field.inside(|mut fields| read(&mut fields)),
        }
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
        self.entries.iter().filter_map(|(name, raw)| Some((name.as_ref(), (*raw)?.json_type())))
    }
}

/// One field of an object, perhaps missing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'static str,
    pub(crate) raw: Option<Raw<'a>>,
}

impl<'a> Field<'a> {
    fn fault(&self, expected: &'static str) -> DecodeFault {
        DecodeFault::new(self.name, expected)
    }

    fn read<T>(&self, read: impl FnOnce(Raw<'a>) -> Result<T, &'static str>) -> Decoded<Option<T>> {
        self.raw.map(read).transpose().map_err(|expected| self.fault(expected))
    }

    fn number<T>(&self, read: impl FnOnce(&str) -> Result<T, NumberFault>) -> Decoded<Option<T>> {
        self.read(|raw| {
            let text = raw.number_text().ok_or("a number")?;
            read(text.trim_ascii()).map_err(|fault| match fault {
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
        self.read(|raw| raw.number_text().map(Cow::into_owned).ok_or("a string"))
    }

    /// The same, but an empty text counts as missing.
    pub(crate) fn id(&self) -> Decoded<Option<String>> {
        Ok(self.text()?.filter(|id| !id.is_empty()))
    }

    /// `true` or `false`, also in quotes.
    pub(crate) fn flag(&self) -> Decoded<Option<bool>> {
        // A text within a string is the same as the word.
        self.read(|raw| match raw.text {
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
            let text = raw.number_text().ok_or(INSTANT)?;
            instant(text.trim()).ok_or(INSTANT)
        })
    }

    /// A day, as `2026-07-31`.
    pub(crate) fn date(&self) -> Decoded<Option<NaiveDate>> {
        self.read(|raw| {
            let text = raw.string().ok_or(DATE)?;
            NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| DATE)
        })
    }

    /// The objects of an array, each read on its own; none if the field is missing. A fault names
    /// the row.
    pub(crate) fn rows<T>(&self, mut read: impl FnMut(Fields<'a>) -> Decoded<T>) -> Decoded<Vec<T>> {
        let mut rows = Vec::new();
        let Some(raw) = self.raw else { return Ok(rows) };
        let mut scanner = Scanner::new(raw.text);
        if raw.json_type() != "array" || !scanner.enters(b'[')? {
            return Err(self.fault("an array"));
        }
        while scanner.another(rows.is_empty(), b']')? {
            let row = match scanner.value()? {
                raw if raw.json_type() == "object" => Fields::of_text(raw.text).and_then(&mut read),
                _ => Err(DecodeFault::new("", "an object")),
            };
            rows.push(row.map_err(|fault| fault.under(&format!("{}[{}]", self.name, rows.len())))?);
        }
        Ok(rows)
    }

    /// What an object inside this field holds. A fault names the field.
    pub(crate) fn inside<T>(&self, read: impl FnOnce(Fields<'a>) -> Decoded<T>) -> Decoded<Option<T>> {
        self.object()?.map(read).transpose().map_err(|fault| fault.under(self.name))
    }

    /// An object inside this field.
    pub(crate) fn object(&self) -> Decoded<Option<Fields<'a>>> {
        self.read(|raw| match raw.json_type() {
            "object" => Fields::of_text(raw.text).map_err(|_| "an object"),
            _ => Err("an object"),
        })
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

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
