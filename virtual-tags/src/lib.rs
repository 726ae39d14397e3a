#![doc = include_str!("../README.md")]

mod amounts;
mod compile;
mod dates;
mod digest_writer;
pub mod directory;
mod error;
pub mod evaluate;
mod finding;
mod ids;
pub mod insight;
pub mod lock;
mod names;
mod place;
pub mod rules;
mod span;
mod weights;

pub use compile::rules::Rules;
pub use directory::Directory;
pub use error::{Error, ErrorKind, Result};
pub use evaluate::ResolvedRules;
pub use insight::{Explanation, Finding};
pub use lock::PeriodLock;
pub use place::Place;
pub use rules::{Answer, Assign, Rule, RuleSet, TagDefinition};
