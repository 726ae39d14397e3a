//! Which version of rules or people it is.

use cost_model::{Digest, Digester, Timestamp};

use crate::span::Span;

/// Takes in texts and numbers, each with its length, so that no two lists of them read the same.
pub(crate) struct Fields(Digester);

impl Fields {
    pub(crate) fn new(version: &str) -> Self {
        let mut fields = Self(Digester::default());
        fields.text(version);
        fields
    }

    pub(crate) fn digest(self) -> Digest {
        self.0.finish()
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    pub(crate) fn count(&mut self, count: usize) {
        self.number(i128::try_from(count).unwrap_or(i128::MAX));
    }

    pub(crate) fn span(&mut self, span: Span) {
        self.instant(span.from);
        self.instant(span.to);
    }

    pub(crate) fn instant(&mut self, at: Option<Timestamp>) {
        self.number(at.map_or(i128::MIN, |at| i128::from(at.millis())));
    }

    fn number(&mut self, number: i128) {
        self.0.update(&number.to_le_bytes());
    }

    pub(crate) fn optional(&mut self, text: Option<&str>) {
        self.count(usize::from(text.is_some()));
        self.text(text.unwrap_or_default());
    }

    pub(crate) fn list<T>(&mut self, list: &[T], mut add: impl FnMut(&mut Self, &T)) {
        self.count(list.len());
        for each in list {
            add(self, each);
        }
    }
}
