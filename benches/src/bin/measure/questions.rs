//! What it takes the program `cursor-costs` to answer over a large store.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use benches::{Company, Failure};
use cost_model::record::Run;
use cost_model::report::Bin;
use cost_model::source::Origin;
use cost_model::store::{ConnectionId, WindowReplacement};
use cost_model::{CostStore, Timestamp};
use cost_model_sqlite::SqliteStore;
use cursor_costs::CursorCosts;
use cursor_costs::config::{Config, Environment, FILE_NAME, Layers, Overrides};
use cursor_costs::request::{DayRange, ReportRequest};
use tokio::runtime::Runtime;

use crate::Size;
use crate::timing::{self, Timing};

const ACCOUNT: &str = "Acme";

/// Fills a folder that has no store yet, and asks over it as the program does: each time from opening the store on.
///
/// The folder stays, so that the program itself can be run there.
pub fn measure(arguments: &[String]) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let folder = prepare(&runtime, arguments)?;
    let data = folder.join("costs.db");
    let status = runtime.block_on(open(&folder)?.status())?;
    let account = status.accounts.first().ok_or("there is no account")?;
    let covered = account.covered.ok_or("the store is empty")?;
    println!("{} charges, {covered}", account.charges);
    println!("5 interleaved rounds from opening the store on; processor time in milliseconds");
    let of_all = ReportRequest {
        range: DayRange::Days { from: covered.start().date(), to: covered.end().date() },
        group_by: vec!["service".parse()?],
        ..ReportRequest::default()
    };
    let by_month =
        ReportRequest { bin: Some(Bin::Month), group_by: vec!["resource_id".parse()?], ..of_all.clone() };
    let mut timings = [
        Timing::new("status", "floor: what is covered, raw"),
        Timing::new("", "CursorCosts::status"),
        Timing::new("report of everything", "floor: the figures, raw"),
        Timing::new("", "by service"),
        Timing::new("", "by person and month"),
        Timing::new("report again", "floor: nothing is read"),
        Timing::new("", "by service"),
    ];
    for _ in 0..5 {
        let [of_status, status, of_report, report, months, of_again, again] = &mut timings;
        of_status.time(|| rows(&data, "SELECT * FROM coverage"))?;
        status.time(|| Ok(runtime.block_on(open(&folder)?.status())?))?;
        of_report.time(|| {
            rows(&data, "SELECT at, dimensions, input, output, cache_write, cache_read, effective, billed, list FROM record")
        })?;
        report.time(|| Ok(runtime.block_on(open(&folder)?.report(&of_all))?))?;
        months.time(|| Ok(runtime.block_on(open(&folder)?.report(&by_month))?))?;
        let costs = open(&folder)?;
        runtime.block_on(costs.report(&of_all))?;
        of_again.time(|| Ok(runtime.block_on(async { 0 })))?;
        again.time(|| Ok(runtime.block_on(costs.report(&of_all))?))?;
    }
    timing::print(&mut timings, Duration::from_millis(1));
    Ok(())
}

/// Returns the folder that the arguments name, with a configuration and a store of charges that it makes where there is none.
pub fn prepare(runtime: &Runtime, arguments: &[String]) -> Result<PathBuf, Failure> {
    let (folder, rest) = arguments.split_first().ok_or("name the folder of the store")?;
    let (folder, size) = (PathBuf::from(folder), Size::parse(rest)?);
    let data = folder.join("costs.db");
    if !data.exists() {
        fs::create_dir_all(&folder)?;
        let today = fill(runtime, &data, &Company::load(&size.set, size.events)?)?.date();
        let config =
            format!("data = \"costs.db\"\ntoday = \"{today}\"\n\n[[account]]\nname = \"{ACCOUNT}\"\n");
        fs::write(folder.join(FILE_NAME), config)?;
    }
    Ok(folder)
}

fn open(folder: &Path) -> Result<CursorCosts, Failure> {
    let environment: Environment = Arc::new(|_| None);
    let mut overrides = Overrides::default();
    overrides.config = Some(folder.join(FILE_NAME));
    let layers = Layers { overrides, environment: &*environment, working_folder: folder };
    Ok(Config::load(&layers)?.open(&environment)?)
}

/// Stores the charges of a company without its client, which would keep to Cursor's rate limits. Returns where they end.
fn fill(runtime: &Runtime, file: &Path, company: &Company) -> Result<Timestamp, Failure> {
    let (store, account) = (SqliteStore::open(file)?, ConnectionId::new(ACCOUNT));
    let mut end = Timestamp::from_millis(0)?;
    company.for_each_window(&mut |window, records| {
        end = end.max(window.end());
        let read = runtime.block_on(store.begin_read(&account, Origin::Demo))?;
        let new = WindowReplacement::new(window, records, read, Run::at(window.end()));
        runtime.block_on(store.replace_window(&account, new))?;
        Ok(())
    })?;
    Ok(end)
}

/// Looks at every column of every row, and makes nothing of it.
fn rows(file: &Path, sql: &str) -> Result<usize, Failure> {
    let connection = rusqlite::Connection::open(file)?;
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query(())?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            black_box(row.get_ref(column)?);
        }
        count += 1;
    }
    Ok(count)
}
