//! One set for all charges that have their dimensions in common.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::record::{DimensionFields, DimensionSet};

/// What stands for a value in the key of a set: the number of a text, or a flag. Codes mean something to the interner that
/// gave them out alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Code(u32);

impl Code {
    /// The code of a value that is not there.
    pub const NONE: Self = Self(0);

    /// Returns the code of a flag.
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
/// becomes a [`Code`], and the codes together are the key of the set. Sets made for different keys that turn out equal are one.
///
/// ```
/// use cost_model::{Code, Currency, DimensionFields, DimensionInterner};
/// use std::sync::Arc;
///
/// let mut interner = DimensionInterner::new();
/// let mut set = |model: &str, max_mode: bool| {
///     let key = [interner.code(Some(model)), Code::flag(Some(max_mode))];
///     interner.set(&key, || {
///         let mut fields = DimensionFields::new("cursor", Currency::USD);
///         fields.service_id = Some(model.into());
///         fields
///     })
/// };
/// let first = set("gpt-5", true);
/// assert!(Arc::ptr_eq(&first, &set("gpt-5", true)));
/// assert!(Arc::ptr_eq(&first, &set("gpt-5", false)), "these fields do not depend on the flag");
/// assert_ne!(first, set("auto", true));
/// ```
#[derive(Default)]
pub struct DimensionInterner {
    /// Hashed with a seed, since the texts are from outside.
    codes: HashMap<Box<str>, Code>,
    by_key: FxHashMap<Box<[Code]>, Arc<DimensionSet>>,
    sets: HashSet<Arc<DimensionSet>, FxBuildHasher>,
}

impl DimensionInterner {
    /// Makes an interner that knows no text and no set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the code of a text, the same for the same text.
    pub fn code(&mut self, text: Option<&str>) -> Code {
        let Some(text) = text else { return Code::NONE };
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        // More than 2^32 distinct texts do not fit into the memory of any machine that runs this.
        let code = Code(u32::try_from(self.codes.len() + 1).unwrap_or(u32::MAX));
        self.codes.insert(text.into(), code);
        code
    }

    /// Returns the set of a key, made by `make` when the key is new. The key must hold whatever `make` depends on.
    pub fn set(&mut self, key: &[Code], make: impl FnOnce() -> DimensionFields) -> Arc<DimensionSet> {
        if let Some(set) = self.by_key.get(key) {
            return Arc::clone(set);
        }
        let set = self.shared(make());
        self.by_key.insert(key.into(), Arc::clone(&set));
        set
    }

    /// Returns the one set with these fields.
    pub fn shared(&mut self, fields: DimensionFields) -> Arc<DimensionSet> {
        let set = Arc::new(DimensionSet::from(fields));
        if let Some(known) = self.sets.get(&set) {
            return Arc::clone(known);
        }
        self.sets.insert(Arc::clone(&set));
        set
    }

    /// Returns the number of distinct sets made.
    pub fn len(&self) -> usize {
        self.sets.len()
    }

    /// Whether no set has been made.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }
}

impl fmt::Debug for DimensionInterner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DimensionInterner")
            .field("texts", &self.codes.len())
            .field("sets", &self.sets.len())
            .finish_non_exhaustive()
    }
}
