//! Steps of lines that no usage is behind.
//!
//! Each cause of such lines names a kind of line, and the rest is the same for all: sum the lines, leave out by how
//! much they contradict themselves, and add one step.

use cost_model::Money;

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::CauseSpec;
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::assessment::{Dispute, Party};
use crate::model::category::Category;
use crate::model::evidence::Confidence;
use crate::model::invoice::{Invoice, InvoiceLine, LineKind};

/// Adds the lines of a kind as one step. What a line contradicts itself by is left for the step of the invoice's arithmetic.
///
/// The step is exact if the wording of every line was understood as a whole, of high confidence if one was understood
/// in part, and of low confidence for lines of unknown wording.
pub(crate) fn add_invoice_lines(
    context: &CauseContext<'_>,
    bridge: &mut BridgeBuilder,
    (cause, kind): (&CauseSpec, &LineKind),
    rule: &str,
) -> Result<()> {
    let is_unknown = *kind == LineKind::Unrecognised;
    let (mut tally, mut numbers, mut are_clear) = (Tally::default(), Vec::new(), true);
    for line in context.case.invoice.lines.iter().filter(|line| line.kind() == kind) {
        // A line of unknown words has no cause for any part of its amount.
        let wrong_by = if is_unknown { Money::ZERO } else { wrong_by(context, line) };
        tally.amount = tally.amount.checked_add(line.amount.checked_sub(wrong_by)?)?;
        bridge.contradictions.push((line.line, wrong_by));
        numbers.push(line.line);
        are_clear &= !line.wording.partial;
    }
    let confidence = match (is_unknown, are_clear) {
        (true, _) => Confidence::Low,
        (false, false) => Confidence::High,
        (false, true) => Confidence::Exact,
    };
    bridge.add_step(NewStep::new(cause.category, tally, rule).with_lines(numbers).with_confidence(confidence))
}

/// Returns by how much a line contradicts itself.
///
/// Zero for a line that no check of the invoice names.
fn wrong_by(context: &CauseContext<'_>, line: &InvoiceLine) -> Money {
    let check = context.checks.iter().find(|check| check.line == Some(line.line));
    check.map_or(Money::ZERO, |check| check.difference)
}

/// Returns the lines without usage that repeat an earlier one to the letter: perhaps they were billed twice.
pub(crate) fn equal_lines(invoice: &Invoice) -> Vec<Dispute> {
    let mut seen: Vec<(&str, Money, _)> = Vec::new();
    let mut disputes = Vec::new();
    for line in &invoice.lines {
        // Nobody disputes a credit that was given twice, and a line without a description has nothing to compare.
        if !line.kind().is_invoice_only() || line.amount.units() <= 0 || line.description.is_empty() {
            continue;
        }
        let content = (line.description.as_str(), line.amount, line.quantity);
        if seen.contains(&content) {
            disputes.push(Dispute {
                category: Category::BilledTwice,
                candidates: Vec::new(),
                amount: line.amount,
                lines: vec![line.line],
                party: Party::Issuer,
            });
        }
        seen.push(content);
    }
    disputes
}
