//! Usage lines against the charges behind them: prices, terms and rounding.
//!
//! What is left of a line's difference after all of these is unexplained.

pub(crate) mod ambiguous;
pub(crate) mod billed_twice;
pub(crate) mod discount;
pub(crate) mod invoice_arithmetic;
pub(crate) mod line_differences;
pub(crate) mod other_currency;
pub(crate) mod price;
pub(crate) mod relabelled;
pub(crate) mod rounding;
pub(crate) mod token_fee;
