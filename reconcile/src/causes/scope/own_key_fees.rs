//! Fees on calls made with the users' own provider keys, which are no on-demand usage.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::context::CauseContext;
use crate::causes::fees::add_fee_lines;
use crate::causes::spec::{CauseSpec, Theme};
use crate::error::Result;
use crate::model::category::Category;
use crate::model::disposition::Disposition;

/// The cause has two places in the bridge: the fees of the months are removed with all that is no on-demand usage, and
/// those of the billing period are added where the invoice has lines for them.
pub(crate) const SPEC: CauseSpec = CauseSpec {
    on_own_line: Some((Theme::OtherLines, Disposition::OutsideUsage)),
    ..CauseSpec::new(Category::OwnKeyFees, "Fees on own API keys", Theme::Scope, Disposition::OutsideUsage)
};

/// Removes the fees of the months from the ingested total.
pub(crate) fn remove(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let step = NewStep::new(Category::OwnKeyFees, context.usage.own_key, "own-key fees of the months");
    bridge.add_step(step.negated()?)
}

/// Adds the fees of the billing period, if the invoice has lines for them.
pub(crate) fn add_lines(context: &CauseContext<'_>, bridge: &mut BridgeBuilder) -> Result<()> {
    let Some(lines) = context.own_key_lines else { return Ok(()) };
    add_fee_lines(lines, bridge, (&SPEC, "billed in the period"), context.case.rules.line_decimals)
}
