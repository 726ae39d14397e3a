//! Rules by the text that they require in one field.
//!
//! Whole texts are found with a hash table. Parts of texts, as patterns need them, are searched for together
//! by an Aho-Corasick automaton, in time that does not grow with the number of rules.

use std::cmp::Reverse;
use std::collections::HashMap;

use aho_corasick::{AhoCorasick, BuildError};
use foldhash::fast::RandomState;

use crate::ids::RuleId;

/// Texts that must be there.
///
/// It borrows from the rule: only the part that is searched for is copied.
#[derive(Clone, Copy)]
pub(super) enum Required<'a> {
    /// Exactly this.
    Whole(&'a str),
    /// These, each perhaps empty.
    Literals { start: &'a str, between: &'a str, end: &'a str },
}

/// Where in a field a text must be for the rule to be worth testing.
///
/// The automaton finds a text anywhere, and the position then rules most of these places out.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Position {
    Start,
    Between,
    End,
}

/// The numbers of rules, by a text that each of them needs.
///
/// A rule has one entry for each of its alternatives.
#[derive(Default)]
pub(super) struct TextsBuilder {
    whole: HashMap<Box<str>, Vec<RuleId>, RandomState>,
    parts: HashMap<(Position, Box<str>), Vec<RuleId>, RandomState>,
}

impl TextsBuilder {
    /// Adds a rule under one of the texts that it requires: the one that the fewest rules have so far.
    ///
    /// A common end such as `.com` would make nearly every charge a candidate.
    pub(super) fn add_text(&mut self, required: Required<'_>, rule: RuleId) {
        let (start, between, end) = match required {
            Required::Whole(text) => return self.whole.entry(text.into()).or_default().push(rule),
            Required::Literals { start, between, end } => (start, between, end),
        };
        let (start, between) = (first_bytes(start), first_bytes(between));
        let parts =
            [(Position::Start, start), (Position::Between, between), (Position::End, last_bytes(end))];
        let parts = parts.into_iter().filter(|(_, text)| !text.is_empty());
        let parts = parts.map(|(position, text)| (position, Box::<str>::from(text)));
        // The text that fewest rules need tells most, and of several the longest.
        if let Some(part) = parts.min_by_key(|part: &(Position, Box<str>)| {
            (self.parts.get(part).map_or(0, Vec::len), Reverse(part.1.len()))
        }) {
            self.parts.entry(part).or_default().push(rule);
        }
    }

    /// Builds the automaton; it fails where all texts together are too long for its tables.
    pub(super) fn build(self) -> Result<Texts, BuildError> {
        let (keys, rules): (Vec<_>, Vec<_>) = self.parts.into_iter().unzip();
        let (positions, texts): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
        let parts = positions.into_iter().zip(rules).collect();
        Ok(Texts { whole: self.whole, parts, finder: AhoCorasick::new(texts.iter().map(|text| &**text))? })
    }
}

/// The number of bytes of a text that are searched for. More would rule out little more, and take long to prepare.
const BYTES_MAX: usize = 32;

/// Returns the beginning of a text, at most [`BYTES_MAX`] long.
fn first_bytes(text: &str) -> &str {
    // At a boundary of characters: a text that was cut inside one would not be UTF-8.
    let most = text.len().min(BYTES_MAX);
    (0..=most).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

/// Returns the end of a text, at most [`BYTES_MAX`] long; cut at a character too.
fn last_bytes(text: &str) -> &str {
    let least = text.len().saturating_sub(BYTES_MAX);
    (least..=text.len()).find_map(|start| text.get(start..)).unwrap_or_default()
}

/// The rules by text, ready to be searched.
pub(super) struct Texts {
    whole: HashMap<Box<str>, Vec<RuleId>, RandomState>,
    /// By the number of a pattern of the finder.
    parts: Vec<(Position, Vec<RuleId>)>,
    finder: AhoCorasick,
}

impl Texts {
    /// Adds the rules whose text is there.
    ///
    /// The same rule may be added several times, and in no order: the caller sorts once for all fields.
    pub(super) fn find_rules(&self, text: &str, rules: &mut Vec<RuleId>) {
        rules.extend(self.whole.get(text).into_iter().flatten());
        // Overlapping matches: the text of one rule may be a part of another's, and both rules have to be tried.
        for found in self.finder.find_overlapping_iter(text) {
            let Some((position, needing)) = self.parts.get(found.pattern().as_usize()) else { continue };
            let fits = match position {
                Position::Start => found.start() == 0,
                Position::Between => true,
                Position::End => found.end() == text.len(),
            };
            if fits {
                rules.extend(needing);
            }
        }
    }
}
