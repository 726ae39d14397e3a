//! Resolved rules: a tagger.
//!
//! It is the form in which rules are handed to reports, and the only one that can be evaluated for charges:
//! see `outcome` for how a key is decided, and `tagger` for the trait.

use std::sync::Arc;

use cost_model::Timestamp;

use crate::compile::rules::{Compiled, Rules, sorted_instants};
use crate::evaluate::cost_shares::{AllCostShares, CostShares};

/// Rules with everything that they need, as a [`Tagger`](cost_model::Tagger): from [`Rules::tagger`], [`Rules::resolve`]
/// or [`Rules::resolve_with`].
///
/// For each key the first rule that matches wins; without one the key has its default. A rule about people looks up the
/// person that the charge names in the fields of [`RuleSet::person`](crate::RuleSet::person), at the time of the charge.
/// Keys that read other keys are evaluated after them, whatever their order; of a charge that is split, each part by
/// itself. Clones share everything.
///
/// ```
/// use cost_model::{CostRecord, Costs, Currency, Tagger, Timestamp};
/// use virtual_tags::{Answer, Directory, RuleSet};
///
/// let toml = "[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";
/// let people = Directory::from_csv(b"email,team\nana@acme.test,Web\n", "people.csv")?;
/// let tagger = RuleSet::from_toml(toml, "rules.toml")?.compile(people)?.tagger()?;
///
/// let at = Timestamp::midnight("2026-09-15".parse()?);
/// let mut charge = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
/// assert_eq!(tagger.answer("Team", &charge, at), Answer::Value("Unallocated".into()));
/// charge.edit(|set| set.resource = Some("ana@acme.test".into()));
/// assert_eq!(tagger.parts(tagger.keys(), &charge, at)[0].values, [Some("Web".into())]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ResolvedRules {
    pub(crate) compiled: Arc<Compiled>,
    /// The shares of splits by cost.
    pub(crate) costs: Arc<AllCostShares>,
    pub(super) boundaries: Arc<[Timestamp]>,
    /// The boundaries at which head counts and shares by cost may change, which concern every charge.
    pub(super) counts: Arc<[Timestamp]>,
}

cost_model::masked_debug!(ResolvedRules { compiled });

impl ResolvedRules {
    /// Puts rules and costs together, and works out at which instants an answer may change.
    pub(crate) fn new(compiled: Arc<Compiled>, costs: AllCostShares) -> Self {
        // Rules that do not look at the directory must not be asked again at each of its many dates.
        let none: &[Timestamp] = &[];
        let dates = compiled.directory.boundaries();
        let counted = if compiled.tags.iter().any(|tag| tag.dependencies.counts) { dates } else { none };
        let dated = if compiled.tags.iter().any(|tag| tag.dependencies.directory) { dates } else { none };
        let shared = costs.values().flat_map(CostShares::boundaries);
        let counts = sorted_instants(counted.iter().copied().chain(shared));
        let boundaries = sorted_instants(dated.iter().chain(&compiled.spans).chain(&counts).copied());
        Self { boundaries: boundaries.into(), counts: counts.into(), costs: Arc::new(costs), compiled }
    }

    /// Returns the compiled rules.
    ///
    /// For questions that need no costs, such as [`Rules::check`] and [`Rules::keys`].
    pub fn rules(&self) -> Rules {
        Rules(Arc::clone(&self.compiled))
    }
}
