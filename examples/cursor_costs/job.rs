//! The job, from the first request to the last figure.

use std::collections::BTreeSet;
use std::process::ExitCode;

use cost_ingest::{Ingest, RunReport};
use cost_model::{ConnectionId, CostRecord, CostStore, Currency, Ledger, MemoryStore, Metric, Scope, Window};
use cost_model_sqlite::SqliteStore;
use cursor_invoice::billing_rules;
use examples::{Failure, ProgressBar, Team, outln};
use reconcile::{Reconciliation, StoredUsage, Verdict};

use crate::arguments::Arguments;
use crate::export::Export;
use crate::inputs::Inputs;
use crate::sections::Sections;

/// The exit status says whether somebody has to act on an invoice, or whether something is missing for an answer.
pub async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Inputs { team, account, range, rules, mut invoices, pseudonyms } = Inputs::gather(&arguments).await?;
    if let Some(pseudonyms) = &pseudonyms {
        for invoice in &mut invoices {
            invoice.rename_people(pseudonyms);
        }
    }
    let (store, run, records, ledger) = sync(&arguments, (&team, &account), range).await?;
    let cycles: BTreeSet<Window> = invoices.iter().map(|invoice| invoice.period).collect();
    let cycles: Vec<_> = cycles.into_iter().collect();
    let rules = rules.resolve(&ledger, Metric::Effective, &cycles)?;
    let mut bridges = Vec::new();
    for invoice in &invoices {
        let usage = StoredUsage::read(&*store, &ConnectionId::new(account.as_str()), invoice).await?;
        bridges.push(usage.case(invoice, &billing_rules()?).explain()?.reconciliation);
    }

    let sections = Sections {
        account: &account,
        range,
        run: &run,
        records: &records,
        ledger: &ledger,
        rules: &rules,
        pseudonyms: pseudonyms.as_ref(),
    };
    sections.print(&bridges)?;
    if let Some(folder) = &arguments.out {
        let export = Export {
            range,
            run: &run,
            records: &records,
            ledger: &ledger,
            rules: &rules,
            bridges: &bridges,
            pseudonyms: pseudonyms.as_ref(),
        };
        export.write(folder)?;
        outln!("\nWritten to {}: sync.json, records.csv, report.json, reconciliation.json", folder.display());
    }
    let verdict = bridges.iter().map(Reconciliation::verdict).max().unwrap_or(Verdict::Done);
    Ok(verdict.exit_status().into())
}

/// Brings the range into a store, and out again as records and as a ledger.
async fn sync(
    arguments: &Arguments,
    (team, account): (&Team, &str),
    range: Window,
) -> Result<(Box<dyn CostStore>, RunReport, Vec<CostRecord>, Ledger), Failure> {
    let source = team.source(account)?;
    let store: Box<dyn CostStore> = match &arguments.db {
        Some(path) => Box::new(SqliteStore::open(path)?),
        None => Box::new(MemoryStore::new()),
    };
    let progress = ProgressBar::new();
    let id = ConnectionId::new(account);
    let ingest = Ingest::new(&source, &*store, id.clone()).observer(&progress);
    let now = team.now();
    let run = if arguments.from.is_some() || arguments.to.is_some() {
        ingest.run(range, now).await?
    } else {
        ingest.update(range, now).await?
    };
    // A file may hold other connections as well.
    let scope = Scope::all().connection(id).window(range);
    let mut records = Vec::new();
    store.scan(&scope, &mut records).await?;
    let ledger = Ledger::from_store(&*store, &scope, Currency::USD).await?;
    Ok((store, run, records, ledger))
}
