//! The provider's fee on tokens, outside the usage lines.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::fees::add_fee_lines;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::matching::finding::LineFinding;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// The cause has two places in the bridge: the fees are removed where usage lines leave them out, and added where the
/// invoice has lines for them. Where both sum to zero, there is no dispute.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    on_own_line: Some((Theme::OtherLines, Disposition::ToDispute)),
    ..CauseSpec::new(Category::TokenFee, "Token fee", Theme::Terms, Disposition::ToDispute)
};

/// Removes the fees of the charges, if the usage lines leave them out.
pub(crate) fn remove(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    if !context.found.fit.terms.without_fees {
        return Ok(());
    }
    let mut fees = Tally::default();
    for each in &context.lines.matched {
        fees.amount = fees.amount.checked_add(each.fee)?;
        if each.finding != LineFinding::Unknown || !each.fee.is_zero() {
            fees.records += each.charged.records;
        }
    }
    let rule = "the lines leave out the token fee of each charge";
    bridge.add_step(NewStep::new(Category::TokenFee, fees, rule))
}

/// Adds the fees again, if the invoice has lines of its own for them.
pub(crate) fn add_lines(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let Some(lines) = context.token_fee_lines else { return Ok(()) };
    let rule = "the fees of the charges behind the usage lines";
    add_fee_lines(lines, bridge, (&SPEC, rule), context.case.rules.line_decimals)
}
