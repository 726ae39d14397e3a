//! Runs over scripted sources.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "functions beside the tests fail as tests do"
)]

mod connections;
mod interrupted;
mod plan;
mod promises;
mod refresh;
mod refused;
mod runs;
mod support;
