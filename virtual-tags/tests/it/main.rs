//! The laws of this crate, checked on random rules and directories against a naive interpreter.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::format_push_string,
    reason = "a test fails by panicking, also in its helpers, and writes its files piece by piece"
)]

mod canary;
mod chained;
mod changes;
mod check;
mod conservation;
mod corpus;
mod directory;
mod errors;
mod example;
mod explain;
mod failures_of_others;
mod first_match;
mod garbage;
mod identity;
mod laws;
mod locks;
mod naive;
mod values;
mod vantage;
