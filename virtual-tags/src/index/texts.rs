//! Rules by the text that they ask of one field.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

use foldhash::fast::RandomState;

/// Texts that must be there.
#[derive(Clone, Copy)]
pub(super) enum Required<'a> {
    /// Exactly this.
    Whole(&'a str),
    /// These, each perhaps empty.
    Literals { start: &'a str, between: &'a str, end: &'a str },
}

/// Rules that ask for a text between others stand under so many bytes of it.
pub(super) const WINDOW: usize = 3;

/// The rules that stand under each text.
#[derive(Default)]
pub(super) struct Texts {
    whole: Numbers,
    starts: Affixes,
    ends: Affixes,
    anywhere: Numbers,
}

enum Place<'a> {
    Start,
    End,
    Between(&'a [u8]),
}

/// Beginnings or endings, by length in bytes, and their rules.
#[derive(Default)]
struct Affixes(Vec<(usize, Numbers)>);

impl Texts {
    pub(super) fn add(&mut self, text: Required<'_>, rule: usize) {
        let (start, between, end) = match text {
            Required::Whole(text) => return self.whole.add(text, rule),
            Required::Literals { start, between, end } => (start, between, end),
        };
        // The text that fewest rules stand under tells most, and of several the longest.
        let windows = between.as_bytes().windows(WINDOW);
        let window = windows.min_by_key(|window| self.anywhere.get(window).count());
        let places = [
            (!start.is_empty()).then(|| (self.starts.count(start), start.len(), Place::Start)),
            (!end.is_empty()).then(|| (self.ends.count(end), end.len(), Place::End)),
            window.map(|window| (self.anywhere.get(window).count(), WINDOW, Place::Between(window))),
        ];
        match places.into_iter().flatten().min_by_key(|(rules, length, _)| (*rules, Reverse(*length))) {
            Some((.., Place::Start)) => self.starts.add(start, rule),
            Some((.., Place::End)) => self.ends.add(end, rule),
            Some((.., Place::Between(window))) => self.anywhere.add(window, rule),
            None => {}
        }
    }

    /// Adds the rules whose text is there, and perhaps others.
    pub(super) fn find(&self, text: &str, rules: &mut Vec<usize>) {
        rules.extend(self.whole.get(text));
        for (length, starts) in &self.starts.0 {
            rules.extend(text.get(..*length).into_iter().flat_map(|start| starts.get(start)));
        }
        for (length, ends) in &self.ends.0 {
            let end = text.len().checked_sub(*length).and_then(|start| text.get(start..));
            rules.extend(end.into_iter().flat_map(|end| ends.get(end)));
        }
        if !self.anywhere.is_empty() {
            rules.extend(text.as_bytes().windows(WINDOW).flat_map(|window| self.anywhere.get(window)));
        }
    }
}

impl Affixes {
    fn count(&self, text: &str) -> usize {
        let same_length = self.0.iter().filter(|(length, _)| *length == text.len());
        same_length.map(|(_, texts)| texts.get(text).count()).sum()
    }

    fn add(&mut self, text: &str, rule: usize) {
        if !self.0.iter().any(|(length, _)| *length == text.len()) {
            self.0.push((text.len(), Numbers::default()));
        }
        for (_, texts) in self.0.iter_mut().filter(|(length, _)| *length == text.len()) {
            texts.add(text, rule);
        }
    }
}

/// Numbers of rules by the hashes of what they stand under: what has the same hash is told apart by the rules themselves.
#[derive(Default)]
struct Numbers {
    hasher: RandomState,
    /// By hash: the last of the entries.
    last: HashMap<u64, usize, BuildHasherDefault<AlreadyHashed>>,
    /// A rule, and the entry before it with the same hash.
    entries: Vec<(usize, Option<usize>)>,
}

impl Numbers {
    fn add(&mut self, text: impl Hash, rule: usize) {
        let before = self.last.insert(self.hasher.hash_one(text), self.entries.len());
        self.entries.push((rule, before));
    }

    fn get(&self, text: impl Hash) -> impl Iterator<Item = usize> {
        let mut next = self.last.get(&self.hasher.hash_one(text)).copied();
        std::iter::from_fn(move || {
            let (rule, before) = self.entries.get(next?)?;
            next = *before;
            Some(*rule)
        })
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Takes a hash for what it is.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
