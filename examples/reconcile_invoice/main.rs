//! Explains an invoice: the bridge from the usage held to the invoice's total, and everything that shows it is right.

mod arguments;
mod inputs;
mod sections;

use std::process::ExitCode;

use cost_model::{Currency, Ledger, Scope};
use cursor_invoice::billing_rules;
use reconcile::{Case, SinceIssue, TieOut};

use arguments::{Arguments, HELP};
use examples::{Failure, pseudonyms};
use inputs::Inputs;
use sections::Sections;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    examples::main(Arguments::parse(), HELP, run).await
}

async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let pseudonyms = arguments.pseudonyms_env.as_deref().map(pseudonyms).transpose()?;
    let Inputs { store, connection, mut invoice, mut earlier } = Inputs::gather(&arguments).await?;
    if let Some(pseudonyms) = &pseudonyms {
        for each in earlier.iter_mut().chain([&mut invoice]) {
            each.rename_people(pseudonyms);
        }
    }
    let scope = Scope::all().connection(connection.clone()).window(invoice.window_of_charges());
    let ledger = Ledger::from_store(&*store, &scope, Currency::USD).await?;
    let rules = billing_rules()?;

    let restatements = store.restatements(&connection).await?;
    let mut case = Case::new(&ledger, &invoice, &rules).earlier(&earlier);
    let since = match invoice.issued {
        Some(issued) => {
            let mut since = SinceIssue::new(issued);
            store.scan(&scope, &mut since).await?;
            Some(since.restatements(&restatements))
        }
        None => None,
    };
    if let Some(since) = &since {
        case = case.since_issue(since);
    }
    let explained = case.explain()?;

    let observed = store.observations(&connection).await?;
    let about_the_period =
        observed.iter().rev().find(|each| each.cycle_start == Some(invoice.period.start()));
    let tie_out =
        about_the_period.map(|observed| TieOut::of(&ledger, observed, &rules)).transpose()?.flatten();
    let sections = Sections {
        invoice: &invoice,
        explained: &explained,
        ledger: &ledger,
        tie_out: tie_out.as_ref(),
        pseudonyms: pseudonyms.as_ref(),
    };
    sections.print()?;
    if let Some(folder) = &arguments.out {
        sections.write(folder)?;
    }
    Ok(explained.reconciliation.verdict().exit_status().into())
}
