//! The job, from the first request to the last figure.

use std::sync::Arc;

use cost_ingest::{Ingest, RunReport};
use cost_model::{ConnectionId, CostRecord, CostStore, Currency, Ledger, MemoryStore, Scope};
use cost_model_sqlite::SqliteStore;
use cursor_admin_client::Client;
use cursor_cost_source::CursorCostSource;
use examples::{ProgressBar, Waits};
use reconcile::reconcile;

use crate::arguments::Arguments;
use crate::export::Export;
use crate::inputs::{Connection, Inputs};
use crate::sections::Sections;
use examples::Failure;

pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let Inputs { connection, range, rules, invoices, pseudonyms } = Inputs::gather(&arguments).await?;
    let (run, records, ledger) = sync(&arguments, &connection, range).await?;
    let bridges = invoices
        .iter()
        .map(|invoice| reconcile(&ledger, invoice, &cursor_invoice::billing_rules()?).map_err(Failure::from))
        .collect::<Result<Vec<_>, Failure>>()?;

    Sections {
        account: &connection.account,
        range,
        run: &run,
        records: &records,
        ledger: &ledger,
        rules: &rules,
    }
    .print(&bridges)?;
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
        println!(
            "\nWritten to {}: sync.json, records.csv, report.json, reconciliation.json",
            folder.display()
        );
    }
    Ok(())
}

/// Brings the range into a store, and out again as records and as a ledger.
async fn sync(
    arguments: &Arguments,
    connection: &Connection,
    range: cost_model::Window,
) -> Result<(RunReport, Vec<CostRecord>, Ledger), Failure> {
    let mut builder = Client::builder().api_key(connection.api_key.as_str()).observer(Arc::new(Waits));
    if let Some(url) = &connection.base_url {
        builder = builder.base_url(url.as_str());
    }
    let source = CursorCostSource::new(builder.build()?, connection.account.as_str());
    let store: Box<dyn CostStore> = match &arguments.db {
        Some(path) => Box::new(SqliteStore::open(path)?),
        None => Box::new(MemoryStore::new()),
    };
    let progress = ProgressBar::new();
    let id = ConnectionId::new(connection.account.as_str());
    let ingest = Ingest::new(&source, &*store, id.clone()).observer(&progress);
    let now = connection.now();
    let run = if arguments.from.is_some() || arguments.to.is_some() {
        ingest.run(range, now).await?
    } else {
        ingest.update(range, now).await?
    };
    // A file may hold other connections as well.
    let scope = Scope::all().connection(id).window(range);
    let mut records = Vec::new();
    store.scan(&scope, &mut records).await?;
    Ok((run, records, Ledger::from_store(&*store, &scope, Currency::USD).await?))
}
