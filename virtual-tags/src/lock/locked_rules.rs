//! A tagger of current rules that leaves closed periods alone.
//!
//! Periods that are closed are decided by the rules in their locks. The boundaries of all rules and the ends
//! of the periods are boundaries of the whole, so that reports divide time where the rules change.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use cost_model::tagger::Part;
use cost_model::{Dimension, Dimensions, Tagger, Timestamp, Window};

use crate::error::Result;
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::fault::Fault;

/// A tagger that evaluates charges of closed periods by the rules with which they were closed, and all others by the
/// current rules. So a report over many months does not change when rules do.
///
/// ```
/// use cost_model::{CostRecord, Costs, Currency, Ledger, Metric, Timestamp, Window};
/// use virtual_tags::lock::LockedRules;
/// use virtual_tags::{Answer, Directory, PeriodLock, RuleSet};
///
/// let rules = |value: &str| {
///     let toml = format!("[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"{value}\"\nwho = \"nobody\"\n");
///     RuleSet::from_toml(&toml, "rules.toml")
/// };
/// let (people, ledger) = (Directory::default(), Ledger::builder(Currency::USD).build());
/// let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
/// let lock = PeriodLock::close((&rules("Old")?, &people), &ledger, september, september.end(), Metric::Billed)?;
///
/// let current = rules("New")?.compile(people)?.tagger()?;
/// let locked = LockedRules::new(current, [(september, lock.open()?)])?;
/// let team = |day: &str| {
///     let at = Timestamp::midnight(day.parse().unwrap());
///     let charge = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
///     cost_model::Tagger::parts(&locked, &["Team".into()], &charge, at)[0].values[0].clone()
/// };
/// assert_eq!(team("2026-09-30").as_deref(), Some("Old"));
/// assert_eq!(team("2026-10-01").as_deref(), Some("New"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Keys that only closed rules have come after those of the current ones, and have no value in open periods.
#[derive(Clone, Debug)]
pub struct LockedRules {
    current: ResolvedRules,
    closed: Vec<(Window, ResolvedRules)>,
    keys: Arc<[Arc<str>]>,
    boundaries: Arc<[Timestamp]>,
    reads: Arc<[Dimension]>,
}

impl LockedRules {
    /// Makes a tagger of the current rules, and of closed periods with the rules that
    /// [`PeriodLock::open`](crate::PeriodLock::open) or [`PeriodLock::reopen`](crate::PeriodLock::reopen) gave for each.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`](crate::ErrorKind::Locked) when two of the periods overlap.
    pub fn new(
        current: ResolvedRules,
        closed: impl IntoIterator<Item = (Window, ResolvedRules)>,
    ) -> Result<Self> {
        let mut closed: Vec<_> = closed.into_iter().collect();
        closed.sort_by_key(|(period, _)| *period);
        for pair in closed.windows(2) {
            let [(before, _), (after, _)] = pair else { continue };
            if after.start() < before.end() {
                return Err(Fault::OverlappingPeriods(*before, *after).at(None));
            }
        }
        let all = || closed.iter().map(|(_, rules)| rules).chain([&current]);
        // Keys that only a closed period has come last, so that those of the current rules keep their places.
        let keys: BTreeSet<_> =
            all().flat_map(cost_model::Tagger::keys).filter(|key| !current.keys().contains(key)).collect();
        // Answers change where a period ends, because other rules begin there.
        let ends = closed.iter().flat_map(|(period, _)| [period.start(), period.end()]);
        let boundaries: BTreeSet<_> =
            all().flat_map(cost_model::Tagger::boundaries).copied().chain(ends).collect();
        let reads: BTreeSet<_> = all().flat_map(Tagger::reads).cloned().collect();
        Ok(Self {
            keys: current.keys().iter().chain(keys).cloned().collect(),
            boundaries: boundaries.into_iter().collect(),
            reads: reads.into_iter().collect(),
            current,
            closed,
        })
    }

    /// Returns the rules that decide charges of an instant.
    fn rules_at(&self, at: Timestamp) -> &ResolvedRules {
        let period = self.closed.iter().find(|(period, _)| period.contains(at));
        period.map_or(&self.current, |(_, rules)| rules)
    }
}

impl Tagger for LockedRules {
    fn keys(&self) -> &[Arc<str>] {
        &self.keys
    }

    fn boundaries(&self) -> &[Timestamp] {
        &self.boundaries
    }

    fn reads(&self) -> &[Dimension] {
        &self.reads
    }

    fn boundaries_of(&self, dimensions: &dyn Dimensions) -> Cow<'_, [Timestamp]> {
        let all = self.closed.iter().map(|(_, rules)| rules).chain([&self.current]);
        let ends = self.closed.iter().flat_map(|(period, _)| [period.start(), period.end()]);
        let own: BTreeSet<_> =
            all.flat_map(|rules| rules.boundaries_of(dimensions).into_owned()).chain(ends).collect();
        Cow::Owned(own.into_iter().collect())
    }

    fn parts(&self, keys: &[Arc<str>], dimensions: &dyn Dimensions, at: Timestamp) -> Vec<Part> {
        self.rules_at(at).parts(keys, dimensions, at)
    }
}
