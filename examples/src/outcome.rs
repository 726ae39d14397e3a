//! How a program ends.

use std::error::Error;
use std::process::{ExitCode, Termination};

/// What stops a program.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Runs a program with its arguments, or shows its help if they are `None`. An error goes to standard error, with its
/// causes, and makes the exit status 1; else what the program returns decides it.
pub async fn main<T, R: Termination>(
    arguments: Result<Option<T>, Failure>,
    help: &str,
    run: impl AsyncFnOnce(T) -> Result<R, Failure>,
) -> ExitCode {
    let outcome = match arguments {
        Ok(Some(arguments)) => run(arguments).await.map(Termination::report),
        Ok(None) => {
            print!("{help}");
            Ok(ExitCode::SUCCESS)
        }
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(status) => status,
        Err(failure) => {
            eprintln!("error: {}", chain(&*failure));
            ExitCode::FAILURE
        }
    }
}

/// An error and its causes, each saying what the one before leaves out.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}\n  because: {error}");
        cause = error.source();
    }
    text
}
