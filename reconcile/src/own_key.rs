//! Stage: fees on calls with the users' own keys come back as billed, if the invoice has lines for them.

use cost_model::Money;

use crate::bridge_builder::{BridgeBuilder, NewStep};
use crate::charges::{Tally, Usage};
use crate::{Category, Invoice, LineKind, LineStatus, Result, RoundingPolicy};

/// The lines about own-key fees and the fees of the period.
#[derive(Debug)]
pub(crate) struct OwnKeyClaim {
    lines: Vec<usize>,
    charges: Tally,
    status: LineStatus,
}

impl OwnKeyClaim {
    pub(crate) fn behind(&self, line: usize) -> Option<(Money, u64, LineStatus)> {
        self.lines.contains(&line).then_some((self.charges.amount, self.charges.records, self.status))
    }
}

pub(crate) fn steps(
    bridge: &mut BridgeBuilder,
    invoice: &Invoice,
    usage: &Usage,
    policies: &[RoundingPolicy],
    decimals: u32,
) -> Result<Option<OwnKeyClaim>> {
    let about: Vec<_> =
        invoice.lines.iter().enumerate().filter(|(_, line)| *line.kind() == LineKind::OwnKeyFees).collect();
    if about.is_empty() {
        return Ok(None);
    }
    let charges = usage.own_key_in_period;
    let numbers: Vec<u64> = about.iter().map(|(_, line)| line.line).collect();
    let asked = Money::sum(about.iter().map(|(_, line)| line.amount))?;
    bridge.push(
        NewStep::new(Category::OwnKeyFees, charges, "billed in the period").with_lines(numbers.clone()),
    )?;
    let mut reproduced = false;
    for policy in policies {
        reproduced |= charges.amount.rounded(decimals, policy.rounding)? == asked;
    }
    let difference = asked.checked_sub(charges.amount)?;
    if !reproduced {
        bridge.leave_unexplained(difference)?;
    } else if !difference.is_zero() {
        let effect = Tally { records: charges.records, amount: difference };
        let rule = format!("own-key fees rounded to {decimals} decimals");
        bridge.push(NewStep::new(Category::Rounding, effect, rule).with_lines(numbers))?;
    }
    let status = if reproduced { LineStatus::Matched } else { LineStatus::Unmatched };
    Ok(Some(OwnKeyClaim { lines: about.into_iter().map(|(number, _)| number).collect(), charges, status }))
}
