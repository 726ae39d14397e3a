//! Reads the tables of a configuration field by field, so that every fault has its place and no field is passed over.

use std::path::Path;

use cost_model::filter::closest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use virtual_tags::Place;

use crate::error::{Error, ErrorKind, Result};

/// The text of a configuration, for places in it.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    text: &'a str,
    file: &'a Path,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str, file: &'a Path) -> Self {
        Self { text, file }
    }

    /// Parses the text as TOML.
    pub(super) fn table(self) -> Result<Fields<'a>> {
        let table = DeTable::parse(self.text).map_err(|error| {
            self.error(error.span().map_or(0, |span| span.start), error.message().to_owned())
        })?;
        Ok(Fields { source: self, start: 0, table: table.into_inner() })
    }

    /// Returns an error about the text from an offset on.
    pub(super) fn error(self, offset: usize, message: String) -> Error {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        let mut place = Place::file(self.file.display().to_string());
        (place.line, place.column) = (u64::try_from(line).ok(), u64::try_from(column).ok());
        Error::new(ErrorKind::Config, message).at(place)
    }
}

/// The fields of one table that were not taken yet.
pub(super) struct Fields<'a> {
    source: Source<'a>,
    /// Where the table begins.
    start: usize,
    table: DeTable<'a>,
}

/// A value and where it stands.
pub(super) struct Value<T> {
    pub(super) value: T,
    offset: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn take<T>(
        &mut self,
        field: &str,
        what: &str,
        read: impl FnOnce(DeValue<'a>) -> Option<T>,
    ) -> Result<Option<Value<T>>> {
        let Some(value) = self.table.remove(field) else { return Ok(None) };
        let offset = value.span().start;
        match read(value.into_inner()) {
            Some(value) => Ok(Some(Value { value, offset })),
            None => Err(self.source.error(offset, format!("`{field}` is not {what}"))),
        }
    }

    pub(super) fn text(&mut self, field: &str) -> Result<Option<Value<String>>> {
        let Some(text) = self.take(field, "a text in quotation marks", into_text)? else { return Ok(None) };
        if text.value.trim().is_empty() {
            return Err(self.wrong(&text, format!("`{field}` is empty")));
        }
        Ok(Some(text))
    }

    pub(super) fn texts(&mut self, field: &str) -> Result<Option<Value<Vec<String>>>> {
        self.take(field, "a list of texts, such as [\"one\", \"two\"]", |value| match value {
            DeValue::Array(items) => {
                items.into_iter().map(|item: Spanned<DeValue<'_>>| into_text(item.into_inner())).collect()
            }
            _ => None,
        })
    }

    pub(super) fn flag(&mut self, field: &str) -> Result<bool> {
        let flag = self.take(field, "true or false", |value| match value {
            DeValue::Boolean(flag) => Some(flag),
            _ => None,
        })?;
        Ok(flag.is_some_and(|flag| flag.value))
    }

    /// Takes a whole number above zero.
    pub(super) fn count(&mut self, field: &str) -> Result<Option<u32>> {
        let count = self.take(field, "a whole number above 0", |value| match value {
            DeValue::Integer(number) => number.as_str().parse().ok().filter(|number| *number > 0),
            _ => None,
        })?;
        Ok(count.map(|count| count.value))
    }

    /// Takes the text of a value that has a form of its own, and reads it.
    pub(super) fn parse<T, E: std::fmt::Display>(
        &mut self,
        field: &str,
        read: impl FnOnce(&str) -> std::result::Result<T, E>,
    ) -> Result<Option<T>> {
        let Some(text) = self.text(field)? else { return Ok(None) };
        match read(&text.value) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(self.source.error(text.offset, format!("`{field}`: {error}"))),
        }
    }

    /// Takes the tables of a `[[field]]`.
    pub(super) fn tables(&mut self, field: &str) -> Result<Vec<Fields<'a>>> {
        let source = self.source;
        let tables =
            self.take(field, "a list of tables: write [[..]] around its name", |value| match value {
                DeValue::Array(items) => items.into_iter().map(|item| table(source, item)).collect(),
                _ => None,
            })?;
        Ok(tables.map(|tables| tables.value).unwrap_or_default())
    }

    /// Returns the error of a field that is missing.
    pub(super) fn missing(&self, message: &str) -> Error {
        self.source.error(self.start, message.to_owned())
    }

    /// Returns an error about a value.
    pub(super) fn wrong<T>(&self, value: &Value<T>, message: String) -> Error {
        self.source.error(value.offset, message)
    }

    /// Refuses what was not taken.
    pub(super) fn finish(self, known: &[&str]) -> Result<()> {
        let first = self.table.into_iter().min_by_key(|(key, _)| key.span().start);
        let Some((key, _)) = first else { return Ok(()) };
        let offset = key.span().start;
        let key = key.into_inner();
        let near = closest(&key, known.iter().copied());
        let remedy = match near.or_else(|| known.iter().find(|name| name.starts_with(&*key)).copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", known.join(", ")),
        };
        Err(self.source.error(offset, format!("there is no field `{}`; {remedy}", shown(&key))))
    }
}

/// A name from the file, cut to what fits in a message.
fn shown(key: &str) -> String {
    key.chars().filter(|letter| !letter.is_control()).take(40).collect()
}

fn table<'a>(source: Source<'a>, item: Spanned<DeValue<'a>>) -> Option<Fields<'a>> {
    let start = item.span().start;
    match item.into_inner() {
        DeValue::Table(table) => Some(Fields { source, start, table }),
        _ => None,
    }
}

fn into_text(value: DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.into_owned()),
        _ => None,
    }
}
