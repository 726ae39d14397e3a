//! Restatements: changes of charges that were taken to be final.

use crate::error::Result;
use crate::money::{Costs, Metric, Money};
use crate::record::{Identity, RecordId};
use crate::time::Timestamp;

/// Differences below this are rounding noise of the provider: 10^-6 cent, in units of 10^-24 dollars.
const NEGLIGIBLE: u128 = 10_000_000_000_000_000;

/// A change in a closed day: a late charge, a withdrawn one, or one with other amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restatement {
    /// When the charge arose.
    pub at: Timestamp,
    /// When the run that saw the change read.
    pub seen: Timestamp,
    /// The id of the charge as it is now, or was last.
    pub record_id: RecordId,
    /// The digest of the charge without its person and amounts, which a change does not alter.
    pub identity: Identity,
    /// The amounts before the change; absent for a late charge.
    pub old: Option<Costs>,
    /// The amounts now; absent for a withdrawn charge.
    pub new: Option<Costs>,
}

impl Restatement {
    /// Makes a restatement from the parts that a store keeps.
    pub fn stored(
        at: Timestamp,
        seen: Timestamp,
        ids: (RecordId, Identity),
        (old, new): (Option<Costs>, Option<Costs>),
    ) -> Self {
        let (record_id, identity) = ids;
        Self { at, seen, record_id, identity, old, new }
    }

    /// Returns the amount now minus the amount before; an absent amount counts as zero here.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn delta(&self, metric: Metric) -> Result<Money> {
        let amount = |costs: Option<Costs>| costs.and_then(|costs| costs.get(metric)).unwrap_or_default();
        amount(self.new).checked_sub(amount(self.old))
    }

    /// Returns whether the charge was and is there, states the same amounts, and each differs by less than 10^-6 cent.
    pub fn is_negligible(&self) -> bool {
        let (Some(old), Some(new)) = (self.old, self.new) else { return false };
        Metric::ALL.into_iter().all(|metric| match (old.get(metric), new.get(metric)) {
            (None, None) => true,
            (Some(old), Some(new)) => {
                new.checked_sub(old).is_ok_and(|delta| delta.units().unsigned_abs() < NEGLIGIBLE)
            }
            _ => false,
        })
    }
}
