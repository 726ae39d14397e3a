//! Dated facts about people, from any source, and how names in charges find them.
//!
//! [`Directory`] reads CSV, JSON and memberships in groups; each source is kept apart, and the first that has an answer gives it.
//! A name is looked up after its aliases, first as it is written, then in any letter case, then without its `+tag`:
//! [`MatchKind`] names these ways, in that order.
//!
//! What a source says twice about one person and day is an error while it is read, or a correction by
//! `recorded_at`. So every later question about a person, a fact and a day has one answer.

pub(crate) mod aliases;
pub(crate) mod check;
pub(crate) mod csv;
pub(crate) mod digest;
pub(crate) mod groups;
pub(crate) mod json;
pub(crate) mod lookup;
pub(crate) mod merge;
pub(crate) mod snapshot;
pub(crate) mod source;

pub use groups::Membership;
pub use lookup::{Directory, MatchKind, NameMatch};
