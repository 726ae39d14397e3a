//! The parsed condition.

use std::ops::Range;
use std::sync::Arc;

use super::field::Field;
use super::literal::Literal;
use super::pattern::{Flexible, Pattern, Regex};
use crate::Dimension;

/// A condition, as a tree.
///
/// Two conditions are equal when they are the same tree, wherever their parts stand in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever reads a condition must handle every way of joining")]
pub enum Expression {
    /// All of at least two parts.
    And(Vec<Expression>),
    /// Any of at least two parts.
    Or(Vec<Expression>),
    /// The opposite.
    Not(Box<Expression>),
    /// A single test.
    Predicate(Predicate),
}

/// A test of one field.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Predicate {
    /// What is tested.
    pub field: Field,
    /// Whether the predicate holds exactly where the test does not: `!=`, `NOT IN` and so on.
    pub negated: bool,
    /// The test.
    pub test: Test,
    /// The bytes of the sentence that it stands in. Equality does not look at them.
    pub span: Range<usize>,
}

/// What a [`Predicate`] asks of its field. Only [`Test::Absent`] holds for a field without a value.
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
    /// `ILIKE`: as LIKE, letters of either case being the same.
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

/// The side of a literal on which a value must lie.
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
    /// How it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Predicate {
    /// The dimensions that the predicate depends on, if no more than dimensions.
    pub(super) fn reads(&self) -> Option<Vec<Dimension>> {
        match &self.field {
            // A service goes by its id, too.
            Field::Dimension(Dimension::Service) => Some(vec![Dimension::Service, Dimension::ServiceId]),
            Field::Dimension(dimension) => Some(vec![dimension.clone()]),
            Field::TagName => self.test.tags_named(),
            Field::TagValue { of: Some(test) } => test.tags_named(),
            _ => None,
        }
    }
}

impl Test {
    /// The tags whose keys the test lists, if it is a test of keys that lists them.
    fn tags_named(&self) -> Option<Vec<Dimension>> {
        let tag = |literal: &Literal| Some(Dimension::Tag(Arc::clone(literal.as_text()?)));
        match self {
            Self::Equals(literal) => Some(vec![tag(literal)?]),
            Self::In(literals) => literals.iter().map(tag).collect(),
            _ => None,
        }
    }
}

impl Expression {
    /// Calls `visit` with every predicate, from left to right.
    pub fn for_each_predicate<'a>(&'a self, visit: &mut dyn FnMut(&'a Predicate)) {
        match self {
            Self::And(parts) | Self::Or(parts) => {
                for part in parts {
                    part.for_each_predicate(visit);
                }
            }
            Self::Not(part) => part.for_each_predicate(visit),
            Self::Predicate(predicate) => visit(predicate),
        }
    }
}

impl PartialEq for Predicate {
    fn eq(&self, other: &Self) -> bool {
        self.negated == other.negated && self.field == other.field && self.test == other.test
    }
}

impl Eq for Predicate {}
