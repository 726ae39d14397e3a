//! Stage: away with what lies outside on-demand usage.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::error::Result;
use crate::input::usage::{Tally, Usage};
use crate::model::category::Category;

pub(crate) fn steps(bridge: &mut BridgeBuilder, usage: &Usage) -> Result<()> {
    for (category, tally, rule) in [
        (Category::NonBilledUsage, usage.non_billed, "billed cost is zero"),
        (Category::UnknownKind, usage.unknown_kind, "neither on-demand nor own-key, and not billed at zero"),
        (Category::OwnKeyFees, usage.own_key, "own-key fees of the months"),
    ] {
        bridge.push(NewStep::new(category, tally, rule).negated()?)?;
    }
    let basis = Tally {
        records: usage.on_demand_billed.records,
        amount: usage.on_demand_billed.amount.checked_sub(usage.on_demand_effective.amount)?,
    };
    if basis.amount.is_zero() {
        return Ok(());
    }
    bridge.push(NewStep::new(
        Category::BilledBasis,
        basis,
        "billed minus effective cost of on-demand charges",
    ))
}
