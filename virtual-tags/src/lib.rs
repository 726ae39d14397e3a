#![doc = include_str!("../README.md")]

mod assign;
mod charge;
mod compile;
mod directory;
mod error;
mod evaluate;
mod headcount;
mod index;
mod order;
mod people;
mod place;
mod rule_set;
mod rules;
mod rules_file;
mod suggestion;
mod weights;

pub use assign::{Assign, Inherit, Split, Transform};
pub use directory::{Directory, Found, Membership};
pub use error::{Error, ErrorKind, Result};
pub use people::{People, Who};
pub use place::Place;
pub use rule_set::{Rule, RuleSet, Span, TagDefinition};
pub use rules::Rules;
