//! Amounts as people read them.

use cost_model::output::grouped;
use cost_model::{Money, Rounding};

/// Returns an amount with two decimals and thousands separators, a half rounded away from zero.
pub(crate) fn format_amount(amount: Money) -> String {
    // An amount so long that it cannot be rounded is shown with every digit.
    grouped(amount.to_fixed(2, Rounding::HalfUp).unwrap_or_else(|_| amount.to_string()))
}
