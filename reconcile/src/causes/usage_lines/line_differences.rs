//! Steps of usage lines, one for each line whose difference has a cause.
//!
//! Which causes a line's difference may have was found when lines were matched to charges. Here `ambiguous` takes the
//! lines with several, and `price` those with one.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::error::Result;
use crate::input::usage::Tally;
use crate::matching::finding::LineFinding;
use crate::model::category::Category;
use crate::model::evidence::Confidence;

/// The cause of a line's difference.
///
/// It is what a cause makes of the candidates of a line that it takes.
pub(crate) struct LineCause {
    pub(crate) category: Category,
    pub(crate) candidates: Vec<Category>,
    pub(crate) rule: &'static str,
    pub(crate) confidence: Confidence,
}

/// Adds a step for each usage line for whose candidates `cause` names one.
pub(crate) fn add_line_differences(
    context: &CauseContext<'_>,
    bridge: &mut BridgeBuilder,
    cause: impl Fn(&[Category]) -> Option<LineCause>,
) -> Result<()> {
    for (number, each) in context.lines.matched.iter().enumerate() {
        let LineFinding::OneOf(candidates) = &each.finding else { continue };
        let Some(cause) = cause(candidates) else { continue };
        let tally = Tally { records: each.charged.records, amount: each.difference };
        let lines = context.lines.numbers(|line_group, _| line_group == number);
        let mut step = NewStep::new(cause.category, tally, cause.rule).with_lines(lines);
        step.candidates = cause.candidates;
        step.false_positives = each.false_positives;
        bridge.add_step(step.with_confidence(cause.confidence))?;
    }
    Ok(())
}
