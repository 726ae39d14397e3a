//! On-demand usage in the months of the invoice, but after its billing period.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// Timing: the next invoice is expected to bill these charges.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    timing: true,
    advice: Some("look for it on the next invoice"),
    ..CauseSpec::new(
        Category::AfterPeriod,
        "Usage after the billing period",
        Theme::Timing,
        Disposition::TimingAndRounding,
    )
};

/// Removes it.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let step = NewStep::new(Category::AfterPeriod, context.usage.after, "at or after the period's end");
    bridge.add_step(step.negated()?)
}
