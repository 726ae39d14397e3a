//! Reads directories in CSV.
//!
//! Aliases are read by the same functions, with the alias in the place of the email.

use std::sync::Arc;

use cost_model::Timestamp;
use cost_model::input::{Column, InputError, Row, Table, TableOptions, decode};

use crate::dates::parse_date;
use crate::directory::lookup::Directory;
use crate::directory::source::{DatedRow, DirectorySource};
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::place::Place;
use crate::span::Span;

impl Directory {
    /// Reads a directory from CSV; `file` names it in errors.
    ///
    /// The first line names the columns, in any order: `email`, and if they are there `from`, `to` and `recorded_at`;
    /// each other column is a fact. Separators, encodings and quotes are read as [`cost_model::input`] does.
    ///
    /// ```
    /// use cost_model::Timestamp;
    /// use virtual_tags::Directory;
    ///
    /// let csv = b"email,team,from,to\nana@acme.test,Web,2026-01-01,2026-09-15\nana@acme.test,Data,2026-09-15,\n";
    /// let people = Directory::from_csv(csv, "people.csv")?;
    /// let at = |day: &str| Timestamp::midnight(day.parse().unwrap());
    /// assert_eq!(people.fact("ana@acme.test", "team", at("2026-09-14")), Some("Web"));
    /// assert_eq!(people.fact("ana@acme.test", "team", at("2026-09-15")), Some("Data"));
    ///
    /// let error = Directory::from_csv(b"mail,team\n", "people.csv").unwrap_err();
    /// assert!(error.to_string().starts_with("people.csv:1: there is no `email` column"), "{error}");
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Directory`](crate::ErrorKind::Directory), with the line: no `email` column, a column twice, a row of
    /// another length, no email, an invalid date, a span that ends before it starts, two spans of one person that overlap.
    pub fn from_csv(csv: &[u8], file: &str) -> Result<Self> {
        let (facts, source) = read(csv, file)?;
        Ok(Self::from_source(facts, source))
    }
}

/// Returns the names of the facts, and the rows of each person.
fn read(csv: &[u8], file: &str) -> Result<(Vec<Arc<str>>, DirectorySource)> {
    let (facts, rows) = read_rows(csv, file, "email")?;
    let mut source = DirectorySource::new(facts.len());
    let file = Place::file(file);
    for (email, entry) in rows {
        let place = file.line(entry.line);
        source.add_row(&email, entry, &place)?;
    }
    Ok((facts, source))
}

/// Whom each row is about, and what it says, in the order of the file.
pub(super) type Rows = Vec<(String, DatedRow)>;

/// Reads the names of all columns but the dates and the one that names people, and every row.
///
/// `whom` is the name of the column of names: `email`, or `alias` for a file of aliases. Rows are not
/// compared with each other here.
pub(super) fn read_rows(csv: &[u8], file: &str, whom: &str) -> Result<(Vec<Arc<str>>, Rows)> {
    let file = Place::file(file);
    let text = decode(csv).map_err(|problem| unreadable(&file, &problem))?;
    let table =
        Table::new(&text, TableOptions::with_comments()).map_err(|problem| unreadable(&file, &problem))?;
    let columns = Columns::find(&table, &file, whom)?;
    let facts: Vec<_> = columns.facts.iter().map(|(_, name)| Arc::clone(name)).collect();
    let mut rows = Vec::new();
    for row in table {
        let row = row.map_err(|problem| unreadable(&file, &problem))?;
        rows.push(columns.entry(&row, &file.line(row.line))?);
    }
    Ok((facts, rows))
}

/// Returns an error of the table reader as one of a directory, with its line.
fn unreadable(file: &Place, problem: &InputError) -> Error {
    let place = problem.line().map_or_else(|| file.clone(), |line| file.line(line));
    Error::new(ErrorKind::Directory, Some(place), problem.message())
}

/// The places of columns in a row.
///
/// Places are those in a row, counted from 0.
struct Columns {
    whom: usize,
    name: Arc<str>,
    from: Option<usize>,
    to: Option<usize>,
    recorded: Option<usize>,
    facts: Vec<(usize, Arc<str>)>,
}

impl Columns {
    /// Finds the column that names people, those of dates, and takes all others for facts.
    fn find(table: &Table<'_>, file: &Place, whom: &str) -> Result<Self> {
        let Some(email) = table.find(&[whom]) else {
            let example = if whom == "email" { "email,team,from,to" } else { "alias,email,from,to" };
            let there: Vec<_> = table.columns().iter().map(Column::shown).collect();
            let fault = Fault::MissingColumn { name: whom.to_owned(), example, there };
            return Err(fault.at(Some(file.line(table.header_line()))));
        };
        let (from, to, recorded) = (table.find(&["from"]), table.find(&["to"]), table.find(&["recorded_at"]));
        let dates = [from, to, recorded];
        let facts = (0..)
            .zip(table.columns())
            .filter(|(index, _)| *index != email && !dates.contains(&Some(*index)))
            .map(|(index, column)| (index, Arc::from(column.name.as_str())))
            .collect();
        Ok(Self { whom: email, name: whom.into(), from, to, recorded, facts })
    }

    /// Reads a row: whom it is about, and what it says of them for which days. An empty cell is no value.
    fn entry(&self, row: &Row<'_>, place: &Place) -> Result<(String, DatedRow)> {
        let email = row.text(Some(self.whom));
        if email.is_empty() {
            return Err(Fault::NoName(Arc::clone(&self.name)).at(Some(place.clone())));
        }
        let span = parse_span(row.text(self.from), row.text(self.to))
            .map_err(|fault| fault.at(Some(place.clone())))?;
        let recorded =
            parse_recorded_at(row.text(self.recorded)).map_err(|fault| fault.at(Some(place.clone())))?;
        let line = place.line.unwrap_or_default();
        Ok((
            email.to_owned(),
            DatedRow {
                span,
                recorded,
                values: self
                    .facts
                    .iter()
                    .map(|(index, _): &(usize, _)| {
                        Some(row.text(Some(*index))).filter(|text| !text.is_empty()).map(Arc::from)
                    })
                    .collect(),
                line,
            },
        ))
    }
}

/// Returns when something became known: a date, which means its first instant, or a time; `None` for an empty
/// text.
pub(super) fn parse_recorded_at(text: &str) -> std::result::Result<Option<Timestamp>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = parse_date(text).map(Timestamp::midnight).or_else(|| text.parse().ok());
    read.map(Some).ok_or_else(|| Fault::NotAnInstant(text.to_owned()))
}

/// Returns the span between two days, each of which may be empty.
///
/// # Errors
/// A text that is no day, and an end that is not after the start: a row that never holds is a mistake.
pub(super) fn parse_span(from: &str, to: &str) -> std::result::Result<Span, Fault> {
    let span = Span { from: parse_day(from, "from")?, to: parse_day(to, "to")? };
    if span.from.zip(span.to).is_some_and(|(from, to)| from >= to) {
        return Err(Fault::BackwardDates);
    }
    Ok(span)
}

/// Returns the first instant of a day; `None` for an empty text.
fn parse_day(text: &str, field: &'static str) -> std::result::Result<Option<Timestamp>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let date = parse_date(text).ok_or_else(|| Fault::NotADate { field, text: text.to_owned() })?;
    Ok(Some(Timestamp::midnight(date)))
}
