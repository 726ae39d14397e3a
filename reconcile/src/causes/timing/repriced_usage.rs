//! Charges whose amount changed after the invoice was issued, also to nothing since a plan includes them now.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::search::selection::PriorState;

/// Timing: the next invoice is expected to correct the amount.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    timing: true,
    advice: Some("look for a correction on the next invoice"),
    ..CauseSpec::new(Category::RepricedUsage, "Repriced usage", Theme::Timing, Disposition::TimingAndRounding)
};

/// Adds what they were billed at more when the invoice was issued.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let (charges, selection) = (context.charges, &context.found.selection);
    let mut tally = Tally::default();
    if selection.as_issued {
        for (place, prior) in charges.prior_states_in(selection) {
            let PriorState::Billed(old) = prior else { continue };
            let Some(charge) = charges.all.get(*place) else { continue };
            // A second copy is removed at the amount that it has now, by the step of duplicates.
            if selection.copies.binary_search(place).is_err() {
                tally.add_charge(old.checked_sub(charge.billed)?)?;
            }
        }
    }
    for withdrawn in charges.withdrawn_taken_by(selection).filter(|withdrawn| withdrawn.now_included) {
        tally.add_charge(withdrawn.billed)?;
    }
    bridge.add_step(NewStep::new(
        Category::RepricedUsage,
        tally,
        "had another amount when the invoice was issued",
    ))
}
