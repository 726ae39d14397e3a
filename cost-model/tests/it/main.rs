//! The laws of this crate, checked on random input against slow and obvious oracles.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, also in its helpers"
)]

mod big;
mod canary;
mod conformance;
mod costs;
mod export;
mod features;
mod filter;
mod imports;
mod ledger;
mod many_sets;
mod memory_store;
mod money;
mod output;
mod provenance;
mod replacement;
mod report;
mod rounding;
mod split;
mod support;
mod tagged;
