//! Tests: the operator of a predicate with its operands.

use std::sync::Arc;

use crate::dimension::Dimension;
use crate::filter::literal::Literal;
use crate::filter::pattern::{Flexible, Pattern};
use crate::filter::regex::Regex;

/// The test of a [`Predicate`](super::Predicate): its operator and operands, before negation. Only [`Test::Absent`] holds for
/// a field without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Test {
    /// `= NULL` or `IS NULL`: there is no value.
    Absent,
    /// `=`.
    Equals(Literal),
    /// `IN (...)`: at least one literal.
    In(Vec<Literal>),
    /// `LIKE`.
    Like(Pattern),
    /// `ILIKE`: as `LIKE`, ignoring case.
    LikeAnyCase(Pattern),
    /// `~*`: equal but for case, blanks, underscores, hyphens and punctuation.
    Flexible(Flexible),
    /// `=~`: a regular expression matches somewhere in the value.
    Regex(Regex),
    /// `<`, `<=`, `>` or `>=`.
    Compare(Comparison, Literal),
    /// `BETWEEN`: from the first to the second, both included.
    Between(Literal, Literal),
    /// `(tags.name, tags.value) IN (...)`: the charge has every one of these tags.
    Pairs(Vec<(Literal, Literal)>),
}

/// An ordering operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are no other inequalities")]
pub enum Comparison {
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
}

impl Comparison {
    /// Returns the operator as filters write it, such as `<=`.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Test {
    /// Returns the tags whose keys the test lists, if it is a test of keys that lists them.
    pub(super) fn tags_named(&self) -> Option<Vec<Dimension>> {
        match self {
            Self::Equals(literal) => Some(vec![tag_named(literal)?]),
            Self::In(literals) => literals.iter().map(tag_named).collect(),
            _ => None,
        }
    }
}

fn tag_named(literal: &Literal) -> Option<Dimension> {
    Some(Dimension::Tag(Arc::clone(literal.as_text()?)))
}
