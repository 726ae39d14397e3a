//! Equal lines where charges are behind one of them only.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::evidence::Confidence;

/// To be disputed: the other line of the two bills the charges already.
pub(crate) const SPEC: CauseSpec =
    CauseSpec::new(Category::BilledTwice, "Duplicate invoice line", Theme::Terms, Disposition::ToDispute);

/// Adds the lines that repeat another one.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let mut tally = Tally::default();
    let mut lines = Vec::new();
    let repeated = context.lines.line_groups.all.iter().flat_map(|line_group| &line_group.repeated);
    for (number, amount) in repeated.filter_map(|line| context.lines.line(*line)) {
        tally.amount = tally.amount.checked_add(amount)?;
        lines.push(number);
    }
    let rule = "equal to another line, and the charges are those of one of them";
    let step = NewStep::new(Category::BilledTwice, tally, rule).with_lines(lines);
    bridge.add_step(step.with_confidence(Confidence::High))
}
