//! One source of a directory: people, and what holds of them when.

use std::collections::HashMap;
use std::sync::Arc;

use super::identity::canonical;
use crate::rule_set::Span;
use crate::{Error, ErrorKind, Place, Result};

/// What one file or answer says.
#[derive(Clone)]
pub(super) struct Source {
    people: HashMap<String, Vec<Entry>>,
    /// Emails with all case folded away; `None` where two people share one.
    folded: HashMap<String, Option<String>>,
    /// By fact of the directory: where in an entry it stands.
    pub(super) columns: Vec<Option<usize>>,
}

/// Somebody, and what holds of them when.
#[derive(Clone, Copy)]
pub(super) struct Person<'a> {
    /// As the source has it.
    pub(super) email: &'a str,
    pub(super) entries: &'a [Entry],
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) span: Span,
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
        if let Some((email, entries)) = self.people.get_key_value(email) {
            return Some((Person { email, entries }, true));
        }
        let exact = self.folded.get(&email.to_lowercase())?.as_ref()?;
        self.people.get_key_value(exact).map(|(email, entries)| (Person { email, entries }, false))
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
        self.folded
            .entry(email.to_lowercase())
            .and_modify(|exact| {
                if exact.as_ref() != Some(&email) {
                    *exact = None;
                }
            })
            .or_insert_with(|| Some(email.clone()));
        let entries = self.people.entry(email).or_default();
        if let Some(other) = entries.iter().find(|other| other.span.overlaps(&entry.span)) {
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
