//! `import`: exports of the dashboard, brought in, listed and removed.

use std::path::Path;

use cost_model::CostRecord;
use cost_model::Metric;
use cost_model::input::DecimalMark;
use cost_model::output::{amount, counted, cut, for_terminal, grouped};
use cost_model::store::{Correction, Import as Kept, Owner, RowSum};
use cursor_costs::{CursorCosts, Error, ErrorKind, Imported, Result};
use cursor_csv_source::{ExportReader, ImportTerms, KindSum};
use serde_json::{Value, json};

use crate::arguments::{Global, Import, Imports};
use crate::commands::accounts::is_consented;
use crate::commands::{open, open_existing};
use crate::outcome::{Outcome, failed_after_answer};
use crate::output::{Output, Text};

/// How many corrections are shown.
const SHOWN: usize = 10;

pub(crate) async fn run(global: &Global, import: Import, output: &Output) -> Result<Outcome> {
    output.no_csv()?;
    match (&import.command, &import.file) {
        (Some(Imports::List { account }), _) => {
            list(&open_existing(global)?, account.as_deref(), output).await
        }
        (Some(Imports::Remove { id, account, sure }), _) => {
            let costs = open_existing(global)?;
            let account = costs.account(account.as_deref())?;
            if !costs.imports(account).await?.iter().any(|import| import.id == *id) {
                let message = format!("there is no import {id} of {}", account.name());
                return Err(Error::new(ErrorKind::NotFound, message).with_hint("`import list` lists them"));
            }
            let what =
                format!("remove import {id} of {}, with the rows that nothing else states", account.name());
            if !is_consented(*sure, &what, output)? {
                return Ok(Outcome::DONE);
            }
            let rows = costs.remove_import(account, *id).await?;
            if output.is_json() {
                let document = json!({
                    "schema": "import-remove/1",
                    "account": account.name(),
                    "id": id.to_string(),
                    "rows_removed": rows,
                });
                output.json(&document)?;
            } else {
                output.text(format_args!(
                    "import {id} is gone, and {} that nothing else states\n",
                    counted(rows, "row")
                ))?;
            }
            Ok(Outcome::DONE)
        }
        (None, Some(file)) => bring_in(&open(global)?, file, &import, output).await,
        (None, None) => Err(Error::new(ErrorKind::Query, "no file: name the exported CSV")),
    }
}

async fn bring_in(costs: &CursorCosts, file: &Path, import: &Import, output: &Output) -> Result<Outcome> {
    let account = costs.account(import.account.as_deref())?;
    let mut terms = ImportTerms::default();
    (terms.exported_at, terms.days, terms.replaces) = (import.exported_at, import.span, import.replace);
    let imported = costs.import(account, file, |reader| with_options(reader, import), &terms).await;
    let imported = imported.map_err(with_option)?;
    if output.is_json() {
        output.json(&document(account.name(), &imported))?;
    } else {
        output.text(text(account.name(), &imported)?)?;
    }
    if imported.is_complete() {
        return Ok(Outcome::DONE);
    }
    let (message, hint) = if imported.stats.corrections.is_empty() {
        (
            "rows were refused: the API has been read for their time and does not state them",
            "`sync --audit` asks the API once more; the rows that it states are stored by it",
        )
    } else {
        (
            "nothing was stored: rows state charges that are there with another cost or kind, or differ in one trait",
            "if this file is right, bring it in with --replace and the import that it corrects",
        )
    };
    failed_after_answer(Error::new(ErrorKind::Import, message).with_hint(hint), output)
}

/// What a reader asks to be stated, and the option that states it.
const OPTIONS: [(&str, &str); 7] = [
    (
        "say whose export it is",
        "--person EMAIL says whose it is, --nobody that its rows are to have no person",
    ),
    ("decimal commas", "--decimal-comma reads its numbers as 1.234,56"),
    ("decimal mark", "--decimal-comma reads its numbers as 1.234,56"),
    ("to be passed over", "--pass-over COLUMN leaves it unread"),
    ("outside the stated days", "--span states the days for which the file has every row"),
    ("was not exported at", "--exported-at states when it was exported"),
    ("no import", "`import list` shows what can be replaced"),
];

/// Returns the same error with the option that states what the reader of the file did not know.
fn with_option(error: Error) -> Error {
    if error.hint().is_some() {
        return error;
    }
    let told = error.in_one_line();
    match OPTIONS.iter().find(|(words, _)| told.contains(words)) {
        Some((_, option)) => error.with_hint(*option),
        None => error,
    }
}

fn with_options(reader: ExportReader, import: &Import) -> ExportReader {
    let mut reader = import.person.iter().fold(reader, |reader, person| reader.person(person.as_str()));
    if import.nobody {
        reader = reader.without_person();
    }
    if import.decimal_comma {
        reader = reader.decimal_mark(DecimalMark::Comma);
    }
    import.pass_over.iter().fold(reader, |reader, column| reader.pass_over(column.as_str()))
}

fn document(account: &str, imported: &Imported) -> Value {
    let Imported { export, import, stats, future, negative, .. } = imported;
    let sum = |sum: &RowSum| json!({ "rows": sum.rows, "effective": sum.effective });
    json!({
        "schema": "import/1",
        "account": account,
        "id": import.id.to_string(),
        "from": import.span.start(),
        "to": import.span.end(),
        "known": stats.known,
        "rows": export.records().len(),
        "stored": sum(&stats.stored),
        "already_there": sum(&stats.already_there),
        "replaced": sum(&stats.replaced),
        "refused": sum(&stats.refused),
        "taken_out": sum(&stats.taken_out),
        "not_in_file": sum(&stats.not_in_file),
        "corrections": stats.corrections.len(),
        "future": sum(future),
        "negative": sum(negative),
        "columns_passed_over": export.columns_passed_over(),
        "columns_missing": export.columns_missing(),
    })
}

fn text(account: &str, Imported { export, import, stats, future, negative, .. }: &Imported) -> Result<Text> {
    let rows = u64::try_from(export.records().len()).unwrap_or(u64::MAX);
    let mut text = Text::default();
    text.line(format_args!("{account}: import {} of {}, {}", import.id, counted(rows, "row"), import.span));
    if stats.known {
        text.line("  this very file was brought in before; nothing was done");
    }
    for (name, sum) in [
        ("stored", &stats.stored),
        ("already there", &stats.already_there),
        ("replaced", &stats.replaced),
        ("refused", &stats.refused),
    ] {
        text.line(format_args!("  {name:<13} {:>9}  {} USD", grouped(sum.rows), amount(sum.effective)));
    }
    if stats.taken_out.rows > 0 {
        let (rows, worth) = (counted(stats.taken_out.rows, "row"), amount(stats.taken_out.effective));
        text.line(format_args!("  of the replaced import, {rows} worth {worth} USD are gone"));
    }
    if stats.not_in_file.rows > 0 {
        let (rows, worth) = (counted(stats.not_in_file.rows, "row"), amount(stats.not_in_file.effective));
        text.line(format_args!(
            "  not in file   {rows} of other files in its time, worth {worth} USD; they stay"
        ));
    }
    for (name, what, sum) in
        [("future", "later than now", future), ("negative", "with a cost below zero", negative)]
    {
        if sum.rows > 0 {
            let (rows, worth) = (counted(sum.rows, "row"), amount(sum.effective));
            text.line(format_args!("  {name:<13} {rows} {what}, worth {worth} USD"));
        }
    }
    text.line(format_args!(
        "  amounts are as rounded in the file; odd totals of tokens: {}",
        grouped(export.odd_totals())
    ));
    let failed = |error| Error::new(ErrorKind::Import, "the file's sums are out of range").because(error);
    let shown = |text: &str| cut(&for_terminal(text), 60).into_owned();
    for KindSum { kind, rows, cost, .. } in export.unknown_kinds().map_err(failed)? {
        let rows = counted(rows, "row");
        text.line(format_args!(
            "  unknown kind  {}: {rows}, {} USD; what they bill is not known",
            shown(&kind),
            amount(cost)
        ));
    }
    for KindSum { kind, rows, cost, .. } in export.uncounted_kinds().map_err(failed)? {
        text.line(format_args!(
            "  not counted   {}: {}, {} USD stated",
            shown(&kind),
            counted(rows, "row"),
            amount(cost)
        ));
    }
    for sum in export.sums() {
        text.line(format_args!("  a sum         line {}: {}; no usage", sum.line, shown(&sum.label)));
    }
    let without =
        export.records().iter().filter(|record| record.costs.get(Metric::Effective).is_none()).count();
    if without > 0 {
        let rows = counted(u64::try_from(without).unwrap_or(u64::MAX), "row");
        text.line(format_args!("  no amount     {rows}: what they cost is not known"));
    }
    if !export.columns_passed_over().is_empty() {
        let names: Vec<String> = export.columns_passed_over().iter().map(|name| shown(name)).collect();
        text.line(format_args!("  not read      {}", names.join(", ")));
    }
    if !export.columns_missing().is_empty() {
        text.line(format_args!("  not stated    {}", export.columns_missing().join(", ")));
    }
    for correction in stats.corrections.iter().take(SHOWN) {
        text.add(correction_text(correction));
    }
    if stats.corrections.len() > SHOWN {
        text.line(format_args!("  and {} more", stats.corrections.len() - SHOWN));
    }
    Ok(text)
}

fn correction_text(Correction { imports, stored, row, .. }: &Correction) -> String {
    let imports: Vec<String> = imports.iter().map(ToString::to_string).collect();
    format!(
        "  {}: {}, now {}; stated by import {}\n",
        row.at,
        charge_text(stored),
        charge_text(row),
        imports.join(" and ")
    )
}

fn charge_text(record: &CostRecord) -> String {
    let charged = record.stated.charged.map_or("no amount".to_owned(), |charged| format!("{charged} USD"));
    let kind = record.dimensions.subcategory.as_deref().unwrap_or("no kind");
    format!("{charged} ({})", cut(&for_terminal(kind), 40))
}

async fn list(costs: &CursorCosts, account: Option<&str>, output: &Output) -> Result<Outcome> {
    let mut all = Vec::new();
    for account in costs.accounts().iter().filter(|each| account.is_none_or(|name| each.name() == name)) {
        for import in costs.imports(account).await? {
            all.push((account.name().to_owned(), import));
        }
    }
    if let Some(name) = account {
        costs.account(Some(name))?;
    }
    if output.is_json() {
        let imports: Vec<Value> =
            all.iter().map(|(account, import)| import_document(costs, account, import)).collect();
        output.json(&json!({ "schema": "imports/1", "imports": imports }))?;
        return Ok(Outcome::DONE);
    }
    let mut text = Text::default();
    for (account, import) in &all {
        text.line(format_args!(
            "{}  {account}, {}, {}, of {}, exported {}, imported {}",
            import.id,
            import.span,
            counted(import.rows, "row"),
            cut(&for_terminal(&owner(costs, import)), 60),
            import.exported_at,
            import.imported_at
        ));
    }
    if all.is_empty() {
        text.line("nothing was imported");
    }
    output.text(text)?;
    Ok(Outcome::DONE)
}

fn owner(costs: &CursorCosts, import: &Kept) -> String {
    match (&import.owner, costs.pseudonyms()) {
        (Owner::Person(person), Some(pseudonyms)) => pseudonyms.of(person).to_string(),
        (Owner::Person(person), None) => person.to_string(),
        _ => "the team".to_owned(),
    }
}

fn import_document(costs: &CursorCosts, account: &str, import: &Kept) -> Value {
    json!({
        "id": import.id.to_string(),
        "account": account,
        "from": import.span.start(),
        "to": import.span.end(),
        "rows": import.rows,
        "owner": owner(costs, import),
        "exported_at": import.exported_at,
        "imported_at": import.imported_at,
    })
}
