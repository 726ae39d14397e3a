//! Charges that were withdrawn after the invoice was issued.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

pub(crate) const SPEC: CauseSpec = CauseSpec {
    category: Category::WithdrawnUsage,
    label: "Withdrawn usage",
    theme: Theme::Timing,
    timing: true,
    disposition: Disposition::TimingAndRounding,
    on_own_line: None,
    is_invoice_line: false,
    advice: Some("look for a correction on the next invoice"),
};

/// Adds what the invoice billed for them.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let (charges, selection) = (context.charges, &context.found.selection);
    let mut tally = Tally::default();
    if selection.as_issued {
        for withdrawn in selection.withdrawn.iter().filter_map(|(number, _)| charges.withdrawn.get(*number)) {
            if !withdrawn.now_included {
                tally.add_charge(withdrawn.billed)?;
            }
        }
    }
    bridge.add_step(NewStep::new(
        Category::WithdrawnUsage,
        tally,
        "was withdrawn after the invoice was issued",
    ))
}
