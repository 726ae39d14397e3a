//! Charges that the ledger holds twice.
//!
//! The mistake is in the import and not on the invoice: the dispute names
//! [`Party::Importer`](crate::assessment::Party::Importer).

use cost_model::Money;

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::evidence::Confidence;

/// To be disputed, since somebody has to act: ingesting the days again removes the second copies.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    advice: Some("ingest these days again"),
    ..CauseSpec::new(Category::DuplicatedUsage, "Duplicate usage", Theme::Timing, Disposition::ToDispute)
};

/// Removes the second copies.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let mut tally = Tally::default();
    for place in context.charges.copies_in(&context.found.selection) {
        tally.add_charge(context.charges.all.get(place).map_or(Money::ZERO, |charge| charge.billed))?;
    }
    let rule =
        "equal to another charge, and there are as many fewer by the lines' counts or by what was announced";
    let step = NewStep::new(Category::DuplicatedUsage, tally, rule).with_confidence(Confidence::High);
    bridge.add_step(step.negated()?)
}
