//! The exact effect of rounding.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::matching::finding::LineFinding;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::evidence::Confidence;

/// Nothing to do: an invoice prints fewer decimals than charges have.
pub(crate) const SPEC: CauseSpec =
    CauseSpec::new(Category::Rounding, "Rounding", Theme::Rounding, Disposition::TimingAndRounding);

/// Adds what rounding makes of the usage lines.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let decimals = context.case.rules.line_decimals;
    let mut tally = Tally::default();
    for each in &context.lines.matched {
        tally.amount = tally.amount.checked_add(each.rounding)?;
        if !each.rounding.is_zero() {
            tally.records += each.charged.records;
        }
    }
    let names: Vec<_> = context.found.fit.policies.iter().map(|policy| policy.label()).collect();
    let lines = context.lines.numbers(|_, each| !each.rounding.is_zero());
    let are_held_rounded =
        context.lines.matched.iter().any(|each| each.finding == LineFinding::RoundedCharges);
    // Charges that came rounded do not show what the lines were rounded from.
    let (rule, confidence) = if are_held_rounded {
        let rule = format!("each charge is held with {decimals} decimals, and was billed with more");
        (rule, Confidence::Low)
    } else {
        (format!("rounded to {decimals} decimals, {}", names.join(" or ")), Confidence::Exact)
    };
    let step = NewStep::new(Category::Rounding, tally, rule);
    bridge.add_step(step.with_lines(lines).with_confidence(confidence))
}
