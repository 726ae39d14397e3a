//! Stage: the lines that no usage stands behind, and the invoice against itself.

use cost_model::Money;

use crate::search::charges::Tally;
use crate::stages::bridge_builder::{BridgeBuilder, NewStep};
use crate::{Category, Invoice, InvoiceLine, LineKind, Result};

const STAGES: [(Category, LineKind, &str); 9] = [
    (Category::Seats, LineKind::Seats, "seats are not in the usage feed"),
    (Category::Proration, LineKind::Proration, "seats are not in the usage feed"),
    (Category::AddOn, LineKind::AddOn, "asked for whatever was used"),
    (Category::Discount, LineKind::Discount, "a discount on a line of its own"),
    (Category::Credit, LineKind::Credit, "credits are not in the usage feed"),
    (Category::Refund, LineKind::Refund, "refunds are not in the usage feed"),
    (Category::Netting, LineKind::Netting, ""),
    (Category::UnrecognisedLine, LineKind::Unrecognised, "the wording is not known; taken at its amount"),
    (Category::Tax, LineKind::Tax, "tax is not in the usage feed"),
];

/// Adds the lines that no usage stands behind, and returns the grand total.
pub(crate) fn steps(bridge: &mut BridgeBuilder, invoice: &Invoice, earlier: &[Invoice]) -> Result<Money> {
    for (category, kind, rule) in STAGES {
        let lines: Vec<&InvoiceLine> = invoice.lines.iter().filter(|line| *line.kind() == kind).collect();
        let tally = Tally { records: 0, amount: Money::sum(lines.iter().map(|line| line.amount))? };
        let rule = if kind == LineKind::Netting { netting_rule(&lines, earlier)? } else { rule.to_owned() };
        let numbers = lines.iter().map(|line| line.line).collect();
        bridge.push(NewStep::new(category, tally, rule).with_lines(numbers))?;
    }
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

/// Which earlier invoices the lines of netting take back, in words.
fn netting_rule(lines: &[&InvoiceLine], earlier: &[Invoice]) -> Result<String> {
    let (mut paid, mut unmatched) = (Vec::new(), Vec::new());
    for (line, taken_back) in lines.iter().zip(taken_back(lines, earlier)?) {
        match taken_back.and_then(|number| earlier.get(number)) {
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
pub(crate) fn taken_back(lines: &[&InvoiceLine], earlier: &[Invoice]) -> Result<Vec<Option<usize>>> {
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
