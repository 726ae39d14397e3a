//! The main job: Cursor's costs by team, tied to its invoices.
//!
//! `cargo run --release --example cursor_costs` runs it against the built-in simulator; `--help` tells the rest.

mod arguments;
mod export;
mod inputs;
mod job;
mod sections;

use std::error::Error;
use std::process::ExitCode;

use arguments::{Arguments, HELP};

/// What stops the job.
type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse() {
        Ok(Some(arguments)) => job::run(arguments).await,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", examples::chain(&*failure));
            ExitCode::FAILURE
        }
    }
}
