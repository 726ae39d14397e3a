//! Rules ready to assign.

use std::sync::Arc;

use cost_model::Timestamp;

use crate::compile::rules::{Compiled, Rules, sorted_instants};
use crate::evaluate::cost_shares::{AllCostShares, CostShares};

/// Rules with all that they weigh, as a [`Tagger`](cost_model::Tagger): from [`Rules::tagger`], [`Rules::resolve`] or [`Rules::resolve_with`].
///
/// For each key the first rule that matches wins; without one the key's default stands. A rule that asks the directory
/// looks up whom the charge names in the places of [`RuleSet::person`](crate::RuleSet::person), at the time of the charge. Keys that read other keys are
/// assigned after them, whatever their order; of a charge that is shared out, each part by itself. Clones share everything.
#[derive(Clone)]
pub struct ResolvedRules {
    pub(crate) compiled: Arc<Compiled>,
    /// What splits by cost go by.
    pub(crate) costs: Arc<AllCostShares>,
    pub(super) boundaries: Arc<[Timestamp]>,
    /// The boundaries at which head counts and shares by cost may change, which concern every charge.
    pub(super) counts: Arc<[Timestamp]>,
}

cost_model::masked_debug!(ResolvedRules { compiled });

impl ResolvedRules {
    pub(crate) fn new(compiled: Arc<Compiled>, costs: AllCostShares) -> Self {
        let any = |needs: fn(&crate::compile::dependencies::Dependencies) -> bool| {
            compiled.tags.iter().any(|tag| needs(&tag.dependencies))
        };
        let directory = |is_needed: bool| if is_needed { compiled.directory.boundaries() } else { &[] };
        let counted = directory(any(|needs| needs.counts)).iter().copied();
        let counts = sorted_instants(counted.chain(costs.values().flat_map(CostShares::boundaries)));
        let dated = directory(any(|needs| needs.directory)).iter().copied();
        let boundaries = sorted_instants(dated.chain(compiled.spans.iter().chain(&counts).copied()));
        Self { boundaries: boundaries.into(), counts: counts.into(), costs: Arc::new(costs), compiled }
    }

    /// Returns the rules as they were compiled.
    pub fn rules(&self) -> Rules {
        Rules(Arc::clone(&self.compiled))
    }
}
