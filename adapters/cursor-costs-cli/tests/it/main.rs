//! The program, run as its users run it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, also in its helpers"
)]

mod commands;
mod mistakes;
mod outputs;
mod program;
mod walk;
