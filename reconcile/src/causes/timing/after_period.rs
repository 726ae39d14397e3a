//! On-demand usage in the months of the invoice, but after its billing period.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

pub(crate) const SPEC: CauseSpec = CauseSpec {
    category: Category::AfterPeriod,
    label: "Usage after the billing period",
    theme: Theme::Timing,
    timing: true,
    disposition: Disposition::TimingAndRounding,
    on_own_line: None,
    is_invoice_line: false,
    advice: Some("look for it on the next invoice"),
};

/// Removes it.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let step = NewStep::new(Category::AfterPeriod, context.usage.after, "at or after the period's end");
    bridge.add_step(step.negated()?)
}
