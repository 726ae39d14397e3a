//! `status`: what is stored, what is missing, and what to do next.

use cost_model::output::{counted, for_terminal};
use cursor_costs::documents::StatusDocument;
use cursor_costs::{AccountState, AccountStatus, CursorCosts, Result};

use crate::outcome::Outcome;
use crate::output::{Output, Text};

pub(crate) async fn run(costs: &CursorCosts, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    let status = costs.status().await?;
    let is_incomplete = status.accounts.iter().any(|account| account.state != AccountState::Stable);
    let cannot_report = status.rules.is_none() || status.people.is_none();
    let outcome = Outcome { cannot_be_said: is_incomplete || cannot_report, ..Outcome::DONE };
    if output.is_json() {
        output.json(&StatusDocument::new(&status))?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    if status.demo {
        text.line("The charges are made up.");
    }
    if status.importing {
        text.line("A sync or an import is at work.");
    }
    for account in &status.accounts {
        account_text(&mut text, account, output.width);
    }
    for (name, version) in [("rules", status.rules), ("people", status.people)] {
        // As many digits as tell versions apart; JSON has all of them.
        let version = version.map_or("cannot be read".to_owned(), |version| version.to_string());
        text.line(format_args!("{name:<6} {version:.14}"));
    }
    text.line(format_args!("next: {}", status.next_step));
    output.text(&text)?;
    Ok(outcome)
}

fn account_text(text: &mut Text, account: &AccountStatus, width: usize) {
    text.line(for_terminal(&account.name));
    text.field("state", account.state.name());
    if !account.configured {
        text.field("", "it is in the store and not in the configuration; reports count it");
    }
    if let Some(failure) = &account.failure {
        text.wrapped_field("last sync", &format!("failed: {failure}"), width);
    }
    text.field("stored", counted(account.charges, "charge"));
    if account.unpriced > 0 {
        let charges = counted(account.unpriced, "charge");
        text.field("without cost", format_args!("{charges}: no sum contains them"));
    }
    if let Some(covered) = account.covered {
        text.field("covered", format_args!("{} to {}", covered.start(), covered.end()));
    }
    if let Some(until) = account.future_until {
        text.field("future", format_args!("charges up to {until}, which has not come"));
    }
    for gap in &account.gaps {
        text.field("missing", gap);
    }
    if let Some(at) = account.last_read {
        text.field("last read", at);
    }
    if let Some(since) = account.provisional_since {
        text.field("provisional", format_args!("since {since}: late charges may still come"));
    }
    if account.unknown_kinds > 0 {
        let events = counted(account.unknown_kinds, "event");
        text.field("unknown kind", format_args!("{events} of the last sync: what they bill is not known"));
    }
    if account.imports > 0 {
        let imports = u64::try_from(account.imports).unwrap_or(u64::MAX);
        text.field("imports", counted(imports, "file"));
    }
}
