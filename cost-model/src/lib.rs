#![doc = include_str!("../README.md")]

mod combinations;
mod completeness;
#[cfg(feature = "conformance")]
pub mod conformance;
mod digest;
mod dimension;
mod error;
pub mod export;
pub mod filter;
mod hash;
mod ids;
pub mod input;
mod ledger;
mod masked;
mod money;
mod observations;
pub mod output;
mod pseudonyms;
mod record;
pub mod report;
mod source;
mod store;
mod tag_cache;
mod tagger;
mod time;

pub use completeness::{Gap, GapState};
pub use digest::{Digest, Digester};
pub use dimension::{Dimension, Dimensions};
pub use error::{Error, ErrorKind, Result};
pub use filter::Filter;
pub use ledger::{DimensionSetId, Ledger, LedgerBuilder, LedgerRow, LedgerSet};
pub use money::{
    Costs, Currency, Metric, Money, PriceBook, Prices, Quantity, RequestUnits, Rounding, TokenCounts,
    TokenType, Tokens, ZeroWeights, round_parts, split,
};
pub use observations::{Observations, ObservedGroup, ObservedMember, ObservedSpend};
pub use pseudonyms::Pseudonyms;
pub use record::{
    Code, CostRecord, DimensionFields, DimensionInterner, DimensionSet, Figures, Identity, Person,
    Provenance, ReadNumber, RecordId, Run, SharedTexts, Stated, StoredRecord, Tags,
};
pub use report::Bin;
pub use source::{CostSource, Drift, Origin, SourceBatch, WindowCount};
pub use store::{
    ChargeSink, Comparison, ConnectionId, Correction, CostStore, Coverage, CoveredBy, CoveredSpan,
    FileImport, Import, ImportChange, ImportId, ImportPlan, ImportState, ImportStats, LOOK_BACK_DAYS,
    MemoryStore, Owner, PriorRecord, PriorState, RecordSink, ReplaceStats, ReplacedWindow, Restatement,
    RowSum, Scope, SetNumber, WindowChange, WindowPairing, WindowReplacement, final_before,
};
pub use tag_cache::{AnswerId, TagCache};
pub use tagger::{Part, Tagger, Untagged};
pub use time::{Spans, Timestamp, Window};
