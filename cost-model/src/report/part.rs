//! One part of a charge, as filters and groups see it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::dimension::{Dimension, Dimensions};
use crate::ledger::{LedgerRow, LedgerSet};
use crate::money::Costs;
use crate::money::{RequestUnits, TokenCounts};
use crate::report::fragments::TokenPart;
use crate::tagger::TagCache;
use crate::time::Timestamp;

/// The dimensions of a part: its set's, with one value for each virtual tag key that matters, and what it is for.
pub(super) struct PartView<'a> {
    pub(super) set: LedgerSet<'a>,
    /// The charge, where it matters which.
    pub(super) row: Option<&'a LedgerRow>,
    pub(super) tags: &'a TagCache,
    /// The codes of the values of the tags' keys.
    pub(super) codes: &'a [u32],
    pub(super) purpose: Option<TokenPart>,
}

impl PartView<'_> {
    fn assigned(&self, key: &str) -> Option<&Arc<str>> {
        self.value(self.tags.place_of(key)?)
    }

    fn assigned_text(&self, key: &str) -> Option<Cow<'_, str>> {
        self.assigned(key).map(|value| Cow::Borrowed(&**value))
    }

    /// Returns the value of the key at a place.
    fn value(&self, key: usize) -> Option<&Arc<str>> {
        let code = usize::try_from(*self.codes.get(key)?).ok()?;
        self.tags.values(key).get(code.checked_sub(1)?)
    }
}

impl Dimensions for PartView<'_> {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        match dimension {
            Dimension::VirtualTag(key) => self.assigned_text(key),
            Dimension::Tag(key) => self.assigned_text(key).or_else(|| self.set.get(dimension)),
            Dimension::TokenType => self.purpose.map(|part| Cow::Borrowed(part.name())),
            _ => self.set.get(dimension),
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
        self.set.for_each_tag(&mut |key, value| {
            if self.assigned(key).is_none() {
                visit(key, value);
            }
        });
        for (place, key) in self.tags.keys().iter().enumerate() {
            if let Some(value) = self.value(place) {
                visit(key, value);
            }
        }
    }

    fn tag(&self, key: &str) -> Option<Cow<'_, str>> {
        self.assigned_text(key).or_else(|| self.set.tag(key))
    }
}
