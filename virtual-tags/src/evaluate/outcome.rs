//! Evaluates compiled rules for one charge.
//!
//! The first rule that matches decides. A key that keeps the provider's own tag takes that before any rule; its default
//! applies where no rule does. Where the keys that a rule reads split a charge, the charge is evaluated in parts, one
//! for each combination of their values, with whole weights that keep the sum exact.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cost_model::Dimensions;
use cost_model::tagger::Part;

use crate::compile::charge::{Charge, text_of};
use crate::compile::compiled::{CompiledAssign, CompiledRule, CompiledTag};
use crate::compile::rules::Compiled;
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::evaluate::tag_values::WithTagValues;
use crate::ids::{Id, KeyId, RuleId};
use crate::rules::answer::Answer;
use crate::rules::assign::{FromField, transformed};
use crate::weights;
use crate::weights::Share;

/// The result of one key for a charge.
///
/// Unlike [`Answer`] it shares its weights with the compiled rules, so that most evaluations allocate
/// nothing.
pub(crate) enum Outcome {
    Value(Arc<str>),
    Shares(Arc<[Share]>),
    Unset,
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Value(value) => Self::Value(value),
            Outcome::Unset => Self::Unset,
            Outcome::Shares(shares) => {
                Self::Shares(shares.iter().map(|share| (share.value.clone(), share.weight)).collect())
            }
        }
    }
}

impl ResolvedRules {
    /// Evaluates one key for a charge, or for a part of it with these values of other keys.
    ///
    /// `values` are those of the keys that it reads, by [`KeyId`]; empty for a key that reads none.
    pub(crate) fn evaluate_tag(
        &self,
        tag: &CompiledTag,
        charge: &Charge<'_>,
        values: &[Option<Arc<str>>],
    ) -> Outcome {
        if let Some(own) = tag.provider_tag.as_ref().and_then(|own| text_of(charge.dimensions, own)) {
            return Outcome::Value(Arc::from(&*own));
        }
        let dimensions = WithTagValues { inner: charge.dimensions, keys: &self.compiled.keys, values };
        // The index proposes rules in their order, and only such as may match.
        let winner = self.find_winner(tag, charge, &dimensions).map(|(_, outcome)| outcome);
        winner.unwrap_or_else(|| {
            let inherited =
                tag.default_from.as_ref().and_then(|from_field| from_field.read_value(&dimensions));
            let value = inherited.map(Arc::from).or_else(|| tag.default.clone());
            value.map_or(Outcome::Unset, Outcome::Value)
        })
    }

    /// Returns the first rule that matches, and its result.
    ///
    /// Explanations and checks use it as well, so that they cannot disagree with reports.
    pub(crate) fn find_winner(
        &self,
        tag: &CompiledTag,
        charge: &Charge<'_>,
        dimensions: &dyn Dimensions,
    ) -> Option<(RuleId, Outcome)> {
        let mut candidates = tag.index.candidates(charge).into_iter();
        candidates.find_map(|id| Some((id, tag.rule(id)?.apply(self, charge, dimensions)?)))
    }

    /// Splits a charge by some keys and all that they read, with values by [`KeyId`]. Keys that
    /// none of these need later are forgotten, and parts that are then alike are one.
    pub(crate) fn evaluate_parts(&self, wanted: &[KeyId], charge: &Charge<'_>) -> Vec<Part> {
        let Compiled { tags, ancestors, order, .. } = &*self.compiled;
        let mut needed: HashSet<KeyId> = wanted.iter().copied().collect();
        needed.extend(wanted.iter().filter_map(|each| ancestors.get(*each)).flatten());
        // In the order of evaluation, so that a key is decided after all that it reads.
        let order: Vec<_> = order.iter().copied().filter(|each| needed.contains(each)).collect();
        let mut parts = vec![Part { values: vec![None; tags.len()], weight: 1 }];
        for (position, key) in order.iter().enumerate() {
            let Some(tag) = tags.get(*key) else { continue };
            parts = self.extend_parts(parts, *key, tag, charge);
            // Values that nothing later reads are dropped: parts that differ in those alone become one again.
            let later = order.iter().skip(position + 1).filter_map(|each| tags.get(*each));
            let mut live: HashSet<KeyId> = later.flat_map(|tag| &tag.reads).copied().collect();
            live.extend(wanted);
            parts = merge_parts(parts, &live);
        }
        parts
    }

    /// Splits each part by the result of one more key. Weights are nested: the shares of a part divide that part's
    /// weight.
    fn extend_parts(
        &self,
        parts: Vec<Part>,
        key: KeyId,
        tag: &CompiledTag,
        charge: &Charge<'_>,
    ) -> Vec<Part> {
        let outcomes: Vec<Vec<(Option<Arc<str>>, u128)>> = parts
            .iter()
            .map(|part| match self.evaluate_tag(tag, charge, &part.values) {
                Outcome::Value(value) => vec![(Some(value), 1)],
                Outcome::Unset => vec![(None, 1)],
                Outcome::Shares(shares) => {
                    shares.iter().map(|share| (share.value.clone(), share.weight)).collect()
                }
            })
            .collect();
        // All parts together: only one common denominator makes their weights comparable.
        let inner = outcomes.iter().map(|shares| shares.iter().map(|(_, weight)| *weight).collect());
        let nested: Vec<_> = parts.iter().map(|part| part.weight).zip(inner).collect();
        let mut extended = Vec::new();
        for ((part, shares), weights) in parts.into_iter().zip(outcomes).zip(weights::nested_weights(&nested))
        {
            for ((value, _), weight) in shares.into_iter().zip(weights) {
                let mut values = part.values.clone();
                if let Some(slot) = values.get_mut(key.index()) {
                    *slot = value;
                }
                extended.push(Part { values, weight });
            }
        }
        extended
    }
}

/// Clears the values of keys outside `live`, and adds up the weights of parts that are then equal. Without this, the
/// number of parts would multiply with each key that splits.
fn merge_parts(parts: Vec<Part>, live: &HashSet<KeyId>) -> Vec<Part> {
    let mut merged: Vec<Part> = Vec::with_capacity(parts.len());
    let mut known: HashMap<Vec<Option<Arc<str>>>, usize> = HashMap::new();
    for mut part in parts {
        for (index, value) in part.values.iter_mut().enumerate() {
            if !live.contains(&KeyId::from_index(index)) {
                *value = None;
            }
        }
        let next = merged.len();
        let place = *known.entry(part.values.clone()).or_insert(next);
        match merged.get_mut(place) {
            Some(same) => same.weight = same.weight.saturating_add(part.weight),
            None => merged.push(part),
        }
    }
    merged
}

impl FromField {
    /// Returns the field's value after the transforms; `None` where the field is absent or a transform does not apply.
    ///
    /// An empty text after the transforms counts as none.
    fn read_value(&self, dimensions: &dyn Dimensions) -> Option<String> {
        transformed(&self.transforms, &text_of(dimensions, &self.field)?)
    }
}

impl CompiledRule<'_> {
    /// Returns whether the conditions hold, whatever the rule then assigns.
    pub(crate) fn matches(self, charge: &Charge<'_>, dimensions: &dyn Dimensions) -> bool {
        (self.spans.is_empty() || self.spans.iter().any(|span| span.contains(charge.at)))
            && charge.matches_person(self.people)
            && self.when.is_none_or(|when| when.matches(dimensions))
    }

    /// Returns the result of the rule; `None` where it does not match.
    /// A rule whose conditions hold does not match either if it has no value to give: an empty fact, an absent field,
    /// nobody to count, or no costs to split by.
    pub(crate) fn apply(
        self,
        rules: &ResolvedRules,
        charge: &Charge<'_>,
        dimensions: &dyn Dimensions,
    ) -> Option<Outcome> {
        if !self.matches(charge, dimensions) {
            return None;
        }
        match self.assign {
            CompiledAssign::Value(value) => Some(Outcome::Value(Arc::clone(value))),
            CompiledAssign::Fact(fact, transforms) => {
                let value = charge.fact(*fact)?;
                Some(Outcome::Value(match transforms.as_slice() {
                    [] => Arc::clone(value),
                    transforms => transformed(transforms, value)?.into(),
                }))
            }
            CompiledAssign::Field(from_field) => {
                Some(Outcome::Value(from_field.read_value(dimensions)?.into()))
            }
            CompiledAssign::Shares(shares) => Some(Outcome::Shares(Arc::clone(shares))),
            CompiledAssign::Headcount { counts, within, .. } => {
                let part = match within {
                    Some(within) => Some(charge.fact(*within)?),
                    None => None,
                };
                // A directory that is fixed in time counts its people at that time, whenever the charge was.
                let at = rules.compiled.directory.lookup_time(charge.at);
                counts.shares_at(at, part).map(|shares| Outcome::Shares(Arc::clone(shares)))
            }
            CompiledAssign::Cost(split) => {
                let shares = split.find_shares(&rules.costs, dimensions, charge.at)?;
                Some(Outcome::Shares(Arc::clone(shares)))
            }
        }
    }
}
