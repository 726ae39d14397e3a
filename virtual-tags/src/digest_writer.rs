//! Canonical digests of rules, people and charges.
//!
//! A digest names a version of its form first. Whatever changes the bytes written for equal inputs needs a new version,
//! since locks hold digests of earlier ones.

use cost_model::Timestamp;
use cost_model::digest::{Digest, Digester};

use crate::span::Span;

/// Takes in texts and numbers, each with its length, so that no two lists of them read the same.
pub(crate) struct DigestWriter(Digester);

impl DigestWriter {
    /// Starts a digest with the version of its form.
    pub(crate) fn new(version: &str) -> Self {
        let mut writer = Self(Digester::default());
        writer.write_text(version);
        writer
    }

    /// Returns the digest of everything written.
    ///
    /// Nothing can be written afterwards.
    pub(crate) fn finish(self) -> Digest {
        self.0.finish()
    }

    /// Writes the length in bytes and the text.
    pub(crate) fn write_text(&mut self, text: &str) {
        self.write_count(text.len());
        self.0.update(text.as_bytes());
    }

    /// Writes a count, such as that of a list's entries, in 128 bits like every number.
    pub(crate) fn write_count(&mut self, count: usize) {
        self.write_number(i128::try_from(count).unwrap_or(i128::MAX));
    }

    /// Writes both ends of a span.
    pub(crate) fn write_span(&mut self, span: Span) {
        self.write_instant(span.from);
        self.write_instant(span.to);
    }

    /// Writes an instant in milliseconds; an open end is a number that no instant has.
    pub(crate) fn write_instant(&mut self, at: Option<Timestamp>) {
        self.write_number(at.map_or(i128::MIN, |at| i128::from(at.millis())));
    }

    /// Writes a number as 16 bytes, the lowest first, so that the digest is the same on every machine.
    fn write_number(&mut self, number: i128) {
        self.0.update(&number.to_le_bytes());
    }

    /// Writes whether there is a text, and the text: an empty one differs from none.
    pub(crate) fn write_optional(&mut self, text: Option<&str>) {
        self.write_count(usize::from(text.is_some()));
        self.write_text(text.unwrap_or_default());
    }

    /// Writes the number of entries and each of them.
    ///
    /// Without the count, an entry could move from one list to the next and leave the digest as it was.
    pub(crate) fn write_list<T>(&mut self, list: &[T], mut add: impl FnMut(&mut Self, &T)) {
        self.write_count(list.len());
        for each in list {
            add(self, each);
        }
    }
}
