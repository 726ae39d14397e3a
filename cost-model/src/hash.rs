//! Hashers of tables: seeded for texts from outside, fast for numbers of our own making.
//!
//! The names of models, people and tags are chosen by others. With a fixed hash, someone who knows this crate
//! could send names that all collide and make an ingest quadratic.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;
use rustc_hash::FxBuildHasher;

use crate::record::DimensionSet;

/// A table by texts from outside: hashed with a seed of the process, so that nobody can choose texts that collide.
pub(crate) type TextMap<T> = HashMap<Arc<str>, T, RandomState>;

/// A table by sets, which trusts the hash that each of them carries.
pub(crate) type SetMap<T> = HashMap<Arc<DimensionSet>, T, FxBuildHasher>;

/// Sets, each once.
pub(crate) type Sets = HashSet<Arc<DimensionSet>, FxBuildHasher>;
