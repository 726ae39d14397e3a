//! Directories in CSV.

use std::sync::Arc;

use cost_model::Timestamp;

use super::dates::read_date;
use super::source::{Entry, Source};
use crate::rule_set::Span;
use crate::{Error, ErrorKind, Place, Result};

/// The facts' names, and who has them when.
pub(super) fn read(csv: &[u8], file: &str) -> Result<(Vec<Arc<str>>, Source)> {
    let (facts, rows) = read_rows(csv, file, "email")?;
    let mut source = Source::new(facts.len());
    let file = Place::file(file);
    for (email, entry) in rows {
        let place = file.line(entry.line);
        source.add(&email, entry, &place)?;
    }
    Ok((facts, source))
}

/// Whom each row is about, and what it says.
pub(super) type Rows = Vec<(String, Entry)>;

/// The names of all columns but the dates and the one that tells whom a row is about, and every row.
pub(super) fn read_rows(csv: &[u8], file: &str, whom: &str) -> Result<(Vec<Arc<str>>, Rows)> {
    let file = Place::file(file);
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).flexible(true).from_reader(csv);
    let header = reader.headers().map_err(|error| unreadable(&file, &error))?.clone();
    let columns = Columns::new(&header, &file, whom)?;
    let facts: Vec<_> = columns.facts.iter().map(|(_, name)| Arc::clone(name)).collect();
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| unreadable(&file, &error))?;
        let place = file.line(row.position().map_or(0, |before| line_of_row(csv, before)));
        rows.push(columns.entry(&row, header.len(), &place)?);
    }
    Ok((facts, rows))
}

/// Where in a row each thing stands.
struct Columns {
    whom: usize,
    name: Arc<str>,
    from: Option<usize>,
    to: Option<usize>,
    recorded: Option<usize>,
    facts: Vec<(usize, Arc<str>)>,
}

impl Columns {
    fn new(header: &csv::StringRecord, file: &Place, whom: &str) -> Result<Self> {
        let fail = |message: String| Err(Error::new(ErrorKind::Directory, Some(file.line(1)), message));
        let find = |name: &str| header.iter().position(|each| each.eq_ignore_ascii_case(name));
        for (index, name) in header.iter().enumerate() {
            if name.is_empty() {
                return fail(format!("column {} has no name", index + 1));
            }
            if find(name) != Some(index) {
                return fail(format!("the column `{name}` stands there twice"));
            }
        }
        let Some(email) = find(whom) else {
            let example = if whom == "email" { "email,team,from,to" } else { "alias,email,from,to" };
            return fail(format!("there is no `{whom}` column; expected a header such as {example}"));
        };
        let (from, to, recorded) = (find("from"), find("to"), find("recorded_at"));
        let dates = [from, to, recorded];
        let facts = (0..)
            .zip(header)
            .filter(|(index, _)| *index != email && !dates.contains(&Some(*index)))
            .map(|(index, name)| (index, Arc::from(name)))
            .collect();
        Ok(Self { whom: email, name: whom.into(), from, to, recorded, facts })
    }

    fn entry(&self, row: &csv::StringRecord, length: usize, place: &Place) -> Result<(String, Entry)> {
        let fail = |message: String| Error::new(ErrorKind::Directory, Some(place.clone()), message);
        if row.len() != length {
            return Err(fail(format!("the row has {} fields, the header {length}", row.len())));
        }
        let email = row.get(self.whom).unwrap_or_default();
        if email.is_empty() {
            return Err(fail(format!("the row has no {}", self.name)));
        }
        let text = |index: Option<usize>| index.and_then(|index| row.get(index)).unwrap_or_default();
        let span = read_span(text(self.from), text(self.to)).map_err(&fail)?;
        let recorded = read_recorded(text(self.recorded)).map_err(&fail)?;
        let value = |(index, _): &(usize, _)| row.get(*index).filter(|text| !text.is_empty()).map(Arc::from);
        let line = place.line.unwrap_or_default();
        Ok((email.to_owned(), Entry { span, recorded, values: self.facts.iter().map(value).collect(), line }))
    }
}

/// The line a row begins on. The reader only knows the place before any comments and blank lines above the row.
fn line_of_row(csv: &[u8], before: &csv::Position) -> u64 {
    let above = usize::try_from(before.byte()).ok().and_then(|start| csv.get(start..)).unwrap_or_default();
    let skipped = above
        .split_inclusive(|byte| *byte == b'\n')
        .take_while(|line| line.starts_with(b"#") || line.iter().all(u8::is_ascii_whitespace));
    before.line() + skipped.map(|_| 1).sum::<u64>()
}

fn unreadable(file: &Place, error: &csv::Error) -> Error {
    let place = error.position().map_or_else(|| file.clone(), |position| file.line(position.line()));
    Error::new(ErrorKind::Directory, Some(place), format!("not readable as CSV in UTF-8: {}", reason(error)))
}

/// The reason without the row's content.
fn reason(error: &csv::Error) -> &'static str {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8",
        _ => "the rows are malformed",
    }
}

/// When something became known: a date, or a time; it may be missing.
pub(super) fn read_recorded(text: &str) -> std::result::Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = read_date(text).map(Timestamp::midnight).or_else(|| text.parse().ok());
    let wrong =
        || format!("`recorded_at` is `{text}`, which is neither a date like 2026-09-15 nor a time in UTC");
    read.map(Some).ok_or_else(wrong)
}

/// Two dates, each of which may be missing.
pub(super) fn read_span(from: &str, to: &str) -> std::result::Result<Span, String> {
    let date = |text: &str, name: &str| match text {
        "" => Ok(None),
        _ => match read_date(text) {
            Some(date) => Ok(Some(Timestamp::midnight(date))),
            None => Err(format!("`{name}` is `{text}`, which is not a date like 2026-09-15")),
        },
    };
    let span = Span { from: date(from, "from")?, to: date(to, "to")? };
    if span.from.zip(span.to).is_some_and(|(from, to)| from >= to) {
        return Err("`to` must come after `from`: it is the first day that no longer holds".to_owned());
    }
    Ok(span)
}
