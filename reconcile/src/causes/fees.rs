//! Steps of fees that have invoice lines of their own.

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::causes::spec::CauseSpec;
use crate::error::Result;
use crate::input::usage::Tally;
use crate::matching::fee_lines::FeeLines;
use crate::model::bridge::LineStatus;
use crate::model::category::Category;

/// Adds the fees of the charges, rounded as the other lines are; what the lines bill beyond that is unexplained.
pub(crate) fn add_fee_lines(
    lines: &FeeLines,
    bridge: &mut BridgeBuilder,
    (cause, rule): (&CauseSpec, &str),
    decimals: u32,
) -> Result<()> {
    let charges = lines.charges;
    bridge.add_step(NewStep::new(cause.category, charges, rule).with_lines(lines.numbers.clone()))?;
    let difference = lines.amount.checked_sub(charges.amount)?;
    if lines.status != LineStatus::Matched {
        bridge.leave_unexplained(&[difference])?;
    } else if !difference.is_zero() {
        let effect = Tally { records: charges.records, amount: difference };
        let rule = format!("{} rounded to {decimals} decimals", cause.phrase());
        bridge.add_step(NewStep::new(Category::Rounding, effect, rule).with_lines(lines.numbers.clone()))?;
    }
    Ok(())
}
