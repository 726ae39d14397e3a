//! Explains an invoice: the bridge from the usage held to the invoice's total, and everything that shows it is right.

mod arguments;
mod inputs;
mod sections;

use std::process::ExitCode;

use cursor_invoice::billing_rules;
use reconcile::StoredUsage;

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
    let rules = billing_rules()?;
    let usage = StoredUsage::load(&*store, &connection, &invoice).await?;
    let explained = usage.case(&invoice, &rules).earlier(&earlier).explain()?;
    let tie_out = usage.tie_out(&rules)?;
    let sections = Sections {
        invoice: &invoice,
        explained: &explained,
        ledger: usage.ledger(),
        tie_out: tie_out.as_ref(),
        pseudonyms: pseudonyms.as_ref(),
    };
    sections.print()?;
    if let Some(folder) = &arguments.out {
        sections.write(folder)?;
    }
    Ok(explained.reconciliation.verdict().exit_status().into())
}
