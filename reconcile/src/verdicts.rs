//! What an auditor would conclude from a bridge.

use cost_model::{Money, Rounding};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::last_digit::LastDigit;

/// What counts as a material difference: more than both the amount and the share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Materiality {
    /// Differences up to this amount are immaterial.
    pub amount: Money,
    /// Differences up to this share of the invoice's total are immaterial, in hundredths of a percent.
    pub share: u32,
}

impl Default for Materiality {
    /// A hundredth of the total.
    fn default() -> Self {
        Self { amount: Money::ZERO, share: 100 }
    }
}

impl Materiality {
    /// Differences up to `amount`, or up to `share` hundredths of a percent of the total, are immaterial.
    pub fn new(amount: Money, share: u32) -> Self {
        Self { amount, share }
    }
}

/// Verdicts on what is left unexplained. None of them changes an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a verdict of its own, and all may hold together")]
#[non_exhaustive]
pub struct Verdicts {
    /// Nothing is unexplained, and no step is ambiguous or rests on a search alone.
    pub exact: bool,
    /// What is unexplained is at most half a last digit for each line.
    pub within_rounding: bool,
    /// What lies between the charges as the invoice asks for them and its lines is within FOCUS's tolerance.
    pub within_focus_tolerance: bool,
    /// That tolerance: the larger of 100 last digits and half a last digit times the square root of the charges, rounded
    /// down to whole last digits (FOCUS 1.4 draft, appendix on rounding variance tolerance).
    pub focus_tolerance: Money,
    /// What is unexplained is less than what counts as material.
    pub immaterial: bool,
    /// The invoice's On-Demand Usage minus the billed cost of on-demand charges in the stated period: all that a filter on
    /// the kind of usage can tell.
    pub usage_based_difference: Money,
    /// That difference is at most a hundredth of the On-Demand Usage: the check that Vantage's page on Cursor advises.
    pub usage_based_within_one_percent: bool,
}

/// What verdicts are about.
pub(crate) struct Judged {
    pub(crate) unexplained: Money,
    /// Rounding and what is unexplained of usage.
    pub(crate) variance: Money,
    pub(crate) certain: bool,
    pub(crate) charges: u64,
    pub(crate) lines: u64,
    pub(crate) total: Money,
    pub(crate) digit: LastDigit,
    pub(crate) on_demand_charges: Money,
    pub(crate) on_demand_usage: Money,
}

impl Judged {
    pub(crate) fn verdicts(&self, materiality: Materiality) -> Result<Verdicts> {
        let size = |amount: Money| amount.units().unsigned_abs();
        let half_digits = |count: u64| self.digit.size().saturating_mul(u128::from(count)) / 2;
        // In halves of a last digit: no square root is rounded up.
        let tolerance = half_digits(self.charges.isqrt()).max(self.digit.size().saturating_mul(100));
        let focus_tolerance = Money::from_units(i128::try_from(tolerance).unwrap_or(i128::MAX))
            .rounded(self.digit.decimals, Rounding::Floor)?;
        let difference = self.on_demand_usage.checked_sub(self.on_demand_charges)?;
        let share = size(self.total).saturating_mul(u128::from(materiality.share)) / 10_000;
        Ok(Verdicts {
            exact: self.unexplained.is_zero() && self.certain,
            within_rounding: size(self.unexplained) <= half_digits(self.lines),
            within_focus_tolerance: size(self.variance) <= size(focus_tolerance),
            focus_tolerance,
            immaterial: size(self.unexplained) <= share.max(size(materiality.amount)),
            usage_based_difference: difference,
            usage_based_within_one_percent: size(difference) <= size(self.on_demand_usage) / 100,
        })
    }
}
