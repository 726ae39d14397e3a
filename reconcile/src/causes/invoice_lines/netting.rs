//! Amounts that earlier invoices of the same cycle already billed.
//!
//! Cursor may bill usage in mid-cycle and take it off the last invoice of the cycle. Lines are matched to earlier
//! invoices by amount alone, each to the first that is not matched yet.

use cost_model::Money;

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::context::CauseContext;
use crate::causes::invoice_lines::add_invoice_lines;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::invoice::{Invoice, InvoiceLine, LineKind};

/// Netting is accepted: each line is compared with the totals of the earlier invoices, and one without a match is
/// named.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    is_invoice_line: true,
    ..CauseSpec::new(Category::Netting, "Paid by earlier invoices", Theme::OtherLines, Disposition::Accepted)
};

/// Adds these lines, and names the invoices that they credit.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let lines: Vec<&InvoiceLine> =
        context.case.invoice.lines.iter().filter(|line| *line.kind() == LineKind::Netting).collect();
    let rule = netting_rule(&lines, context.case.earlier)?;
    add_invoice_lines(context, bridge, (&SPEC, &LineKind::Netting), &rule)
}

/// Names the earlier invoices that the lines of netting credit.
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
        rule =
            format!("{rule}; no earlier invoice has the amount that line {} credits", unmatched.join(", "));
    }
    Ok(rule)
}

/// Returns for each line of netting the place of the earlier invoice with that total. Each invoice is credited by one line
/// at most.
pub(crate) fn credited(lines: &[&InvoiceLine], earlier: &[Invoice]) -> Result<Vec<Option<usize>>> {
    let mut open: Vec<(usize, Money)> = Vec::new();
    for (place, invoice) in earlier.iter().enumerate() {
        open.push((place, invoice.total()?));
    }
    let mut credited = Vec::new();
    for line in lines {
        let paid = line.amount.checked_neg()?;
        let found = open.iter().position(|(_, total)| *total == paid);
        credited.push(found.map(|found| open.remove(found).0));
    }
    Ok(credited)
}
