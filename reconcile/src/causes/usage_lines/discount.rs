//! A discount: on every usage line, or on a line of its own.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::invoice_lines::add_invoice_lines;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::matching::finding::LineFinding;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::evidence::Confidence;
use crate::model::invoice::LineKind;

/// A discount that usage lines have without stating it is to be disputed, so that somebody compares it with the
/// contract; one on a line of its own is accepted.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    on_own_line: Some((Theme::OtherLines, Disposition::Accepted)),
    ..CauseSpec::new(Category::Discount, "Discount", Theme::Terms, Disposition::ToDispute)
};

/// Removes a discount that holds for the usage lines.
pub(crate) fn find(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let terms = context.found.fit.terms;
    if terms.discount == 0 {
        return Ok(());
    }
    let mut tally = Tally::default();
    for each in &context.lines.matched {
        tally.amount = tally.amount.checked_add(each.discount)?;
        if each.finding != LineFinding::Unknown {
            tally.records += each.charged.records;
        }
    }
    let (whole, part) = (terms.discount / 100, terms.discount % 100);
    let rule = format!("every line is {whole}.{part:02} percent less than was charged");
    let mut step = NewStep::new(Category::Discount, tally, rule);
    if context.found.fit.unsure_discount {
        step = NewStep { category: Category::Ambiguous, ..step.with_confidence(Confidence::Low) };
        step.candidates = vec![Category::Discount, Category::Rounding];
    }
    bridge.add_step(step)
}

/// Adds the discounts that have lines of their own.
pub(crate) fn add_lines(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    add_invoice_lines(context, bridge, (&SPEC, &LineKind::Discount), "a discount on a line of its own")
}
