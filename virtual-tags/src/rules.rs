//! Compiled rules: a tagger.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use cost_model::{Assignment, Dimension, Dimensions, Filter, Tagger, Timestamp};

use crate::{Assign, Directory, Error, ErrorKind, Result, Rule, RuleSet};

/// Rules checked against a directory and ready to assign, as a [`Tagger`].
///
/// For each key the first rule that matches wins; without one the key's default stands. A rule that asks the directory
/// looks up the charge's resource and then its `cursor:user` tag, at the time of the charge.
pub struct Rules {
    keys: Vec<Arc<str>>,
    tags: Vec<CompiledTag>,
    directory: Directory,
    identity: [Dimension; 2],
    /// What the rules depend on, if they depend on no more than these.
    reads: Option<Vec<Dimension>>,
    boundaries: Vec<Timestamp>,
}

struct CompiledTag {
    default: Option<Arc<str>>,
    rules: Vec<CompiledRule>,
}

struct CompiledRule {
    when: Option<Filter>,
    then: Then,
}

enum Then {
    Value(Arc<str>),
    /// The fact of that number.
    Fact(usize),
}

impl Rules {
    pub(crate) fn compile(rule_set: RuleSet, directory: Directory) -> Result<Self> {
        rule_set.check_keys()?;
        let mut keys = Vec::new();
        let mut tags = Vec::new();
        for tag in rule_set.tags {
            let rules = tag
                .rules
                .into_iter()
                .map(|rule| CompiledRule::new(rule, &directory))
                .collect::<Result<Vec<_>>>()?;
            keys.push(tag.key);
            tags.push(CompiledTag { default: tag.default, rules });
        }
        let dated = tags.iter().flat_map(|tag| &tag.rules).any(|rule| matches!(rule.then, Then::Fact(_)));
        let identity = [Dimension::Resource, Dimension::Tag("cursor:user".into())];
        Ok(Self {
            reads: reads(&tags, &identity),
            keys,
            tags,
            boundaries: if dated { directory.boundaries().to_vec() } else { Vec::new() },
            directory,
            identity,
        })
    }
}

/// Everything that some rule reads.
fn reads(tags: &[CompiledTag], identity: &[Dimension]) -> Option<Vec<Dimension>> {
    let mut reads = Vec::new();
    for rule in tags.iter().flat_map(|tag| &tag.rules) {
        if let Some(when) = &rule.when {
            reads.extend(when.reads()?);
        }
        if matches!(rule.then, Then::Fact(_)) {
            reads.extend_from_slice(identity);
        }
    }
    reads.sort();
    reads.dedup();
    Some(reads)
}

impl CompiledRule {
    fn new(rule: Rule, directory: &Directory) -> Result<Self> {
        let fail = |message: String| Err(Error::new(ErrorKind::Rules, rule.place.clone(), message));
        let reads = rule.when.as_ref().map(Filter::dimensions).unwrap_or_default();
        if let Some(chained) = reads.iter().find(|dimension| matches!(dimension, Dimension::VirtualTag(_))) {
            return fail(format!("the condition reads `{chained}`, but rules cannot read virtual tags"));
        }
        if rule.when.as_ref().is_some_and(Filter::is_per_charge) {
            return fail(
                "the condition reads the time, an amount or usage, but who owns a cost cannot depend on it"
                    .to_owned(),
            );
        }
        if rule.when.as_ref().is_some_and(|when| when.allocation().is_some()) {
            return fail("`costs.allocation` has no meaning in a rule".to_owned());
        }
        let then = match rule.assign {
            Assign::Value(value) => Then::Value(value),
            Assign::FromDirectory(name) => match directory.facts().iter().position(|fact| *fact == name) {
                Some(fact) => Then::Fact(fact),
                None if directory.facts().is_empty() => {
                    return fail(format!(
                        "`from_directory = \"{name}\"` needs a directory, and none is given"
                    ));
                }
                None => {
                    let known = directory.facts().join(", ");
                    return fail(format!("the directory has no column `{name}`; it has: {known}"));
                }
            },
        };
        Ok(Self { when: rule.when, then })
    }

    fn apply<'a>(&'a self, rules: &'a Rules, dimensions: &dyn Dimensions, at: Timestamp) -> Option<&'a str> {
        if !self.when.as_ref().is_none_or(|when| when.matches(dimensions)) {
            return None;
        }
        match &self.then {
            Then::Value(value) => Some(value),
            Then::Fact(fact) => rules.identity.iter().find_map(|dimension| {
                let id = dimensions.get(dimension)?;
                rules.directory.fact_at(&id, *fact, at)
            }),
        }
    }
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
        let mut boundaries = Vec::new();
        for id in self.identity.iter().filter_map(|dimension| dimensions.get(dimension)) {
            boundaries.extend(self.directory.boundaries_of(&id));
        }
        boundaries.sort_unstable();
        boundaries.dedup();
        Cow::Owned(boundaries)
    }

    fn assign<'a>(&'a self, key: &str, dimensions: &dyn Dimensions, at: Timestamp) -> Assignment<'a> {
        let tag = self.keys.iter().position(|each| **each == *key).and_then(|index| self.tags.get(index));
        let Some(tag) = tag else { return Assignment::Unset };
        tag.rules
            .iter()
            .find_map(|rule| rule.apply(self, dimensions, at))
            .or(tag.default.as_deref())
            .map_or(Assignment::Unset, |value| Assignment::Value(Cow::Borrowed(value)))
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
