//! Cursor's costs by team, tied to its invoices, put together from the single crates.
//!
//! `cargo run --release --example team_costs` runs it against the built-in simulator; `--help` tells the rest.

mod arguments;
mod counts;
mod export;
mod inputs;
mod job;
mod sections;

use std::process::ExitCode;

use arguments::{Arguments, HELP};

#[tokio::main]
async fn main() -> ExitCode {
    examples::main(Arguments::parse(), HELP, job::run).await
}
