//! The parsed condition.

use std::ops::Range;

use crate::dimension::Dimension;
use crate::filter::field::Field;
use crate::filter::test::Test;

/// A condition, as a tree.
///
/// Equality compares the trees and ignores the spans.
///
/// ```
/// use cost_model::Filter;
///
/// let filter = Filter::parse("costs.service = 'Auto' AND (costs.region = 'eu' OR costs.region = 'us')")?;
/// let mut fields = Vec::new();
/// filter.expression().for_each_predicate(&mut |predicate| fields.push(predicate.field.to_string()));
/// assert_eq!(fields, ["costs.service", "costs.region", "costs.region"]);
/// # Ok::<(), cost_model::Error>(())
/// ```
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
    /// The field that is tested.
    pub field: Field,
    /// Whether the predicate holds exactly where the test does not: `!=`, `NOT IN` and so on.
    pub negated: bool,
    /// The test.
    pub test: Test,
    /// The bytes of the sentence that it is in. Equality does not look at them.
    pub span: Range<usize>,
}

impl Predicate {
    /// Returns the dimensions that the predicate depends on, if no more than dimensions.
    pub(super) fn reads(&self) -> Option<Vec<Dimension>> {
        match &self.field {
            // A service is also compared by its id.
            Field::Dimension(Dimension::Service) => Some(vec![Dimension::Service, Dimension::ServiceId]),
            Field::Dimension(dimension) => Some(vec![dimension.clone()]),
            Field::TagName => self.test.tags_named(),
            Field::TagValue { of: Some(test) } => test.tags_named(),
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
