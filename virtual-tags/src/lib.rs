#![doc = include_str!("../README.md")]
//!
//! ## Types by topic
//!
//! | topic | types |
//! |---|---|
//! | rules as data | [`RuleSet`], [`TagDefinition`], [`Rule`], [`Assign`]; in [`rules`]: [`PersonMatcher`](rules::PersonMatcher), [`Split`](rules::Split), [`Span`](rules::Span), [`RuleTest`](rules::RuleTest) |
//! | people | [`Directory`]; in [`directory`]: [`MatchKind`](directory::MatchKind), [`NameMatch`](directory::NameMatch), [`Membership`](directory::Membership) |
//! | evaluation | [`Rules`] and [`ResolvedRules`], which is a [`Tagger`](cost_model::Tagger); [`Answer`]; in [`evaluate`]: [`CostSums`](evaluate::CostSums), [`TestFailure`](evaluate::TestFailure) |
//! | insight | [`Explanation`], [`Finding`]; in [`insight`]: [`Coverage`](insight::Coverage), [`Diff`](insight::Diff), [`Allocation`](insight::Allocation), [`Spelling`](insight::Spelling) |
//! | closed periods | [`PeriodLock`]; in [`lock`]: [`LockReview`](lock::LockReview), [`LockedRules`](lock::LockedRules) |
//! | errors | [`Error`], [`ErrorKind`], [`Place`] |
//!
//! From rules to a report: [`RuleSet::from_toml`], [`RuleSet::compile`] with a [`Directory`], then [`Rules::tagger`] or
//! [`Rules::resolve`].

mod amounts;
mod compile;
mod dates;
mod digest_writer;
pub mod directory;
mod error;
pub mod evaluate;
mod fault;
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
