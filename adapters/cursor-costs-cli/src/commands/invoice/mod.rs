//! `invoice`: invoices, read and explained.

mod sections;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cost_model::Money;
use cost_model::output::{TextTable, amount, counted, cut, for_terminal};
use cost_model::store::Gap;
use cursor_costs::documents::ReconciliationDocument;
use cursor_costs::{CursorCosts, Error, ErrorKind, ExplainedInvoice, Result, read_invoice};
use cursor_invoice::CursorInvoiceReader;
use reconcile::Invoice;
use reconcile::assessment::Verdict;
use reconcile::bridge::ChargeStatus;
use reconcile::output::EvidenceRow;
use serde_json::{Value, json};

use crate::arguments::{Format, Global, Invoice as Command, Reading};
use crate::commands::import::DECIMALS;
use crate::commands::open_existing;
use crate::outcome::Outcome;
use crate::output::{Output, Text};

pub(crate) async fn run(global: &Global, command: Command, output: &Output) -> Result<Outcome> {
    match command {
        Command::Check { file, reading } => check(&read_with_options(&file, &reader(&reading))?, output),
        Command::Explain { file, account, reading, earlier, out } => {
            let costs = open_existing(global)?;
            let reader = reader(&reading);
            let invoice = read_with_options(&file, &reader)?;
            let other = reader.of_another_invoice();
            let earlier =
                earlier.iter().map(|file| read_invoice(file, &other)).collect::<Result<Vec<_>>>()?;
            let found = costs.reconcile(costs.account(account.as_deref())?, invoice, &earlier).await?;
            explain(&found, out.as_deref(), output)
        }
        Command::TieOut { account } => tie_out(&open_existing(global)?, account.as_deref(), output).await,
    }
}

/// Reads an invoice; where the file leaves out what an option states, the error names the option.
fn read_with_options(file: &Path, reader: &CursorInvoiceReader) -> Result<Invoice> {
    let options = [
        ("state the period", "--period DAY/DAY states it"),
        ("billing period", "--period DAY/DAY states it"),
        ("decimal commas", DECIMALS),
        ("decimal mark", DECIMALS),
        ("say that the difference is accepted", "--accept-difference reads it all the same"),
    ];
    read_invoice(file, reader).map_err(|error| {
        let told = error.in_one_line();
        match options.iter().find(|(words, _)| told.contains(words)) {
            Some((_, option)) => error.with_hint(*option),
            None => error,
        }
    })
}

fn reader(reading: &Reading) -> CursorInvoiceReader {
    let mut reader = CursorInvoiceReader::new();
    if let Some(period) = reading.period {
        reader = reader.with_period(period);
    }
    if let Some(issued) = reading.issued {
        reader = reader.with_issued(issued);
    }
    if let Some(mark) = reading.decimals.mark() {
        reader = reader.with_decimal_mark(mark);
    }
    if reading.accept_difference { reader.accept_difference() } else { reader }
}

/// What an invoice says, and where it contradicts itself.
fn check(invoice: &Invoice, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    let failed = |error| Error::new(ErrorKind::Invoice, "the invoice cannot be checked").because(error);
    let checks = invoice.checks().map_err(failed)?;
    let total = invoice.total().map_err(failed)?;
    let mut contradictions = Vec::new();
    for check in &checks {
        let place = check.line.map_or_else(|| "the total".to_owned(), |line| format!("line {line}"));
        contradictions.push(format!(
            "{place}: {} is {}, the invoice says {}",
            check.rule.label(),
            check.expected,
            check.found
        ));
    }
    let outcome = Outcome { needs_action: !contradictions.is_empty(), ..Outcome::DONE };
    if output.is_json() {
        let lines: Vec<Value> = invoice
            .lines
            .iter()
            .map(|line| json!({ "line": line.line, "description": line.description, "amount": line.amount }))
            .collect();
        let not_read: Vec<String> =
            invoice.remarks.iter().map(|remark| format!("{}: {}", remark.line, remark.text)).collect();
        output.json(&json!({
            "schema": "invoice/1",
            "number": invoice.number,
            "from": invoice.period.start(),
            "to": invoice.period.end(),
            "currency": invoice.currency.to_string(),
            "lines": lines,
            "total": total,
            "contradictions": contradictions,
            "not_read": not_read,
        }))?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    text.line(format_args!("Invoice {}, {} ({})", invoice.number, invoice.period, invoice.currency));
    let mut table =
        TextTable::new().within(output.width).text(["line"]).figures(["amount"]).text(["description"]);
    for line in &invoice.lines {
        table.row([line.line.to_string(), amount(line.amount), line.description.clone()]);
    }
    table.rule();
    table.row(["total".to_owned(), amount(total), String::new()]);
    text.add(&table);
    for remark in &invoice.remarks {
        text.line(format_args!(
            "not read as a line, {}: {}",
            remark.line,
            cut(&for_terminal(&remark.text), 200)
        ));
    }
    for contradiction in &contradictions {
        text.line(format_args!("{contradiction}"));
    }
    if contradictions.is_empty() {
        text.line("its amounts agree with each other");
    }
    output.text(&text)?;
    Ok(outcome)
}

fn explain(found: &ExplainedInvoice, out: Option<&Path>, output: &Output) -> Result<Outcome> {
    let bridge = &found.explained.reconciliation;
    if let Some(folder) = out {
        write(found, folder, output)?;
        let folder = folder.display();
        output.note(&format!(
            "written to {folder}: reconciliation.json, bridge.csv, lines.csv, charges.csv, waterfall.svg"
        ));
    }
    match output.format() {
        Format::Json => output.json(&ReconciliationDocument::new(found))?,
        Format::Csv => output.data(bridge.to_csv().as_bytes())?,
        Format::Text => output.text(sections::text(found, output.width)?)?,
    }
    Ok(match bridge.verdict() {
        Verdict::Done => Outcome::DONE,
        Verdict::CannotBeSaid => Outcome { cannot_be_said: true, ..Outcome::DONE },
        _ => Outcome { needs_action: true, ..Outcome::DONE },
    })
}

/// Writes what an auditor asks for: all of it, or nothing.
fn write(found: &ExplainedInvoice, folder: &Path, output: &Output) -> Result<()> {
    let bridge = &found.explained.reconciliation;
    let unwritten = |error| Error::new(ErrorKind::File, "the bridge is not JSON").because(error);
    let json = serde_json::to_string_pretty(&ReconciliationDocument::new(found)).map_err(unwritten)?;
    let mut files = output.new_files()?;
    files.write(&folder.join("reconciliation.json"), format!("{json}\n").as_bytes())?;
    files.write(&folder.join("bridge.csv"), bridge.to_csv().as_bytes())?;
    files.write(&folder.join("lines.csv"), bridge.lines_to_csv(&found.invoice).as_bytes())?;
    files.write(&folder.join("waterfall.svg"), bridge.to_svg().as_bytes())?;
    let charges = found.evidence(|status| status != ChargeStatus::OutsideMonths);
    let written = EvidenceRow::write_csv(charges, files.create(&folder.join("charges.csv"))?);
    written.map_err(|error| Error::new(ErrorKind::File, "charges.csv cannot be written").because(error))?;
    files.finish()
}

async fn tie_out(costs: &CursorCosts, account: Option<&str>, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    let account = costs.account(account)?;
    let stated = costs.tie_out(account).await?;
    let gaps = match &stated {
        Some(stated) => costs.gaps_of(account, stated.window).await?,
        None => Vec::new(),
    };
    let missing: Vec<&Gap> = gaps.iter().filter(|gap| costs.is_missing(gap)).collect();
    let mut invoices = Vec::new();
    let reader = CursorInvoiceReader::new();
    for file in costs.invoice_files(account)? {
        let read = read_invoice(&file, &reader);
        let verdict = match read {
            Ok(invoice) => {
                let found = costs.reconcile(account, invoice, &[]).await?;
                let bridge = found.explained.reconciliation;
                Ok((bridge.invoice.clone(), bridge.invoice_total, bridge.unexplained, bridge.verdict()))
            }
            Err(error) => Err(error.in_one_line()),
        };
        invoices.push((file, verdict));
    }
    let mut outcome = Outcome { cannot_be_said: stated.is_none() && invoices.is_empty(), ..Outcome::DONE };
    outcome.cannot_be_said |= !missing.is_empty();
    for (_, verdict) in &invoices {
        match verdict {
            Ok((.., Verdict::Done)) => {}
            Ok((.., Verdict::CannotBeSaid)) => outcome.cannot_be_said = true,
            _ => outcome.needs_action = true,
        }
    }
    let twice = numbers_twice(&invoices);
    outcome.needs_action |= !twice.is_empty();
    if output.is_json() {
        let invoices: Vec<Value> = invoices
            .iter()
            .map(|(file, verdict)| match verdict {
                Ok((number, total, unexplained, verdict)) => json!({
                    "file": file.display().to_string(), "number": number, "total": total, "unexplained": unexplained, "verdict": verdict,
                }),
                Err(error) => json!({ "file": file.display().to_string(), "error": error }),
            })
            .collect();
        let stated = stated.as_ref().map(|stated| {
            json!({
                "until": stated.window.end(),
                "charged": stated.charged,
                "stated": stated.stated,
                "people": stated.people.len(),
                "people_differing": stated.differing().count(),
                "differing": stated.differing().map(|person| json!({
                    "person": person.person,
                    "charged": person.charged,
                    "difference": sections::difference(stated, person),
                })).collect::<Vec<_>>(),
                "missing": missing.iter().map(|gap| json!({ "from": gap.window.start(), "to": gap.window.end() })).collect::<Vec<_>>(),
            })
        });
        output.json(&json!({ "schema": "tie-out/1", "account": account.name(), "people": stated, "invoices": invoices, "twice": twice }))?;
        return Ok(outcome);
    }
    let mut text = Text::default();
    match &stated {
        Some(stated) => {
            text.add(sections::tie_out_text(stated, output.width));
            for gap in &missing {
                text.line(format_args!("missing: {} was not read; sync brings it in", gap.window));
            }
        }
        None => text.line("Cursor has stated nothing of people's spend that is stored; `sync` reads it"),
    }
    let mut table = TextTable::new()
        .within(output.width)
        .text(["invoice"])
        .figures(["total", "unexplained"])
        .text(["verdict"]);
    for (file, verdict) in &invoices {
        match verdict {
            Ok((number, total, unexplained, verdict)) => {
                table.row([
                    number.clone(),
                    amount(*total),
                    amount(*unexplained),
                    sections::verdict_text(*verdict).to_owned(),
                ]);
            }
            Err(error) => {
                table.row([file.display().to_string(), String::new(), String::new(), error.clone()]);
            }
        }
    }
    match invoices.len() {
        0 => text.line("there are no invoices: the account's `invoices` names their folder"),
        number => {
            let number = counted(u64::try_from(number).unwrap_or(u64::MAX), "invoice");
            text.add(format_args!("\n{number}\n{table}"));
        }
    }
    for number in twice {
        text.line(format_args!("{number} stands in several files: is it one invoice, or two?"));
    }
    output.text(&text)?;
    Ok(outcome)
}

/// What became of the file of an invoice: its number, its total, what is unexplained of it, and the verdict.
type InvoiceVerdict = (PathBuf, std::result::Result<(String, Money, Money, Verdict), String>);

/// Returns the numbers of invoices that several files have.
fn numbers_twice(invoices: &[InvoiceVerdict]) -> BTreeSet<&str> {
    let numbers = || invoices.iter().filter_map(|(_, verdict)| Some(verdict.as_ref().ok()?.0.as_str()));
    numbers().filter(|number| numbers().filter(|other| other == number).count() > 1).collect()
}
