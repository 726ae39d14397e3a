#![doc = include_str!("../README.md")]

mod combinations;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod digest;
pub mod dimension;
mod error;
pub mod export;
mod fault;
pub mod filter;
mod hash;
mod ids;
pub mod input;
pub mod ledger;
mod masked;
pub mod money;
pub mod output;
mod pseudonyms;
pub mod record;
pub mod report;
pub mod source;
pub mod store;
pub mod tagger;
pub mod time;

#[doc(no_inline)]
pub use dimension::{Dimension, Dimensions};
pub use error::{Error, ErrorKind, Result};
#[doc(no_inline)]
pub use filter::Filter;
#[doc(no_inline)]
pub use ledger::Ledger;
#[doc(no_inline)]
pub use money::{Costs, Currency, Metric, Money, Rounding};
pub use pseudonyms::Pseudonyms;
#[doc(no_inline)]
pub use record::{CostRecord, DimensionSet, StoredRecord};
#[doc(no_inline)]
pub use source::CostSource;
#[doc(no_inline)]
pub use store::{CostStore, MemoryStore};
#[doc(no_inline)]
pub use tagger::Tagger;
#[doc(no_inline)]
pub use time::{Timestamp, Window};
