//! Dimensions of a charge together with values of tag keys.
//!
//! A condition reads `vtag.Team` like any field; this is where such a field gets its value.

use std::borrow::Cow;
use std::sync::Arc;

use cost_model::money::{RequestUnits, TokenCounts};
use cost_model::{Costs, Dimension, Dimensions, Timestamp};

use crate::ids::{Id, KeyId, Table};

/// The dimensions of a charge with the values of other keys.
///
/// Everything but keys is passed on, so that a filter sees the charge itself.
pub(crate) struct WithTagValues<'a> {
    pub(crate) inner: &'a dyn Dimensions,
    pub(crate) keys: &'a Table<KeyId, Arc<str>>,
    /// By [`KeyId`].
    pub(crate) values: &'a [Option<Arc<str>>],
}

impl WithTagValues<'_> {
    /// Returns the value of a key in this part of the charge; `None` where it is unset or there is no such
    /// key.
    fn value(&self, key: &str) -> Option<&str> {
        let id = self.keys.position(|each| **each == *key)?;
        self.values.get(id.index())?.as_deref()
    }
}

impl Dimensions for WithTagValues<'_> {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        match dimension {
            Dimension::VirtualTag(key) => self.value(key).map(Cow::Borrowed),
            _ => self.inner.get(dimension),
        }
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.inner.for_each_tag(visit);
    }

    fn tag(&self, key: &str) -> Option<Cow<'_, str>> {
        self.inner.tag(key)
    }

    fn at(&self) -> Option<Timestamp> {
        self.inner.at()
    }

    fn costs(&self) -> Option<Costs> {
        self.inner.costs()
    }

    fn tokens(&self) -> Option<TokenCounts> {
        self.inner.tokens()
    }

    fn requests(&self) -> Option<RequestUnits> {
        self.inner.requests()
    }

    fn marketplace(&self) -> Option<bool> {
        self.inner.marketplace()
    }
}
