//! Rules as data: the contents of a rules file, whether it was read from TOML or built in code.
//!
//! Everything here can be made, changed, compared, serialised and digested without a directory and without charges.
//! [`RuleSet::compile`] checks it against a directory.

pub(crate) mod answer;
pub(crate) mod as_text;
pub(crate) mod assign;
pub(crate) mod digest;
pub(crate) mod file;
pub(crate) mod person_matcher;
pub(crate) mod rule_set;
pub(crate) mod rule_test;

pub use crate::span::Span;
pub use answer::Answer;
pub use assign::{Assign, FromDirectory, FromField, Split, SplitPeriod, Transform};
pub use person_matcher::{ActorKind, PersonMatcher};
pub use rule_set::{Rule, RuleSet, TagDefinition};
pub use rule_test::RuleTest;
