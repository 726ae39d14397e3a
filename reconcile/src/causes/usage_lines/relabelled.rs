//! The same charges under the label of another line, which is nothing in sum.

use cost_model::Money;

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::matching::finding::LineFinding;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// Timing and rounding, where nothing is to be done: the amount is right. Only sums of invoice lines by model are off.
pub(crate) const SPEC: CauseSpec = CauseSpec::new(
    Category::Relabelled,
    "Usage under another label",
    Theme::Terms,
    Disposition::TimingAndRounding,
);

/// Names the lines whose charges are those of another label.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let moved = context.lines.matched.iter().filter(|each| !each.own && each.finding == LineFinding::Matches);
    // The charges stay on the invoice, so that the step has charges and lines and no amount.
    let tally = Tally { records: moved.map(|each| each.charged.records).sum(), amount: Money::ZERO };
    let lines = context.lines.numbers(|_, each| !each.own && each.finding == LineFinding::Matches);
    let rule = "calls, tokens and amounts are those of other charges than the label names";
    bridge.add_step(NewStep::new(Category::Relabelled, tally, rule).with_lines(lines))
}
