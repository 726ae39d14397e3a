//! One source of a directory: people and their dated rows.
//!
//! Emails are canonical here; see `names`. Which row holds on a day is settled when a row is added, so that a
//! look-up only searches for the span that contains its instant.

use std::collections::HashMap;
use std::sync::Arc;

use cost_model::Timestamp;

use crate::error::Result;
use crate::fault::Fault;
use crate::ids::{FactId, Table};
use crate::names::{canonical_email, lowercase};
use crate::place::Place;
use crate::span::Span;

/// The rows of one file or answer, by person.
///
/// `lowercased` finds somebody whose name is written in another case. It is a table and no search, because
/// most names of charges are looked up once for each boundary.
#[derive(Clone)]
pub(super) struct DirectorySource {
    people: HashMap<String, RecordedRows>,
    /// Emails with all case lowercased away; `None` where two people share one.
    lowercased: HashMap<String, Option<String>>,
    /// By fact of the directory: its place in a row.
    pub(super) columns: Table<FactId, Option<usize>>,
    /// The file's name, if it has rows.
    file: Option<Arc<str>>,
}

/// The rows about one person.
///
/// Both lists are kept, because a directory can be asked as it was known earlier.
#[derive(Clone, Default)]
struct RecordedRows {
    /// The rows as they were recorded, the last known first.
    recorded: Vec<DatedRow>,
    /// The rows in effect, where they differ from the recorded ones.
    holds: Option<Vec<DatedRow>>,
}

impl RecordedRows {
    /// Returns the rows in effect, of which no two cover the same instant.
    fn holds(&self) -> &[DatedRow] {
        self.holds.as_ref().unwrap_or(&self.recorded)
    }

    /// Finds the rows in effect: a row replaces what was known before, on its own days; and one that starts no later than
    /// an earlier row whose days it shares replaces that row as a whole. So a move leaves the days before it as they
    /// were, a correction replaces, and a row that ends earlier removes the person from the days after its end.
    fn settle(&mut self) {
        let rows = &self.recorded;
        // Most directories have no `recorded_at`: then all rows hold as they are, and nothing is copied.
        if rows
            .windows(2)
            .all(|pair: &[DatedRow]| matches!(pair, [one, other] if one.recorded == other.recorded))
        {
            self.holds = None;
            return;
        }
        let mut holds = Vec::with_capacity(rows.len());
        for row in rows {
            let later = rows.iter().filter(|later| later.recorded > row.recorded);
            let mut spans = vec![row.span];
            for later in later.map(|later| later.span) {
                if later.overlaps(&row.span) && later.from <= row.span.from {
                    spans.clear();
                }
                spans = spans.iter().flat_map(|span| subtract_span(span, &later)).collect();
            }
            holds.extend(spans.into_iter().map(|span| DatedRow { span, ..row.clone() }));
        }
        self.holds = Some(holds);
    }
}

/// Subtracts a span from another: it leaves nothing, or up to two parts.
fn subtract_span(span: &Span, other: &Span) -> Vec<Span> {
    if !span.overlaps(other) {
        return vec![*span];
    }
    let before = other.from.filter(|end| span.from.is_none_or(|from| from < *end));
    let after = other.to.filter(|start| span.to.is_none_or(|to| *start < to));
    let before = before.map(|end| Span { from: span.from, to: Some(end) });
    before.into_iter().chain(after.map(|start| Span { from: Some(start), to: span.to })).collect()
}

/// Adds an email to those found in any letter case.
fn index_lowercase(lowercased: &mut HashMap<String, Option<String>>, email: &str) {
    lowercased
        .entry(lowercase(email))
        // Two spellings make the entry ambiguous for good: it must find nobody rather than one of two people.
        .and_modify(|exact| {
            if exact.as_deref() != Some(email) {
                *exact = None;
            }
        })
        .or_insert_with(|| Some(email.to_owned()));
}

/// A person's email, and the rows in effect.
#[derive(Clone, Copy)]
pub(super) struct PersonRows<'a> {
    /// As the source has it.
    pub(super) email: &'a str,
    pub(super) entries: &'a [DatedRow],
}

impl<'a> PersonRows<'a> {
    /// Makes it of an entry of the table of people.
    fn from_rows((email, rows): (&'a String, &'a RecordedRows)) -> Self {
        Self { email, entries: rows.holds() }
    }
}

/// A row about a person: values, the days on which they hold, and when they became known.
#[derive(Clone)]
pub(super) struct DatedRow {
    pub(super) span: Span,
    /// When it became known; `None`: since ever.
    pub(super) recorded: Option<Timestamp>,
    pub(super) values: Vec<Option<Arc<str>>>,
    /// The line of the file.
    pub(super) line: u64,
}

impl DirectorySource {
    /// Makes a source without people, with as many columns as it has facts, in the same order.
    pub(super) fn new(facts: usize) -> Self {
        Self {
            people: HashMap::new(),
            lowercased: HashMap::new(),
            columns: (0..facts).map(Some).collect(),
            file: None,
        }
    }

    /// Returns everyone's canonical email, in no order.
    pub(super) fn emails(&self) -> impl Iterator<Item = &str> {
        self.people.keys().map(String::as_str)
    }

    /// Returns the person that a canonical email finds, and whether the name is exactly that of the
    /// directory.
    ///
    /// A name that fits two people in other letter case finds neither.
    pub(super) fn find_person(&self, email: &str) -> Option<(PersonRows<'_>, bool)> {
        if let Some(exact) = self.people.get_key_value(email) {
            return Some((PersonRows::from_rows(exact), true));
        }
        let exact = self.lowercased.get(&lowercase(email))?.as_ref()?;
        self.people.get_key_value(exact).map(|exact| (PersonRows::from_rows(exact), false))
    }

    /// Returns whether two people look like a canonical email and neither is written so.
    pub(super) fn is_ambiguous(&self, email: &str) -> bool {
        !self.people.contains_key(email)
            && self.lowercased.get(&lowercase(email)).is_some_and(Option::is_none)
    }

    /// Returns whether another person's canonical email differs from this one only in letter case.
    pub(super) fn is_alike(&self, email: &str) -> bool {
        self.lowercased.get(&lowercase(email)).is_some_and(Option::is_none)
    }

    /// Returns the days of all rows in effect, in no order.
    pub(super) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.people.values().flat_map(RecordedRows::holds).map(|entry| &entry.span)
    }

    /// Adds a row, unless it contradicts one that was recorded at the same time. What then holds on which day is
    /// settled at once.
    ///
    /// # Errors
    /// A row of the same person that was recorded at the same time and shares days with this one; the error
    /// names its line.
    pub(super) fn add_row(&mut self, email: &str, entry: DatedRow, place: &Place) -> Result<()> {
        let email = canonical_email(email);
        index_lowercase(&mut self.lowercased, &email);
        self.file.get_or_insert_with(|| Arc::clone(&place.file));
        let rows = self.people.entry(email).or_default();
        // Overlaps are an error only among rows recorded at the same time; a later row may correct an earlier one.
        let mut same = rows.recorded.iter().filter(|other| other.recorded == entry.recorded);
        if let Some(other) = same.find(|other| other.span.overlaps(&entry.span)) {
            return Err(Fault::OverlappingRows(other.line).at(Some(place.clone())));
        }
        let later = rows.recorded.partition_point(|other| other.recorded >= entry.recorded);
        rows.recorded.insert(later, entry);
        rows.settle();
        Ok(())
    }

    /// Forgets what became known only after an instant.
    ///
    /// Rows that those replaced are in effect again, and people of whom nothing was known are gone.
    pub(super) fn forget_after(&mut self, at: Timestamp) {
        for rows in self.people.values_mut() {
            rows.recorded.retain(|entry| entry.recorded.is_none_or(|recorded| recorded <= at));
            rows.settle();
        }
        self.people.retain(|_, rows| !rows.recorded.is_empty());
        self.lowercased.clear();
        for email in self.people.keys() {
            index_lowercase(&mut self.lowercased, email);
        }
    }

    /// Returns the place of a line; `None` for a source without rows, of which no file is known.
    pub(super) fn line_place(&self, line: u64) -> Option<Place> {
        self.file.as_ref().map(|file| Place::file(Arc::clone(file)).line(line))
    }

    /// Returns everybody, by email.
    pub(super) fn sorted_people(&self) -> Vec<PersonRows<'_>> {
        let mut people: Vec<_> = self.people.iter().map(PersonRows::from_rows).collect();
        people.sort_unstable_by_key(|person| person.email);
        people
    }
}
