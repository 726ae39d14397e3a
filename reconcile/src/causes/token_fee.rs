//! Stage: the provider's fee on tokens comes back, if the invoice has lines of its own for it.

use cost_model::Money;

use crate::causes::bridge_builder::BridgeBuilder;
use crate::causes::fee_lines::FeeClaim;
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
) -> Result<Option<FeeClaim>> {
    let fees = Tally {
        records: found.cells.iter().filter(|pot| !pot.fee.is_zero()).map(|pot| pot.records).sum(),
        amount: Money::sum(found.cells.iter().map(|pot| pot.fee))?,
    };
    let rule = "the fees of the charges behind the usage lines";
    FeeClaim::new(invoice, &LineKind::TokenFee, fees)?
        .map(|claim| claim.steps(bridge, Category::TokenFee, rule, &found.fit.policies, decimals))
        .transpose()
}
