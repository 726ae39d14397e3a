//! Keeps a SQLite file of Cursor's costs up to date: incremental, resumable, once or daily.
//!
//! `cargo run --release --example sync -- --demo --db demo.db` runs it against the built-in simulator; `--help` tells the
//! rest.

mod arguments;
mod report;

use std::process::ExitCode;
use std::time::Duration;

use cost_ingest::Ingest;
use cost_ingest::connections::{Actor, By, Connections, Role, Roles};
use cost_model::CostStore;
use cost_model::store::ConnectionId;
use cost_model_sqlite::SqliteStore;
use cursor_simulator::Simulator;
use examples::{Failure, ProgressBar, Team, chain, errln, outln};

use arguments::{Arguments, HELP};

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::main]
async fn main() -> ExitCode {
    examples::main(Arguments::parse(), HELP, run).await
}

async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let team = if arguments.demo {
        Team::simulated(Simulator::demo()).await?
    } else {
        Team::of_key(arguments.base_url.as_deref(), arguments.api_key_env.as_deref())?
    };
    let store = SqliteStore::open(&arguments.db)?;
    loop {
        let outcome = sync(&arguments, &team, &store).await;
        if !arguments.daily {
            return outcome.map(|complete| if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        // The next day may go better.
        if let Err(failure) = outcome {
            errln!("error: {}", chain(&*failure));
        }
        tokio::time::sleep(DAY).await;
    }
}

/// One run, as a connection of the store; returns whether every window could be claimed.
async fn sync(arguments: &Arguments, team: &Team, store: &dyn CostStore) -> Result<bool, Failure> {
    let now = team.now();
    let id = ConnectionId::new(arguments.account_name.as_str());
    let mut connections = Connections::default();
    let operator = Actor::new("sync");
    let roles = Roles::default().with(&operator, Role::IntegrationOwner);
    let (name, reference) = (arguments.account_name.as_str(), team.key_reference.as_str());
    let by = By { authorizer: &roles, actor: &operator, at: now };
    connections.add(&by, id.clone(), name, "cursor", reference)?;

    let source = team.source(name)?;
    let progress = ProgressBar::new();
    let ingest = Ingest::new(&source, store, id.clone());
    let ingest = ingest.retention_months(arguments.months).observer(&progress);
    connections.begin(&id)?;
    let outcome = ingest.refresh(now).await;
    connections.finish(&id, now, &outcome)?;
    let run = outcome?;
    report::print(connections.get(&id)?, &run, &store.restatements(&id).await?);
    let mut complete = run.outside.is_empty();
    if arguments.audit {
        let report = ingest.audit(now).await?;
        outln!("\naudit");
        report::print(connections.get(&id)?, &report, &store.restatements(&id).await?);
        complete &= report.outside.is_empty();
    }
    Ok(complete)
}
