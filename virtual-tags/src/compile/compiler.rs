//! Compiles rules: from data to the form in which they are evaluated.
//!
//! Names become ids, splits become weights, and conditions go into an index that finds the rules worth testing. What
//! only shows when keys and a directory are known is refused here: references to unknown keys or facts, conditions on
//! amounts or time, and splits that do not add up. `compile::order` then orders the keys by what they read.

use std::ops::Range;
use std::sync::Arc;

use cost_model::filter::{Field, closest};
use cost_model::{Dimension, Filter};

use crate::compile::compiled::{CompiledAssign, CompiledTag};
use crate::compile::cost_split::CostSplit;
use crate::compile::dependencies::Dependencies;
use crate::compile::headcount::Headcounts;
use crate::compile::index::IndexBuilder;
use crate::directory::lookup::Directory;
use crate::error::{Error, ErrorKind, ErrorList, Result};
use crate::fault::Fault;
use crate::ids::{FactId, Id, KeyId, RuleId, Table};
use crate::place::Place;
use crate::rules::assign::{Assign, FromDirectory, Split};
use crate::rules::rule_set::{Rule, TagDefinition};
use crate::weights;
use crate::weights::Share;

/// Compiles the rules of keys against a directory.
///
/// It borrows the keys of all tags, because a rule may read a key that is defined after its own.
pub(crate) struct Compiler<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) keys: &'a Table<KeyId, Arc<str>>,
}

impl Compiler<'_> {
    /// Compiles the rules of one key, as far as they have no errors.
    ///
    /// Errors of rules go to `errors`, so that an author sees all of them at once; the rules that have them
    /// are missing from the compiled key. `None` where the index cannot be built.
    pub(crate) fn compile_tag(&self, tag: TagDefinition, errors: &mut ErrorList) -> Option<CompiledTag> {
        let mut reads = Vec::new();
        let mut bases = Vec::new();
        let mut needs = Dependencies::default();
        let own = (!tag.overrides_provider).then(|| Dimension::Tag(Arc::clone(&tag.key)));
        if let Some(own) = &own {
            needs.add_field(own);
        }
        if let Some(from_field) = &tag.default_from {
            let key = self.key_read(&from_field.field, tag.place.as_ref(), "`default_from`");
            reads.extend(errors.ok_or_collect(key).flatten());
            needs.add_field(&from_field.field);
        }
        let mut rules = tag.rules;
        let mut assigns = Table::default();
        let mut index_builder = IndexBuilder::default();
        for (index, rule) in rules.iter_mut().enumerate() {
            // Before the rule goes into the index, which compares texts as they are.
            rule.people.normalize();
            if let Some(gives) =
                errors.ok_or_collect(self.compile_assign(rule, tag.default.as_ref(), &mut reads))
            {
                index_builder.add_rule(RuleId::from_index(index), rule);
                needs.add_rule(rule);
                if let CompiledAssign::Cost(split) = &gives {
                    bases.push(split.basis);
                }
                assigns.push(gives);
            }
        }
        reads.sort_unstable();
        reads.dedup();
        let index = index_builder.build().map_err(|_| {
            let message = "the texts that the rules of this key require are too long together; split the key";
            Error::new(ErrorKind::Rules, tag.place.clone(), message)
        });
        Some(CompiledTag {
            default: tag.default,
            default_from: tag.default_from,
            provider_tag: own,
            rules: rules.into(),
            assigns,
            index: errors.ok_or_collect(index)?,
            reads,
            cost_bases: bases,
            dependencies: needs,
            place: tag.place,
        })
    }

    /// Checks the condition of a rule and compiles what it assigns. Adds the keys that either of them reads to `reads`.
    ///
    /// # Errors
    /// [`ErrorKind::Rules`] at the rule, or at the column of the condition where that is known: an unknown
    /// key or fact, a condition on amounts, time or `costs.allocation`, and a split without a part that has
    /// weight.
    fn compile_assign(
        &self,
        rule: &Rule,
        default: Option<&Arc<str>>,
        reads: &mut Vec<KeyId>,
    ) -> Result<CompiledAssign> {
        for (key, span) in rule.when.as_ref().map(keys_read).unwrap_or_default() {
            let place =
                rule.condition_text.as_ref().map(|condition_text| condition_text.place_at(span.start));
            reads.extend(self.key_read(key, place.as_ref().or(rule.place.as_ref()), "the condition")?);
        }
        // Values are decided once for each set of dimensions, not for each charge.
        if rule.when.as_ref().is_some_and(Filter::is_per_charge) {
            return Err(fail(
                rule,
                "the condition reads the time, an amount or usage, and the owner of a cost cannot depend on those",
            ));
        }
        if rule.when.as_ref().is_some_and(Filter::has_allocation) {
            return Err(fail(rule, "`costs.allocation` has no meaning in a rule"));
        }
        let place = rule.place.as_ref();
        Ok(match &rule.assign {
            Assign::Value(value) => CompiledAssign::Value(Arc::clone(value)),
            Assign::FromDirectory(FromDirectory { fact, transforms }) => {
                CompiledAssign::Fact(self.fact_id("from_directory", fact, place)?, transforms.clone())
            }
            Assign::FromField(from_field) => {
                reads.extend(self.key_read(&from_field.field, place, "`from_field`")?);
                CompiledAssign::Field(from_field.clone())
            }
            Assign::Split(Split::Headcount { fact, within }) => {
                let fact = self.fact_id("headcount", fact, place)?;
                let within =
                    within.as_ref().map(|within| self.fact_id("within", within, place)).transpose()?;
                let counts = Arc::new(Headcounts::new(self.directory, fact, within));
                CompiledAssign::Headcount { fact, counts, within }
            }
            Assign::Split(Split::Cost { key, per, within }) => {
                let basis = self.key_id(key, place, "`cost_of`")?;
                if matches!(within, Some(Dimension::VirtualTag(_))) {
                    return Err(fail(rule, "`within` must be a field of the charge such as `costs.account`"));
                }
                CompiledAssign::Cost(Box::new(CostSplit { basis, per: *per, within: within.clone() }))
            }
            Assign::Split(split) => CompiledAssign::Shares(compile_shares(split, default, place)?.into()),
        })
    }

    /// Returns the id of the key that a dimension names; `None` for a field of the charge.
    ///
    /// `who` is the option of the rule that reads it, for the error.
    fn key_read(
        &self,
        dimension: &Dimension,
        place: Option<&Place>,
        who: &'static str,
    ) -> Result<Option<KeyId>> {
        match dimension {
            Dimension::VirtualTag(key) => self.key_id(key, place, who).map(Some),
            _ => Ok(None),
        }
    }

    /// Returns the id of a key, or an error with the nearest name; `reader` is the field that reads it.
    fn key_id(&self, key: &Arc<str>, place: Option<&Place>, reader: &'static str) -> Result<KeyId> {
        if let Some(id) = self.keys.position(|each| each == key) {
            return Ok(id);
        }
        let near = closest(key, self.keys.iter().map(|each| &**each));
        let key = Dimension::VirtualTag(Arc::clone(key));
        let fault = match near {
            Some(near) => Fault::MisspelledKey { reader, key, near: Dimension::VirtualTag(near.into()) },
            None => Fault::UnknownKey { reader, key, known: self.keys.as_slice().to_vec() },
        };
        Err(fault.at(place.cloned()))
    }

    /// Returns the id of a directory's fact. The error says whether the fact is unknown or the directory is missing.
    fn fact_id(&self, field: &'static str, name: &Arc<str>, place: Option<&Place>) -> Result<FactId> {
        let found = self.directory.fact_named(name);
        if let Some(fact) = found.as_ref().ok().and_then(|found| self.directory.fact_id(found)) {
            return Ok(fact);
        }
        let fault = match found {
            Err(fault) if !self.directory.facts().is_empty() => fault,
            _ => Fault::NoDirectory { field, column: Arc::clone(name) },
        };
        Err(fault.at(place.cloned()))
    }
}

/// Makes an error of a rule, at its place.
fn fail(rule: &Rule, message: &str) -> Error {
    Error::new(ErrorKind::Rules, rule.place.clone(), message)
}

/// Returns the keys that a condition reads, each with the bytes of the predicate that does.
///
/// The same key may occur several times, so that an error can point at the first that is unknown.
fn keys_read(when: &Filter) -> Vec<(&Dimension, Range<usize>)> {
    let mut keys = Vec::new();
    when.expression().for_each_predicate(&mut |predicate| {
        if let Field::Dimension(key @ Dimension::VirtualTag(_)) = &predicate.field {
            keys.push((key, predicate.span.clone()));
        }
    });
    keys
}

/// Returns the shares of a fixed split as whole weights. The remainder of percentages goes to the default if the split
/// says so, and is added to the default's own part if it has one. Weights of zero everywhere are refused, since nothing
/// could be split by them.
fn compile_shares(split: &Split, default: Option<&Arc<str>>, place: Option<&Place>) -> Result<Vec<Share>> {
    let parts: Vec<(Arc<str>, u128)> = match split {
        Split::Even(values) => values.iter().map(|value| (Arc::clone(value), 1)).collect(),
        Split::Weights(parts) => {
            parts.iter().map(|(value, weight)| (Arc::clone(value), u128::from(*weight))).collect()
        }
        Split::Percentages { parts, remainder_to_default } => {
            let (values, percentages): (Vec<_>, Vec<_>) = parts.iter().cloned().unzip();
            let Some((weights, missing)) = weights::percentage_weights(&percentages) else {
                let message = "the percentages must be 0 or more and sum to 100";
                return Err(Error::new(ErrorKind::Rules, place.cloned(), message));
            };
            let mut parts: Vec<_> = values.into_iter().zip(weights).collect();
            match (missing, *remainder_to_default, default) {
                (0, ..) => {}
                (_, true, Some(default)) => match parts.iter_mut().find(|(value, _)| value == default) {
                    Some((_, weight)) => *weight = weight.saturating_add(missing),
                    None => parts.push((Arc::clone(default), missing)),
                },
                (_, true, None) => {
                    let message = "`remainder = \"default\"` needs the tag to have a `default`";
                    return Err(Error::new(ErrorKind::Rules, place.cloned(), message));
                }
                (_, false, _) => {
                    return Err(Fault::PercentageSum(percentages.iter().sum()).at(place.cloned()));
                }
            }
            parts
        }
        Split::Headcount { .. } | Split::Cost { .. } => Vec::new(),
    };
    if parts.iter().all(|(_, weight)| *weight == 0) {
        let message = "a split needs a value whose weight is not zero";
        return Err(Error::new(ErrorKind::Rules, place.cloned(), message));
    }
    for (number, (value, _)) in parts.iter().enumerate() {
        if value.trim().is_empty() {
            return Err(Fault::EmptyValue(number + 1).at(place.cloned()));
        }
        if parts.iter().take(number).any(|(other, _)| other == value) {
            return Err(Fault::RepeatedValue(number + 1).at(place.cloned()));
        }
    }
    // After the checks, so that a value written with a weight of zero still must not be written twice.
    Ok(weights::reduced_shares(parts.into_iter().filter(|(_, weight)| *weight > 0)))
}
