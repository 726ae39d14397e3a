//! One source of a directory: people, and what holds of them when.

use std::collections::HashMap;
use std::sync::Arc;

use cost_model::Timestamp;

use super::identity::canonical;
use crate::rule_set::Span;
use crate::{Error, ErrorKind, Place, Result};

/// What one file or answer says.
#[derive(Clone)]
pub(super) struct Source {
    /// What became known last stands first, and in place of all that was known before.
    people: HashMap<String, Vec<Entry>>,
    /// Emails with all case folded away; `None` where two people share one.
    folded: HashMap<String, Option<String>>,
    /// By fact of the directory: where in an entry it stands.
    pub(super) columns: Vec<Option<usize>>,
}

fn fold(folded: &mut HashMap<String, Option<String>>, email: &str) {
    folded
        .entry(email.to_lowercase())
        .and_modify(|exact| {
            if exact.as_deref() != Some(email) {
                *exact = None;
            }
        })
        .or_insert_with(|| Some(email.to_owned()));
}

/// Somebody, and what holds of them when.
#[derive(Clone, Copy)]
pub(super) struct Person<'a> {
    /// As the source has it.
    pub(super) email: &'a str,
    pub(super) entries: &'a [Entry],
}

impl<'a> Person<'a> {
    /// What became known last of somebody.
    fn of((email, entries): (&'a String, &'a Vec<Entry>)) -> Self {
        let recorded = entries.first().and_then(|first| first.recorded);
        let end = entries.partition_point(|entry| entry.recorded >= recorded);
        Self { email, entries: entries.get(..end).unwrap_or_default() }
    }
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) span: Span,
    /// When it became known; `None`: since ever.
    pub(super) recorded: Option<Timestamp>,
    pub(super) values: Vec<Option<Arc<str>>>,
    /// The line it stands on.
    pub(super) line: u64,
}

impl Source {
    pub(super) fn new(facts: usize) -> Self {
        Self { people: HashMap::new(), folded: HashMap::new(), columns: (0..facts).map(Some).collect() }
    }

    /// Everyone's canonical email, in no order.
    pub(super) fn people(&self) -> impl Iterator<Item = &str> {
        self.people.keys().map(String::as_str)
    }

    /// The person that a canonical email finds, and whether as it is written.
    pub(super) fn find(&self, email: &str) -> Option<(Person<'_>, bool)> {
        if let Some(exact) = self.people.get_key_value(email) {
            return Some((Person::of(exact), true));
        }
        let exact = self.folded.get(&email.to_lowercase())?.as_ref()?;
        self.people.get_key_value(exact).map(|exact| (Person::of(exact), false))
    }

    /// Whether two people look like a canonical email and neither is written so.
    pub(super) fn is_ambiguous(&self, email: &str) -> bool {
        !self.people.contains_key(email)
            && self.folded.get(&email.to_lowercase()).is_some_and(Option::is_none)
    }

    pub(super) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.people.values().flatten().map(|entry| &entry.span)
    }

    pub(super) fn add(&mut self, email: &str, entry: Entry, place: &Place) -> Result<()> {
        let email = canonical(email);
        fold(&mut self.folded, &email);
        let entries = self.people.entry(email).or_default();
        let same = |other: &&Entry| other.recorded == entry.recorded && other.span.overlaps(&entry.span);
        if let Some(other) = entries.iter().find(same) {
            let message = format!(
                "the dates overlap those of line {}, which has the same email; let one end where the other starts",
                other.line
            );
            return Err(Error::new(ErrorKind::Directory, Some(place.clone()), message));
        }
        let later = entries.partition_point(|other| other.recorded >= entry.recorded);
        entries.insert(later, entry);
        Ok(())
    }

    /// Forgets what became known only after an instant.
    pub(super) fn forget_after(&mut self, at: Timestamp) {
        for entries in self.people.values_mut() {
            entries.retain(|entry| entry.recorded.is_none_or(|recorded| recorded <= at));
        }
        self.people.retain(|_, entries| !entries.is_empty());
        self.folded.clear();
        for email in self.people.keys() {
            fold(&mut self.folded, email);
        }
    }

    /// Everybody, in order.
    pub(super) fn everybody(&self) -> Vec<Person<'_>> {
        let mut people: Vec<_> = self.people.iter().map(Person::of).collect();
        people.sort_unstable_by_key(|person| person.email);
        people
    }
}
