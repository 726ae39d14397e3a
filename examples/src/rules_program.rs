//! How the programs about rules begin and end.

use std::error::Error;
use std::process::ExitCode;

use crate::{chain, errln, out, printer};

/// Runs a program with its arguments, or shows its help if they ask for it. The exit status is 0 if it finds nothing wrong.
/// Errors go to standard error with their causes, all mistakes of a rules file at once.
pub fn rules_program(help: &str, run: impl FnOnce(&[String]) -> Result<bool, Box<dyn Error>>) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        out!("{help}");
        return ExitCode::SUCCESS;
    }
    let printed = |holds| match printer::finish() {
        Ok(()) => Ok(holds),
        Err(failure) => Err(failure as Box<dyn Error>),
    };
    match run(&arguments).and_then(printed) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            errln!("{}", chain(&*error));
            for other in
                error.downcast_ref::<virtual_tags::Error>().into_iter().flat_map(virtual_tags::Error::others)
            {
                errln!("{}", chain(other));
            }
            ExitCode::FAILURE
        }
    }
}
