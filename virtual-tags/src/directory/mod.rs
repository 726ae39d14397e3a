//! Dated facts about people, from any source, and how names in charges find them.

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
