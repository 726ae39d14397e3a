//! How much memory the program `cursor_costs` takes at the worst moment, seen from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use benches::{Failure, client_of};
use chrono::{DateTime, TimeDelta, Utc};
use cost_ingest::Ingest;
use cost_model::store::ConnectionId;
use cost_model::{Timestamp, Window};
use cost_model_sqlite::SqliteStore;
use cursor_admin_client::Transport;
use cursor_cost_source::CursorCostSource;
use cursor_simulator::{Server, Simulator};

use crate::Size;
use crate::timing::tenths;

/// The name under which the program keeps a connection unless told otherwise.
const ACCOUNT: &str = "Cursor";
const KEY_VARIABLE: &str = "MEASURE_CURSOR_KEY";
const DAYS: i64 = 60;

/// Runs the program twice against a server on a port: over a file that holds the charges already, and with nothing, so that
/// it reads all of them and keeps them in memory. The second takes as many minutes as Cursor's limit of 60 pages a minute
/// demands.
pub fn measure(size: &Size) -> Result<(), Failure> {
    // Days that the program takes by itself: the three months before tomorrow.
    let end = today()?;
    let builder = size.set.simulator(Some(size.events.unwrap_or(1_000_000)))?;
    let simulator = builder.range(end - TimeDelta::days(DAYS), end).build();
    let folder = std::env::temp_dir().join(format!("measure-memory-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let measured = runs(&simulator, &folder);
    fs::remove_dir_all(&folder)?;
    measured
}

fn runs(simulator: &Simulator, folder: &Path) -> Result<(), Failure> {
    let program = std::env::current_exe()?.with_file_name("examples").join("team_costs");
    if !program.exists() {
        return Err("build it first: cargo build --release -p examples --example team_costs".into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (file, records) = (folder.join("costs.db"), simulator.snapshot().len());
    runtime.block_on(fill(simulator, &file))?;
    println!("team_costs --out on {records} events, megabytes resident at the worst moment");
    let server = runtime.block_on(Server::start(simulator.clone()))?;
    for (name, file) in [("charges in a file before", Some(file)), ("charges read, and kept in memory", None)]
    {
        let mut command = Command::new(&program);
        command.args(["--base-url", &server.base_url(), "--api-key-env", KEY_VARIABLE, "--out"]);
        command.arg(folder.join("out")).env(KEY_VARIABLE, simulator.api_key()).stdout(Stdio::null());
        if let Some(file) = file {
            command.arg("--db").arg(file);
        }
        let peak = runtime.block_on(peak_kilobytes(command.stderr(Stdio::null()).spawn()?))?;
        let written = lines_of(&folder.join("out").join("records.csv"))?;
        println!("{name:<40}{:>8}   {written} lines written to records.csv", tenths(peak.into(), 1024));
        if written < records {
            return Err("not every record was written".into());
        }
    }
    Ok(())
}

/// Reads everything into a file, as the program would have done before.
async fn fill(simulator: &Simulator, file: &PathBuf) -> Result<(), Failure> {
    let transport = Arc::new(benches::InProcess::new(simulator.clone())) as Arc<dyn Transport>;
    let source = CursorCostSource::new(client_of(simulator, transport)?, ACCOUNT);
    let store = SqliteStore::open(file)?;
    let (start, end) = simulator.range();
    let ingest = Ingest::new(&source, &store, ConnectionId::new(ACCOUNT));
    ingest.run(Window::new(start, end)?, Timestamp::from(end)).await?;
    Ok(())
}

/// Waits for a program while the server answers it.
async fn peak_kilobytes(mut child: Child) -> Result<u64, Failure> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        // What Linux has seen at the most so far; gone as soon as the program ends.
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes =
            line.and_then(|line| line.split_whitespace().next()).and_then(|text| text.parse().ok());
        peak = peak.max(kilobytes.unwrap_or_default());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    if child.wait()?.success() { Ok(peak) } else { Err("cursor_costs failed".into()) }
}

fn lines_of(path: &Path) -> Result<usize, Failure> {
    Ok(fs::read_to_string(path)?.lines().count())
}

/// Midnight, in UTC.
#[expect(clippy::disallowed_methods, reason = "the program that is measured looks at the same clock")]
fn today() -> Result<DateTime<Utc>, Failure> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    Ok(DateTime::from_timestamp(i64::try_from(now / 86_400 * 86_400)?, 0).ok_or("no such time")?)
}
