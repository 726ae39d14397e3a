//! Charges that were withdrawn after the invoice was issued.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// Timing: the next invoice is expected to credit the amount.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    timing: true,
    advice: Some("look for a correction on the next invoice"),
    ..CauseSpec::new(
        Category::WithdrawnUsage,
        "Withdrawn usage",
        Theme::Timing,
        Disposition::TimingAndRounding,
    )
};

/// Adds what the invoice billed for them.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let mut tally = Tally::default();
    let withdrawn = context.charges.withdrawn_taken_by(&context.found.selection);
    for withdrawn in withdrawn.filter(|withdrawn| !withdrawn.now_included) {
        tally.add_charge(withdrawn.billed)?;
    }
    bridge.add_step(NewStep::new(
        Category::WithdrawnUsage,
        tally,
        "was withdrawn after the invoice was issued",
    ))
}
