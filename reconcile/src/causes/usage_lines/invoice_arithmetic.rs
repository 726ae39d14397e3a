//! An invoice that contradicts itself: lines that do not add up to the total, or an amount that is not that of its own words.

use cost_model::Money;

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// To be disputed: the invoice contradicts itself, whatever was used.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    advice: Some("ask who issued it"),
    ..CauseSpec::new(
        Category::InvoiceArithmetic,
        "Invoice arithmetic",
        Theme::Contradiction,
        Disposition::ToDispute,
    )
};

/// Adds by how much the amounts of usage lines miss their own words.
pub(crate) fn find_in_usage_lines(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let lines = context.lines;
    let amount = Money::sum(lines.matched.iter().map(|each| each.arithmetic))?;
    let numbers = lines.numbers(|_, each| !each.arithmetic.is_zero());
    let rule = "amounts that are not those of the lines' own words";
    let step = NewStep::new(Category::InvoiceArithmetic, Tally { records: 0, amount }, rule);
    bridge.add_step(step.with_lines(numbers))
}

/// Adds by how much other lines contradict themselves, and the total its lines.
pub(crate) fn find_in_invoice(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let contradictions: Vec<_> =
        bridge.contradictions.iter().copied().filter(|(_, difference)| !difference.is_zero()).collect();
    let amount = Money::sum(contradictions.iter().map(|(_, difference)| *difference))?;
    let rule =
        "amounts that are not the quantity times the price, the rate times its base, or the words' own";
    let step = NewStep::new(Category::InvoiceArithmetic, Tally { records: 0, amount }, rule);
    bridge.add_step(step.with_lines(contradictions.iter().map(|(line, _)| *line).collect()))?;
    let invoice = context.case.invoice;
    let amount = invoice.total()?.checked_sub(invoice.sum_of_lines()?)?;
    if amount.is_zero() {
        return Ok(());
    }
    let rule = "stated total minus the sum of the lines";
    let step = NewStep::new(Category::InvoiceArithmetic, Tally { records: 0, amount }, rule);
    bridge.add_step(step.with_lines(invoice.lines.iter().map(|line| line.line).collect()))
}
