//! The program, run as its users run it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, also in its helpers"
)]

mod close;
mod commands;
mod crash;
mod hostile;
mod imports;
mod mistakes;
mod outputs;
mod people;
mod program;
mod remarks;
mod rules;
mod servers;
mod walk;
