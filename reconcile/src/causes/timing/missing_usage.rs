//! Calls that the invoice counts and the ledger does not hold, where the ledger is known to be incomplete.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::matching::finding::LineFinding;
use crate::matching::usage_lines::LineMatch;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::evidence::Confidence;

/// Timing: the difference is gone once the missing charges have been ingested.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    timing: true,
    advice: Some("ingest it and explain the invoice again"),
    ..CauseSpec::new(
        Category::MissingUsage,
        "Usage not ingested",
        Theme::Timing,
        Disposition::TimingAndRounding,
    )
};

/// Adds the amounts of the calls that the ledger lacks.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let lines = context.lines;
    let mut calls = 0_u64;
    for (line_group, each) in lines.line_groups.all.iter().zip(&lines.matched) {
        if is_missing(each) {
            calls += line_group.calls.map_or(0, |calls| calls.saturating_sub(each.charged.records));
        }
    }
    let confidence = if calls == context.completeness.lacking { Confidence::Exact } else { Confidence::High };
    let rule = format!("the lines count {calls} calls more than are held; {}", context.completeness.rule());
    let tally = Tally { records: 0, amount: lines.sum_of_differences(is_missing)? };
    let numbers = lines.numbers(|_, each| is_missing(each));
    let step = NewStep::new(Category::MissingUsage, tally, rule);
    bridge.add_step(step.with_lines(numbers).with_confidence(confidence))
}

/// Returns whether missing charges, and nothing else, explain the whole difference of a line.
fn is_missing(matched: &LineMatch) -> bool {
    matched.finding == LineFinding::OneOf(vec![Category::MissingUsage])
}
