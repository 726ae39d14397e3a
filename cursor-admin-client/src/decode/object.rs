//! Objects and lists of objects.
//!
//! An object is read into a value that takes its fields one by one. That is what `#[derive(Deserialize)]`
//! makes, by hand for the sake of four things that it cannot do without slowing down or giving up borrowed
//! texts: unknown fields are counted, digits that are rounded away are counted, a fault names its place, and
//! a row that cannot be read can be passed over.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::cents::Cents;
use super::fault::{DecodeFault, Decoded, MISSING};
use super::notes::Notes;
use super::number;
use super::scalar::{self, Expected};
use crate::redact;

/// An object of an answer.
pub(crate) trait Object<'de> {
    /// Takes a field: reads it into its place, ignores it, or counts it as unknown.
    fn take<A: MapAccess<'de>>(&mut self, field: Field<'_, 'de, A>) -> Result<(), A::Error>;

    /// Called after the last field with the number of amounts that were rounded since it was last taken.
    /// Returns the name of a field that is missing.
    fn finish(&mut self, _rounded: &mut u32) -> Finish {
        Ok(())
    }
}

/// Nothing, or the name of a field that is missing.
pub(crate) type Finish = Result<(), &'static str>;

/// Where the rows of a list go.
pub(crate) trait Rows<'de> {
    type Row: Object<'de> + Default;

    /// Whether no list was read yet, or one without rows.
    fn is_empty(&self) -> bool;

    /// Begins the list.
    fn begin(&mut self) {}

    /// Whether there may be a row in this place, which is counted from 0.
    fn allows(&mut self, _row: usize) -> bool {
        true
    }

    /// Takes a row.
    fn push(&mut self, row: Self::Row);
}

impl<'de, T: Object<'de> + Default> Rows<'de> for Vec<T> {
    type Row = T;

    fn is_empty(&self) -> bool {
        self.is_empty()
    }

    fn push(&mut self, row: T) {
        self.push(row);
    }
}

/// A list that may be missing.
impl<'de, T: Object<'de> + Default> Rows<'de> for Option<Vec<T>> {
    type Row = T;

    fn is_empty(&self) -> bool {
        self.is_none()
    }

    fn begin(&mut self) {
        self.get_or_insert_default();
    }

    fn push(&mut self, row: T) {
        self.get_or_insert_default().push(row);
    }
}

/// Reads an answer into an object.
pub(crate) fn read_answer<'de>(
    body: &'de [u8],
    object: &mut impl Object<'de>,
    notes: &mut Notes,
) -> Decoded<()> {
    // One check for all texts in it.
    let text = std::str::from_utf8(body).map_err(|error| match error.error_len() {
        None => DecodeFault::cut(),
        Some(_) => DecodeFault::new("", "UTF-8 text"),
    })?;
    read_text(text, object, notes)
}

/// Reads a text into an object.
fn read_text<'de>(text: &'de str, object: &mut impl Object<'de>, notes: &mut Notes) -> Decoded<()> {
    let mut context = Context { notes: std::mem::take(notes), ..Context::default() };
    let read = context.read_object(text, object).map_err(|error| context.fault(&error, text));
    *notes = context.notes;
    read
}

/// Reads one row on its own, as a row of an answer is read.
pub(crate) fn read_row<'de, T: Object<'de> + Default>(text: &'de str) -> Decoded<T> {
    let mut row = T::default();
    read_text(text, &mut row, &mut Notes::default())?;
    Ok(row)
}

/// What is known while an answer is read.
#[derive(Default)]
struct Context<'de> {
    notes: Notes,
    /// The way to the field that is being read. After an error it stays as it is.
    steps: Vec<Step<'de>>,
    /// What should have been at the end of it.
    expected: Option<Expected>,
    /// The names of fields that left their places empty, in all objects that are being read.
    empty: Vec<Cow<'de, str>>,
    /// How many amounts were rounded.
    rounded: u32,
    /// Room for the path of an unknown field.
    path: String,
}

/// A field that holds an object, or a list with the number of one of its rows.
struct Step<'de> {
    name: Cow<'de, str>,
    row: Option<usize>,
}

const OBJECT: Expected = "an object";
const ARRAY: Expected = "an array";
const TOO_MANY: Expected = "an array of no more rows than the answer announces";

impl<'de> Context<'de> {
    fn read_object(&mut self, text: &'de str, object: &mut impl Object<'de>) -> serde_json::Result<()> {
        let mut json = serde_json::Deserializer::from_str(text);
        ObjectSeed { object, context: self }.deserialize(&mut json)?;
        json.end()
    }

    /// Says where a text departs from what was expected.
    #[cold]
    fn fault(&self, error: &serde_json::Error, text: &str) -> DecodeFault {
        match self.expected {
            _ if is_cut(error, text) => DecodeFault::cut(),
            Some(expected) if error.is_data() => {
                let mut path = String::new();
                self.write_path(&mut path, |row| format!("[{row}]"));
                DecodeFault::new(path, expected)
            }
            _ => DecodeFault::new("", "JSON"),
        }
    }

    #[inline]
    fn read_scalar<T, A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        name: &Cow<'de, str>,
        read: impl FnOnce(&'de str, &mut u32) -> Result<Option<T>, Expected>,
    ) -> Result<Option<T>, A::Error> {
        let raw = map.next_value::<&RawValue>()?.get();
        if raw == "null" {
            return Ok(None);
        }
        read(raw, &mut self.rounded).map_err(|expected| self.refuse_field(name, expected))
    }

    /// Writes the way to the field that is being read, each row as `shown`.
    fn write_path(&self, path: &mut String, shown: impl Fn(usize) -> String) {
        for (at, Step { name, row }) in self.steps.iter().enumerate() {
            path.push_str(if at == 0 { "" } else { "." });
            path.push_str(name);
            path.extend(row.map(&shown));
        }
    }

    fn note_unknown(&mut self, name: &str, json_type: &'static str) {
        let mut path = std::mem::take(&mut self.path);
        path.clear();
        self.write_path(&mut path, |_| "[]".to_owned());
        path.push_str(if self.steps.is_empty() { "" } else { "." });
        path.push_str(&redact::name(name));
        self.notes.unknown.add(&path, json_type, 1);
        self.path = path;
    }

    #[cold]
    fn refuse_field<E: serde::de::Error>(&mut self, name: &Cow<'de, str>, expected: Expected) -> E {
        self.steps.push(Step { name: name.clone(), row: None });
        self.refuse(expected)
    }

    #[cold]
    fn refuse<E: serde::de::Error>(&mut self, expected: Expected) -> E {
        self.expected = Some(expected);
        E::custom(expected)
    }
}

/// Whether the text ends before its JSON does. serde_json says so, unless the text ends within a number.
fn is_cut(error: &serde_json::Error, text: &str) -> bool {
    let last_line = text.rsplit('\n').next().unwrap_or_default();
    let at_end = error.column() >= last_line.len() && text.ends_with(['-', '+', '.', 'e', 'E']);
    error.is_eof() || (error.is_syntax() && at_end)
}

/// Reads one object.
struct ObjectSeed<'c, 'de, T> {
    object: &'c mut T,
    context: &'c mut Context<'de>,
}

impl<'de, T: Object<'de>> DeserializeSeed<'de> for ObjectSeed<'_, 'de, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.context.expected = Some(OBJECT);
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Object<'de>> Visitor<'de> for ObjectSeed<'_, 'de, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(OBJECT)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { object, context } = self;
        let first = context.empty.len();
        while let Some(Name(name)) = map.next_key()? {
            object.take(Field { name, map: &mut map, context, first })?;
        }
        context.empty.truncate(first);
        let finished = object.finish(&mut context.rounded);
        finished.map_err(|missing| context.refuse_field(&Cow::Borrowed(missing), MISSING))
    }
}

/// Reads an object, or `null`.
struct OptionSeed<'c, 'de, T> {
    place: &'c mut Option<T>,
    context: &'c mut Context<'de>,
}

impl<'de, T: Object<'de> + Default> DeserializeSeed<'de> for OptionSeed<'_, 'de, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Object<'de> + Default> Visitor<'de> for OptionSeed<'_, 'de, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(OBJECT)
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let object = self.place.insert(T::default());
        ObjectSeed { object, context: self.context }.deserialize(deserializer)
    }
}

/// The name of a field.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(Self(scalar::string(raw.get()).unwrap_or_default()))
    }
}

/// Reads a list of objects, or `null`.
struct RowsSeed<'c, 'de, R> {
    rows: &'c mut R,
    context: &'c mut Context<'de>,
    /// Whether to keep rows that cannot be read apart.
    lenient: bool,
}

impl<'de, R: Rows<'de>> DeserializeSeed<'de> for RowsSeed<'_, 'de, R> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.context.expected = Some(ARRAY);
        deserializer.deserialize_option(self)
    }
}

impl<'de, R: Rows<'de>> Visitor<'de> for RowsSeed<'_, 'de, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ARRAY)
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<S: SeqAccess<'de>>(mut self, mut list: S) -> Result<(), S::Error> {
        self.rows.begin();
        for number in 0.. {
            if !self.rows.allows(number) {
                let more = list.next_element::<IgnoredAny>()?.is_some();
                return if more { Err(self.context.refuse(TOO_MANY)) } else { Ok(()) };
            }
            if let Some(step) = self.context.steps.last_mut() {
                step.row = Some(number);
            }
            let more =
                if self.lenient { self.read_apart(number, &mut list)? } else { self.read_row(&mut list)? };
            if !more {
                break;
            }
        }
        Ok(())
    }
}

impl<'de, R: Rows<'de>> RowsSeed<'_, 'de, R> {
    /// Reads the next row, if there is one.
    fn read_row<S: SeqAccess<'de>>(&mut self, list: &mut S) -> Result<bool, S::Error> {
        let mut row = R::Row::default();
        let seed = ObjectSeed { object: &mut row, context: self.context };
        let read = list.next_element_seed(seed)?.is_some();
        if read {
            self.rows.push(row);
        }
        Ok(read)
    }

    /// The same for a row that may be bad: its text is cut out first, so that the next row can be found.
    fn read_apart<S: SeqAccess<'de>>(&mut self, number: usize, list: &mut S) -> Result<bool, S::Error> {
        let Some(raw) = list.next_element::<&RawValue>()? else { return Ok(false) };
        let (steps, empty) = (self.context.steps.len(), self.context.empty.len());
        let mut row = R::Row::default();
        match self.context.read_object(raw.get(), &mut row) {
            Ok(()) => self.rows.push(row),
            Err(error) => {
                let fault = self.context.fault(&error, raw.get());
                self.context.notes.bad_row(number, raw.get(), fault);
                self.context.steps.truncate(steps);
                self.context.empty.truncate(empty);
                self.context.rounded = 0;
            }
        }
        Ok(true)
    }
}

/// A field of an object, whose value comes next.
pub(crate) struct Field<'f, 'de, A> {
    name: Cow<'de, str>,
    map: &'f mut A,
    context: &'f mut Context<'de>,
    /// Where the object's names begin in `empty` of the context.
    first: usize,
}

impl<'de, A: MapAccess<'de>> Field<'_, 'de, A> {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Reads the value into a place that is `filled` if the field has come before, and tells whether it is
    /// filled now. A field that comes twice is a fault. One that left its place empty, such as `null`, is
    /// known by its name.
    #[inline]
    fn once(
        self,
        filled: bool,
        read: impl FnOnce(&mut A, &mut Context<'de>, &Cow<'de, str>) -> Result<bool, A::Error>,
    ) -> Result<(), A::Error> {
        let Self { name, map, context, first } = self;
        let earlier = context.empty.get(first..).unwrap_or_default();
        if filled || earlier.contains(&name) {
            return Err(context.refuse_field(&name, "one field of this name, but there are several"));
        }
        if !read(map, context, &name)? {
            context.empty.push(name);
        }
        Ok(())
    }

    /// Reads a scalar from its raw text. `null` is the same as missing.
    #[inline]
    fn scalar<T>(
        self,
        place: &mut Option<T>,
        read: impl FnOnce(&'de str, &mut u32) -> Result<Option<T>, Expected>,
    ) -> Result<(), A::Error> {
        self.once(place.is_some(), |map, context, name| {
            *place = context.read_scalar(map, name, read)?;
            Ok(place.is_some())
        })
    }

    /// Reads a string as sent, or the digits of a number.
    #[inline]
    pub(crate) fn text<T: From<Cow<'de, str>>>(self, place: &mut Option<T>) -> Result<(), A::Error> {
        self.scalar(place, |raw, _| {
            scalar::number_text(raw).map(|text| Some(T::from(text))).ok_or("a string")
        })
    }

    /// The same, but an empty text counts as missing.
    #[inline]
    pub(crate) fn id<T: From<Cow<'de, str>>>(self, place: &mut Option<T>) -> Result<(), A::Error> {
        self.scalar(place, |raw, _| {
            let text = scalar::number_text(raw).ok_or("a string")?;
            Ok(if text.is_empty() { None } else { Some(T::from(text)) })
        })
    }

    /// Reads `true` or `false`, also in quotes.
    #[inline]
    pub(crate) fn flag(self, place: &mut Option<bool>) -> Result<(), A::Error> {
        self.scalar(place, |raw, _| scalar::flag(raw).map(Some))
    }

    /// Reads a whole number of zero or more.
    #[inline]
    pub(crate) fn count(self, place: &mut Option<u64>) -> Result<(), A::Error> {
        self.scalar(place, |raw, _| scalar::count(raw).map(Some))
    }

    /// The same, but a count that is missing is zero.
    #[inline]
    pub(crate) fn count_or_zero(self, place: &mut u64) -> Result<(), A::Error> {
        self.once(*place != 0, |map, context, name| {
            let count = context.read_scalar(map, name, |raw, _| scalar::count(raw).map(Some))?;
            *place = count.unwrap_or(0);
            Ok(*place != 0)
        })
    }

    /// Reads an amount of cents, and counts it if it is rounded.
    #[inline]
    pub(crate) fn cents(self, place: &mut Option<Cents>) -> Result<(), A::Error> {
        self.scalar(place, |raw, rounded| {
            let (cents, lost) = scalar::number(raw, Cents::read)?;
            *rounded += u32::from(lost);
            Ok(Some(cents))
        })
    }

    /// Reads a decimal, and counts it if it is rounded.
    #[inline]
    pub(crate) fn decimal(self, place: &mut Option<Decimal>) -> Result<(), A::Error> {
        self.scalar(place, |raw, rounded| {
            let (decimal, lost) = scalar::number(raw, number::read_decimal)?;
            *rounded += u32::from(lost);
            Ok(Some(decimal))
        })
    }

    /// Reads a moment: epoch milliseconds as a number or in a string, or RFC 3339.
    #[inline]
    pub(crate) fn instant(self, place: &mut Option<DateTime<Utc>>) -> Result<(), A::Error> {
        self.scalar(place, |raw, _| scalar::instant(raw).map(Some))
    }

    /// Reads a day, as `2026-07-31`.
    pub(crate) fn day(self, place: &mut Option<NaiveDate>) -> Result<(), A::Error> {
        self.scalar(place, |raw, _| scalar::day(raw).map(Some))
    }

    /// Reads an object.
    pub(crate) fn object<T: Object<'de> + Default>(self, place: &mut Option<T>) -> Result<(), A::Error> {
        self.once(place.is_some(), |map, context, name| {
            context.steps.push(Step { name: name.clone(), row: None });
            map.next_value_seed(OptionSeed { place, context })?;
            context.steps.pop();
            Ok(place.is_some())
        })
    }

    /// Reads the list that the answer is about, under the name that it has today. A lenient client goes on past
    /// rows that cannot be read.
    pub(crate) fn list<R: Rows<'de>>(self, name: &'static str, rows: &mut R) -> Result<(), A::Error> {
        let lenient = self.context.notes.lenient;
        self.rows_as(Cow::Borrowed(name), rows, lenient)
    }

    /// Reads a list within an object.
    pub(crate) fn rows<R: Rows<'de>>(self, rows: &mut R) -> Result<(), A::Error> {
        let name = self.name.clone();
        self.rows_as(name, rows, false)
    }

    fn rows_as<R: Rows<'de>>(self, name: Cow<'de, str>, rows: &mut R, lenient: bool) -> Result<(), A::Error> {
        self.once(!rows.is_empty(), |map, context, _| {
            context.steps.push(Step { name, row: None });
            map.next_value_seed(RowsSeed { rows, context, lenient })?;
            context.steps.pop();
            Ok(!rows.is_empty())
        })
    }

    /// Passes over a field that says nothing worth keeping.
    pub(crate) fn ignore(self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(|_| ())
    }

    /// Counts a field that this release does not read.
    pub(crate) fn unknown(self) -> Result<(), A::Error> {
        let json_type = scalar::json_type(self.map.next_value::<&RawValue>()?.get());
        self.context.note_unknown(&self.name, json_type);
        Ok(())
    }
}
