//! The client against scripted, simulated and real servers. Nothing leaves this machine.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking, also in what supports it"
)]

mod allow_list;
mod bounds;
mod daily_usage;
mod directory;
mod dropping;
mod eras;
mod failures;
mod floors;
mod groups;
mod lenient;
mod matrix;
mod model_access;
#[cfg(feature = "reqwest")]
mod network;
mod observing;
mod pacing;
mod paging;
mod people;
mod secrets;
mod simulated;
mod snapshots;
mod support;
#[cfg(feature = "tracing")]
mod traced;
