#![doc = include_str!("../README.md")]

mod directory;
mod error;
mod place;
mod rule_set;
mod rules;
mod rules_file;

pub use directory::Directory;
pub use error::{Error, ErrorKind, Result};
pub use place::Place;
pub use rule_set::{Assign, Rule, RuleSet, TagDefinition};
pub use rules::Rules;
