#![doc = include_str!("../README.md")]

mod assign;
mod charge;
mod check;
mod compile;
mod coverage;
mod diff;
mod directory;
mod error;
mod evaluate;
mod explain;
mod fragments;
mod headcount;
mod index;
mod order;
mod people;
mod place;
mod rule_set;
mod rule_test;
mod rules;
mod rules_file;
mod vantage;
mod weights;

pub use assign::{Assign, Inherit, Split, Transform};
pub use check::{Finding, FindingKind};
pub use coverage::{Coverage, Covered, Suggestion};
pub use diff::{Diff, Move};
pub use directory::{Directory, Found, Membership};
pub use error::{Error, ErrorKind, Result};
pub use explain::{ExplainedPart, ExplainedRule, Explanation, NameTrail};
pub use people::{People, Who};
pub use place::Place;
pub use rule_set::{Rule, RuleSet, Span, TagDefinition};
pub use rule_test::{Answer, RuleTest, TestFailure};
pub use rules::Rules;
pub use vantage::NotExpressed;
