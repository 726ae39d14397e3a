//! What rules depend on.

use std::collections::BTreeSet;

use cost_model::{Dimension, Timestamp};

use crate::compile::{CompiledRule, Then};

/// What the rules of one key depend on.
#[derive(Default)]
pub(crate) struct Needs {
    /// The dimensions, other keys aside; [`Dimension::Tagged`] for tags of any key.
    pub(crate) dimensions: BTreeSet<Dimension>,
    /// The ends of their spans.
    pub(crate) ends: Vec<Timestamp>,
    /// Whether they look at who caused a charge.
    pub(crate) person: bool,
    /// Whether they ask the directory.
    pub(crate) directory: bool,
    /// Whether they count people.
    pub(crate) counts: bool,
}

impl Needs {
    pub(crate) fn add(&mut self, rule: CompiledRule<'_>) {
        if let Some(when) = rule.when {
            // A condition that reads more than it names reads tags of any key: it cannot read amounts.
            let reads = when.reads().unwrap_or_else(|| {
                let named = when.dimensions().into_iter();
                named.chain([Dimension::ServiceId, Dimension::Tagged]).collect()
            });
            self.dimensions.extend(reads.into_iter().filter(is_own));
        }
        if let Then::Field(inherit) = rule.then {
            self.add_field(&inherit.field);
        }
        if let Then::Cost(split) = rule.then {
            split.within.iter().for_each(|within| self.add_field(within));
        }
        self.ends.extend(rule.spans.iter().flat_map(crate::Span::ends));
        self.person |= rule.people.who.is_some();
        self.directory |= rule.asks_directory();
        self.counts |= matches!(rule.then, Then::Headcount { .. });
    }

    pub(crate) fn add_field(&mut self, field: &Dimension) {
        if is_own(field) {
            self.dimensions.insert(field.clone());
        }
    }
}

fn is_own(dimension: &Dimension) -> bool {
    !matches!(dimension, Dimension::VirtualTag(_))
}
