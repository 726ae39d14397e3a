//! Reads directories in JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::Timestamp;
use cost_model::input::{UniqueFields, fold, visible};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::directory::csv::{parse_recorded_at, parse_span};
use crate::directory::lookup::Directory;
use crate::directory::source::{DatedRow, DirectorySource};
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::place::{Lines, Place};

impl Directory {
    /// Reads a directory from a JSON list of objects with the fields of the CSV's columns, all strings; `file` names it
    /// in errors.
    ///
    /// A field that is `null`, empty or missing has no value. A field that occurs twice in an object is an error, because
    /// readers of JSON disagree on which of them counts.
    ///
    /// ```
    /// use cost_model::Timestamp;
    /// use virtual_tags::Directory;
    ///
    /// let directory =
    ///     Directory::from_json(r#"[{ "email": "ana@acme.test", "team": "Web", "from": "2026-09-15" }]"#, "people.json")?;
    /// let at = |day: &str| Timestamp::midnight(day.parse().unwrap());
    /// assert_eq!(directory.fact("ana@acme.test", "team", at("2026-09-15")), Some("Web"));
    /// assert_eq!(directory.fact("ana@acme.test", "team", at("2026-09-14")), None);
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Directory`], with line and column, as for [`Directory::from_csv`].
    pub fn from_json(json: &str, file: &str) -> Result<Self> {
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let lines = Lines::new(json, file);
        let rows: Vec<&RawValue> = serde_json::from_str(json).map_err(|error| {
            let mut place = lines.file().line(u64::try_from(error.line()).unwrap_or_default());
            place.column = u64::try_from(error.column()).ok();
            Error::new(ErrorKind::Directory, Some(place), "this is not a JSON list of objects")
        })?;
        let rows: Vec<_> =
            rows.iter().map(|row| Row::read(row.get(), json, &lines)).collect::<Result<_>>()?;
        // Objects may each leave out other fields: a fact is a column for all of them.
        let mut facts: Vec<Arc<str>> =
            rows.iter().flat_map(|row| row.facts.keys()).map(|fact| fact.as_str().into()).collect();
        facts.sort();
        facts.dedup();
        let mut source = DirectorySource::new(facts.len());
        for row in rows {
            let values = facts.iter().map(|fact| row.facts.get(&**fact).cloned().flatten()).collect();
            let line = row.place.line.unwrap_or_default();
            source.add_row(
                &row.email,
                DatedRow { span: row.span, recorded: row.recorded, values, line },
                &row.place,
            )?;
        }
        Ok(Self::from_source(facts, source))
    }
}

/// An object of the list: one dated row about one person.
///
/// The same fields as a row of CSV; what a cell leaves empty, a field leaves out.
struct Row {
    email: String,
    span: crate::span::Span,
    recorded: Option<Timestamp>,
    facts: BTreeMap<String, Option<Arc<str>>>,
    place: Place,
}

impl Row {
    /// Reads an object, and places its faults at its beginning.
    ///
    /// `json` is the whole text, of which `row` is a part: serde gives no positions for the rows of a list.
    fn read(row: &str, json: &str, lines: &Lines<'_>) -> Result<Self> {
        // A raw value is a part of the text it was read from.
        let place = lines.place_at(row.as_ptr().addr().saturating_sub(json.as_ptr().addr()));
        Self::parse(row, &place).map_err(|fault| fault.at(Some(place)))
    }

    /// Reads a row; its faults are placed by the caller, at the beginning of the object.
    fn parse(row: &str, place: &Place) -> std::result::Result<Self, Fault> {
        let read: UniqueFields<Value> = serde_json::from_str(row).map_err(|error| {
            let said = error.to_string();
            let message = match said.split_once(" at line ") {
                Some((twice, _)) if twice.starts_with("duplicate field") => {
                    format!("{twice}: leave one of them")
                }
                _ => "the row is not an object such as { \"email\": ..., \"team\": ... }".to_owned(),
            };
            Fault::Text(ErrorKind::Directory, message)
        })?;
        let mut fields = BTreeMap::new();
        for (name, value) in read.0 {
            // Names differ in more than case, as those of columns do.
            let known =
                ["email", "from", "to", "recorded_at"].into_iter().find(|known| fold(known) == fold(&name));
            let name = known.map_or_else(|| visible(&name).into_owned(), str::to_owned);
            if fields.keys().any(|other: &String| other.to_lowercase() == name.to_lowercase()) {
                return Err(Fault::RepeatedField(name));
            }
            fields.insert(name, value);
        }
        let email = take_text(&mut fields, "email")?;
        let (from, to) = (take_text(&mut fields, "from")?, take_text(&mut fields, "to")?);
        let recorded = take_text(&mut fields, "recorded_at")?;
        if email.is_empty() {
            return Err(Fault::NoName("email".into()));
        }
        let span = parse_span(&from, &to)?;
        let recorded = parse_recorded_at(&recorded)?;
        let mut facts = BTreeMap::new();
        for (name, value) in fields {
            let value = match value {
                Value::Null => None,
                Value::String(text) => Some(text.trim().into()).filter(|text: &Arc<str>| !text.is_empty()),
                _ => return Err(Fault::NotAString(name)),
            };
            if name.trim().is_empty() {
                return Err(Fault::Text(ErrorKind::Directory, "a field has no name".to_owned()));
            }
            facts.insert(name, value);
        }
        Ok(Self { email, span, recorded, facts, place: place.clone() })
    }
}

/// Takes the text of a field out of a row; empty where the field is missing or null.
fn take_text(fields: &mut BTreeMap<String, Value>, name: &str) -> std::result::Result<String, Fault> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.trim().to_owned()),
        Some(_) => Err(Fault::NotAString(name.to_owned())),
    }
}
