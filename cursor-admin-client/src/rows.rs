//! Reading an answer that holds a list of rows, in one pass over its text.
//!
//! The rows are read as they come, so that a page is scanned once and held once. A lenient reading
//! takes the text of each row first, to keep it if the row cannot be read.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::fault::{DecodeFault, Decoded};
use crate::notes::Notes;
use crate::wire::{Fields, Fill, Key, utf8};

/// The rows of an answer under any one of `names`, and its other fields. Without the list, or with
/// `null` in its place, there are no rows but `None`.
pub(crate) fn read<'a, T>(
    body: &'a [u8],
    names: &'static [&'static str],
    notes: &mut Notes,
    row: impl FnMut(&mut Fields<'a>, &mut Notes) -> Decoded<T>,
) -> Decoded<(Option<Vec<T>>, Fields<'a>)> {
    let mut json = serde_json::Deserializer::from_str(utf8(body)?);
    let mut walk = Walk { names, notes, row, rows: None, place: Place::Answer, fault: None };
    let fields = Answer(&mut walk).deserialize(&mut json).and_then(|fields| json.end().map(|()| fields));
    match fields {
        Ok(fields) => Ok((walk.rows, fields)),
        Err(error) => Err(walk.fault.take().unwrap_or_else(|| walk.blame(&error))),
    }
}

/// The same for a list that must be there.
pub(crate) fn required<'a, T>(
    body: &'a [u8],
    names: &'static [&'static str],
    notes: &mut Notes,
    row: impl FnMut(&mut Fields<'a>, &mut Notes) -> Decoded<T>,
) -> Decoded<(Vec<T>, Fields<'a>)> {
    let (rows, fields) = read(body, names, notes, row)?;
    let name = names.first().copied().unwrap_or_default();
    Ok((rows.ok_or_else(|| DecodeFault::new(name, "a value, but it is missing"))?, fields))
}

/// How far a reading has come.
#[derive(Clone, Copy)]
enum Place {
    Answer,
    List,
    Row(usize),
}

struct Walk<'n, F, T> {
    names: &'static [&'static str],
    notes: &'n mut Notes,
    row: F,
    rows: Option<Vec<T>>,
    place: Place,
    /// What a row said; serde's errors have no room for it.
    fault: Option<DecodeFault>,
}

impl<F, T> Walk<'_, F, T> {
    fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    fn at(&self, row: usize) -> String {
        format!("{}[{row}]", self.name())
    }

    /// Makes a fault of an error in the JSON. Where its grammar is broken, the place says little.
    fn blame(&self, error: &serde_json::Error) -> DecodeFault {
        match self.place {
            Place::List if error.is_data() => DecodeFault::new(self.name(), "an array"),
            Place::Row(row) if error.is_data() => DecodeFault::new(self.at(row), OBJECT),
            _ => DecodeFault::json(error, OBJECT),
        }
    }
}

const OBJECT: &str = "a JSON object";

struct Answer<'w, 'n, F, T>(&'w mut Walk<'n, F, T>);

impl<'de, F: FnMut(&mut Fields<'de>, &mut Notes) -> Decoded<T>, T> DeserializeSeed<'de>
    for Answer<'_, '_, F, T>
{
    type Value = Fields<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(&mut Fields<'de>, &mut Notes) -> Decoded<T>, T> Visitor<'de> for Answer<'_, '_, F, T> {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(OBJECT)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields::default();
        while let Some(Key(name)) = map.next_key()? {
            if self.0.names.contains(&name.as_ref()) {
                self.0.place = Place::List;
                map.next_value_seed(List(self.0))?;
                self.0.place = Place::Answer;
            } else {
                fields.push(name, map.next_value()?);
            }
        }
        Ok(fields)
    }
}

struct List<'w, 'n, F, T>(&'w mut Walk<'n, F, T>);

impl<'de, F: FnMut(&mut Fields<'de>, &mut Notes) -> Decoded<T>, T> DeserializeSeed<'de>
    for List<'_, '_, F, T>
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(&mut Fields<'de>, &mut Notes) -> Decoded<T>, T> Visitor<'de> for List<'_, '_, F, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let walk = self.0;
        if walk.rows.is_some() {
            walk.fault = Some(DecodeFault::new(walk.name(), "one list, but there are several"));
            return Err(A::Error::custom(""));
        }
        let mut rows = Vec::new();
        let mut fields = Fields::default();
        for row in 0.. {
            walk.place = Place::Row(row);
            let Some(read) = list.next_element_seed(Row { walk, fields: &mut fields, row })? else { break };
            rows.extend(read);
        }
        walk.place = Place::List;
        walk.rows = Some(rows);
        Ok(())
    }
}

struct Row<'w, 'n, 'de, F, T> {
    walk: &'w mut Walk<'n, F, T>,
    /// Used for all rows in turn, which saves making it anew for each.
    fields: &'w mut Fields<'de>,
    row: usize,
}

impl<'de, F: FnMut(&mut Fields<'de>, &mut Notes) -> Decoded<T>, T> Row<'_, '_, 'de, F, T> {
    fn read(&mut self) -> Decoded<T> {
        let walk = &mut *self.walk;
        let read = (walk.row)(self.fields, walk.notes).map_err(|fault| fault.under(&walk.at(self.row)))?;
        walk.notes.unknown.note(format_args!("{}[].", walk.name()), self.fields);
        Ok(read)
    }
}

impl<'de, F: FnMut(&mut Fields<'de>, &mut Notes) -> Decoded<T>, T> DeserializeSeed<'de>
    for Row<'_, '_, 'de, F, T>
{
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<Option<T>, D::Error> {
        if self.walk.notes.lenient {
            let raw: &'de RawValue = serde::Deserialize::deserialize(deserializer)?;
            let read = self.fields.refill(raw).map_err(|fault| fault.under(&self.walk.at(self.row)));
            return Ok(read.and_then(|()| self.read()).map_err(|fault| self.keep(raw, fault)).ok());
        }
        Fill(self.fields).deserialize(deserializer)?;
        self.read().map(Some).map_err(|fault| {
            self.walk.fault = Some(fault);
            D::Error::custom("")
        })
    }
}

impl<F, T> Row<'_, '_, '_, F, T> {
    fn keep(&mut self, raw: &RawValue, fault: DecodeFault) {
        self.walk.notes.bad_row(self.row, raw.get(), fault);
    }
}
