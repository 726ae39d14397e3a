//! Costs of the values of keys, by period: the weights of splits by cost, as data.
//!
//! They are kept as money and turned into weights when rules are resolved, so that sums of several ledgers
//! can be put together and a lock shows what a split was based on.

use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::{Money, Timestamp};
use serde::{Deserialize, Serialize};

use crate::compile::compiled::CompiledTag;
use crate::compile::cost_split::CostSplit;
use crate::compile::rules::Compiled;
use crate::error::{Error, ErrorKind, Result};
use crate::evaluate::cost_shares::CostShares;
use crate::fault::Fault;
use crate::place::Place;
use crate::rules::assign::SplitPeriod;
use crate::weights;
use crate::weights::Share;

/// The costs by which rules split charges, as data that a host can keep.
///
/// A split by costs needs those of all charges of a period, also of those outside of a report, so that they are
/// summed once and handed in. `Debug` leaves out the texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CostSums {
    /// The costs, one entry for each key, kind of period and field within which costs count.
    pub bases: Vec<CostBasis>,
}

/// The costs of one key's values. An entry without sums means that nothing was spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CostBasis {
    /// The key.
    pub key: String,
    /// The kind of period.
    pub per: SplitPeriod,
    /// The field within which costs count, such as `costs.account`.
    pub within: Option<String>,
    /// The costs.
    pub sums: Vec<CostSum>,
}

/// The cost of one value in one period. `Debug` leaves out the texts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a period, a value and its amount, by definition")]
pub struct CostSum {
    /// The first instant of the period.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// The value that the charges have in the field within which costs count; `None` where there is no such field.
    pub part: Option<String>,
    /// The value.
    pub value: String,
    /// The amount. Several sums for the same period, part and value are added.
    pub amount: Money,
}

cost_model::masked_debug!(CostSum { start, end, amount });

impl CostSums {
    /// Creates sums of these bases, as a host kept them.
    ///
    /// Bases that no rule splits by are ignored.
    pub fn new(bases: impl IntoIterator<Item = CostBasis>) -> Self {
        Self { bases: bases.into_iter().collect() }
    }

    /// Returns the costs that a split needs, if they are given.
    ///
    /// Keys and fields are compared as text, since sums come from outside and outlive a compilation.
    pub(crate) fn find_basis(&self, compiled: &Compiled, split: &CostSplit) -> Option<&CostBasis> {
        let (key, within) = (compiled.keys.get(split.basis)?, split.within.as_ref().map(ToString::to_string));
        self.bases.iter().find(|basis| basis.key == **key && basis.per == split.per && basis.within == within)
    }
}

impl CostBasis {
    /// Makes a basis without sums.
    pub fn new(key: impl Into<String>, per: SplitPeriod) -> Self {
        Self { key: key.into(), per, within: None, sums: Vec::new() }
    }

    /// Returns the shares of each period; what costs nothing, or has only the key's default, has no weight.
    ///
    /// # Errors
    /// `ErrorKind::Rules` where two periods overlap or one is empty, `ErrorKind::Amount` where a sum
    /// overflows.
    pub(crate) fn to_shares(&self, key: Option<&CompiledTag>, place: Option<&Place>) -> Result<CostShares> {
        let default = key.and_then(|tag| tag.default.as_deref());
        let mut periods: BTreeMap<_, BTreeMap<Option<&str>, BTreeMap<&str, Money>>> = BTreeMap::new();
        for CostSum { start, end, part, value, amount } in &self.sums {
            let values = periods.entry((*start, *end)).or_default().entry(part.as_deref()).or_default();
            let sum = values.entry(value).or_default();
            *sum = sum.checked_add(*amount).map_err(|error| {
                let message = "the costs that charges are shared out by cannot be summed";
                Error::new(ErrorKind::Amount, place.cloned(), message).with_source(error)
            })?;
        }
        // The map has them in order of their starts: where any two overlap, two neighbours do.
        let spans: Vec<_> = periods.keys().copied().collect();
        if spans.iter().any(|(start, end)| end <= start) || spans.windows(2).any(overlap) {
            return Err(Fault::OverlappingCosts(self.key.clone()).at(place.cloned()));
        }
        let mut all = BTreeMap::new();
        for ((start, end), parts) in periods {
            let mut by_part = BTreeMap::new();
            for (part, values) in parts {
                let shares = shares_by_cost(values, default);
                if !shares.is_empty() {
                    by_part.insert(part.map(Into::into), shares.into());
                }
            }
            all.insert(start, (end, by_part));
        }
        Ok(CostShares(all))
    }
}

/// Returns whether the second of two periods starts before the first ends.
fn overlap(pair: &[(Timestamp, Timestamp)]) -> bool {
    matches!(pair, [(_, end), (start, _)] if start < end)
}

/// Returns the shares of values in proportion to what they cost.
///
/// Refunds beyond all charges give no weight: a negative one would make the others share out more than the
/// whole.
fn shares_by_cost(values: BTreeMap<&str, Money>, default: Option<&str>) -> Vec<Share> {
    let mut parts: Vec<(Arc<str>, u128)> = Vec::with_capacity(values.len());
    for (value, sum) in values {
        let weight = u128::try_from(sum.units()).unwrap_or(0);
        // Charges of the default have no owner, so that nobody's part may grow with them.
        if weight > 0 && Some(value) != default {
            parts.push((value.into(), weight));
        }
    }
    weights::reduced_shares(parts)
}
