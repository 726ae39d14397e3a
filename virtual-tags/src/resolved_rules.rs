//! Rules ready to assign.

use std::borrow::Cow;
use std::sync::Arc;

use cost_model::tagger::Part;
use cost_model::{Dimension, Dimensions, Tagger, Timestamp};

use crate::charge::Charge;
use crate::cost_split::{AllCostShares, CostShares};
use crate::evaluate::Outcome;
use crate::rules::{Compiled, sorted};
use crate::{Answer, Rules};

/// Rules with all that they weigh, as a [`Tagger`]: from [`Rules::tagger`], [`Rules::resolve`] or [`Rules::resolve_with`].
///
/// For each key the first rule that matches wins; without one the key's default stands. A rule that asks the directory
/// looks up whom the charge names in the places of [`RuleSet::person`](crate::RuleSet::person), at the time of the charge. Keys that read other keys are
/// assigned after them, whatever their order; of a charge that is shared out, each part by itself. Clones share everything.
#[derive(Clone)]
pub struct ResolvedRules {
    pub(crate) compiled: Arc<Compiled>,
    /// What splits by cost go by.
    pub(crate) costs: Arc<AllCostShares>,
    boundaries: Arc<[Timestamp]>,
    /// The boundaries at which head counts and shares by cost may change, which concern every charge.
    counts: Arc<[Timestamp]>,
}

cost_model::masked_debug!(ResolvedRules { compiled });

impl ResolvedRules {
    pub(crate) fn new(compiled: Arc<Compiled>, costs: AllCostShares) -> Self {
        let any = |needs: fn(&crate::needs::Needs) -> bool| compiled.tags.iter().any(|tag| needs(&tag.needs));
        let directory = |is_needed: bool| if is_needed { compiled.directory.boundaries() } else { &[] };
        let counted = directory(any(|needs| needs.counts)).iter().copied();
        let counts = sorted(counted.chain(costs.values().flat_map(CostShares::ends)));
        let dated = directory(any(|needs| needs.directory)).iter().copied();
        let boundaries = sorted(dated.chain(compiled.spans.iter().chain(&counts).copied()));
        Self { boundaries: boundaries.into(), counts: counts.into(), costs: Arc::new(costs), compiled }
    }

    /// Returns the rules as they were compiled.
    pub fn rules(&self) -> Rules {
        Rules(Arc::clone(&self.compiled))
    }

    /// Returns what the rules say of one key of a charge with these dimensions at that instant.
    pub fn answer(&self, key: &str, dimensions: &dyn Dimensions, at: Timestamp) -> Answer {
        Answer::of_parts(&self.parts(&[Arc::from(key)], dimensions, at))
    }

    /// The values of keys that read no others and share nothing out; else `None`.
    fn unsplit(&self, numbers: &[Option<usize>], charge: &Charge<'_>) -> Option<Vec<Option<Arc<str>>>> {
        let tags = numbers.iter().map(|number| Some(self.compiled.tags.get((*number)?)).flatten());
        let value = |tag: Option<&_>| match tag.map_or(Outcome::Unset, |tag| self.outcome(tag, charge, &[])) {
            Outcome::Value(value) => Some(Some(value)),
            Outcome::Unset => Some(None),
            Outcome::Shares(_) => None,
        };
        tags.clone().flatten().all(|tag| tag.reads.is_empty()).then(|| tags.map(value).collect()).flatten()
    }
}

impl Tagger for ResolvedRules {
    fn keys(&self) -> &[Arc<str>] {
        &self.compiled.keys
    }

    fn reads(&self) -> &[Dimension] {
        &self.compiled.reads
    }

    fn boundaries(&self) -> &[Timestamp] {
        &self.boundaries
    }

    fn boundaries_of(&self, dimensions: &dyn Dimensions) -> Cow<'_, [Timestamp]> {
        if self.boundaries.is_empty() {
            return Cow::Borrowed(&[]);
        }
        let directory = &self.compiled.directory;
        let charge = self.compiled.charge(dimensions, Timestamp::midnight(chrono::NaiveDate::MIN));
        let people = charge.ids().flat_map(|id| directory.boundaries_of(&id));
        let mut boundaries = sorted(people.chain(self.compiled.spans.iter().chain(&*self.counts).copied()));
        boundaries.retain(|each| self.boundaries.binary_search(each).is_ok());
        Cow::Owned(boundaries)
    }

    fn parts(&self, keys: &[Arc<str>], dimensions: &dyn Dimensions, at: Timestamp) -> Vec<Part> {
        let numbers: Vec<_> = keys.iter().map(|key| self.compiled.number(key)).collect();
        let charge = self.compiled.charge(dimensions, at);
        if let Some(values) = self.unsplit(&numbers, &charge) {
            return vec![Part::whole(values)];
        }
        let wanted: Vec<_> = numbers.iter().copied().flatten().collect();
        let joint = |part: Part| Part {
            values: numbers.iter().map(|number| part.values.get((*number)?).cloned().flatten()).collect(),
            weight: part.weight,
        };
        self.parts_by_number(&wanted, &charge).into_iter().map(joint).collect()
    }
}
