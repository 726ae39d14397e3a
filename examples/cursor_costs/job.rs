//! The job, from the first request to the last figure.

use std::collections::BTreeSet;

use cost_ingest::{Ingest, RunReport};
use cost_model::{ConnectionId, CostStore, Currency, Ledger, MemoryStore, Metric, Scope, Window};
use cost_model_sqlite::SqliteStore;
use examples::{Failure, ProgressBar, Team, outln};
use reconcile::reconcile;

use crate::arguments::Arguments;
use crate::counts::{Counted, Counts};
use crate::export::Export;
use crate::inputs::Inputs;
use crate::sections::Sections;

pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let Inputs { team, account, range, rules, mut invoices, pseudonyms } = Inputs::gather(&arguments).await?;
    if let Some(pseudonyms) = &pseudonyms {
        for invoice in &mut invoices {
            invoice.rename_people(pseudonyms);
        }
    }
    let Held { run, store, scope, counts, ledger } = sync(&arguments, (&team, &account), range).await?;
    let cycles: BTreeSet<Window> = invoices.iter().map(|invoice| invoice.period).collect();
    let cycles: Vec<_> = cycles.into_iter().collect();
    let rules = rules.resolve(&ledger, Metric::Effective, &cycles)?;
    let bridges = invoices
        .iter()
        .map(|invoice| reconcile(&ledger, invoice, &cursor_invoice::billing_rules()?).map_err(Failure::from))
        .collect::<Result<Vec<_>, Failure>>()?;

    let sections = Sections {
        account: &account,
        range,
        run: &run,
        counts: &counts,
        ledger: &ledger,
        rules: &rules,
        pseudonyms: pseudonyms.as_ref(),
    };
    sections.print(&bridges)?;
    if let Some(folder) = &arguments.out {
        let export = Export {
            range,
            run: &run,
            counts: &counts,
            store: &*store,
            scope: &scope,
            ledger: &ledger,
            rules: &rules,
            bridges: &bridges,
            pseudonyms: pseudonyms.as_ref(),
        };
        export.write(folder).await?;
        outln!("\nWritten to {}: sync.json, records.csv, report.json, reconciliation.json", folder.display());
    }
    Ok(())
}

/// What a sync has brought, and where it is kept.
struct Held {
    run: RunReport,
    store: Box<dyn CostStore>,
    /// What of the store the job is about.
    scope: Scope,
    counts: Counts,
    ledger: Ledger,
}

/// Brings the range into a store, and out again into a ledger, in one pass.
async fn sync(arguments: &Arguments, (team, account): (&Team, &str), range: Window) -> Result<Held, Failure> {
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
    let scope = Scope::all().connection(id.clone()).window(range);
    let mut counted = Counted { counts: Counts::default(), ledger: Ledger::builder(Currency::USD) };
    store.scan(&scope, &mut counted).await?;
    let Counted { counts, mut ledger } = counted;
    let coverage = store.coverage(&id).await?.inside(range);
    ledger.cover(id, coverage);
    Ok(Held { run, store, scope, counts, ledger: ledger.build() })
}
