//! Usage that no invoice bills: included in a plan, free, or failed.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// Outside usage: the billed cost of these charges is stated, and is zero.
pub(crate) const SPEC: CauseSpec = CauseSpec::new(
    Category::NonBilledUsage,
    "Not billed (included in plan)",
    Theme::Scope,
    Disposition::OutsideUsage,
);

/// Removes them from the ingested total.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let step = NewStep::new(Category::NonBilledUsage, context.usage.non_billed, "billed cost is zero");
    bridge.add_step(step.negated()?)
}
