//! `close`: the figures of a month or a billing cycle, prepared by one person and approved by another.

use std::fmt::Display;

use cost_model::digest::Digest;
use cost_model::output::{TextTable, amount, counted, for_terminal, grouped};
use cursor_costs::closing::{
    CauseAmount, Close, CloseChanges, CloseEvent, CloseInvoice, ClosePeriod, CloseState, CloseStatement,
    KeyFigures, NAMES_REMARK,
};
use cursor_costs::documents::{CloseDocument, CloseListDocument, JournalCheckDocument};
use cursor_costs::{CursorCosts, Result};
use reconcile::assessment::Verdict;

use crate::arguments::{Close as Command, ClosePeriod as PeriodArguments, Global};
use crate::commands::open_existing;
use crate::outcome::Outcome;
use crate::output::{Output, Text};

/// How many rows of a list are shown.
const SHOWN: usize = 20;

pub(crate) async fn run(global: &Global, command: Command, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    let costs = open_existing(global)?;
    match command {
        Command::Prepare { period, by, force } => prepare(&costs, &period, &by, force, output).await,
        Command::Approve { period, by, digest } => {
            let period = read_period(&costs, &period)?;
            let close = costs.approve_close(&period, &by, &digest).await?;
            signed(&costs, &close, "closed", output)
        }
        Command::Status { period: None, .. } => list(&costs, output).await,
        Command::Status { period: Some(period), account } => {
            status(&costs, &PeriodArguments { period, account }, output).await
        }
        Command::Reopen { period, by, why } => {
            let period = read_period(&costs, &period)?;
            let close = costs.reopen_close(&period, &by, &why).await?;
            signed(&costs, &close, "open again", output)
        }
        Command::Verify { digest } => verify(&costs, digest, output).await,
    }
}

fn read_period(costs: &CursorCosts, stated: &PeriodArguments) -> Result<ClosePeriod> {
    costs.close_period(&stated.period, stated.account.as_deref())
}

async fn prepare(
    costs: &CursorCosts,
    stated: &PeriodArguments,
    by: &str,
    is_forced: bool,
    output: &Output,
) -> Result<Outcome> {
    let period = read_period(costs, stated)?;
    let prepared = costs.prepare_close(&period, by, is_forced).await?;
    let statement = &prepared.statement;
    let outcome = Outcome {
        cannot_be_said: statement.cannot_be_said(),
        needs_action: statement.needs_action(),
        ..Outcome::DONE
    };
    if output.is_json() {
        output.json(&CloseDocument::prepared(costs, &prepared))?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    let done = if prepared.close.is_some() { "prepared for closing" } else { "not prepared for closing" };
    text.line(format_args!("{}, {done}", title(costs, &period)));
    statement_text(costs, &mut text, statement, output.width)?;
    match &prepared.close {
        None => {
            text.heading("Nothing was written: the figures cannot be said to be final");
            text.line(
                "`sync` reads what is missing; what is provisional becomes final by a sync some days later.",
            );
            text.line("--force writes them all the same, and the close says for ever that it is not final.");
        }
        Some(close) => {
            let account = match (&period.account, costs.accounts()) {
                (None, _) | (_, [_]) => String::new(),
                (Some(id), accounts) => {
                    let named = accounts.iter().find(|account| account.id() == id);
                    named.map(|account| format!(" --account '{}'", account.name())).unwrap_or_default()
                }
            };
            if !statement.is_final() {
                text.line("\nIt is written by force, and is not final.");
            }
            text.heading(format_args!("Digest {}", close.digest));
            text.line("Somebody else approves exactly this with");
            text.line(format_args!(
                "  cursor-costs close approve {}{} --by NAME --digest {}",
                period.name,
                for_terminal(&account),
                close.digest
            ));
            text.line(format_args!("Note: {NAMES_REMARK}."));
        }
    }
    output.text(&text)?;
    Ok(outcome)
}

/// What is or would be locked.
fn statement_text(
    costs: &CursorCosts,
    text: &mut Text,
    statement: &CloseStatement,
    width: usize,
) -> Result<()> {
    text.field("charges", grouped(statement.charges));
    text.field("effective", format_args!("{} USD, the value used", amount(statement.effective)));
    text.field("billed", format_args!("{} USD, without seats and tax", amount(statement.billed)));
    if statement.unpriced > 0 {
        let charges = counted(statement.unpriced, "charge");
        text.field("without cost", format_args!("{charges}: no figure contains them"));
    }
    // As many digits as tell versions apart; JSON has all of them.
    text.field("rules", format_args!("{:.14}", statement.rules_digest.to_string()));
    let actors = grouped(statement.actors);
    let people = statement.people_digest.to_string();
    text.field("people", format_args!("{people:.14}, of {actors} people and others whom the charges name"));
    if statement.is_final() {
        text.field("coverage", "complete and final");
    }
    for gap in &statement.missing {
        let (account, days) = (account_name(costs, gap.account.as_str()), costs.days_text(gap.window));
        text.field(&gap.state, format_args!("{days} of {account}"));
    }
    for figures in &statement.figures {
        figures_text(costs, text, figures, statement, width)?;
    }
    if !statement.invoices.is_empty() || !statement.not_invoiced.is_empty() {
        text.heading("Invoices whose cycles touch it (USD)");
    }
    if !statement.invoices.is_empty() {
        let mut table = TextTable::new().within(width).text(["invoice", "cycle"]);
        table = table.figures(["total", "unexplained"]).text(["verdict"]);
        for invoice in &statement.invoices {
            table.row(invoice_row(invoice));
        }
        text.add(&table);
    }
    for invoice in &statement.invoices {
        if let Err(problem) = &invoice.found {
            text.line(format_args!("{}: {}", for_terminal(&invoice.file), for_terminal(problem)));
        }
    }
    for gap in &statement.not_invoiced {
        let (account, days) = (account_name(costs, gap.account.as_str()), costs.days_text(gap.window));
        text.line(format_args!("no invoice of {account} for {days}"));
    }
    Ok(())
}

fn figures_text(
    costs: &CursorCosts,
    text: &mut Text,
    figures: &KeyFigures,
    statement: &CloseStatement,
    width: usize,
) -> Result<()> {
    text.heading(format_args!("By {} (USD)", for_terminal(&figures.key)));
    let mut table = TextTable::new().within(width).text([figures.key.as_str()]);
    table = table.figures(["charges", "effective", "billed"]);
    for each in &figures.values {
        let value = value_text(costs, each.value.as_deref());
        table.row([value, grouped(each.charges), amount(each.effective), amount(each.billed)]);
    }
    table.rule();
    let (effective, billed) = (amount(statement.effective), amount(statement.billed));
    table.row(["total".to_owned(), grouped(statement.charges), effective, billed]);
    text.add(&table);
    if let Some([effective, billed]) = figures.missed_by_rounding(statement)? {
        text.line(format_args!(
            "Rows are rounded one by one and miss the total by {effective} effective, {billed} billed"
        ));
    }
    Ok(())
}

/// A cycle is shown by the days by which it can be asked for.
fn invoice_row(invoice: &CloseInvoice) -> [String; 5] {
    match &invoice.found {
        Ok(found) => {
            let verdict = match found.verdict {
                Verdict::Done => "explained",
                Verdict::CannotBeSaid => "cannot be said",
                _ => "needs action",
            };
            let cycle = format!("{}/{}", found.period.start().date(), found.period.end().date());
            let (total, unexplained) = (amount(found.total), amount(found.unexplained));
            [found.number.clone(), cycle, total, unexplained, verdict.to_owned()]
        }
        Err(_) => {
            let none = String::new;
            [invoice.file.clone(), none(), none(), none(), "not read".to_owned()]
        }
    }
}

/// What approving or reopening came to.
fn signed(costs: &CursorCosts, close: &Close, state: &str, output: &Output) -> Result<Outcome> {
    let statement = &close.statement;
    // Whoever closes what is not final is told so by the status, too.
    let is_open = close.state == CloseState::Closed && !statement.is_final();
    let outcome = Outcome { cannot_be_said: is_open, ..Outcome::DONE };
    if output.is_json() {
        output.json(&CloseDocument::new(costs, close, None))?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    text.line(format_args!("{} is {state}", title(costs, &statement.period)));
    text.field("effective", format_args!("{} USD", amount(statement.effective)));
    text.field("billed", format_args!("{} USD, without seats and tax", amount(statement.billed)));
    if !statement.is_final() {
        text.field("not final", "something was missing or provisional when it was prepared");
    }
    text.field("digest", close.digest);
    for event in &close.events {
        event_text(costs, &mut text, event);
    }
    if let Some(last) = close.events.last() {
        text.line(format_args!("Keep elsewhere: entry {} of the journal has the digest", last.entry));
        text.line(format_args!("  {}", last.entry_digest));
    }
    text.line(format_args!("Note: {NAMES_REMARK}."));
    output.text(&text)?;
    Ok(outcome)
}

async fn status(costs: &CursorCosts, stated: &PeriodArguments, output: &Output) -> Result<Outcome> {
    let close = costs.close(&read_period(costs, stated)?).await?;
    let changes = costs.changes_since_close(&close).await?;
    let outcome = outcome(&close, Some(&changes));
    if output.is_json() {
        output.json(&CloseDocument::new(costs, &close, Some(&changes)))?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    text.line(format_args!("{}: {}", title(costs, &close.statement.period), state_text(&close)));
    statement_text(costs, &mut text, &close.statement, output.width)?;
    changes_text(costs, &mut text, &close, &changes, output.width);
    text.heading("History");
    for event in &close.events {
        event_text(costs, &mut text, event);
    }
    text.field("digest", close.digest);
    text.line(format_args!("Note: {NAMES_REMARK}."));
    output.text(&text)?;
    Ok(outcome)
}

async fn list(costs: &CursorCosts, output: &Output) -> Result<Outcome> {
    let mut closes = Vec::new();
    for close in costs.closes().await? {
        // What is open again may be anything.
        let changes = match close.state {
            CloseState::Reopened => None,
            _ => Some(costs.changes_since_close(&close).await?),
        };
        closes.push((close, changes));
    }
    let outcomes = closes.iter().map(|(close, changes)| outcome(close, changes.as_ref()));
    let outcome = outcomes.fold(Outcome::DONE, |all, each| Outcome {
        cannot_be_said: all.cannot_be_said || each.cannot_be_said,
        needs_action: all.needs_action || each.needs_action,
        ..all
    });
    if output.is_json() {
        output.json(&CloseListDocument::new(costs, &closes))?;
        return Ok(outcome);
    }
    if closes.is_empty() {
        output.text("no period was closed; `close prepare MONTH --by NAME` begins\n")?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    for (close, changes) in &closes {
        let statement = &close.statement;
        text.line(format_args!("{}: {}", title(costs, &statement.period), state_text(close)));
        text.field("effective", format_args!("{} USD", amount(statement.effective)));
        text.field("billed", format_args!("{} USD, without seats and tax", amount(statement.billed)));
        if let Some(event) = close.events.last() {
            event_text(costs, &mut text, event);
        }
        if let Some(changes) = changes {
            for cause in &changes.causes {
                text.field("since then", cause);
            }
            if changes.is_empty() {
                text.field("since then", "nothing changed");
            }
        }
    }
    text.line(format_args!("Note: {NAMES_REMARK}."));
    output.text(&text)?;
    Ok(outcome)
}

/// What changed since a period was prepared or closed, by cause.
fn changes_text(costs: &CursorCosts, text: &mut Text, close: &Close, changes: &CloseChanges, width: usize) {
    let since = match close.state {
        CloseState::Prepared => "it was prepared",
        _ => "it was closed",
    };
    if changes.is_empty() {
        text.heading(format_args!("Nothing changed since {since}"));
        return;
    }
    text.heading(format_args!("What changed since {since} (USD)"));
    let mut table = TextTable::new().within(width).text(["", ""]);
    table = table.figures(["charges", "effective", "billed"]);
    let (closed, now) = (&changes.closed, &changes.now);
    let when = |state: &str, charges, effective, billed| {
        [state.to_owned(), String::new(), grouped(charges), amount(effective), amount(billed)]
    };
    table.row(when("closed", closed.charges, closed.effective, closed.billed));
    for cause in &changes.causes {
        for row in cause_rows(cause) {
            table.row(row);
        }
    }
    table.rule();
    table.row(when("now", now.charges, now.effective, now.billed));
    text.add(&table);
    for (what, keys) in [("new", &changes.added_keys), ("no longer there", &changes.removed_keys)] {
        for key in keys {
            text.line(format_args!("the key {} is {what}", for_terminal(key)));
        }
    }
    if !changes.people_are_separable {
        text.line(
            "the closed rules cannot be used with the people of now: what people change is among the rules",
        );
    }
    if changes.values.is_empty() {
        return;
    }
    text.heading("Effective cost by value (USD)");
    let mut table = TextTable::new().within(width).text(["key", "value"]);
    table = table.figures(["closed", "charges", "people", "rules", "now"]);
    for each in changes.values.iter().take(SHOWN) {
        let amounts = [each.closed, each.by_charges, each.by_people, each.by_rules, each.now].map(amount);
        let value = value_text(costs, each.value.as_deref());
        table.row([each.key.clone(), value].into_iter().chain(amounts));
    }
    text.add(&table);
    let more = changes.values.iter().skip(SHOWN).count();
    if more > 0 {
        text.line(format_args!("and {more} more; --format json has all"));
    }
}

/// A row for charges; for people and rules one for each key by which they move cost.
fn cause_rows(cause: &CauseAmount) -> Vec<[String; 5]> {
    let label = cause.cause.label().to_owned();
    if cause.moves.is_empty() {
        let charges = cause.charges.map(grouped).unwrap_or_default();
        return vec![[label, String::new(), charges, amount(cause.effective), amount(cause.billed)]];
    }
    let row = |diff: &virtual_tags::insight::Diff| {
        let moved = format!("{} moves by {}", amount(diff.moved), for_terminal(&diff.key));
        [label.clone(), moved, String::new(), amount(cause.effective), amount(cause.billed)]
    };
    cause.moves.iter().map(row).collect()
}

async fn verify(costs: &CursorCosts, expected: Option<Digest>, output: &Output) -> Result<Outcome> {
    let check = costs.verify_journal(expected).await?;
    let outcome = Outcome { needs_action: !check.is_intact(), ..Outcome::DONE };
    if output.is_json() {
        output.json(&JournalCheckDocument::new(&check))?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    let state =
        if check.faults.is_empty() { "every one is as it was written" } else { "NOT as it was written" };
    text.line(format_args!(
        "{} of the journal, {} of them about closes: {state}",
        counted_entries(check.entries),
        grouped(check.closes)
    ));
    for fault in &check.faults {
        text.line(format_args!("  entry {}: {}", fault.entry, fault.what));
    }
    match check.has_expected {
        Some(true) => text.line("The digest that was kept is among them."),
        Some(false) => text.line("The digest that was kept is NOT among them: entries were taken out."),
        None => {}
    }
    if let Some((number, digest)) = check.last.filter(|_| check.faults.is_empty()) {
        text.line("That last entries were taken out shows only against a digest that is kept elsewhere:");
        text.line(format_args!("  entry {number} has {digest}"));
    }
    text.line(format_args!("Note: {NAMES_REMARK}; they are kept beside the chain and can be erased."));
    output.text(&text)?;
    Ok(outcome)
}

/// Something that was closed and is another figure now is for somebody to act on; something that was not final cannot be said.
fn outcome(close: &Close, changes: Option<&CloseChanges>) -> Outcome {
    let is_changed = changes.is_some_and(|changes| !changes.is_empty());
    Outcome {
        needs_action: close.state == CloseState::Closed && is_changed,
        cannot_be_said: close.state != CloseState::Reopened && !close.statement.is_final(),
        ..Outcome::DONE
    }
}

fn state_text(close: &Close) -> String {
    let state = match close.state {
        CloseState::Prepared => "prepared, not approved yet",
        CloseState::Closed => "closed",
        _ => "reopened",
    };
    if close.statement.is_final() { state.to_owned() } else { format!("{state}, not final") }
}

fn event_text(costs: &CursorCosts, text: &mut Text, event: &CloseEvent) {
    let by = match (&event.by, costs.pseudonyms()) {
        (None, _) => "somebody whose name was erased".to_owned(),
        (Some(by), Some(pseudonyms)) => pseudonyms.rename_value(by).into_owned(),
        (Some(by), None) => by.clone(),
    };
    let why = event.why.as_ref().map(|why| match costs.pseudonyms() {
        Some(pseudonyms) => pseudonyms.rename_in_text(why),
        None => why.clone(),
    });
    let why = why.map(|why| format!(": {}", for_terminal(&why))).unwrap_or_default();
    let line = format!("by {} at {}, entry {}{why}", for_terminal(&by), event.at, event.entry);
    text.field(event.action.name(), line);
}

/// Returns the days of a period, and whose they are.
fn title(costs: &CursorCosts, period: &ClosePeriod) -> String {
    let whose = match &period.account {
        Some(account) => account_name(costs, account.as_str()),
        None => "all accounts".to_owned(),
    };
    let days = costs.days_text(period.window);
    if days.starts_with(&period.name) {
        return format!("{} of {whose} ({days})", period.name);
    }
    format!("{} of {whose}", period.name)
}

fn account_name(costs: &CursorCosts, id: &str) -> String {
    let account = costs.accounts().iter().find(|account| account.id().as_str() == id);
    for_terminal(account.map_or(id, |account| account.name())).into_owned()
}

fn value_text(costs: &CursorCosts, value: Option<&str>) -> String {
    match (value, costs.pseudonyms()) {
        (None, _) => "(none)".to_owned(),
        (Some(value), Some(pseudonyms)) => pseudonyms.rename_value(value).into_owned(),
        (Some(value), None) => value.to_owned(),
    }
}

fn counted_entries(count: u64) -> impl Display {
    match count {
        1 => "1 entry".to_owned(),
        count => format!("{} entries", grouped(count)),
    }
}
