//! Exact amounts and quantities, and their sums, rounding and splits.

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
