//! Keeps a SQLite file of Cursor's costs up to date: incremental, resumable, once or daily.
//!
//! `cargo run --release --example sync -- --db costs.db` runs it against the built-in simulator; `--help` tells the rest.

mod arguments;
mod report;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use cost_ingest::{Actor, By, Connections, Ingest, Role, Roles};
use cost_model::{ConnectionId, CostStore, Timestamp};
use cost_model_sqlite::SqliteStore;
use cursor_admin_client::Client;
use cursor_cost_source::CursorCostSource;
use cursor_simulator::{Server, Simulator};
use examples::{Failure, ProgressBar, Waits};

use arguments::{Arguments, HELP};

#[tokio::main]
async fn main() -> ExitCode {
    examples::main(Arguments::parse(), HELP, run).await
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    let team = Team::choose(&arguments).await?;
    let store = SqliteStore::open(&arguments.db)?;
    loop {
        sync(&arguments, &team, &store).await?;
        if !arguments.daily {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(86_400)).await;
    }
}

/// One run, as a connection of the store.
async fn sync(arguments: &Arguments, team: &Team, store: &dyn CostStore) -> Result<(), Failure> {
    let now = team.now();
    let id = ConnectionId::new(arguments.account_name.as_str());
    let mut connections = Connections::default();
    let operator = Actor::new("sync");
    let roles = Roles::default().with(&operator, Role::IntegrationOwner);
    let (name, reference) = (arguments.account_name.as_str(), team.key_reference.as_str());
    let by = By { authorizer: &roles, actor: &operator, at: now };
    connections.add(&by, id.clone(), name, "cursor", reference)?;

    let source = CursorCostSource::new(team.client()?, name);
    let progress = ProgressBar::new();
    let ingest = Ingest::new(&source, store, id.clone());
    let ingest = ingest.retention_months(arguments.months).observer(&progress);
    connections.begin(&id)?;
    let outcome = ingest.refresh(now).await;
    connections.finish(&id, now, &outcome)?;
    report::print(connections.get(&id)?, &outcome?, &store.restatements(&id).await?);
    if arguments.audit {
        let report = ingest.audit(now).await?;
        println!("\naudit");
        report::print(connections.get(&id)?, &report, &store.restatements(&id).await?);
    }
    Ok(())
}

/// Which team to read, and with what.
struct Team {
    base_url: Option<String>,
    api_key: String,
    key_reference: String,
    /// The simulator, which stops when this is dropped.
    demo: Option<Server>,
}

impl Team {
    async fn choose(arguments: &Arguments) -> Result<Self, Failure> {
        let variable = arguments.api_key_env.as_deref().unwrap_or("CURSOR_API_KEY");
        let key_reference = format!("environment variable {variable}");
        match std::env::var(variable).ok().filter(|key| !key.trim().is_empty()) {
            Some(key) => Ok(Self {
                base_url: arguments.base_url.clone(),
                api_key: key.trim().to_owned(),
                key_reference,
                demo: None,
            }),
            None if arguments.base_url.is_some() || arguments.api_key_env.is_some() => {
                Err(format!("no API key: set the environment variable {variable}").into())
            }
            None => {
                let server = Server::start(Simulator::demo()).await?;
                Ok(Self {
                    base_url: Some(server.base_url()),
                    api_key: server.simulator().api_key().to_owned(),
                    key_reference: "the simulator".to_owned(),
                    demo: Some(server),
                })
            }
        }
    }

    fn client(&self) -> Result<Client, Failure> {
        let mut builder = Client::builder().api_key(self.api_key.as_str()).observer(Arc::new(Waits));
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url.as_str());
        }
        Ok(builder.build()?)
    }

    fn now(&self) -> Timestamp {
        self.demo.as_ref().map_or_else(Utc::now, |demo| demo.simulator().now()).into()
    }
}
