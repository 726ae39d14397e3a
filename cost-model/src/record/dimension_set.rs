//! Sets of dimensions: everything of a charge that is no figure, time or id.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::OnceLock;

use foldhash::fast::RandomState;

use crate::dimension::{Dimension, Dimensions};
use crate::record::dimension_fields::DimensionFields;
use crate::record::set_digests::SetDigests;

/// Everything of a charge that is no figure, time or id: who, what and on which terms.
///
/// Immutable, and shared by all charges that have it in common: a million charges of a large company have some 10,000 to
/// 300,000 sets. Its hash is computed once, when it is made, so that finding an equal set takes one lookup in a table. Two
/// sets are equal when all fields are. `Debug` leaves out whatever may name a person.
///
/// ```
/// use cost_model::{Currency, DimensionSet};
/// use cost_model::record::DimensionFields;
///
/// let mut fields = DimensionFields::new("cursor", Currency::USD);
/// fields.service = Some("Auto".into());
/// let set = DimensionSet::from(fields.clone());
/// assert_eq!(set.service.as_deref(), Some("Auto"));
/// assert_eq!(set, DimensionSet::from(fields));
/// ```
#[derive(Clone)]
// The hash is beside the count of owners: whoever finds a set by it reads one line of memory.
#[repr(C)]
pub struct DimensionSet {
    hash: u64,
    fields: DimensionFields,
    digests: OnceLock<SetDigests>,
}

impl DimensionSet {
    /// Returns the digests of the set, computed when they are first needed.
    pub(crate) fn digests(&self) -> &SetDigests {
        self.digests.get_or_init(|| SetDigests::of(&self.fields))
    }
}

impl From<DimensionFields> for DimensionSet {
    fn from(fields: DimensionFields) -> Self {
        // The texts are from outside: a seed that nobody outside knows keeps them from being made to collide.
        static SEED: OnceLock<RandomState> = OnceLock::new();
        let hash = SEED.get_or_init(RandomState::default).hash_one(&fields);
        Self { hash, fields, digests: OnceLock::new() }
    }
}

impl Deref for DimensionSet {
    type Target = DimensionFields;

    fn deref(&self) -> &DimensionFields {
        &self.fields
    }
}

impl PartialEq for DimensionSet {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.fields == other.fields
    }
}

impl Eq for DimensionSet {}

impl Hash for DimensionSet {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl Dimensions for DimensionSet {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        self.shared(dimension).map(|value| Cow::Borrowed(&**value))
    }

    fn tag(&self, key: &str) -> Option<Cow<'_, str>> {
        self.tags.get(key).map(|value| Cow::Borrowed(&**value))
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.tags.iter().for_each(|(key, value)| visit(key, value));
    }
}

impl fmt::Debug for DimensionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields.fmt(f)
    }
}
