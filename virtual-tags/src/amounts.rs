//! Amounts as people read them.
//!
//! Every text for people in this crate (reviews, coverage, moves) shows amounts through this one function, so
//! that a figure looks the same wherever it stands. Sums are made before: a rounded text is never added up.

use cost_model::output::grouped;
use cost_model::{Money, Rounding};

/// Returns an amount with two decimals and thousands separators, a half rounded away from zero.
///
/// The currency is not part of the text, since a ledger has one.
pub(crate) fn format_amount(amount: Money) -> String {
    // An amount so long that it cannot be rounded is shown with every digit.
    grouped(amount.to_fixed(2, Rounding::HalfUp).unwrap_or_else(|_| amount.to_string()))
}
