//! Tests that stand in a rules file.

use std::borrow::Cow;
use std::sync::Arc;

use cost_model::{Dimension, Dimensions, Timestamp};

use crate::place::Place;
use crate::rules::answer::Answer;

/// A charge, and what the rules are expected to say of it. `Debug` leaves out both.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleTest {
    /// When the charge arose.
    pub at: Timestamp,
    /// The charge's fields.
    pub record: Vec<(Dimension, Arc<str>)>,
    /// By key, what is expected.
    pub expect: Vec<(Arc<str>, Answer)>,
    /// Where the test stands, if it was read from a file.
    pub place: Option<Place>,
}

cost_model::masked_debug!(RuleTest {});

impl RuleTest {
    /// A charge at an instant of which nothing is known, and nothing expected.
    pub fn new(at: Timestamp) -> Self {
        Self { at, record: Vec::new(), expect: Vec::new(), place: None }
    }
}

impl Dimensions for RuleTest {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        let found = self.record.iter().find(|(each, _)| each == dimension);
        found.map(|(_, value)| Cow::Borrowed(&**value))
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        for (dimension, value) in &self.record {
            if let Dimension::Tag(key) = dimension {
                visit(key, value);
            }
        }
    }

    fn at(&self) -> Option<Timestamp> {
        Some(self.at)
    }
}
