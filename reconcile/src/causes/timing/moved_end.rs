//! Steps from an end of the stated period to the instant at which the invoice was really cut off.
//!
//! Both ends work alike; `causes::timing::cut_off_start` and `causes::timing::cut_off_end` each add theirs. Where the
//! lines fit other cuts equally well, the step is ambiguous and names them.

use cost_model::Timestamp;

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::error::Result;
use crate::input::usage::{Charge, Tally};
use crate::model::category::Category;
use crate::model::evidence::Confidence;
use crate::search::selection::ChargeHistory;

/// An end of the billing period.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PeriodEnd {
    Start,
    End,
}

/// Adds the step of the charges between the stated instant of an end and the real one, if the lines show one.
pub(crate) fn add_moved_end(
    context: &CauseContext<'_>,
    bridge: &mut BridgeBuilder,
    end: PeriodEnd,
) -> Result<()> {
    let Some(cut_off) = context.cut_off else { return Ok(()) };
    let (found, window) = (context.found, context.found.selection.window);
    let (category, stated, real, edge) = match end {
        PeriodEnd::Start => (Category::CutOffStart, cut_off.stated.start(), window.start(), cut_off.start),
        PeriodEnd::End => (Category::CutOffEnd, cut_off.stated.end(), window.end(), cut_off.end),
    };
    let mut tally = Tally::default();
    for charge in charges_between(context.charges, stated.min(real), stated.max(real)) {
        tally.add_charge(charge.billed)?;
    }
    let rule = format!("cut off at {real}, not at {stated}, as the lines count their calls");
    // The amount is exact where every instant that fits leaves the same charges.
    let is_exact = found.fit.is_complete()
        && cut_off.lines > 0
        && charges_between(context.charges, edge.0, edge.1).next().is_none();
    let confidence = if is_exact { Confidence::Exact } else { cut_off.confidence };
    let mut step = NewStep::new(category, tally, rule).with_confidence(confidence);
    step.false_positives = found.false_positives;
    // A later start bills less, a later end more.
    if (real > stated) != (end == PeriodEnd::End) {
        step = step.negated()?;
    }
    if !found.rivals.is_empty() {
        let others = found.rivals.iter().copied().filter(|rival| *rival != category);
        step.candidates = [category].into_iter().chain(others).collect();
        if step.candidates.len() == 1 {
            let ends = [Category::CutOffStart, Category::CutOffEnd];
            step.candidates.extend(ends.into_iter().filter(|end| *end != category));
        }
        step.category = Category::Ambiguous;
    }
    bridge.add_step(step)
}

/// Returns the charges from `start` up to `end`, which is left out; none where the two are the same.
fn charges_between<'a>(
    charges: &'a ChargeHistory<'_>,
    start: Timestamp,
    end: Timestamp,
) -> impl Iterator<Item = &'a Charge> {
    let places = charges.first_from(start)..charges.first_from(end);
    charges.all.get(places).unwrap_or_default().iter()
}
