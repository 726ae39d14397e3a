//! Dependencies of rules: the fields they read and the instants at which they change.
//!
//! A tagger has to say which dimensions its answers depend on and when they may change, see
//! [`Tagger`](cost_model::Tagger). Reports evaluate rules once for each set of those dimensions between two
//! such instants. A dependency that is missing here gives wrong answers from a cache, and one too many only
//! costs time.

use std::collections::BTreeSet;

use cost_model::{Dimension, Timestamp};

use crate::rules::assign::{Assign, Split};
use crate::rules::rule_set::Rule;
use crate::span::Span;

/// The dependencies of the rules of one key.
#[derive(Default)]
pub(crate) struct Dependencies {
    /// The dimensions, other keys aside; [`Dimension::Tagged`] for tags of any key.
    pub(crate) dimensions: BTreeSet<Dimension>,
    /// The ends of their spans.
    pub(crate) ends: Vec<Timestamp>,
    /// Whether they have conditions on the kind of actor.
    pub(crate) person: bool,
    /// Whether they need the directory.
    pub(crate) directory: bool,
    /// Whether they count people.
    pub(crate) counts: bool,
}

impl Dependencies {
    /// Adds what a rule reads, and the instants at which it begins or ends to hold.
    ///
    /// A condition whose reads cannot be listed counts as reading every dimension that it names, the service's id and
    /// tags of any key.
    pub(crate) fn add_rule(&mut self, rule: &Rule) {
        if let Some(when) = &rule.when {
            // A condition that reads more than it names reads tags of any key: it cannot read amounts.
            let reads = when.reads().unwrap_or_else(|| {
                let named = when.dimensions().into_iter();
                named.chain([Dimension::ServiceId, Dimension::Tagged]).collect()
            });
            self.dimensions.extend(reads.into_iter().filter(is_own));
        }
        self.directory |= rule.people.asks_directory();
        match &rule.assign {
            Assign::FromField(from_field) => self.add_field(&from_field.field),
            Assign::FromDirectory(_) => self.directory = true,
            Assign::Split(Split::Headcount { .. }) => {
                self.directory = true;
                self.counts = true;
            }
            Assign::Split(Split::Cost { within, .. }) => {
                if let Some(within) = within {
                    self.add_field(within);
                }
            }
            // Fixed values and weights are the same for every charge.
            Assign::Value(_) | Assign::Split(_) => {}
        }
        self.ends.extend(rule.spans.iter().flat_map(Span::ends));
        self.person |= rule.people.who.is_some();
    }

    /// Adds a field of the charge. Other keys are left out, since they are no dimension of the charge; what
    /// they read is added with their own rules.
    pub(crate) fn add_field(&mut self, field: &Dimension) {
        if is_own(field) {
            self.dimensions.insert(field.clone());
        }
    }
}

/// Returns whether a dimension belongs to the charge and is not the value of another key.
fn is_own(dimension: &Dimension) -> bool {
    !matches!(dimension, Dimension::VirtualTag(_))
}
