//! Fees that have invoice lines of their own.
//!
//! Such lines name no model, so that they are compared with the sum of all fees.

use cost_model::Money;

use crate::error::Result;
use crate::input::usage::Tally;
use crate::model::bridge::LineStatus;
use crate::model::invoice::{Invoice, LineKind};
use crate::model::terms::RoundingPolicy;

/// Lines about fees, and the fees matched to them.
///
/// Several lines of the same fee are summed before they are compared.
#[derive(Debug)]
pub(crate) struct FeeLines {
    /// Their places in the invoice, counted from 0, and their numbers in the file.
    lines: Vec<usize>,
    pub(crate) numbers: Vec<u64>,
    pub(crate) amount: Money,
    pub(crate) charges: Tally,
    /// Matched where one of the rounding policies makes the amount of the charges.
    pub(crate) status: LineStatus,
}

impl FeeLines {
    /// Matches the invoice's lines of that kind to the charges, if it has any.
    pub(crate) fn match_charges(
        invoice: &Invoice,
        kind: &LineKind,
        charges: Tally,
        (policies, decimals): (&[RoundingPolicy], u32),
    ) -> Result<Option<Self>> {
        let about: Vec<_> =
            invoice.lines.iter().enumerate().filter(|(_, line)| line.kind() == kind).collect();
        if about.is_empty() {
            return Ok(None);
        }
        let amount = Money::sum(about.iter().map(|(_, line)| line.amount))?;
        let numbers = about.iter().map(|(_, line)| line.line).collect();
        let lines = about.into_iter().map(|(place, _)| place).collect();
        // Only the policies of the usage lines count: by one of all policies, many a wrong amount would match.
        let mut status = LineStatus::Unmatched;
        for policy in policies {
            if charges.amount.rounded(decimals, policy.rounding)? == amount {
                status = LineStatus::Matched;
            }
        }
        Ok(Some(Self { lines, numbers, amount, charges, status }))
    }

    /// Returns what is behind a line of the invoice, if it is one of these.
    pub(crate) fn behind(&self, line: usize) -> Option<(Money, u64, LineStatus)> {
        self.lines.contains(&line).then_some((self.charges.amount, self.charges.records, self.status))
    }
}
