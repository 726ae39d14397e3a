//! The program `cursor-costs`: a company's Cursor spend from a command line.
//!
//! It asks the facade, [`cursor_costs::CursorCosts`], and prints the answers. There is no arithmetic here.

mod arguments;
mod commands;
mod configuration;
mod outcome;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind as ClapErrorKind;

use arguments::{Arguments, Format};
use cursor_costs::{Error, ErrorKind};
use outcome::{Outcome, print_error};
use output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return wrong_usage(&error),
    };
    let output = Output::new(&arguments);
    match run(arguments, &output) {
        Ok(outcome) => outcome.exit_code(),
        Err(error) => {
            print_error(&error, &output);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments, output: &Output) -> cursor_costs::Result<Outcome> {
    output.check_file()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Error::new(ErrorKind::File, "the program could not start").because(error))?;
    runtime.block_on(commands::run(arguments, output))
}

/// Prints help, the version, or what is wrong with the command line. Wrong usage is status 1: 2 and 3 are answers.
fn wrong_usage(error: &clap::Error) -> ExitCode {
    let is_help = matches!(error.kind(), ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion);
    let arguments: Vec<String> =
        std::env::args_os().map(|text| text.to_string_lossy().into_owned()).collect();
    let wants_json = arguments.iter().any(|argument| argument == "--format=json")
        || arguments.windows(2).any(|pair| pair == ["--format", "json"]);
    if is_help || !wants_json {
        // A reader that has gone away is no failure.
        drop(error.print());
        return if is_help { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    // Names of arguments may stand in lines of their own below the first; after them come tips and the usage.
    let text = error.to_string();
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_about_usage = |line: &&str| line.starts_with("Usage:") || line.starts_with("For more information");
    let message: Vec<&str> =
        lines().take_while(|line| !line.starts_with("tip:") && !is_about_usage(line)).collect();
    let hint: Vec<&str> = lines().skip(message.len()).filter(|line| !line.starts_with("For more")).collect();
    let message = message.join(" ").trim_start_matches("error: ").to_owned();
    let mut error = Error::new(ErrorKind::Query, message);
    if !hint.is_empty() {
        error = error.with_hint(hint.join("; "));
    }
    print_error(&error, &Output::for_errors(Format::Json));
    ExitCode::FAILURE
}
