//! One part of a charge, as filters and groups see it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::{Costs, Dimension, Dimensions, LedgerRow, LedgerTuple, RequestUnits, Timestamp, TokenCounts};

use super::fragments::TokenPart;

/// The dimensions of a part: its tuple's, with one value for each virtual tag key that matters, and what it is for.
pub(super) struct Part<'a> {
    pub(super) tuple: LedgerTuple<'a>,
    /// The charge, where it matters which.
    pub(super) row: Option<&'a LedgerRow>,
    pub(super) keys: &'a [Arc<str>],
    pub(super) values: &'a [Option<Arc<str>>],
    pub(super) purpose: Option<TokenPart>,
}

impl Part<'_> {
    fn assigned(&self, key: &str) -> Option<&Arc<str>> {
        let index = self.keys.iter().position(|each| **each == *key)?;
        self.values.get(index)?.as_ref()
    }

    pub(super) fn shared(&self, dimension: &Dimension) -> Option<Arc<str>> {
        match dimension {
            Dimension::VirtualTag(key) => self.assigned(key).map(Arc::clone),
            Dimension::Tag(key) => {
                self.assigned(key).map(Arc::clone).or_else(|| self.tuple.shared(dimension))
            }
            Dimension::Tagged => Some(self.tagged().into()),
            Dimension::TokenType => self.purpose.map(|part| part.name().into()),
            _ => self.tuple.shared(dimension),
        }
    }

    fn tagged(&self) -> &'static str {
        let mut tagged = "untagged";
        self.for_each_tag(&mut |_, _| tagged = "tagged");
        tagged
    }
}

impl Dimensions for Part<'_> {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        let assigned = |key| self.assigned(key).map(|value| Cow::Borrowed(&**value));
        match dimension {
            Dimension::VirtualTag(key) => assigned(key),
            Dimension::Tag(key) => assigned(key).or_else(|| self.tuple.get(dimension)),
            Dimension::Tagged => Some(Cow::Borrowed(self.tagged())),
            Dimension::TokenType => self.purpose.map(|part| Cow::Borrowed(part.name())),
            _ => self.tuple.get(dimension),
        }
    }

    fn at(&self) -> Option<Timestamp> {
        self.row.map(|row| row.at)
    }

    fn costs(&self) -> Option<Costs> {
        self.row.map(|row| row.costs)
    }

    fn tokens(&self) -> Option<TokenCounts> {
        self.row.map(|row| row.tokens)
    }

    fn requests(&self) -> Option<RequestUnits> {
        self.row.and_then(|row| row.requests)
    }

    /// Provider tags and virtual tags; a virtual tag covers a provider's tag of the same key.
    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.tuple.for_each_tag(&mut |key, value| {
            if self.assigned(key).is_none() {
                visit(key, value);
            }
        });
        for (key, value) in self.keys.iter().zip(self.values) {
            if let Some(value) = value {
                visit(key, value);
            }
        }
    }
}
