//! What rules depend on.

use std::collections::BTreeSet;

use cost_model::{Dimension, Timestamp};

use crate::compile::{CompiledRule, Then};

/// What the rules of one key depend on.
#[expect(clippy::struct_excessive_bools, reason = "each is about another source of answers")]
pub(crate) struct Needs {
    /// The dimensions, other keys aside; `None` where they may depend on any.
    pub(crate) dimensions: Option<BTreeSet<Dimension>>,
    /// The ends of their spans.
    pub(crate) ends: Vec<Timestamp>,
    /// Whether they look at who caused a charge.
    pub(crate) person: bool,
    /// Whether they ask the directory.
    pub(crate) directory: bool,
    /// Whether they count people.
    pub(crate) counts: bool,
    /// Whether they share charges out.
    pub(crate) shares: bool,
}

impl Default for Needs {
    fn default() -> Self {
        Self {
            dimensions: Some(BTreeSet::new()),
            ends: Vec::new(),
            person: false,
            directory: false,
            counts: false,
            shares: false,
        }
    }
}

impl Needs {
    pub(crate) fn add(&mut self, rule: CompiledRule<'_>) {
        if let Some(when) = rule.when {
            match (when.reads(), &mut self.dimensions) {
                (Some(more), Some(dimensions)) => dimensions.extend(more.into_iter().filter(is_own)),
                _ => self.dimensions = None,
            }
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
        self.shares |= matches!(rule.then, Then::Shares(_) | Then::Headcount { .. } | Then::Cost(_));
    }

    pub(crate) fn add_field(&mut self, field: &Dimension) {
        if let Some(dimensions) = self.dimensions.as_mut().filter(|_| is_own(field)) {
            dimensions.insert(field.clone());
        }
    }
}

fn is_own(dimension: &Dimension) -> bool {
    !matches!(dimension, Dimension::VirtualTag(_))
}
