//! Fees that have invoice lines of their own.

use cost_model::Money;

use crate::causes::bridge_builder::{BridgeBuilder, NewStep};
use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::bridge::LineStatus;
use crate::model::category::Category;
use crate::model::invoice::{Invoice, LineKind};
use crate::model::terms::RoundingPolicy;

/// Lines about fees, and the fees behind them.
#[derive(Debug)]
pub(crate) struct FeeLines {
    /// Their places in the invoice, counted from 0, and their numbers in the file.
    lines: Vec<usize>,
    numbers: Vec<u64>,
    asked: Money,
    charges: Tally,
    status: LineStatus,
}

impl FeeLines {
    /// The invoice's lines of that kind, if there are any.
    pub(crate) fn new(invoice: &Invoice, kind: &LineKind, charges: Tally) -> Result<Option<Self>> {
        let about: Vec<_> =
            invoice.lines.iter().enumerate().filter(|(_, line)| line.kind() == kind).collect();
        let asked = Money::sum(about.iter().map(|(_, line)| line.amount))?;
        let numbers = about.iter().map(|(_, line)| line.line).collect();
        let lines: Vec<usize> = about.into_iter().map(|(number, _)| number).collect();
        let status = LineStatus::Unmatched;
        Ok((!lines.is_empty()).then_some(Self { lines, numbers, asked, charges, status }))
    }

    pub(crate) fn behind(&self, line: usize) -> Option<(Money, u64, LineStatus)> {
        self.lines.contains(&line).then_some((self.charges.amount, self.charges.records, self.status))
    }

    /// The fees come back, rounded as the other lines are; what the lines ask for beyond that is unexplained.
    pub(crate) fn steps(
        mut self,
        bridge: &mut BridgeBuilder,
        category: Category,
        rule: &str,
        policies: &[RoundingPolicy],
        decimals: u32,
    ) -> Result<Self> {
        let charges = self.charges;
        bridge.push(NewStep::new(category, charges, rule).with_lines(self.numbers.clone()))?;
        for policy in policies {
            if charges.amount.rounded(decimals, policy.rounding)? == self.asked {
                self.status = LineStatus::Matched;
            }
        }
        let difference = self.asked.checked_sub(charges.amount)?;
        if self.status != LineStatus::Matched {
            bridge.leave_unexplained(&[difference])?;
        } else if !difference.is_zero() {
            let effect = Tally { records: charges.records, amount: difference };
            let rule = format!("{} rounded to {decimals} decimals", category.label());
            bridge.push(NewStep::new(Category::Rounding, effect, rule).with_lines(self.numbers.clone()))?;
        }
        Ok(self)
    }
}
