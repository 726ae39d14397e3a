//! On-demand usage in the months of the invoice, but before its billing period.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// Timing: the previous invoice is expected to have billed these charges.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    timing: true,
    advice: Some("compare it with the previous invoice"),
    ..CauseSpec::new(
        Category::BeforePeriod,
        "Usage before the billing period",
        Theme::Timing,
        Disposition::TimingAndRounding,
    )
};

/// Removes it.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let step =
        NewStep::new(Category::BeforePeriod, context.usage.before, "before the period's first instant");
    bridge.add_step(step.negated()?)
}
