//! `demo`: a folder to play with, and the API of the same made-up company.

use std::future;
use std::path::Path;

use cost_model::output::counted;
use cursor_costs::config::{Config, FILE_NAME, Layers, Overrides};
use cursor_costs::files::NewFiles;
use cursor_costs::sync::SyncRequest;
use cursor_costs::{Error, ErrorKind, Result};
use cursor_simulator::{Server, Simulator};
use serde_json::json;

use crate::arguments::Demo;
use crate::commands::environment;
use crate::outcome::Outcome;
use crate::output::Output;
use crate::progress::SyncProgress;

const CONFIG: &str = include_str!("../../demo/demo.toml");
const RULES: &str = include_str!("../../demo/rules.toml");
/// Where the configuration of the demo expects the key.
const KEY_FILE: &str = "demo.key";

pub(crate) async fn run(demo: &Demo, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    match &demo.folder {
        Some(folder) => make(folder, output).await,
        None => serve(demo.port, output).await,
    }
}

async fn make(folder: &Path, output: &Output) -> Result<Outcome> {
    let is_taken = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_taken || folder.is_file() {
        let message = format!("{} is not an empty folder, and nothing was written", folder.display());
        return Err(Error::new(ErrorKind::File, message).with_hint("name a folder that is not there yet"));
    }
    let simulator = Simulator::demo();
    let mut files = NewFiles::default();
    files.write(&folder.join(FILE_NAME), CONFIG.as_bytes())?;
    files.write(&folder.join("rules.toml"), RULES.as_bytes())?;
    files.write(&folder.join("people.csv"), simulator.directory_csv().as_bytes())?;
    files.write(&folder.join(KEY_FILE), simulator.api_key().as_bytes())?;
    for invoice in simulator.invoices() {
        files.write(
            &folder.join("invoices").join(format!("{}.csv", invoice.number)),
            invoice.csv.as_bytes(),
        )?;
    }
    files.finish()?;
    let events = fill(folder, simulator, output).await?;
    if output.is_json() {
        output
            .json(&json!({ "schema": "demo/1", "folder": folder.display().to_string(), "events": events }))?;
        return Ok(Outcome::DONE);
    }
    let folder = folder.display();
    output.text(format_args!(
        "{folder} holds {} of a made-up company, its rules, people and invoices. Try there:\n  \
         cursor-costs status\n  \
         cursor-costs report teams\n  \
         cursor-costs report --group-by service,vtag.Department --interval last_3_months\n  \
         cursor-costs invoice explain invoices/INV-0007.csv\n  \
         cursor-costs tags coverage\n",
        counted(events, "charge"),
    ))?;
    Ok(Outcome::DONE)
}

/// Fills the store of a new folder from the company's own API, as a sync would.
async fn fill(folder: &Path, simulator: Simulator, output: &Output) -> Result<u64> {
    let server = Server::start(simulator).await;
    let server = server
        .map_err(|error| Error::new(ErrorKind::Sync, "the demo's API could not start").because(error))?;
    let mut overrides = Overrides::default();
    overrides.config = Some(folder.join(FILE_NAME));
    // The environment is left out: its variables are about the user's own charges.
    let mut config = Config::load(&Layers { overrides, environment: &|_| None, working_folder: folder })?;
    for account in &mut config.accounts {
        account.base_url = Some(server.base_url());
    }
    let progress = SyncProgress::new(output);
    let outcome = config.open(&environment())?.sync(&SyncRequest::default(), &progress).await?;
    progress.finish();
    let mut events = 0;
    for account in outcome.accounts {
        events += account.outcome?.run.records;
    }
    Ok(events)
}

async fn serve(port: u16, output: &Output) -> Result<Outcome> {
    let server = Server::start_on(Simulator::demo(), port).await.map_err(|error| {
        Error::new(ErrorKind::Sync, format!("port {port} of 127.0.0.1 cannot be used")).because(error)
    })?;
    let (url, key) = (server.base_url(), server.simulator().api_key().to_owned());
    // The company's charges end there: by the clock of this machine, its last month would be empty.
    let today = server.simulator().now().date_naive();
    if output.is_json() {
        let document = json!({ "schema": "demo-serve/1", "base_url": url, "api_key": key, "today": today });
        output.json(&document)?;
    } else {
        output.text(format_args!(
            "The Admin API of a made-up company, until this program is ended\n\
             base URL  {url}\n\
             key       {key}\n\
             In cursor-costs.toml, above the first [[account]], and in it:\n  \
             today = \"{today}\"\n  \
             base_url = \"{url}\"\n"
        ))?;
    }
    // Rate limits count by the minute of a clock that runs.
    server.simulator().run_clock();
    future::pending().await
}
