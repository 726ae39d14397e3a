//! Rules by which a provider bills, as data.
//!
//! The adapter of a provider makes them, so that this crate needs to know no provider.

use chrono::{FixedOffset, Offset as _, Utc};
use cost_model::{Dimension, Filter, Ledger};

/// The rules by which a provider bills usage: which charges an invoice bills, and which dimensions its lines name.
///
/// All fields are public, so that a host can change them.
///
/// ```
/// use cost_model::{Dimension, Filter};
/// use reconcile::BillingRules;
///
/// let on_demand = Filter::parse("costs.subcategory = 'On-demand'")?;
/// let own_key = Filter::parse("costs.subcategory = 'Own key'")?;
/// let mut rules = BillingRules::new(on_demand, own_key);
/// rules.mode = Some(Dimension::Tag("acme:long_context".into()));
/// assert_eq!(rules.line_decimals, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BillingRules {
    /// The charges that on-demand usage lines bill.
    pub on_demand: Filter,
    /// The fees on calls made with the users' own provider keys.
    pub own_key: Filter,
    /// The dimension that holds the model as usage lines name it.
    pub model: Dimension,
    /// The dimension that is `true` for calls made in a mode that usage lines price apart, if there is one; see
    /// [`UsageLine::mode`](crate::invoice::UsageLine::mode). Without it, every call counts as made outside it.
    pub mode: Option<Dimension>,
    /// The dimension that holds the user, as usage lines name users.
    pub user: Dimension,
    /// The decimals that line amounts are rounded to.
    pub line_decimals: u32,
    /// Offsets from UTC at whose midnights periods are likely to be cut, the likeliest first.
    pub likely_offsets: Vec<FixedOffset>,
}

impl BillingRules {
    /// Creates rules under which lines name services by the provider's id, know no mode and are rounded to two decimals, and
    /// periods are likely to be cut at midnight in UTC.
    pub fn new(on_demand: Filter, own_key: Filter) -> Self {
        Self {
            on_demand,
            own_key,
            model: Dimension::ServiceId,
            mode: None,
            user: Dimension::Resource,
            line_decimals: 2,
            likely_offsets: vec![Utc.fix()],
        }
    }

    /// Returns for each set of a ledger whether its charges are on demand.
    pub(crate) fn on_demand_sets(&self, ledger: &Ledger) -> Vec<bool> {
        ledger.set_ids().map(|id| ledger.set(id).is_some_and(|set| self.on_demand.matches(&set))).collect()
    }
}
