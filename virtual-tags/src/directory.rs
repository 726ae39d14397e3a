//! Dated facts about people.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use cost_model::Timestamp;

use crate::{Error, ErrorKind, Place, Result};

/// Who belonged where, and when: email, facts such as team and department, and the dates between which they hold.
///
/// Read from CSV with the header `email,<facts>,from,to`, in any order of columns. `from` is the first day that holds
/// and `to` the first that no longer does (UTC dates, `YYYY-MM-DD`); an empty or missing date is open. Lines that
/// begin with `#` are comments.
///
/// A person is found by email: surrounding blanks and the case of the domain never matter; the case of the part
/// before the `@` matters only where two people differ by nothing else. Any other id, such as a service account's, may
/// stand in the email column too.
#[derive(Default)]
pub struct Directory {
    facts: Vec<Arc<str>>,
    people: HashMap<String, Vec<Entry>>,
    /// Emails with all case folded away; `None` where two people share one.
    folded: HashMap<String, Option<String>>,
    boundaries: Vec<Timestamp>,
}

struct Entry {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    values: Vec<Option<Arc<str>>>,
    line: u64,
}

impl Directory {
    /// Reads a directory from CSV; `file` names it in errors.
    ///
    /// # Errors
    /// [`ErrorKind::Directory`], with the line: no `email` column, a column twice, a row of another length, no email,
    /// a date that is none, a span that ends before it starts, two spans of one person that overlap.
    pub fn from_csv(csv: &[u8], file: &str) -> Result<Self> {
        let file = Place::file(file);
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(csv);
        let header = reader.headers().map_err(|error| unreadable(&file, &error))?.clone();
        let columns = Columns::new(&header, &file)?;
        let mut directory = Self {
            facts: columns.facts.iter().map(|(_, name)| Arc::clone(name)).collect(),
            people: HashMap::new(),
            folded: HashMap::new(),
            boundaries: Vec::new(),
        };
        for row in reader.records() {
            let row = row.map_err(|error| unreadable(&file, &error))?;
            let place = file.line(row.position().map_or(0, |before| line_of_row(csv, before)));
            let (email, entry) = columns.entry(&row, header.len(), &place)?;
            directory.add(canonical(&email), entry, &place)?;
        }
        directory.boundaries.sort_unstable();
        directory.boundaries.dedup();
        Ok(directory)
    }

    /// The names of the facts, in the order of the columns.
    pub fn facts(&self) -> &[Arc<str>] {
        &self.facts
    }

    /// How many people there are.
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// A fact about the person of that email at that instant; `None` if the person is unknown, no dates cover the
    /// instant, or the fact is left empty.
    pub fn fact(&self, email: &str, fact: &str, at: Timestamp) -> Option<&str> {
        self.fact_at(email, self.facts.iter().position(|each| **each == *fact)?, at)
    }

    pub(crate) fn fact_at(&self, email: &str, fact: usize, at: Timestamp) -> Option<&str> {
        self.entries(email).iter().find(|entry| entry.holds(at))?.values.get(fact)?.as_deref()
    }

    /// The instants at which a fact about one person may change, in no order.
    pub(crate) fn boundaries_of(&self, email: &str) -> impl Iterator<Item = Timestamp> {
        self.entries(email).iter().flat_map(|entry| entry.from.into_iter().chain(entry.to))
    }

    fn entries(&self, email: &str) -> &[Entry] {
        let email = canonical(email);
        let entries = self.people.get(&email).or_else(|| {
            let exact = self.folded.get(&email.to_lowercase())?.as_ref()?;
            self.people.get(exact)
        });
        entries.map_or(&[], Vec::as_slice)
    }

    /// The instants at which a fact may change, ascending.
    pub(crate) fn boundaries(&self) -> &[Timestamp] {
        &self.boundaries
    }

    fn add(&mut self, email: String, entry: Entry, place: &Place) -> Result<()> {
        self.boundaries.extend(entry.from.into_iter().chain(entry.to));
        self.folded
            .entry(email.to_lowercase())
            .and_modify(|exact| {
                if exact.as_ref() != Some(&email) {
                    *exact = None;
                }
            })
            .or_insert_with(|| Some(email.clone()));
        let entries = self.people.entry(email).or_default();
        if let Some(other) = entries.iter().find(|other| other.overlaps(&entry)) {
            let message = format!(
                "the dates overlap those of line {}, which has the same email; let one end where the other starts",
                other.line
            );
            return Err(Error::new(ErrorKind::Directory, Some(place.clone()), message));
        }
        entries.push(entry);
        Ok(())
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("facts", &self.facts)
            .field("people", &self.people.len())
            .finish_non_exhaustive()
    }
}

impl Entry {
    fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let before = |to: Option<Timestamp>, from: Option<Timestamp>| matches!((to, from), (Some(to), Some(from)) if to <= from);
        !before(self.to, other.from) && !before(other.to, self.from)
    }
}

/// Where in a row each thing stands.
struct Columns {
    email: usize,
    from: Option<usize>,
    to: Option<usize>,
    facts: Vec<(usize, Arc<str>)>,
}

impl Columns {
    fn new(header: &csv::StringRecord, file: &Place) -> Result<Self> {
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
        let Some(email) = find("email") else {
            return fail(
                "there is no `email` column; expected a header such as email,team,from,to".to_owned(),
            );
        };
        let (from, to) = (find("from"), find("to"));
        let facts = (0..)
            .zip(header)
            .filter(|(index, _)| *index != email && Some(*index) != from && Some(*index) != to)
            .map(|(index, name)| (index, Arc::from(name)))
            .collect();
        Ok(Self { email, from, to, facts })
    }

    fn entry(&self, row: &csv::StringRecord, length: usize, place: &Place) -> Result<(String, Entry)> {
        let fail = |message: String| Error::new(ErrorKind::Directory, Some(place.clone()), message);
        if row.len() != length {
            return Err(fail(format!("the row has {} fields, the header {length}", row.len())));
        }
        let email = row.get(self.email).unwrap_or_default();
        if email.is_empty() {
            return Err(fail("the row has no email".to_owned()));
        }
        let date = |index: Option<usize>, name: &str| {
            let text = index.and_then(|index| row.get(index)).unwrap_or_default();
            match text {
                "" => Ok(None),
                _ => match text.parse::<NaiveDate>() {
                    Ok(date) => Ok(Some(Timestamp::midnight(date))),
                    Err(_) => Err(fail(format!("`{name}` is `{text}`, which is not a date like 2026-09-15"))),
                },
            }
        };
        let (from, to) = (date(self.from, "from")?, date(self.to, "to")?);
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            return Err(fail(
                "`to` must come after `from`: it is the first day that no longer holds".to_owned(),
            ));
        }
        let value = |(index, _): &(usize, _)| row.get(*index).filter(|text| !text.is_empty()).map(Arc::from);
        let line = place.line.unwrap_or_default();
        Ok((email.to_owned(), Entry { from, to, values: self.facts.iter().map(value).collect(), line }))
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

/// The email without surrounding blanks and with the domain in lower case.
fn canonical(email: &str) -> String {
    let email = email.trim();
    match email.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => email.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(date: &str) -> Timestamp {
        Timestamp::midnight(date.parse().unwrap())
    }

    fn read(csv: &str) -> Result<Directory> {
        Directory::from_csv(csv.as_bytes(), "directory.csv")
    }

    const MOVER: &str = "email,team,department,from,to\n\
        ana@acme.test,Payments,Engineering,2026-01-01,2026-09-15\n\
        ana@acme.test,Data Platform,Engineering,2026-09-15,\n";

    #[test]
    fn the_event_decides_which_dates_hold() {
        let directory = read(MOVER).unwrap();
        assert_eq!(directory.fact("ana@acme.test", "team", at("2025-12-31")), None);
        assert_eq!(directory.fact("ana@acme.test", "team", at("2026-01-01")), Some("Payments"));
        let last = Timestamp::from_millis(at("2026-09-15").millis() - 1).unwrap();
        assert_eq!(directory.fact("ana@acme.test", "team", last), Some("Payments"));
        assert_eq!(directory.fact("ana@acme.test", "team", at("2026-09-15")), Some("Data Platform"));
        assert_eq!(directory.fact("ana@acme.test", "project", at("2026-09-15")), None);
        assert_eq!(directory.fact("bo@acme.test", "team", at("2026-09-15")), None);
    }

    #[test]
    fn exact_emails_come_before_folded_ones() {
        let directory =
            read("\u{feff}email , team\nAna@Acme.test, One\nana@acme.test,Two\nBo@acme.test,Three\n")
                .unwrap();
        let team = |email| directory.fact(email, "team", at("2026-01-01"));
        assert_eq!(team("Ana@ACME.test"), Some("One"));
        assert_eq!(team(" ana@acme.test "), Some("Two"));
        assert_eq!(team("ANA@acme.test"), None);
        assert_eq!(team("bo@acme.test"), Some("Three"));
    }

    #[track_caller]
    fn fails(csv: &str, message: &str) {
        assert_eq!(read(csv).unwrap_err().to_string(), message);
    }

    #[test]
    fn errors_name_the_line_and_the_remedy() {
        fails(
            "mail,team\n",
            "directory.csv:1: there is no `email` column; expected a header such as email,team,from,to",
        );
        fails("email,team,Team\n", "directory.csv:1: the column `Team` stands there twice");
        fails("email,\n", "directory.csv:1: column 2 has no name");
        fails("email,team\nana@acme.test\n", "directory.csv:2: the row has 1 fields, the header 2");
        fails(
            "email,team\n# a comment\n\nbo@acme.test,X\n\n,Payments\n",
            "directory.csv:6: the row has no email",
        );
        fails(
            "email,from\nana@acme.test,15.09.2026\n",
            "directory.csv:2: `from` is `15.09.2026`, which is not a date like 2026-09-15",
        );
        fails(
            "email,from,to\nana@acme.test,2026-09-15,2026-09-15\n",
            "directory.csv:2: `to` must come after `from`: it is the first day that no longer holds",
        );
        fails(
            "email,from,to\nana@acme.test,,2026-09-16\nbo@acme.test,,\nana@ACME.test,2026-09-15,\n",
            "directory.csv:4: the dates overlap those of line 2, which has the same email; let one end where the \
             other starts",
        );
    }

    #[test]
    fn debug_shows_no_person() {
        assert!(!format!("{:?}", read(MOVER).unwrap()).contains("ana"));
    }
}
