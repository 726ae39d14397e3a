//! Splits in proportion to the costs of another key's values.
//!
//! Costs have been summed and turned into weights before: what is left for a charge is to find its period and
//! part.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cost_model::{Dimensions, Timestamp};

use crate::compile::charge::text_of;
use crate::compile::cost_split::CostSplit;
use crate::weights::Share;

/// The shares of each split.
///
/// A split without an entry does not match; resolving rules makes one for each.
pub(crate) type AllCostShares = HashMap<CostSplit, CostShares>;

/// The shares of each period, by its start, with its end.
///
/// Periods do not overlap, so that the last one that starts by an instant is the only one that may contain
/// it.
#[derive(Clone, Default)]
pub(crate) struct CostShares(pub(crate) BTreeMap<Timestamp, (Timestamp, ByPart)>);

/// By what charges have in the field within which costs count; `None` without such a field.
///
/// A part whose values cost nothing has no entry.
pub(crate) type ByPart = BTreeMap<Option<Arc<str>>, Arc<[Share]>>;

impl CostSplit {
    /// Returns the shares for a charge with these dimensions at that instant.
    ///
    /// `None` outside of all periods, for a charge without the field within which costs count, and where
    /// nothing was spent; the rule then does not match.
    pub(crate) fn find_shares<'a>(
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
    /// Returns the instants at which shares may change, in no order.
    pub(crate) fn boundaries(&self) -> impl Iterator<Item = Timestamp> {
        self.0.iter().flat_map(|(start, (end, _))| [*start, *end])
    }
}
