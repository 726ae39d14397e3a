//! On-demand charges whose billed cost is not their effective cost.
//!
//! The ledger is summed by effective cost, and the invoice bills billed cost. This step leads from the one to
//! the other.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// Outside usage: it leads from one cost of the same charges to another, and no invoice line is about that.
pub(crate) const SPEC: CauseSpec = CauseSpec::new(
    Category::BilledBasis,
    "Billed minus effective cost",
    Theme::Terms,
    Disposition::OutsideUsage,
);

/// Adds billed minus effective cost of the on-demand charges of the months.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let (billed, effective) = (context.usage.on_demand_billed, context.usage.on_demand_effective);
    let difference = Tally { records: billed.records, amount: billed.amount.checked_sub(effective.amount)? };
    if difference.amount.is_zero() {
        return Ok(());
    }
    let rule = "billed minus effective cost of on-demand charges";
    bridge.add_step(NewStep::new(Category::BilledBasis, difference, rule))
}
