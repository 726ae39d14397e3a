//! The program `cursor-costs`: a company's Cursor spend from a command line.
//!
//! It asks the facade, [`cursor_costs::CursorCosts`], and prints the answers. There is no arithmetic here.

mod arguments;
mod commands;
mod outcome;
mod output;
mod progress;

use std::process::ExitCode;

use clap::error::ErrorKind as ClapErrorKind;
use clap::{CommandFactory, Parser};

use arguments::{Arguments, Format};
use cursor_costs::{Error, ErrorKind};
use outcome::{Outcome, print_error};
use output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return wrong_usage(&error),
    };
    let output = Output::new(&arguments.global);
    match run(arguments, &output) {
        Ok(outcome) => outcome.exit_code(),
        Err(error) => {
            print_error(&error, &output);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments, output: &Output) -> cursor_costs::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Error::new(ErrorKind::File, "the program could not start").because(error))?;
    runtime.block_on(commands::run(arguments, output))
}

/// Prints help, the version, or what is wrong with the command line. Wrong usage is status 1: 2 and 3 are answers.
fn wrong_usage(error: &clap::Error) -> ExitCode {
    let is_help = matches!(error.kind(), ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion);
    let wants_json = std::env::args().any(|argument| argument == "--format=json" || argument == "json");
    if is_help || !wants_json {
        // A reader that has gone away is no failure.
        drop(error.print());
        return if is_help { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let message = error.to_string();
    let message = message.trim_start_matches("error: ").lines().next().unwrap_or_default().to_owned();
    let mut global = Arguments::command();
    let usage = global.render_usage().to_string();
    let error = Error::new(ErrorKind::Query, message).with_hint(usage.replace('\n', " "));
    print_error(&error, &Output::for_errors(Format::Json));
    ExitCode::FAILURE
}
