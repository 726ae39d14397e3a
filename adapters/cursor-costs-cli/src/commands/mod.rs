//! The commands, each in a file of its own.

mod accounts;
mod close;
mod config;
mod demo;
mod export;
mod import;
mod init;
mod invoice;
mod people;
mod report;
mod seats;
mod status;
mod sync;
mod tags;

use clap::CommandFactory;
use cursor_costs::{CursorCosts, Error, ErrorKind, Result};

use crate::arguments::{Arguments, Command, Global};
use crate::configuration::{environment, load};
use crate::outcome::Outcome;
use crate::output::Output;

/// Runs a command.
pub(crate) async fn run(Arguments { global, command }: Arguments, output: &Output) -> Result<Outcome> {
    match command {
        Command::Demo(demo) => demo::run(&demo, output).await,
        Command::Init { folder } => init::run(&folder, output),
        Command::Accounts(command) => accounts::run(&global, command, output).await,
        Command::Status => status::run(&open_existing(&global)?, output).await,
        Command::Sync(sync) => sync::run(&open(&global)?, sync, output).await,
        Command::Import(import) => import::run(&global, import, output).await,
        Command::Report(report) => report::run(&open_existing(&global)?, report, output).await,
        Command::Tags(command) => tags::run(&global, command, output).await,
        Command::People(command) => people::run(&global, command, output).await,
        Command::Seats(seats) => seats::run(&open_existing(&global)?, seats, output).await,
        Command::Close(command) => close::run(&global, command, output).await,
        Command::Invoice(command) => invoice::run(&global, command, output).await,
        Command::Export(command) => export::run(&open_existing(&global)?, command, output).await,
        Command::Config(command) => config::run(&global, &command, output),
        Command::Completions { shell } => completions(shell, output),
        Command::Man => manual(output),
    }
}

/// Opens what the configuration names; a store that is not there is made.
fn open(global: &Global) -> Result<CursorCosts> {
    load(global)?.open(&environment())
}

/// Opens what the configuration names, for a question: a slip in the name of the store makes no new one.
fn open_existing(global: &Global) -> Result<CursorCosts> {
    let config = load(global)?;
    let data = &config.data.value;
    if !data.exists() {
        let message = format!("there is no store {}", data.display());
        return Err(Error::new(ErrorKind::Store, message).with_hint("`cursor-costs sync` makes and fills it"));
    }
    config.open(&environment())
}

fn completions(shell: clap_complete::Shell, output: &Output) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "cursor-costs", &mut script);
    output.data(&script)?;
    Ok(Outcome::DONE)
}

fn manual(output: &Output) -> Result<Outcome> {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Arguments::command()).render(&mut page);
    rendered
        .map_err(|error| Error::new(ErrorKind::File, "the manual page cannot be printed").because(error))?;
    output.data(&page)?;
    Ok(Outcome::DONE)
}
