//! `sync`: charges from Cursor into the store.

use std::time::Duration;

use cost_ingest::RunReport;
use cost_model::output::{amount, counted, cut, for_terminal, grouped};
use cost_model::{Metric, Money};
use cursor_costs::documents::SyncDocument;
use cursor_costs::request::DayRange;
use cursor_costs::sync::{AccountSync, SyncOutcome, SyncRequest, Synced};
use cursor_costs::{CursorCosts, Error, ErrorKind, Result};

use crate::arguments::Sync;
use crate::outcome::{Outcome, failed_after_answer, print_error};
use crate::output::{Output, Text};
use crate::progress::SyncProgress;

const DAY: Duration = Duration::from_secs(86_400);

pub(crate) async fn run(costs: &CursorCosts, sync: Sync, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    let days = match (sync.from, sync.to) {
        (None, None) => None,
        (from, to) => {
            Some(DayRange::of(None, from, to).map_err(|message| Error::new(ErrorKind::Query, message))?)
        }
    };
    let request = SyncRequest { account: sync.account, days, audit: sync.audit };
    loop {
        let outcome = once(costs, &request, output).await;
        if !sync.daily {
            return outcome;
        }
        // The next day may go better.
        if let Err(error) = outcome {
            print_error(&error, output);
        }
        tokio::time::sleep(DAY).await;
    }
}

async fn once(costs: &CursorCosts, request: &SyncRequest, output: &Output) -> Result<Outcome> {
    let progress = SyncProgress::new(output);
    let outcome = costs.sync(request, &progress).await;
    progress.finish();
    let outcome = outcome?;
    if output.is_json() {
        output.json(&SyncDocument::new(&outcome))?;
    } else {
        let mut text = Text::default();
        for account in &outcome.accounts {
            account_text(&mut text, account);
        }
        output.text(text)?;
    }
    match conclude(outcome) {
        Ok(outcome) => Ok(outcome),
        Err(error) => failed_after_answer(error, output),
    }
}

/// An account that failed, and rows that nobody had asked for, are errors; what is still missing leaves the question open.
fn conclude(outcome: SyncOutcome) -> Result<Outcome> {
    let mut cannot_be_said = false;
    for account in outcome.accounts {
        let synced = account.outcome?;
        if synced.has_outside() {
            let message = format!(
                "rows came for {} that lie outside the time asked for; they were not stored",
                account.name
            );
            return Err(
                Error::new(ErrorKind::Sync, message).with_hint("run `sync` again; that time is read again")
            );
        }
        cannot_be_said |= !synced.incomplete.is_empty();
    }
    Ok(Outcome { cannot_be_said, ..Outcome::DONE })
}

fn account_text(text: &mut Text, account: &AccountSync) {
    text.line(for_terminal(&account.name));
    match &account.outcome {
        Ok(synced) => synced_text(text, synced),
        Err(error) => text.field("failed", error.in_one_line()),
    }
}

fn synced_text(text: &mut Text, synced: &Synced) {
    run_text(text, "read", &synced.run);
    text.field("charged", format_args!("{} USD as stated by Cursor, all kinds", amount(synced.charged)));
    if let Some(audit) = &synced.audit {
        text.field("audit", counted(count(audit.audited.len()), "window"));
        run_text(text, "read again", audit);
    }
    for window in &synced.incomplete {
        text.field("missing", window);
    }
    if let Some(since) = synced.provisional_since {
        text.field("provisional", format_args!("since {since}: late charges may still come"));
    }
    if !synced.restatements.is_empty() {
        let deltas = synced.restatements.iter().filter_map(|each| each.delta(Metric::Billed).ok());
        let total = Money::sum(deltas).map_or_else(|_| "beyond range".to_owned(), amount);
        let changes = counted(count(synced.restatements.len()), "charge");
        text.field(
            "restated",
            format_args!("{changes}, {total} USD billed, of time that was final, over all syncs"),
        );
    }
}

fn run_text(text: &mut Text, name: &str, run: &RunReport) {
    let (events, windows) = (counted(run.records, "event"), counted(count(run.windows.len()), "window"));
    text.field(name, format_args!("{events} of {} announced, in {windows}", grouped(run.announced)));
    text.field("requests", format_args!("{}, {} repeated", grouped(run.requests), grouped(run.retries)));
    let change = &run.change;
    let changes = [
        ("added", change.added),
        ("removed", change.removed),
        ("changed", change.changed),
        ("re-priced", change.repriced),
        ("unchanged", change.unchanged),
    ];
    let changes: Vec<String> = changes
        .into_iter()
        .filter(|(name, number)| *number > 0 || *name == "added")
        .map(|(name, number)| format!("{} {name}", grouped(number)))
        .collect();
    text.field("charges", changes.join(", "));
    if run.unknown_kinds > 0 {
        let rows = counted(run.unknown_kinds, "event");
        text.field("unknown kind", format_args!("{rows}: what they bill is not known"));
    }
    for outside in &run.outside {
        let worth = outside.effective.map_or_else(|| "beyond range".to_owned(), amount);
        let rows = counted(outside.rows, "row");
        text.field(
            "outside",
            format_args!("{rows} from {} to {}, worth {worth} USD, not stored", outside.first, outside.last),
        );
    }
    for drift in &run.drift {
        let field = cut(&for_terminal(&drift.field), 60).into_owned();
        text.field(
            "new field",
            format_args!("{field} ({}) in {}", drift.json_type, counted(drift.count, "row")),
        );
    }
    for window in &run.change.left {
        text.field("left alone", format_args!("{window}: a later read had stored it already"));
    }
    if let Some(cause) = &run.unobserved {
        text.field("not read", format_args!("what Cursor states of people: {cause}"));
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
