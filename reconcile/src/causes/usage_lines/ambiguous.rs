//! Differences that more than one cause explains equally well; each step names its candidates.
//!
//! Choosing one of the candidates would claim more than the invoice shows.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::causes::usage_lines::line_differences::{LineCause, add_line_differences};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::matching::finding::LineFinding;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::evidence::Confidence;

/// To dispute, unless its candidates say otherwise: see [`Step::disposition`](crate::Step::disposition).
pub(crate) const SPEC: CauseSpec =
    CauseSpec::new(Category::Ambiguous, "Ambiguous cause", Theme::Terms, Disposition::ToDispute);

/// Adds a step for one factor on all lines, and one for each line whose difference has several candidates.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    add_uniform_factor(context, bridge)?;
    add_line_differences(context, bridge, |candidates| {
        (candidates.len() > 1).then_some(LineCause {
            category: Category::Ambiguous,
            candidates: candidates.to_vec(),
            rule: "the line's amount alone does not tell",
            confidence: Confidence::Low,
        })
    })
}

/// Adds one step for one factor on all lines. A discount is found by its percentage; this is any other factor.
fn add_uniform_factor(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let lines = context.lines;
    let Some(factor) = lines.factor else { return Ok(()) };
    let mut tally = Tally::default();
    for each in lines.matched.iter().filter(|each| each.finding == LineFinding::UniformFactor) {
        tally.records += each.charged.records;
        tally.amount = tally.amount.checked_add(each.difference)?;
    }
    let rule = format!("every line is {} than was charged", factor.label());
    let numbers = lines.numbers(|_, each| each.finding == LineFinding::UniformFactor);
    // A tax only adds to charges and a discount only takes off; price and currency may do either.
    let first = if tally.amount.units() > 0 { Category::Tax } else { Category::Discount };
    let mut step = NewStep::new(Category::Ambiguous, tally, rule).with_lines(numbers);
    step.candidates = vec![first, Category::Price, Category::OtherCurrency];
    step.false_positives = Some(factor.false_positives);
    bridge.add_step(step.with_confidence(Confidence::Low))
}
