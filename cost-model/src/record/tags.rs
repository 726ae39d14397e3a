//! Tags of a charge.

use std::fmt;
use std::sync::Arc;

/// Tags by key, in order of their keys. `Debug` shows the keys only.
///
/// ```
/// use cost_model::record::Tags;
///
/// let mut tags = Tags::default();
/// tags.insert("cursor:user", "ana@acme.test");
/// tags.insert("cursor:kind", "Usage-based");
/// assert_eq!(tags.get("cursor:kind").map(|value| &**value), Some("Usage-based"));
/// assert!(!format!("{tags:?}").contains("ana"));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Tags(Vec<(Arc<str>, Arc<str>)>);

impl Tags {
    /// Sets a tag, in place of one of the same key.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: impl Into<Arc<str>>) {
        let (key, value) = (key.into(), value.into());
        match self.0.binary_search_by(|(each, _)| each.cmp(&key)) {
            Ok(found) => {
                if let Some(tag) = self.0.get_mut(found) {
                    tag.1 = value;
                }
            }
            Err(place) => self.0.insert(place, (key, value)),
        }
    }

    /// Returns the value of the tag of that key.
    pub fn get(&self, key: &str) -> Option<&Arc<str>> {
        let found = self.0.binary_search_by(|(each, _)| (**each).cmp(key)).ok()?;
        self.0.get(found).map(|(_, value)| value)
    }

    /// Returns every tag, in order of keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Returns whether there is no tag.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Arc<str>, Arc<str>)> for Tags {
    /// Collects tags in any order; of several with one key the last holds.
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Arc<str>)>>(tags: I) -> Self {
        let mut tags: Vec<_> = tags.into_iter().collect();
        tags.reverse();
        tags.sort_by(|(one, _), (other, _)| one.cmp(other));
        tags.dedup_by(|(one, _), (other, _)| one == other);
        Self(tags)
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(key, _)| key)).finish()
    }
}
