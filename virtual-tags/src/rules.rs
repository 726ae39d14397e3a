//! Compiled rules: a tagger.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use cost_model::{Assignment, Dimension, Dimensions, JointShare, Tagger, Timestamp};

use crate::charge::{Charge, PERSON};
use crate::compile::{CompiledTag, Compiler};
use crate::cost_split::{AllCostShares, CostShares};
use crate::error::Errors;
use crate::evaluate::shares_of;
use crate::order::{ancestors, order};
use crate::{Directory, Error, ErrorKind, Result, RuleSet};

/// Rules checked against a directory and ready to assign, as a [`Tagger`].
///
/// For each key the first rule that matches wins; without one the key's default stands. A rule that asks the directory
/// looks up the charge's resource and then its `cursor:user` tag, at the time of the charge. Keys that read other keys are
/// assigned after them, whatever their order; of a charge that is shared out, each part by itself. Clones share everything.
#[derive(Clone)]
pub struct Rules {
    pub(crate) keys: Arc<[Arc<str>]>,
    pub(crate) tags: Arc<[CompiledTag]>,
    pub(crate) directory: Arc<Directory>,
    /// The numbers of the keys, each after those it reads.
    pub(crate) order: Arc<[usize]>,
    /// By key: all that it reads, also through others.
    pub(crate) ancestors: Arc<[Vec<usize>]>,
    /// By key: whether a charge may be shared out by it.
    splits: Arc<[bool]>,
    /// What the rules depend on, if they depend on no more than these.
    reads: Option<Arc<[Dimension]>>,
    boundaries: Arc<[Timestamp]>,
    /// The ends of the rules' spans.
    spans: Arc<[Timestamp]>,
    /// The boundaries at which head counts and shares by cost may change, which concern every charge.
    counts: Arc<[Timestamp]>,
    /// What splits by cost go by.
    pub(crate) costs: Arc<AllCostShares>,
}

impl Rules {
    pub(crate) fn compile(rule_set: RuleSet, directory: Directory) -> Result<Self> {
        rule_set.check_keys()?;
        let keys: Vec<_> = rule_set.tags.iter().map(|tag| Arc::clone(&tag.key)).collect();
        let places: Vec<_> = rule_set.tags.iter().map(|tag| tag.place.clone()).collect();
        let compiler = Compiler { directory: &directory, keys: &keys };
        let mut errors = Errors::default();
        let tags: Vec<_> = rule_set.tags.into_iter().map(|tag| compiler.tag(tag, &mut errors)).collect();
        errors.finish()?;
        let order = order(&tags, &keys).map_err(|circle| {
            let message =
                format!("the keys read each other in a circle: {circle}; let one of them read only fields");
            let first = circle.split(" -> ").next().unwrap_or_default();
            let place = keys.iter().position(|key| **key == *first).and_then(|number| places.get(number));
            Error::new(ErrorKind::Rules, place.cloned().flatten(), message)
        })?;
        let ancestors = ancestors(&tags, &order);
        let splits = splits(&tags, &ancestors);
        let mut rules = Self {
            reads: reads(&tags).map(Arc::from),
            spans: sorted(tags.iter().flat_map(|tag| &tag.needs.ends).copied()).into(),
            boundaries: Arc::default(),
            counts: Arc::default(),
            costs: Arc::default(),
            keys: keys.into(),
            tags: tags.into(),
            directory: Arc::new(directory),
            order: order.into(),
            ancestors: ancestors.into(),
            splits: splits.into(),
        };
        rules.find_boundaries();
        Ok(rules)
    }

    pub(crate) fn find_boundaries(&mut self) {
        let counts = self.tags.iter().any(|tag| tag.needs.counts);
        let counts = if counts { self.directory.boundaries() } else { &[] };
        let costs = self.costs.values().flat_map(CostShares::ends);
        self.counts = sorted(counts.iter().copied().chain(costs)).into();
        let dated = self.tags.iter().any(|tag| tag.needs.directory);
        let directory = if dated { self.directory.boundaries() } else { &[] };
        self.boundaries = sorted(directory.iter().chain(&*self.spans).chain(&*self.counts).copied()).into();
    }

    pub(crate) fn number(&self, key: &str) -> Option<usize> {
        self.keys.iter().position(|each| **each == *key)
    }
}

fn is(flags: &[bool], number: usize) -> bool {
    flags.get(number).copied().unwrap_or_default()
}

fn sorted(instants: impl Iterator<Item = Timestamp>) -> Vec<Timestamp> {
    let mut instants: Vec<_> = instants.collect();
    instants.sort_unstable();
    instants.dedup();
    instants
}

fn splits(tags: &[CompiledTag], ancestors: &[Vec<usize>]) -> Vec<bool> {
    let own: Vec<_> = tags.iter().map(|tag| tag.needs.shares).collect();
    own.iter()
        .zip(ancestors)
        .map(|(own_splits, read)| *own_splits || read.iter().any(|each| is(&own, *each)))
        .collect()
}

/// Everything that some rule reads.
fn reads(tags: &[CompiledTag]) -> Option<Vec<Dimension>> {
    let mut reads = BTreeSet::new();
    for needs in tags.iter().map(|tag| &tag.needs) {
        reads.extend(needs.dimensions.clone()?);
        if needs.person || needs.directory {
            reads.extend(PERSON.iter().cloned());
        }
    }
    Some(reads.into_iter().collect())
}

impl Tagger for Rules {
    fn keys(&self) -> &[Arc<str>] {
        &self.keys
    }

    fn boundaries(&self) -> &[Timestamp] {
        &self.boundaries
    }

    fn reads(&self) -> Option<&[Dimension]> {
        self.reads.as_deref()
    }

    fn boundaries_of(&self, dimensions: &dyn Dimensions) -> Cow<'_, [Timestamp]> {
        if self.boundaries.is_empty() {
            return Cow::Borrowed(&[]);
        }
        let charge = Charge::new(dimensions, Timestamp::midnight(chrono::NaiveDate::MIN), &self.directory);
        let people = charge.ids().flat_map(|id| self.directory.boundaries_of(&id));
        let mut boundaries = sorted(people.chain(self.spans.iter().chain(&*self.counts).copied()));
        boundaries.retain(|each| self.boundaries.binary_search(each).is_ok());
        Cow::Owned(boundaries)
    }

    fn assign<'a>(&'a self, key: &str, dimensions: &dyn Dimensions, at: Timestamp) -> Assignment<'a> {
        let Some(number) = self.number(key) else { return Assignment::Unset };
        let (Some(tag), charge) = (self.tags.get(number), Charge::new(dimensions, at, &self.directory))
        else {
            return Assignment::Unset;
        };
        if tag.reads.is_empty() {
            return self.outcome(tag, &charge, &[]);
        }
        let mut parts = self.parts(&[number], &charge);
        if parts.len() > 1 {
            return Assignment::Shares(Cow::Owned(shares_of(parts, number)));
        }
        let value = parts.pop().and_then(|part| part.values.into_iter().nth(number).flatten());
        value.map_or(Assignment::Unset, |value| Assignment::Value(Cow::Owned(value.as_ref().to_owned())))
    }

    fn assign_together(
        &self,
        keys: &[Arc<str>],
        dimensions: &dyn Dimensions,
        at: Timestamp,
    ) -> Option<Vec<JointShare>> {
        let numbers: Vec<_> = keys.iter().map(|key| self.number(key)).collect();
        let known: Vec<_> = numbers.iter().copied().flatten().collect();
        let with_sources = |number: &usize| -> Vec<usize> {
            let read = self.ancestors.get(*number).into_iter().flatten().copied();
            read.chain([*number]).filter(|each| is(&self.splits, *each)).collect()
        };
        let sources: Vec<_> = known.iter().map(with_sources).collect();
        let shared = |(position, own): (usize, &Vec<usize>)| {
            sources.iter().skip(position + 1).any(|other| other.iter().any(|each| own.contains(each)))
        };
        if !sources.iter().enumerate().any(shared) {
            return None;
        }
        let parts = self.parts(&known, &Charge::new(dimensions, at, &self.directory));
        let joint = |part: crate::evaluate::Part| JointShare {
            values: numbers.iter().map(|number| part.values.get((*number)?).cloned().flatten()).collect(),
            weight: part.weight,
        };
        Some(parts.into_iter().map(joint).collect())
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("keys", &self.keys)
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}
