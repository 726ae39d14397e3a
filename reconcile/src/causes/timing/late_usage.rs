//! Charges that came in after the invoice was issued.
//!
//! A ledger does not say when a charge came in: without [`SinceIssue`](crate::SinceIssue), no charge is late.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::search::selection::PriorState;

/// Timing: the next invoice is expected to bill these charges.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    timing: true,
    advice: Some("look for it on the next invoice"),
    ..CauseSpec::new(Category::LateUsage, "Late usage", Theme::Timing, Disposition::TimingAndRounding)
};

/// Removes them, where the lines show that the invoice does not bill them.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let mut tally = Tally::default();
    if context.found.selection.as_issued {
        for (place, prior) in context.charges.prior_states_in(&context.found.selection) {
            if let (PriorState::Absent, Some(charge)) = (prior, context.charges.all.get(*place)) {
                tally.add_charge(charge.billed)?;
            }
        }
    }
    let step = NewStep::new(Category::LateUsage, tally, "came in after the invoice was issued");
    bridge.add_step(step.negated()?)
}
