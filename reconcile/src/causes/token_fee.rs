//! Stage: the provider's fee on tokens comes back, if the invoice has lines of its own for it.

use cost_model::Money;

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::fee_lines::FeeLines;
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::category::Category;
use crate::model::invoice::{Invoice, LineKind};
use crate::search::hypothesis::Hypothesis;

pub(crate) fn steps(
    bridge: &mut BridgeBuilder,
    invoice: &Invoice,
    found: &Hypothesis,
    decimals: u32,
) -> Result<Option<FeeLines>> {
    let fees = Tally {
        records: found
            .group_sums
            .iter()
            .filter(|charged| !charged.fee.is_zero())
            .map(|charged| charged.records)
            .sum(),
        amount: Money::sum(found.group_sums.iter().map(|charged| charged.fee))?,
    };
    let rule = "the fees of the charges behind the usage lines";
    FeeLines::new(invoice, &LineKind::TokenFee, fees)?
        .map(|line_group| line_group.steps(bridge, Category::TokenFee, rule, &found.fit.policies, decimals))
        .transpose()
}
