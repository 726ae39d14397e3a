//! Rules by the text that they ask of one field.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// A text that must be there: as a whole, at the start, at the end, or anywhere.
#[derive(Clone, Copy)]
pub(super) enum Required<'a> {
    Whole(&'a str),
    Start(&'a str),
    End(&'a str),
    /// At least as long as [`WINDOW`].
    Anywhere(&'a str),
}

/// Rules that ask for a text anywhere stand under so many bytes of it.
pub(super) const WINDOW: usize = 3;

/// The rules that stand under each text.
#[derive(Default)]
pub(super) struct Texts {
    whole: Numbers<Box<str>>,
    starts: Affixes,
    ends: Affixes,
    anywhere: Numbers<[u8; WINDOW]>,
}

/// Beginnings or endings, by length in bytes, and their rules.
#[derive(Default)]
struct Affixes(Vec<(usize, Numbers<Box<str>>)>);

impl Texts {
    pub(super) fn add(&mut self, text: Required<'_>, rule: usize) {
        match text {
            Required::Whole(text) => self.whole.add(text.into(), rule),
            Required::Start(text) => self.starts.add(text, rule),
            Required::End(text) => self.ends.add(text, rule),
            Required::Anywhere(text) => {
                let windows = text.as_bytes().windows(WINDOW).filter_map(|window| window.try_into().ok());
                // The window that fewest rules stand under tells most.
                if let Some(window) = windows.min_by_key(|window| self.anywhere.get(window).count()) {
                    self.anywhere.add(window, rule);
                }
            }
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
    fn add(&mut self, text: &str, rule: usize) {
        if !self.0.iter().any(|(length, _)| *length == text.len()) {
            self.0.push((text.len(), Numbers::default()));
        }
        for (_, texts) in self.0.iter_mut().filter(|(length, _)| *length == text.len()) {
            texts.add(text.into(), rule);
        }
    }
}

/// Numbers of rules by what they stand under, of which most have one.
struct Numbers<K>(HashMap<K, (usize, Vec<usize>)>);

impl<K> Default for Numbers<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq> Numbers<K> {
    fn add(&mut self, key: K, rule: usize) {
        self.0.entry(key).and_modify(|(_, more)| more.push(rule)).or_insert((rule, Vec::new()));
    }

    fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> impl Iterator<Item = usize>
    where
        K: Borrow<Q>,
    {
        self.0.get(key).into_iter().flat_map(|(first, more)| std::iter::once(first).chain(more)).copied()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
