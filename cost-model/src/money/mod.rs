//! Exact amounts and quantities, and their sums, rounding and splits.
//!
//! [`Money`], [`RequestUnits`] and [`Quantity`] are the same fixed-point number, a count of 10^-24 in 128
//! bits, under three names, so that the compiler refuses to add one to another. A charge has four amounts,
//! [`Costs`]; a [`Metric`] names one of them. [`split`] divides a whole number without a remainder, and
//! everything that shares costs out goes through it. Rounding is left to whoever prints: [`Money::to_fixed`]
//! for one figure, [`round_parts`] for figures that have to add up to a rounded total.

mod amount;
mod costs;
mod currency;
pub(crate) mod fixed;
mod price_book;
mod round_parts;
mod rounding;
mod split;
mod usage;

pub use amount::Money;
pub use costs::{Costs, Metric};
pub use currency::Currency;
pub use price_book::{PriceBook, Prices};
pub use round_parts::round_parts;
pub use rounding::Rounding;
pub use split::{ZeroWeights, split};
pub use usage::{Quantity, RequestUnits, TokenCounts, TokenType, Tokens};
