//! The facade over the simulator and over files with mistakes.
#![expect(clippy::unwrap_used, reason = "functions beside the tests fail as tests do")]

mod closing;
mod company;
mod configuration;
mod imports;
mod people;
mod questions;
mod seats;
#[cfg(feature = "tracing")]
mod spans;
