//! Vantage's formats over random filters, rules and directories, and over anything.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, also in its helpers"
)]

mod canary;
#[path = "../../../../cost-model/tests/it/filter/charge.rs"]
mod charge;
mod config;
#[path = "../../../../cost-model/tests/it/filter/corpus.rs"]
mod corpus;
#[path = "../../../../cost-model/tests/it/filter/sentence.rs"]
mod sentence;
mod vql;

use proptest::prelude::ProptestConfig;

/// So many cases, and no files left behind by a failing one.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig::with_cases(cases)
}
