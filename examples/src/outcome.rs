//! How a program ends.

use std::error::Error;
use std::process::{ExitCode, Termination};

use crate::{errln, out, printer};

/// What stops a program.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Runs a program with its arguments, or shows its help if they are `None`. The exit status is what it returns; an error
/// goes to standard error, with its causes, and makes the status 1.
pub async fn main<T, R: Termination>(
    arguments: Result<Option<T>, Failure>,
    help: &str,
    run: impl AsyncFnOnce(T) -> Result<R, Failure>,
) -> ExitCode {
    let outcome = match arguments {
        Ok(Some(arguments)) => run(arguments).await.map(Termination::report),
        Ok(None) => {
            out!("{help}");
            Ok(ExitCode::SUCCESS)
        }
        Err(failure) => Err(failure),
    };
    // The program's own failure says more than that of its output.
    match outcome.and_then(|status| printer::finish().map(|()| status)) {
        Ok(status) => status,
        Err(failure) => {
            errln!("error: {}", chain(&*failure));
            ExitCode::FAILURE
        }
    }
}

/// An error and its causes, each saying what the ones before leave out.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}\n  because: {more}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cause_is_told_twice() {
        let cause = std::io::Error::other(std::io::Error::other("the disk is full"));
        assert_eq!(chain(&cause), "the disk is full");
    }
}
