#![doc = include_str!("../README.md")]

mod costs;
mod currency;
mod dimension;
mod error;
pub mod filter;
mod fixed;
mod ledger;
mod memory_store;
mod money;
mod record;
pub mod report;
mod rounding;
mod source;
mod split;
mod store;
mod tagger;
mod time;
mod usage;

pub use costs::{Costs, Metric};
pub use currency::Currency;
pub use dimension::{Dimension, Dimensions};
pub use error::{Error, ErrorKind, Result};
pub use filter::Filter;
pub use ledger::{Ledger, LedgerBuilder, LedgerRow, LedgerTuple};
pub use memory_store::MemoryStore;
pub use money::Money;
pub use record::{CostRecord, Stated, Tags};
pub use rounding::{Rounding, round_parts};
pub use source::{CostSource, WindowRead};
pub use split::{ZeroWeights, split};
pub use store::{Change, ConnectionId, CostStore, RecordSink, Scope};
pub use tagger::{Assignment, Share, Tagger, Untagged};
pub use time::{Bin, Timestamp, Window};
pub use usage::{RequestUnits, TokenCounts, TokenType, Tokens};
