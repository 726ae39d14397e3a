//! Splits in proportion to what the values of another key cost.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::Days;
use cost_model::tagger::TagCache;
use cost_model::{Dimension, Dimensions, Ledger, Metric, Money, Timestamp, Window};

use crate::charge::text_of;
use crate::fragments::parts;
use crate::weights::Share;
use crate::{CostBasis, CostSum, CostSums, Error, ErrorKind, Per, ResolvedRules, Result, Rules};

/// What a charge is shared out by.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct CostSplit {
    /// The number of the key whose values' costs count.
    pub(crate) basis: usize,
    pub(crate) per: Per,
    /// Only charges that have in this field what the charge has there.
    pub(crate) within: Option<Dimension>,
}

/// The shares of each split.
pub(crate) type AllCostShares = HashMap<CostSplit, CostShares>;

/// The shares of each period, by its start, with its end.
#[derive(Clone, Default)]
pub(crate) struct CostShares(pub(crate) BTreeMap<Timestamp, (Timestamp, ByPart)>);

/// By what charges have in the field within which costs count; `None` without such a field.
pub(crate) type ByPart = BTreeMap<Option<Arc<str>>, Arc<[Share]>>;

/// The period that costs fall into, what their charges have in the field within which they count, and the value.
type Place = (Timestamp, Timestamp, Option<Arc<str>>, Arc<str>);

impl Rules {
    /// Sums up what the values of each key that splits weigh cost in these charges, by the periods that the rules ask for; see
    /// [`Rules::resolve`].
    ///
    /// # Errors
    /// [`ErrorKind::NeedsCosts`] when a rule splits by billing cycle and no cycles are given, [`ErrorKind::Rules`] when two cycles
    /// overlap, [`ErrorKind::Amount`] when a sum leaves the range of [`Money`].
    pub fn cost_sums(&self, ledger: &Ledger, metric: Metric, cycles: &[Window]) -> Result<CostSums> {
        let mut cycles = cycles.to_vec();
        cycles.sort_unstable();
        if cycles.windows(2).any(|pair| matches!(pair, [before, after] if after.start() < before.end())) {
            let message = "two billing cycles overlap; give each instant one";
            return Err(Error::new(ErrorKind::Rules, None, message));
        }
        let mut known = AllCostShares::new();
        let mut sums = CostSums::default();
        for (place, split) in self.0.cost_splits() {
            if known.contains_key(split) {
                continue;
            }
            if split.per == Per::Cycle && cycles.is_empty() {
                return Err(self.0.needs_costs(place, split, "no billing cycles are given"));
            }
            // The values of a key may be shared out by costs as well, which are known by now.
            let resolved = ResolvedRules::new(Arc::clone(&self.0), known.clone());
            let basis = resolved.basis(split, ledger, metric, &cycles).map_err(|error| {
                let message = "the costs that charges are shared out by cannot be summed";
                Error::new(ErrorKind::Amount, place.cloned(), message).with_source(error)
            })?;
            known.insert(split.clone(), basis.shares(self.0.tags.get(split.basis), place)?);
            sums.bases.push(basis);
        }
        Ok(sums)
    }
}

impl ResolvedRules {
    fn basis(
        &self,
        split: &CostSplit,
        ledger: &Ledger,
        metric: Metric,
        cycles: &[Window],
    ) -> cost_model::Result<CostBasis> {
        let key = self.compiled.keys.get(split.basis).map_or("", |key| key);
        let default = self.compiled.tags.get(split.basis).and_then(|tag| tag.default.as_ref());
        let tags = TagCache::new(ledger, self, &[key.into()])?;
        let mut sums: BTreeMap<Place, Money> = BTreeMap::new();
        for (row, answer) in ledger.rows().zip(tags.answers(ledger)?) {
            let part = match &split.within {
                None => None,
                // A charge without the field belongs to no part.
                Some(within) => match ledger.set(row.set).and_then(|set| set.shared(within)) {
                    Some(part) => Some(part),
                    None => continue,
                },
            };
            let Some((start, end)) = period(split.per, row.at, cycles) else { continue };
            let amount = row.costs.get(metric).unwrap_or_default();
            for (value, units) in parts(amount.units(), tags.parts(answer))? {
                if let Some(value) = value.filter(|value| Some(value) != default) {
                    let sum = sums.entry((start, end, part.clone(), value)).or_default();
                    *sum = sum.checked_add(Money::from_units(units))?;
                }
            }
        }
        let sum = |((start, end, part, value), amount): (Place, _)| CostSum {
            start,
            end,
            part: part.as_deref().map(str::to_owned),
            value: value.as_ref().to_owned(),
            amount,
        };
        let mut basis = CostBasis::new(key, split.per);
        basis.within = split.within.as_ref().map(ToString::to_string);
        basis.sums = sums.into_iter().map(sum).collect();
        Ok(basis)
    }
}

impl CostSplit {
    /// The shares of a charge with these dimensions at that instant.
    pub(crate) fn shares<'a>(
        &self,
        known: &'a AllCostShares,
        dimensions: &dyn Dimensions,
        at: Timestamp,
    ) -> Option<&'a Arc<[Share]>> {
        let (_, (end, parts)) = known.get(self)?.0.range(..=at).next_back()?;
        let part = match &self.within {
            Some(within) => Some(Arc::from(&*text_of(dimensions, within)?)),
            None => None,
        };
        parts.get(&part).filter(|_| at < *end)
    }
}

impl CostShares {
    /// The instants at which shares may change.
    pub(crate) fn ends(&self) -> impl Iterator<Item = Timestamp> {
        self.0.iter().flat_map(|(start, (end, _))| [*start, *end])
    }
}

fn period(per: Per, at: Timestamp, cycles: &[Window]) -> Option<(Timestamp, Timestamp)> {
    let window = match per {
        Per::Day => Window::days(at.date(), at.date().checked_add_days(Days::new(1))?).ok()?,
        Per::Month => Window::days(at.date(), at.date().succ_opt()?).ok()?.whole_months(),
        Per::Cycle => *cycles.iter().find(|cycle| cycle.contains(at))?,
    };
    Some((window.start(), window.end()))
}
