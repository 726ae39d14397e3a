//! Stage: the lines that no usage stands behind, and the invoice against itself.

use cost_model::Money;

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::assessment::{Dispute, Party};
use crate::model::category::Category;
use crate::model::evidence::Confidence;
use crate::model::invoice::{Invoice, InvoiceLine, LineKind};
use crate::model::line_checks::LineCheck;

const STAGES: [(Category, LineKind, &str); 13] = [
    (Category::Seats, LineKind::Seats, "seats are not in the usage feed"),
    (Category::Proration, LineKind::Proration, "seats are not in the usage feed"),
    (Category::AddOn, LineKind::AddOn, "asked for whatever was used"),
    (Category::Commitment, LineKind::Commitment, "committed to, whatever was used"),
    (Category::Surcharge, LineKind::Surcharge, "a surcharge that no usage stands behind"),
    (Category::Allowance, LineKind::Allowance, "taken off for what the plan includes"),
    (Category::Drawdown, LineKind::Drawdown, "paid beforehand"),
    (Category::Discount, LineKind::Discount, "a discount on a line of its own"),
    (Category::Credit, LineKind::Credit, "credits are not in the usage feed"),
    (Category::Refund, LineKind::Refund, "refunds are not in the usage feed"),
    (Category::Netting, LineKind::Netting, ""),
    (Category::UnrecognisedLine, LineKind::Unrecognised, "the wording is not known; taken at its amount"),
    (Category::Tax, LineKind::Tax, "tax is not in the usage feed"),
];

/// Adds the lines that no usage stands behind, and returns the grand total.
pub(crate) fn steps(
    bridge: &mut BridgeBuilder,
    invoice: &Invoice,
    checks: &[LineCheck],
    earlier: &[Invoice],
) -> Result<Money> {
    let wrong_by = |line: &InvoiceLine| {
        checks
            .iter()
            .find(|check| check.line == Some(line.line))
            .map_or(Money::ZERO, |check| check.difference)
    };
    let mut contradictions = Vec::new();
    for (category, kind, rule) in STAGES {
        let lines: Vec<&InvoiceLine> = invoice.lines.iter().filter(|line| *line.kind() == kind).collect();
        // A line of unknown words has no cause for any part of its amount.
        let wrong_by = |line: &InvoiceLine| {
            if kind == LineKind::Unrecognised { Money::ZERO } else { wrong_by(line) }
        };
        let right = lines.iter().map(|line| Ok(line.amount.checked_sub(wrong_by(line))?));
        let tally = Tally { records: 0, amount: Money::sum(right.collect::<Result<Vec<_>>>()?)? };
        contradictions.extend(lines.iter().map(|line| (line.line, wrong_by(line))));
        let rule = if kind == LineKind::Netting { netting_rule(&lines, earlier)? } else { rule.to_owned() };
        let numbers = lines.iter().map(|line| line.line).collect();
        let confidence = if kind == LineKind::Unrecognised {
            Confidence::Low
        } else if lines.iter().any(|line| line.wording.partial) {
            Confidence::High
        } else {
            Confidence::Exact
        };
        bridge.push(NewStep::new(category, tally, rule).with_lines(numbers).with_confidence(confidence))?;
    }
    contradictions.retain(|(_, difference)| !difference.is_zero());
    let amount = Money::sum(contradictions.iter().map(|(_, difference)| *difference))?;
    let rule =
        "amounts that are not the quantity times the price, the rate times its base, or the words' own";
    let lines = contradictions.iter().map(|(line, _)| *line).collect();
    let tally = Tally { records: 0, amount };
    bridge.push(NewStep::new(Category::InvoiceArithmetic, tally, rule).with_lines(lines))?;
    let sum = invoice.sum_of_lines()?;
    let total = invoice.total()?;
    if total != sum {
        let difference = Tally { records: 0, amount: total.checked_sub(sum)? };
        let lines = invoice.lines.iter().map(|line| line.line).collect();
        let rule = "stated total minus the sum of the lines";
        bridge.push(NewStep::new(Category::InvoiceArithmetic, difference, rule).with_lines(lines))?;
    }
    Ok(total)
}

/// Lines that no usage stands behind and that repeat an earlier one to the letter: perhaps they were billed twice.
pub(crate) fn equal_lines(invoice: &Invoice) -> Vec<Dispute> {
    let candidates: Vec<&InvoiceLine> = invoice
        .lines
        .iter()
        .filter(|line| {
            line.kind().is_invoice_only() && line.amount.units() > 0 && !line.description.is_empty()
        })
        .collect();
    let same = |one: &InvoiceLine, other: &InvoiceLine| {
        (&one.description, one.amount, one.quantity) == (&other.description, other.amount, other.quantity)
    };
    let repeats = |(place, line): (usize, &&InvoiceLine)| {
        let mut earlier = candidates.iter().take(place);
        earlier.any(|earlier| same(earlier, line)).then(|| Dispute {
            category: Category::BilledTwice,
            candidates: Vec::new(),
            amount: line.amount,
            lines: vec![line.line],
            party: Party::Issuer,
        })
    };
    candidates.iter().enumerate().filter_map(repeats).collect()
}

/// Which earlier invoices the lines of netting take back, in words.
fn netting_rule(lines: &[&InvoiceLine], earlier: &[Invoice]) -> Result<String> {
    let (mut paid, mut unmatched) = (Vec::new(), Vec::new());
    for (line, credited) in lines.iter().zip(credited(lines, earlier)?) {
        match credited.and_then(|number| earlier.get(number)) {
            Some(invoice) => paid.push(invoice.number.as_str()),
            None => unmatched.push(line.line.to_string()),
        }
    }
    let mut rule = "paid by an earlier invoice of the cycle".to_owned();
    if !paid.is_empty() {
        rule = format!("paid by {}", paid.join(", "));
    }
    if !earlier.is_empty() && !unmatched.is_empty() {
        let lines = unmatched.join(", ");
        rule = format!("{rule}; no earlier invoice asks for what line {lines} takes back");
    }
    Ok(rule)
}

/// For each line of netting, the number of the earlier invoice with that total. Each invoice answers for one line at
/// most.
pub(crate) fn credited(lines: &[&InvoiceLine], earlier: &[Invoice]) -> Result<Vec<Option<usize>>> {
    let mut left: Vec<(usize, Money)> = Vec::new();
    for (number, invoice) in earlier.iter().enumerate() {
        left.push((number, invoice.total()?));
    }
    let find = |line: &&InvoiceLine| {
        let paid = line.amount.checked_neg()?;
        let found = left.iter().position(|(_, total)| *total == paid);
        Ok(found.map(|found| left.remove(found).0))
    };
    lines.iter().map(find).collect()
}
