//! Stage: fees on calls with the users' own keys come back as billed, if the invoice has lines for them.

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::fee_lines::FeeLines;
use crate::error::Result;
use crate::input::usage::Usage;
use crate::model::category::Category;
use crate::model::invoice::{Invoice, LineKind};
use crate::model::terms::RoundingPolicy;

pub(crate) fn steps(
    bridge: &mut BridgeBuilder,
    invoice: &Invoice,
    usage: &Usage,
    policies: &[RoundingPolicy],
    decimals: u32,
) -> Result<Option<FeeLines>> {
    FeeLines::new(invoice, &LineKind::OwnKeyFees, usage.own_key_in_period)?
        .map(|line_group| {
            line_group.steps(bridge, Category::OwnKeyFees, "billed in the period", policies, decimals)
        })
        .transpose()
}
