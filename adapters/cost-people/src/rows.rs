//! Any export as rows of named cells, so that tables and JSON are understood by the same list of names.
//!
//! A field of an object inside another has both names, divided by a point, such as `profile.department`. A list gives a cell for
//! each entry, under one name. The long names of SCIM's extensions are left out: `department` of the enterprise extension is
//! `department`.

use cost_model::input::{InputError, Table, TableOptions, UniqueFields, decode};
use serde_json::Value;

use crate::error::{Fault, Result};

/// One object or line of an export.
pub(crate) struct Row {
    /// The line of a table; of JSON the number of the object, since both count from 1.
    pub(crate) line: u64,
    /// Names and texts. Empty texts are left out.
    pub(crate) cells: Vec<(String, String)>,
}

/// What a file holds: its rows, and the names of its columns in the order of their first use.
pub(crate) struct Content {
    pub(crate) names: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// The line of a last row that nothing ends.
    pub(crate) open_end: Option<u64>,
}

/// Reads a table, or JSON: a list of objects, an object of a list response, or one object on each line.
pub(crate) fn read(bytes: &[u8], file: &str) -> Result<Content> {
    let text = decode(bytes).map_err(|problem| input(file, problem))?;
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if start.starts_with(['[', '{']) { json(start, file) } else { table(&text, file) }
}

pub(crate) fn input(file: &str, problem: InputError) -> Fault {
    Fault::Input { file: file.to_owned(), problem }
}

fn table(text: &str, file: &str) -> Result<Content> {
    let mut table =
        Table::new(text, TableOptions::with_comments()).map_err(|problem| input(file, problem))?;
    let names: Vec<String> = table.columns().iter().map(|column| column.name.clone()).collect();
    let mut rows = Vec::new();
    for row in table.by_ref() {
        let row = row.map_err(|problem| input(file, problem))?;
        let cells = names.iter().zip(&row.cells).filter(|(_, cell)| !cell.trim().is_empty());
        let cells = cells.map(|(name, cell)| (name.clone(), cell.trim().to_owned())).collect();
        rows.push(Row { line: row.line, cells });
    }
    Ok(Content { names, rows, open_end: table.open_row() })
}

/// Under which of these names a response holds its objects: SCIM, Microsoft Graph, Google, and lists of other systems.
const LISTS: [&str; 7] = ["Resources", "value", "users", "items", "employees", "entities", "data"];

/// What leads to the next page in answers of Microsoft Graph, of Google, and of others.
const NEXT_PAGES: [&str; 4] = ["@odata.nextLink", "nextPageToken", "next", "nextCursor"];

fn json(text: &str, file: &str) -> Result<Content> {
    let broken =
        |source: serde_json::Error| Fault::NotJson { file: file.to_owned(), line: source.line(), source };
    let mut objects = Vec::new();
    // What the answers say of how many there are, and whether the last one is the last page.
    let (mut announced, mut goes_on) = (0, false);
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        match value.map_err(broken)? {
            Value::Array(list) => objects.extend(list),
            Value::Object(mut fields) => {
                announced =
                    announced.max(fields.get("totalResults").and_then(Value::as_u64).unwrap_or_default());
                goes_on = NEXT_PAGES.iter().any(|name| {
                    fields.get(*name).and_then(Value::as_str).is_some_and(|next| !next.is_empty())
                });
                let list = LISTS.iter().find(|name| fields.get(**name).is_some_and(Value::is_array));
                match list.and_then(|name| fields.remove(*name)) {
                    Some(Value::Array(list)) => objects.extend(list),
                    _ => objects.push(Value::Object(fields)),
                }
            }
            _ => {
                return Err(input(file, InputError::new("the JSON holds something that is no object")).into());
            }
        }
    }
    if goes_on || announced > u64::try_from(objects.len()).unwrap_or(u64::MAX) {
        let message = "the answer is one page of several, and whoever is on the others would count as gone: put all pages \
                       behind each other into one file";
        return Err(input(file, InputError::new(message)).into());
    }
    // Readers of JSON disagree on which of two equal fields counts.
    if let Err(problem) = refuse_repeated_fields(text) {
        return Err(input(file, problem).into());
    }
    let (mut names, mut rows) = (Vec::<String>::new(), Vec::new());
    for (line, object) in (1..).zip(&objects) {
        let mut cells = Vec::new();
        flatten("", object, &mut cells);
        for (name, _) in &cells {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        rows.push(Row { line, cells });
    }
    Ok(Content { names, rows, open_end: None })
}

/// Any JSON, read for its repeated fields alone.
struct Unrepeated;

impl<'de> serde::Deserialize<'de> for Unrepeated {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> serde::de::Visitor<'de> for Unrepeated {
    type Value = Self;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> std::result::Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> std::result::Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> std::result::Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> std::result::Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> std::result::Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> std::result::Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Self, A::Error> {
        while list.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> std::result::Result<Self, A::Error> {
        serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map))
            .map(|_: UniqueFields<Self>| self)
    }
}

fn refuse_repeated_fields(text: &str) -> std::result::Result<(), InputError> {
    for value in serde_json::Deserializer::from_str(text).into_iter::<Unrepeated>() {
        value.map_err(|error| InputError::new(error.to_string()))?;
    }
    Ok(())
}

/// Adds the texts of a value under its name, those of a primary entry before the others.
fn flatten(name: &str, value: &Value, cells: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => cells.push((name.to_owned(), flag.to_string())),
        Value::Number(number) => cells.push((name.to_owned(), number.to_string())),
        Value::String(text) if text.trim().is_empty() => {}
        Value::String(text) => cells.push((name.to_owned(), text.trim().to_owned())),
        Value::Array(list) => {
            let others = list.iter().filter(|entry| !is_primary(entry));
            for entry in list.iter().filter(|entry| is_primary(entry)).chain(others) {
                flatten(name, entry, cells);
            }
        }
        Value::Object(fields) => {
            for (field, value) in fields {
                match (name, field.starts_with("urn:")) {
                    (name, true) => flatten(name, value, cells),
                    ("", false) => flatten(field, value, cells),
                    (name, false) => flatten(&format!("{name}.{field}"), value, cells),
                }
            }
        }
    }
}

fn is_primary(entry: &Value) -> bool {
    entry.get("primary").and_then(Value::as_bool) == Some(true)
}
