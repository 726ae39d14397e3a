//! The job, from the first request to the last figure.

use std::collections::BTreeSet;
use std::process::ExitCode;

use cost_ingest::{Ingest, RunReport};
use cost_model::store::{ConnectionId, Scope};
use cost_model::{CostStore, Currency, Ledger, MemoryStore, Metric, Window};
use cost_model_sqlite::SqliteStore;
use cursor_invoice::billing_rules;
use examples::{Failure, ProgressBar, Team, outln};
use reconcile::assessment::Verdict;
use reconcile::{Reconciliation, StoredUsage};

use crate::arguments::Arguments;
use crate::counts::{Counted, Counts};
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
    let weighed = rules.needs_costs().then(|| range.whole_months());
    let Held { run, store, scope, counts, ledger, weighed } =
        sync(&arguments, (&team, &account), range, weighed).await?;
    let cycles: BTreeSet<Window> = invoices.iter().map(|invoice| invoice.period).collect();
    let cycles: Vec<_> = cycles.into_iter().collect();
    let rules = rules.resolve(weighed.as_ref().unwrap_or(&ledger), Metric::Effective, &cycles)?;
    let mut bridges = Vec::new();
    for invoice in &invoices {
        let usage = StoredUsage::load(&*store, &ConnectionId::new(account.as_str()), invoice).await?;
        bridges.push(usage.case(invoice, &billing_rules()?).explain()?.reconciliation);
    }

    let sections = Sections {
        account: &account,
        range,
        run: &run,
        counts: &counts,
        ledger: &ledger,
        rules: &rules,
        pseudonyms: pseudonyms.as_ref(),
    };
    sections.print(&invoices, &bridges)?;
    let months = range.whole_months();
    if weighed.is_some_and(|ledger| !ledger.gaps(months).is_empty()) {
        let (from, to) = (months.start().date(), months.end().date());
        outln!(
            "\nnote: rules share charges out by what a month cost, and only part of {from} to {to} was read; read all of it with \
             --from {from} --to {to}"
        );
    }
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
    if !run.outside.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    let verdict = bridges.iter().map(Reconciliation::verdict).max().unwrap_or(Verdict::Done);
    Ok(verdict.exit_status().into())
}

/// What a sync has brought, and where it is kept.
struct Held {
    run: RunReport,
    store: Box<dyn CostStore>,
    /// What of the store the job is about.
    scope: Scope,
    counts: Counts,
    ledger: Ledger,
    /// Whole months of what the store has, which splits by cost weigh whatever days are requested.
    weighed: Option<Ledger>,
}

/// Brings the range into a store, and out again into a ledger, in one pass.
async fn sync(
    arguments: &Arguments,
    (team, account): (&Team, &str),
    range: Window,
    weighed: Option<Window>,
) -> Result<Held, Failure> {
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
    ledger.cover(id.clone(), coverage);
    let weighed = match weighed.filter(|months| *months != range) {
        Some(months) => {
            let scope = Scope::all().connection(id).window(months);
            Some(Ledger::from_store(&*store, &scope, Currency::USD).await?)
        }
        None => None,
    };
    Ok(Held { run, store, scope, counts, ledger: ledger.build(), weighed })
}
