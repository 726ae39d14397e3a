//! A billing period that really ends at another instant than the invoice states.

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::causes::timing::moved_end::{PeriodEnd, add_moved_end};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// Timing: what a moved cut-off takes from this invoice, or adds to it, is expected the other way on the next one.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    timing: true,
    advice: Some("look for it on the next invoice"),
    ..CauseSpec::new(
        Category::CutOffEnd,
        "End cut-off not as stated",
        Theme::Timing,
        Disposition::TimingAndRounding,
    )
};

/// Adds or removes the charges between the stated end and the real one.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    add_moved_end(context, bridge, PeriodEnd::End)
}
