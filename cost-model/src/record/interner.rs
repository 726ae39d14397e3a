//! Interns sets of dimensions: one set for all charges that have their dimensions in common.

use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::hash::{Sets, TextMap};
use crate::record::{DimensionFields, DimensionSet};

/// The code of a value in the key of a set: the number of a text, or a flag. A code is valid only for the interner that made
/// it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Code(u32);

impl Code {
    /// The code of an absent value.
    pub const NONE: Self = Self(0);

    /// Returns the code of a flag.
    /// An absent flag has another code than `false`.
    pub const fn flag(flag: Option<bool>) -> Self {
        match flag {
            None => Self::NONE,
            Some(false) => Self(1),
            Some(true) => Self(2),
        }
    }
}

/// Finds the [`DimensionSet`] of a charge by the texts that the charge was read from, and makes each set once.
///
/// A source owns one for a run and drops it with the run. Finding a set that is there copies no text: each text of a charge
/// becomes a [`Code`], and the codes together are the key of the set. Sets made for different keys that turn out equal are
/// one, and all sets share their texts. `KEY` is the number of codes in a key.
///
/// The codes of flags and of texts overlap, so each position of a key must keep one meaning: always the model, always the
/// flag. An empty text has a code of its own, which is not [`Code::NONE`]. `make` is called for the first charge of a key
/// only, so everything that it depends on must be part of the key.
///
/// ```
/// use cost_model::Currency;
/// use cost_model::record::{Code, DimensionFields, DimensionInterner};
/// use std::sync::Arc;
///
/// let mut interner = DimensionInterner::new();
/// let mut set = |model: &str, max_mode: bool| {
///     let key = [interner.code(Some(model)), Code::flag(Some(max_mode))];
///     interner.set(&key, |texts| {
///         let mut fields = DimensionFields::new("cursor", Currency::USD);
///         fields.service_id = Some(texts.share(model));
///         fields
///     })
/// };
/// let first = set("gpt-5", true);
/// assert!(Arc::ptr_eq(&first, &set("gpt-5", true)));
/// assert!(Arc::ptr_eq(&first, &set("gpt-5", false)), "these fields do not depend on the flag");
/// assert_ne!(first, set("auto", true));
/// ```
#[derive(Default)]
pub struct DimensionInterner<const KEY: usize> {
    texts: SharedTexts,
    by_key: FxHashMap<[Code; KEY], Arc<DimensionSet>>,
    sets: Sets,
}

/// The texts of an interner, each once.
#[derive(Default)]
pub struct SharedTexts {
    codes: TextMap<Code>,
}

impl SharedTexts {
    /// Returns the text, shared with every set that has it.
    pub fn share(&mut self, text: &str) -> Arc<str> {
        if let Some((shared, _)) = self.codes.get_key_value(text) {
            return Arc::clone(shared);
        }
        let shared = Arc::from(text);
        self.insert(Arc::clone(&shared));
        shared
    }

    fn insert(&mut self, text: Arc<str>) -> Code {
        // More than 2^32 distinct texts do not fit into the memory of any machine that runs this.
        let code = Code(u32::try_from(self.codes.len() + 1).unwrap_or(u32::MAX));
        self.codes.insert(text, code);
        code
    }
}

impl<const KEY: usize> DimensionInterner<KEY> {
    /// Makes an interner that knows no text and no set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the code of a text, the same for equal texts; [`Code::NONE`] for `None`.
    pub fn code(&mut self, text: Option<&str>) -> Code {
        let Some(text) = text else { return Code::NONE };
        match self.texts.codes.get(text) {
            Some(code) => *code,
            None => self.texts.insert(text.into()),
        }
    }

    /// Returns the set of a key, made by `make` when the key is new. The key must hold whatever `make` depends on.
    /// What the key leaves out would be that of the first charge for all later ones.
    pub fn set(
        &mut self,
        key: &[Code; KEY],
        make: impl FnOnce(&mut SharedTexts) -> DimensionFields,
    ) -> Arc<DimensionSet> {
        if let Some(set) = self.by_key.get(key) {
            return Arc::clone(set);
        }
        let made = Arc::new(DimensionSet::from(make(&mut self.texts)));
        // Two keys may give equal sets, where `make` maps two texts to one. Equal sets must be one, so that later steps
        // evaluate each once.
        let set = match self.sets.get(&made) {
            Some(known) => Arc::clone(known),
            None => {
                self.sets.insert(Arc::clone(&made));
                made
            }
        };
        self.by_key.insert(*key, Arc::clone(&set));
        set
    }

    /// Returns the number of distinct sets made.
    pub fn len(&self) -> usize {
        self.sets.len()
    }

    /// Returns whether no set has been made.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }
}

crate::masked_debug!(SharedTexts { texts: |it| it.codes.len() });

impl<const KEY: usize> fmt::Debug for DimensionInterner<KEY> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DimensionInterner")
            .field("texts", &self.texts)
            .field("sets", &self.sets.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equal_sets_are_one_and_unequal_ones_never(
            charges in prop::collection::vec(("[ab]{0,2}", prop::option::of("[ab]?"), any::<bool>()), 0..60),
        ) {
            let mut interner = DimensionInterner::new();
            let mut made: Vec<(DimensionFields, Arc<DimensionSet>)> = Vec::new();
            for (model, region, flag) in charges {
                let mut fields = DimensionFields::new("acme", Currency::USD);
                fields.service = Some(model.as_str().into());
                fields.region = region.as_deref().map(Arc::from);
                let key = [
                    interner.code(Some(&model)),
                    interner.code(region.as_deref()),
                    Code::flag(Some(flag)),
                ];
                let set = interner.set(&key, |_| fields.clone());
                prop_assert_eq!(&**set, &fields);
                for (other_fields, other) in &made {
                    prop_assert_eq!(*other_fields == fields, Arc::ptr_eq(other, &set));
                }
                made.push((fields, set));
            }
        }
    }
}
