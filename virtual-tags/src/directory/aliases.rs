//! Other names of people.
//!
//! Companies rename people and merge domains, and charges keep the name of their day. Aliases are facts of
//! their own and no rows of a person: they come from another file, and one alias may mean different people
//! over time.

use std::collections::HashMap;

use cost_model::Timestamp;

use crate::digest_writer::DigestWriter;
use crate::names::{canonical_email, lowercase};
use crate::span::Span;

/// Other names of people, each for a span of time.
///
/// Names are compared in lower case only, even where a directory tells people apart by case.
#[derive(Clone, Default)]
pub(super) struct Aliases {
    /// By the other name in lower case.
    names: HashMap<String, Vec<(Span, String)>>,
}

impl Aliases {
    /// Adds another name for a span of time.
    ///
    /// # Errors
    /// The span of the same name with which it overlaps: at one instant an alias means one person.
    pub(super) fn add_alias(&mut self, alias: &str, email: &str, span: Span) -> Result<(), Span> {
        let known = self.names.entry(lowercase(&canonical_email(alias))).or_default();
        if let Some((other, _)) = known.iter().find(|(other, _)| other.overlaps(&span)) {
            return Err(*other);
        }
        known.push((span, canonical_email(email)));
        Ok(())
    }

    /// Returns the name that an alias means at an instant.
    ///
    /// The target may be an alias again; [`Directory::name_at`](crate::Directory) follows the chain.
    pub(super) fn target_at(&self, name: &str, at: Timestamp) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        let known = self.names.get(&lowercase(name))?;
        known.iter().find(|(span, _)| span.contains(at)).map(|(_, email)| email.as_str())
    }

    /// Returns every name that an alias ever means, with its time.
    ///
    /// For the boundaries of a person, which are needed for all times at once.
    pub(super) fn all_targets<'a>(&'a self, name: &str) -> &'a [(Span, String)] {
        if self.names.is_empty() {
            return &[];
        }
        self.names.get(&lowercase(name)).map_or(&[], Vec::as_slice)
    }

    /// Returns the times of all aliases, in no order.
    pub(super) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.names.values().flatten().map(|(span, _)| span)
    }

    /// Returns every other name, with its time and the name that it means, in order.
    pub(super) fn sorted_aliases(&self) -> Vec<(&str, Span, &str)> {
        let mut all: Vec<_> = self
            .names
            .iter()
            .flat_map(|(name, spans)| {
                spans.iter().map(move |(span, email)| (name.as_str(), *span, email.as_str()))
            })
            .collect();
        all.sort_by(|one, other| (one.0, one.1.from, one.2).cmp(&(other.0, other.1.from, other.2)));
        all
    }

    /// Writes every alias in an order of its own, so that equal aliases have equal digests.
    pub(super) fn write_digest(&self, writer: &mut DigestWriter) {
        let mut names: Vec<_> = self.names.iter().collect();
        // A hash map has no order, and equal directories must have equal digests.
        names.sort_by_key(|(name, _)| *name);
        writer.write_count(names.len());
        for (name, spans) in names {
            writer.write_text(name);
            let mut spans: Vec<_> = spans.iter().collect();
            spans.sort_by_key(|(span, _)| span.from);
            writer.write_count(spans.len());
            for (span, email) in spans {
                writer.write_span(*span);
                writer.write_text(email);
            }
        }
    }

    /// Returns the number of names, which bounds the length of a chain of aliases that does not go round in a
    /// circle.
    pub(super) fn alias_count(&self) -> usize {
        self.names.len()
    }

    /// Adds the aliases of another source, for names that have none here.
    pub(super) fn add_missing(&mut self, lower: Self) {
        for (name, known) in lower.names {
            // A name is taken from one source as a whole: the spans of two would be checked against each other
            // nowhere.
            self.names.entry(name).or_insert(known);
        }
    }
}
