//! The main job: a demo company's Cursor costs by team, tied to its invoices.
//!
//! `cargo run --release --example cursor_costs` syncs three months from the built-in simulator over HTTP and
//! prints what a company looks at first. For charges of your own there is the program `cursor-costs`.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use cost_model::export::CsvRecords;
use cost_model::output::{amount, counted, grouped};
use cost_model::{MemoryStore, Window};
use cursor_admin_client::{Client, ManualClock};
use cursor_cost_source::CursorCostSource;
use cursor_costs::documents::{ReconciliationDocument, ReportDocument, SyncDocument};
use cursor_costs::files::NewFiles;
use cursor_costs::request::{DayRange, ReportRequest};
use cursor_costs::sync::{SyncOutcome, SyncRequest};
use cursor_costs::{Account, CursorCosts, Setup};
use cursor_invoice::CursorInvoiceReader;
use cursor_simulator::{Server, Simulator};
use reconcile::InvoiceReader;
use reconcile::assessment::Verdict;
use virtual_tags::{Directory, RuleSet};

const RULES: &str = include_str!("../adapters/cursor-costs-cli/demo/rules.toml");
const USAGE: &str = "cursor_costs [--team NAME] [--out DIR] shows a demo company";

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (mut team, mut out, mut arguments) = (None, None, std::env::args().skip(1));
    while let Some(option) = arguments.next() {
        match (option.as_str(), arguments.next()) {
            ("--team", Some(name)) => team = Some(name),
            ("--out", Some(folder)) => out = Some(std::path::PathBuf::from(folder)),
            ("--help", None) => return Ok(print(&format!("{USAGE}\n")).map(|()| ExitCode::SUCCESS)?),
            _ => {
                return Err(
                    format!("{option}: {USAGE}; the program cursor-costs reads your own charges").into()
                );
            }
        }
    }
    let server = Server::start(Simulator::demo()).await?;
    let costs = company(&server)?;
    let (from, to) = ("2026-08-01".parse()?, "2026-11-01".parse()?);
    let range = DayRange::Days { from, to };
    let synced = costs.sync(&SyncRequest { days: Some(range), ..SyncRequest::default() }, &()).await?;

    let mut text = describe(&synced, Window::days(from, to)?)?;
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    write!(text, "\n{}", costs.overview(range, team.as_deref(), columns.unwrap_or(80)).await?)?;
    let (mut documents, mut verdict) = (Vec::new(), Verdict::Done);
    for invoice in server.simulator().invoices() {
        let invoice = CursorInvoiceReader::new().read_invoice(invoice.csv.as_bytes(), "invoice.csv")?;
        let found = costs.reconcile(costs.account(None)?, invoice, &[]).await?;
        let bridge = &found.explained.reconciliation;
        writeln!(text, "\nFrom usage to invoice {}, {} (USD)", bridge.invoice, bridge.period)?;
        bridge.to_string().lines().try_for_each(|line| writeln!(text, "  {line}"))?;
        writeln!(text, "  {}", bridge.conclusion())?;
        verdict = verdict.max(bridge.verdict());
        documents.push(ReconciliationDocument::new(&found));
    }
    if let Some(folder) = out {
        let group_by = vec!["vtag.Team".parse()?, "vtag.Department".parse()?];
        let report = costs.report(&ReportRequest { range, group_by, ..ReportRequest::default() }).await?;
        let (report, tagger) = (ReportDocument::new(&costs, &report, None), costs.tagger(range).await?);
        let mut files = NewFiles::default();
        files.write(&folder.join("sync.json"), &serde_json::to_vec_pretty(&SyncDocument::new(&synced))?)?;
        let records = files.create(&folder.join("records.csv"))?;
        costs.export(range, &mut CsvRecords::new(records, &tagger)?).await?;
        files.write(&folder.join("report.json"), &serde_json::to_vec_pretty(&report)?)?;
        files.write(&folder.join("reconciliation.json"), &serde_json::to_vec_pretty(&documents)?)?;
        files.finish()?;
        writeln!(text, "\nWritten to {}", folder.display())?;
    }
    print(&text)?;
    Ok(verdict.exit_status().into())
}

/// The demo company's account, its people and its rules, over a store in memory.
fn company(server: &Server) -> Result<CursorCosts, Box<dyn Error>> {
    let simulator = server.simulator();
    let client = Client::builder().base_url(server.base_url()).api_key(simulator.api_key()).build()?;
    let people = Directory::from_csv(simulator.directory_csv().as_bytes(), "the demo's directory")?;
    Ok(Setup::new(Arc::new(MemoryStore::new()))
        .account(Account::new("Acme").with_source(CursorCostSource::new(client, "Acme")))
        .owners(RuleSet::from_toml(RULES, "the demo's rules")?, people)
        .clock(Arc::new(ManualClock::new(simulator.now())))
        .build())
}

/// What the sync brought: that every page announced the same count of events, and that many came.
fn describe(outcome: &SyncOutcome, range: Window) -> Result<String, Box<dyn Error>> {
    let mut text =
        "No real charges: these are made up by a built-in simulator of a demo company.\n".to_owned();
    for account in &outcome.accounts {
        let synced = account.outcome.as_ref().map_err(ToString::to_string)?;
        let (run, charged) = (&synced.run, amount(synced.charged));
        writeln!(text, "\nAccount {}, {range} (UTC, end excluded)", account.name)?;
        writeln!(text, "  events           {:>12}", grouped(run.records))?;
        writeln!(text, "  announced        {:>12}", grouped(run.announced))?;
        writeln!(text, "  windows          {:>12}", run.windows.len())?;
        writeln!(text, "  requests         {:>12}  of which repeated: {}", run.requests, run.retries)?;
        writeln!(text, "  without user     {:>12}", grouped(synced.without_user))?;
        writeln!(text, "  unknown kinds    {:>12}", grouped(run.unknown_kinds))?;
        writeln!(text, "  charged, as sent {charged:>12} USD, all kinds")?;
        let why = "no amount charged was stated, and the cost is worked out from the others";
        writeln!(text, "  derived costs    {}: {why}", counted(synced.derived, "charge"))?;
    }
    Ok(text)
}

/// Prints everything at once; a reader who stops early, as `head` does, is no failure.
fn print(text: &str) -> std::io::Result<()> {
    let printed = std::io::stdout().write_all(text.as_bytes());
    printed.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}
