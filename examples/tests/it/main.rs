//! The whole chain, over real HTTP, against the simulator's own truth; untidy files; and the examples as a user runs them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should say where"
)]

mod accruals;
mod chain;
mod chargebacks;
mod cycles;
mod faults;
mod invoices;
mod layers;
mod main_job;
mod other_examples;
mod owners;
mod readme;
mod simulator_process;
mod untidy;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use cost_ingest::{Ingest, RunReport};
use cost_model::store::{ConnectionId, Scope};
use cost_model::{CostStore, Currency, Ledger, MemoryStore, Window};
use cursor_admin_client::{Client, ManualClock};
use cursor_cost_source::CursorCostSource;
use cursor_simulator::{Server, Simulator};

/// What a sync over HTTP has brought.
struct Synced {
    run: RunReport,
    ledger: Ledger,
    records: Vec<cost_model::CostRecord>,
    clock: Arc<ManualClock>,
}

/// Serves the simulator on a port, and brings its whole range into a store. Waits pass on a manual clock.
async fn sync(simulator: &Simulator) -> Synced {
    let server = Server::start(simulator.clone()).await.unwrap();
    let clock = Arc::new(ManualClock::new(simulator.now()));
    let client = Client::builder()
        .api_key(simulator.api_key())
        .base_url(server.base_url())
        .clock(clock.clone())
        .build()
        .unwrap();
    let source = CursorCostSource::new(client, "Acme");
    let store = MemoryStore::new();
    let range = range(simulator);
    let ingest = Ingest::new(&source, &store, ConnectionId::new("acme"));
    let run = ingest.run(range, range.end()).await.unwrap();
    let mut records = Vec::new();
    store.scan(&Scope::all(), &mut records).await.unwrap();
    let ledger = Ledger::from_store(&store, &Scope::all(), Currency::USD).await.unwrap();
    Synced { run, ledger, records, clock }
}

fn range(simulator: &Simulator) -> Window {
    let (start, end) = simulator.range();
    Window::new(start, end).unwrap()
}

/// Where cargo builds an example: beside the tests.
fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples").join(name);
    assert!(program.exists(), "{} is not built; run `cargo test --workspace`", program.display());
    program
}

fn run(name: &str, arguments: &[&str]) -> Output {
    Command::new(example(name)).args(arguments).output().unwrap()
}

fn printed(name: &str, arguments: &[&str]) -> String {
    let output = run(name, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
