//! Objects and lists of objects.
//!
//! The macro [`object!`] makes what `#[derive(Deserialize)]` would, and four things that it cannot make without
//! giving up borrowed texts: fields that nobody reads are counted, and so are amounts that are rounded; a fault
//! names its place; and a row that cannot be read can be passed over.
//!
//! There are two ways to read a field. The exact one takes its raw text, so that a number in a string is as good
//! as a number, and half a character does no harm. The quick one takes what serde makes of the JSON type that
//! Cursor sends, and fails on any other, so that what it reads is what the exact one reads.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::cents::Cents;
use super::fault::{DecodeFault, Decoded, MISSING};
use super::notes::Notes;
use super::number::{self, NumberFault};
use super::scalar::{self, Expected};
use crate::redact;

/// An object of an answer. [`object!`] implements it. The target is filled in place, so that fields that do not come
/// keep their default and no builder is needed.
///
/// Types of this crate implement it once for both ways of reading; the fields know which one it is.
pub(crate) trait Object<'de> {
    /// Reads all fields. Unknown fields are counted, not refused: the API may grow without notice.
    fn read<A: MapAccess<'de>>(&mut self, fields: &mut Fields<'_, 'de, A>) -> Result<(), A::Error>;

    /// Completes the object after its last field, and takes the number of amounts that were rounded. Returns the
    /// name of a field that cannot be read after all, and what was expected of it.
    fn finish(&mut self, _rounded: &mut u32) -> Finished {
        Ok(())
    }
}

/// Nothing, or the name of a field and what was expected of it.
///
/// A field that is read only when all others have come, such as a kind under its old name, may fail then.
pub(crate) type Finished = Result<(), (&'static str, Expected)>;

/// Implements [`Object`] for a type: each line has a field's name in JSON, its place, and the function of
/// [`Fields`] that reads it. A name that comes twice is a fault, and so is a required one that does not come.
/// Fields of another object within the type follow after `in` and its place. Functions of the trait may follow
/// at the end.
macro_rules! object {
    ($type:ty {
        $(required { $($needed_json:literal => $needed:ident: $needed_reader:ident,)* })?
        $($json:literal => $place:ident: $reader:ident,)*
        $(in $inner:ident { $($inner_json:literal => $inner_place:ident: $inner_reader:ident,)* })?
        $(ignored: $($ignored:literal),+;)?
    } $($rest:tt)*) => {
        impl<'de> $crate::decode::Object<'de> for $type {
            fn read<A: serde::de::MapAccess<'de>>(
                &mut self,
                fields: &mut $crate::decode::Fields<'_, 'de, A>,
            ) -> Result<(), A::Error> {
                #[derive(Default)]
                struct Seen { $($($needed: bool,)*)? $($place: bool,)* $($($inner_place: bool,)*)? }
                let mut seen = Seen::default();
                while fields.next()? {
                    match fields.name() {
                        $($($needed_json => {
                            let value = fields.once(&mut seen.$needed)?.$needed_reader()?;
                            self.$needed = fields.required(value)?;
                        })*)?
                        $($json => self.$place = fields.once(&mut seen.$place)?.$reader()?,)*
                        $($($inner_json => {
                            self.$inner.$inner_place = fields.once(&mut seen.$inner_place)?.$inner_reader()?;
                        })*)?
                        $($($ignored)|+ => fields.ignore()?,)?
                        _ => fields.unknown()?,
                    }
                }
                $($(fields.came($needed_json, seen.$needed)?;)*)?
                Ok(())
            }
            $($rest)*
        }
    };
}
pub(crate) use object;

/// The rows of a list, as they are read. A page of events puts its rows into something else than a vector, and knows
/// how many may come.
///
/// A vector takes any number of rows.
pub(crate) trait Rows<'de> {
    type Row: Object<'de> + Default;

    /// Returns whether there may be a row in this place, which is counted from 0.
    fn allows(&mut self, _row: usize) -> bool {
        true
    }

    /// Takes a row.
    fn push(&mut self, row: Self::Row);
}

impl<'de, T: Object<'de> + Default> Rows<'de> for Vec<T> {
    type Row = T;

    fn push(&mut self, row: T) {
        self.push(row);
    }
}

/// Returns the text of an answer: one check for all texts in it.
pub(crate) fn text(body: &[u8]) -> Decoded<&str> {
    std::str::from_utf8(body).map_err(|error| match error.error_len() {
        None => DecodeFault::cut(),
        Some(_) => DecodeFault::new("", "UTF-8 text"),
    })
}

/// Reads an answer exactly. Fails for bytes that are no UTF-8, for what is no JSON object, and for a required field
/// that is missing.
pub(crate) fn read_answer<'de, T: Object<'de> + Default>(body: &'de [u8], notes: &mut Notes) -> Decoded<T> {
    let mut answer = T::default();
    read_exactly(text(body)?, &mut answer, notes)?;
    Ok(answer)
}

/// Returns what an answer must hold, or a fault that says that it is missing. For what cannot be declared as
/// `required` in [`object!`], since it depends on other fields.
pub(crate) fn required<T>(name: &str, value: Option<T>) -> Decoded<T> {
    value.ok_or_else(|| DecodeFault::new(name, MISSING))
}

/// Reads one row on its own, as a row of an answer is read.
pub(crate) fn read_row<'de, T: Object<'de> + Default>(text: &'de str) -> Decoded<T> {
    let mut row = T::default();
    read_exactly(text, &mut row, &mut Notes::default())?;
    Ok(row)
}

/// Reads a text into an object exactly. Rows that cannot be read are passed over if the notes are lenient.
pub(crate) fn read_exactly<'de>(
    text: &'de str,
    object: &mut impl Object<'de>,
    notes: &mut Notes,
) -> Decoded<()> {
    let mut context = Context { notes: std::mem::take(notes), exact: true, ..Context::default() };
    let read = context.read_object(text, object).map_err(|error| context.fault(&error, text));
    *notes = context.notes;
    read
}

/// Reads a text into an object quickly, if it is as Cursor sends it. What was noticed is returned; `None` means
/// that the text must be read exactly.
pub(crate) fn read_quickly<'de>(text: &'de str, object: &mut impl Object<'de>) -> Option<Notes> {
    let mut context = Context::default();
    context.read_object(text, object).ok()?;
    Some(context.notes)
}

/// What is known while an answer is read. One for each text; it is passed down through all seeds, since serde's error
/// type has no room for a path.
///
/// `exact` decides between the two ways for the whole text.
#[derive(Default)]
struct Context<'de> {
    exact: bool,
    notes: Notes,
    /// The way to the field that is being read. After an error it stays as it is.
    steps: Vec<Step<'de>>,
    /// What should have been at the end of it. `None` until the first value is read.
    expected: Option<Expected>,
    /// How many amounts were rounded.
    rounded: u32,
    /// Room for the path of an unknown field.
    path: String,
}

/// A field that holds an object, or a list with the number of one of its rows.
///
/// Together they are the path of a fault, such as `usageEvents[17].tokenUsage`.
struct Step<'de> {
    name: Cow<'de, str>,
    row: Option<usize>,
}

/// What is expected where a row or an object within it must be.
const OBJECT: Expected = "an object";

impl<'de> Context<'de> {
    /// Reads one object from its first to its last byte. `null` in place of the object is refused.
    ///
    /// The target keeps what was read before an error, and is thrown away or begun again by the caller.
    fn read_object(&mut self, text: &'de str, object: &mut impl Object<'de>) -> serde_json::Result<()> {
        let mut json = serde_json::Deserializer::from_str(text);
        let came = Seed { target: &mut Fill(object), context: self }.deserialize(&mut json)?;
        // Text behind the object means that the answer is not what it seems, such as two answers in one.
        json.end()?;
        if came { Ok(()) } else { Err(self.refuse(None, OBJECT)) }
    }

    /// Reads a row that may be bad, whose text was cut out so that the next row can be found.
    ///
    /// Returns whether it was read; if not, the notes have it.
    fn read_apart(&mut self, number: usize, text: &'de str, row: &mut impl Object<'de>) -> bool {
        let depth = self.steps.len();
        // The path is cut back below: after an error it still leads to the field that failed.
        let Err(error) = self.read_object(text, row) else { return true };
        let fault = self.fault(&error, text);
        self.notes.bad_row(number, text, fault);
        self.steps.truncate(depth);
        // The amounts of a row that is left out are not counted as rounded.
        self.rounded = 0;
        false
    }

    /// Says where a text departs from what was expected.
    #[cold]
    fn fault(&self, error: &serde_json::Error, text: &str) -> DecodeFault {
        // What was refused may be the first half of a number, or a string that serde_json takes no part in.
        let broken = serde_json::from_str::<IgnoredAny>(text).err();
        match (self.expected, broken) {
            (_, Some(broken)) if is_cut(&broken, text) => DecodeFault::cut(),
            (Some(expected), broken) if broken.is_none() || error.is_data() => {
                let mut path = String::new();
                self.write_path(&mut path, |path, row| path.extend(["[", &row.to_string(), "]"]));
                DecodeFault::new(path, expected)
            }
            _ => DecodeFault::new("", "JSON"),
        }
    }

    /// Writes the way to the field that is being read, each row by `write_row`.
    fn write_path(&self, path: &mut String, write_row: impl Fn(&mut String, usize)) {
        for (at, Step { name, row }) in self.steps.iter().enumerate() {
            path.push_str(if at == 0 { "" } else { "." });
            path.push_str(name);
            if let Some(row) = row {
                write_row(path, *row);
            }
        }
    }

    /// Counts an unknown field under its path, with its name masked where it may hold data. The room of the path is
    /// used again for the next one.
    fn note_unknown(&mut self, name: &str, json_type: &'static str) {
        let mut path = std::mem::take(&mut self.path);
        path.clear();
        self.write_path(&mut path, |path, _| path.push_str("[]"));
        path.push_str(if self.steps.is_empty() { "" } else { "." });
        path.push_str(&redact::name(name));
        self.notes.unknown.add(&path, json_type, 1);
        self.path = path;
    }

    /// Remembers what was expected and where, for `fault`, and makes serde's error, whose own text is never shown.
    #[cold]
    fn refuse<E: serde::de::Error>(&mut self, name: Option<Cow<'de, str>>, expected: Expected) -> E {
        self.steps.extend(name.map(|name| Step { name, row: None }));
        self.expected = Some(expected);
        E::custom(expected)
    }
}

/// Returns whether a text that is no JSON ends too early. serde_json says so, unless it ends within a number.
fn is_cut(error: &serde_json::Error, text: &str) -> bool {
    let (line, column) = (text.split('\n').count(), text.rsplit('\n').next().map_or(0, str::len));
    let at_end = error.line() == line && error.column() >= column;
    error.is_eof() || (at_end && text.ends_with(['-', '+', '.', 'e', 'E']))
}

/// What a value is read into: an object, or the rows of a list. Each function that is not overridden refuses the
/// other shape.
///
/// serde asks a visitor for the shape that comes, and each target knows one.
trait Target<'de> {
    const EXPECTED: Expected;
    const IS_LIST: bool;

    fn read_map<A: MapAccess<'de>>(&mut self, _: A, _: &mut Context<'de>) -> Result<(), A::Error> {
        Err(A::Error::custom(Self::EXPECTED))
    }

    fn read_list<S: SeqAccess<'de>>(&mut self, _: S, _: &mut Context<'de>) -> Result<(), S::Error> {
        Err(S::Error::custom(Self::EXPECTED))
    }
}

/// Reads a value into its target, and says whether there was more than `null`.
///
/// A seed and not a type, because the context has to be at hand in every nested value.
struct Seed<'c, 'de, T> {
    target: &'c mut T,
    context: &'c mut Context<'de>,
}

impl<'de, T: Target<'de>> DeserializeSeed<'de> for Seed<'_, 'de, T> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        self.context.expected = Some(T::EXPECTED);
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Target<'de>> Visitor<'de> for Seed<'_, 'de, T> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_none<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        // Not `deserialize_any`, for which a number may be a map (`serde_json/arbitrary_precision`).
        if T::IS_LIST { deserializer.deserialize_seq(self) } else { deserializer.deserialize_map(self) }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        self.target.read_map(map, self.context).map(|()| true)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, list: S) -> Result<bool, S::Error> {
        self.target.read_list(list, self.context).map(|()| true)
    }
}

/// An object as a target, filled in place.
struct Fill<'t, T>(&'t mut T);

impl<'de, T: Object<'de>> Target<'de> for Fill<'_, T> {
    const EXPECTED: Expected = OBJECT;
    const IS_LIST: bool = false;

    fn read_map<A: MapAccess<'de>>(&mut self, map: A, context: &mut Context<'de>) -> Result<(), A::Error> {
        let mut fields = Fields { map, name: Cow::Borrowed(""), context };
        self.0.read(&mut fields)?;
        let finished = self.0.finish(&mut fields.context.rounded);
        finished.map_err(|(name, expected)| fields.context.refuse(Some(name.into()), expected))
    }
}

/// The rows of a list.
///
/// Each row is numbered on the path before it is read.
struct List<'r, R> {
    rows: &'r mut R,
    lenient: bool,
}

impl<'de, R: Rows<'de>> Target<'de> for List<'_, R> {
    const EXPECTED: Expected = "an array";
    const IS_LIST: bool = true;

    fn read_list<S: SeqAccess<'de>>(
        &mut self,
        mut list: S,
        context: &mut Context<'de>,
    ) -> Result<(), S::Error> {
        for number in 0.. {
            if let Some(step) = context.steps.last_mut() {
                step.row = Some(number);
            }
            // Before the row is read: an answer with more rows than it announces must not fill the memory first.
            if !self.rows.allows(number) {
                let more = list.next_element::<IgnoredAny>()?.is_some();
                let expected = "no more rows than the answer announces";
                return if more { Err(context.refuse(None, expected)) } else { Ok(()) };
            }
            let mut row = R::Row::default();
            let read = if self.lenient {
                match list.next_element::<&RawValue>()? {
                    None => return Ok(()),
                    Some(raw) => context.read_apart(number, raw.get(), &mut row),
                }
            } else {
                match list.next_element_seed(Seed { target: &mut Fill(&mut row), context })? {
                    None => return Ok(()),
                    Some(false) => return Err(context.refuse(None, OBJECT)),
                    Some(true) => true,
                }
            };
            if read {
                self.rows.push(row);
            }
        }
        Ok(())
    }
}

/// A string, borrowed unless something in it is escaped, or `null`. What serde derives for an `Option` of it looks
/// at each value twice.
struct Text<'a>(Option<Cow<'a, str>>);

impl<'de> Deserialize<'de> for Text<'de> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A number in place of a string fails here, and the exact way reads it.
        deserializer.deserialize_any(TextVisitor)
    }
}

/// Takes a string as serde hands it over: borrowed where it can be.
struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }
}

/// The fields of an object. After a name comes one call of a function that reads its value; `null` is the same as
/// missing.
///
/// The functions are named for what they make of a value; [`object!`] calls them by those names.
pub(crate) struct Fields<'c, 'de, A> {
    map: A,
    name: Cow<'de, str>,
    context: &'c mut Context<'de>,
}

impl<'de, A: MapAccess<'de>> Fields<'_, 'de, A> {
    /// Reads the name of the next field, if there is one.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<bool, A::Error> {
        if self.context.exact {
            return self.next_exactly();
        }
        // A name with escapes cannot be borrowed and fails here, so that the exact way reads it.
        let Some(name) = self.map.next_key::<&'de str>()? else { return Ok(false) };
        self.name = Cow::Borrowed(name);
        Ok(true)
    }

    /// Reads a name from its raw text; one that cannot be read, such as half a character, is an unknown field.
    #[inline(never)]
    fn next_exactly(&mut self) -> Result<bool, A::Error> {
        let Some(raw) = self.map.next_key::<&RawValue>()? else { return Ok(false) };
        self.name = scalar::string(raw.get()).unwrap_or_default();
        Ok(true)
    }

    /// Returns the name of the field whose value comes next.
    #[inline]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Gives the field another name in faults and reports.
    pub(crate) fn rename(&mut self, name: &'static str) {
        self.name = Cow::Borrowed(name);
    }

    /// Fails if the field has come before.
    #[inline]
    pub(crate) fn once(&mut self, seen: &mut bool) -> Result<&mut Self, A::Error> {
        if std::mem::replace(seen, true) {
            return Err(self.refuse("one field of this name, but there are several"));
        }
        Ok(self)
    }

    /// Returns the value of a field that must be there.
    pub(crate) fn required<T>(&mut self, value: Option<T>) -> Result<T, A::Error> {
        value.ok_or_else(|| self.refuse(MISSING))
    }

    /// Fails unless the field of this name has come.
    pub(crate) fn came(&mut self, name: &'static str, came: bool) -> Result<(), A::Error> {
        if came { Ok(()) } else { Err(self.context.refuse(Some(name.into()), MISSING)) }
    }

    /// Makes the error of the field that is being read.
    #[cold]
    fn refuse(&mut self, expected: Expected) -> A::Error {
        let name = std::mem::take(&mut self.name);
        self.context.refuse(Some(name), expected)
    }

    /// Reads a value from its raw text. `null` is `None`. Fails with what was expected and the place of the field.
    #[inline(never)]
    fn raw<T>(&mut self, read: impl FnOnce(&'de str) -> Result<T, Expected>) -> Result<Option<T>, A::Error> {
        match self.map.next_value::<&RawValue>()?.get() {
            "null" => Ok(None),
            raw => read(raw).map(Some).map_err(|expected| self.refuse(expected)),
        }
    }

    /// Reads a number from its digits, and counts it if it is rounded.
    #[inline]
    fn number<T>(
        &mut self,
        read: impl Fn(&str) -> Result<(T, bool), NumberFault>,
    ) -> Result<Option<T>, A::Error> {
        match self.map.next_value::<&RawValue>()?.get() {
            "null" => Ok(None),
            raw => match scalar::number(raw, read) {
                Ok((number, rounded)) => {
                    self.context.rounded += u32::from(rounded);
                    Ok(Some(number))
                }
                Err(expected) => Err(self.refuse(expected)),
            },
        }
    }

    /// Reads a string, or in the exact way also the digits of a number.
    #[inline]
    fn string(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        if self.context.exact {
            return self.raw(scalar::string_or_digits);
        }
        Ok(self.map.next_value::<Text<'de>>()?.0)
    }

    /// Hands over a value that is read later, by [`string_or_digits`](super::string_or_digits) say.
    ///
    /// Its text is kept as it is, quotes included.
    pub(crate) fn later(&mut self) -> Result<Option<&'de str>, A::Error> {
        self.raw(Ok)
    }

    /// Reads a string as sent, or the digits of a number.
    #[inline]
    pub(crate) fn text<T: From<Cow<'de, str>>>(&mut self) -> Result<Option<T>, A::Error> {
        Ok(self.string()?.map(T::from))
    }

    /// Returns the same, but a text that is missing is empty.
    #[inline]
    pub(crate) fn text_or_empty<T: From<Cow<'de, str>>>(&mut self) -> Result<T, A::Error> {
        Ok(T::from(self.string()?.unwrap_or_default()))
    }

    /// Returns the same, but an empty text counts as missing.
    #[inline]
    pub(crate) fn id<T: From<Cow<'de, str>>>(&mut self) -> Result<Option<T>, A::Error> {
        Ok(self.string()?.filter(|text| !text.is_empty()).map(T::from))
    }

    /// Reads `true` or `false`, also in quotes.
    #[inline]
    pub(crate) fn flag(&mut self) -> Result<Option<bool>, A::Error> {
        if self.context.exact { self.raw(scalar::flag) } else { self.map.next_value() }
    }

    /// Reads a whole number of zero or more.
    #[inline]
    pub(crate) fn count(&mut self) -> Result<Option<u64>, A::Error> {
        if self.context.exact { self.raw(scalar::count) } else { self.map.next_value() }
    }

    /// Returns the same, but a count that is missing is zero.
    #[inline]
    pub(crate) fn count_or_zero(&mut self) -> Result<u64, A::Error> {
        Ok(self.count()?.unwrap_or(0))
    }

    /// Reads an amount of cents.
    #[inline]
    pub(crate) fn cents(&mut self) -> Result<Option<Cents>, A::Error> {
        self.number(Cents::read)
    }

    /// Reads a decimal.
    #[inline]
    pub(crate) fn decimal(&mut self) -> Result<Option<Decimal>, A::Error> {
        self.number(number::read_decimal)
    }

    /// Reads a moment: epoch milliseconds as a number or in a string, or RFC 3339.
    #[inline]
    pub(crate) fn instant(&mut self) -> Result<Option<DateTime<Utc>>, A::Error> {
        if self.context.exact {
            return self.raw(scalar::instant);
        }
        let text = self.map.next_value::<Text<'de>>()?.0;
        text.map(|text| scalar::parse_instant(&text)).transpose().map_err(|expected| self.refuse(expected))
    }

    /// Reads a day, as `2026-07-31`.
    pub(crate) fn day(&mut self) -> Result<Option<NaiveDate>, A::Error> {
        self.raw(scalar::day)
    }

    /// Reads an object.
    pub(crate) fn object<T: Object<'de> + Default>(&mut self) -> Result<Option<T>, A::Error> {
        let mut object = T::default();
        Ok(self.read_into(&mut Fill(&mut object))?.then_some(object))
    }

    /// Returns the same, but an object that is missing has nothing in it.
    pub(crate) fn object_or_default<T: Object<'de> + Default>(&mut self) -> Result<T, A::Error> {
        Ok(self.object()?.unwrap_or_default())
    }

    /// Reads a list within an object; one that is missing is empty.
    pub(crate) fn rows<T: Object<'de> + Default>(&mut self) -> Result<Vec<T>, A::Error> {
        let mut rows = Vec::new();
        self.read_into(&mut List { rows: &mut rows, lenient: false })?;
        Ok(rows)
    }

    /// Reads the list that the answer is about. A lenient client goes on past rows that cannot be read.
    pub(crate) fn list<T: Object<'de> + Default>(&mut self) -> Result<Option<Vec<T>>, A::Error> {
        let mut rows = Vec::new();
        Ok(self.list_into(&mut rows)?.then_some(rows))
    }

    /// Returns the same into something else than a vector. Returns whether there was a list.
    pub(crate) fn list_into(&mut self, rows: &mut impl Rows<'de>) -> Result<bool, A::Error> {
        let lenient = self.context.notes.lenient;
        self.read_into(&mut List { rows, lenient })
    }

    /// Reads a nested object or list, with the field's name on the path while it is read. Returns false for `null`.
    fn read_into(&mut self, target: &mut impl Target<'de>) -> Result<bool, A::Error> {
        let context = &mut *self.context;
        context.steps.push(Step { name: self.name.clone(), row: None });
        let came = self.map.next_value_seed(Seed { target, context })?;
        self.context.steps.pop();
        Ok(came)
    }

    /// Passes over a field that says nothing worth keeping.
    pub(crate) fn ignore(&mut self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(|_| ())
    }

    /// Counts a field that this release does not read.
    pub(crate) fn unknown(&mut self) -> Result<(), A::Error> {
        let json_type = scalar::json_type(self.map.next_value::<&RawValue>()?.get());
        self.context.note_unknown(&self.name, json_type);
        Ok(())
    }
}
