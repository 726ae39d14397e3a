//! `import`: exports of the dashboard, brought in, listed and removed.

use std::path::Path;

use cost_model::CostRecord;
use cost_model::Metric;
use cost_model::output::{amount, counted, cut, for_terminal, grouped};
use cost_model::store::{Correction, Import as Kept, Owner, RowSum};
use cursor_costs::{CursorCosts, Error, ErrorKind, Imported, Result};
use cursor_csv_source::{CsvExport, ExportReader, ImportTerms, KindSum};
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
            let Some(removed) = costs.imports(account).await?.into_iter().find(|import| import.id == *id)
            else {
                let message = format!("there is no import {id} of {}", account.name());
                return Err(Error::new(ErrorKind::NotFound, message).with_hint("`import list` lists them"));
            };
            let what =
                format!("remove import {id} of {}, with the rows that nothing else states", account.name());
            if !is_consented(*sure, &what, output)? {
                return Ok(Outcome::DONE);
            }
            let rows = costs.remove_import(account, *id).await?;
            let stay = removed.rows.saturating_sub(rows);
            if output.is_json() {
                let document = json!({
                    "schema": "import-remove/1",
                    "account": account.name(),
                    "id": id.to_string(),
                    "rows_removed": rows,
                    "rows_that_stay": stay,
                });
                output.json(&document)?;
            } else {
                let mut text = Text::default();
                text.line(format_args!(
                    "import {id} is gone, and {} that nothing else states",
                    counted(rows, "row")
                ));
                if stay > 0 {
                    text.line(format_args!(
                        "{} of it stay, which others state too, with the most digits that any file stated",
                        counted(stay, "row")
                    ));
                }
                output.text(text)?;
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
        output.json(&document(costs, account.name(), &imported)?)?;
    } else {
        output.text(text(account.name(), &imported)?)?;
    }
    let kept = imported.import.span;
    let is_other = import.span.is_some_and(|span| span != kept)
        || import.exported_at.is_some_and(|at| at != imported.import.exported_at)
        || import.replace.is_some();
    if imported.stats.known && is_other {
        let message =
            format!("the file was imported before, for {kept}, and that still counts as it was stated then");
        let error = Error::new(ErrorKind::Import, message);
        let hint = format!(
            "`import remove {}` takes it out, so that it can be imported in another way",
            imported.import.id
        );
        return failed_after_answer(error.with_hint(hint), output);
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

/// How a number is read that can be read in two ways.
pub(crate) const DECIMALS: &str =
    "--decimal-point reads its numbers as 1,234.56, --decimal-comma as 1.234,56";

/// What a reader asks to be stated, and the option that states it.
const OPTIONS: [(&str, &str); 8] = [
    (
        "say whose export it is",
        "--person EMAIL says whose it is, --nobody that its rows are to have no person",
    ),
    ("decimal commas", DECIMALS),
    ("decimal mark", DECIMALS),
    ("to be passed over", "--pass-over COLUMN leaves it unread"),
    ("state the days on which there was no usage", "--span DAY/DAY states them"),
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
    if let Some(mark) = import.decimals.mark() {
        reader = reader.decimal_mark(mark);
    }
    import.pass_over.iter().fold(reader, |reader, column| reader.pass_over(column.as_str()))
}

fn document(costs: &CursorCosts, account: &str, imported: &Imported) -> Result<Value> {
    let Imported { export, import, stats, future, negative, .. } = imported;
    let sums: Vec<Value> =
        export.sums().iter().map(|sum| json!({ "line": sum.line, "label": sum.label })).collect();
    let conflicts: Vec<Value> = stats
        .corrections
        .iter()
        .map(|Correction { imports, stored, row, .. }| {
            json!({
                "at": row.at,
                "imports": imports.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "stored": charge_document(stored),
                "row": charge_document(row),
            })
        })
        .collect();
    Ok(json!({
        "schema": "import/1",
        "account": account,
        "id": import.id.to_string(),
        "owner": owner(costs, import),
        "from": import.span.start(),
        "to": import.span.end(),
        "known": stats.known,
        "rows": export.records().len(),
        "stored": sum_document(&stats.stored),
        "already_there": sum_document(&stats.already_there),
        "refined": sum_document(&stats.refined),
        "replaced": sum_document(&stats.replaced),
        "refused": sum_document(&stats.refused),
        "taken_out": sum_document(&stats.taken_out),
        "not_in_file": sum_document(&stats.not_in_file),
        "corrections": conflicts.len(),
        "conflicts": conflicts,
        "future": sum_document(future),
        "negative": sum_document(negative),
        "without_amount": without_amount(export),
        "odd_totals": export.odd_totals(),
        "open_row": export.open_row(),
        "unknown_kinds": kinds_document(export.unknown_kinds())?,
        "not_counted": kinds_document(export.uncounted_kinds())?,
        "sums": sums,
        "columns_passed_over": export.columns_passed_over(),
        "columns_missing": export.columns_missing(),
    }))
}

fn kinds_document(kinds: cost_model::Result<Vec<KindSum>>) -> Result<Vec<Value>> {
    let kinds = kinds.map_err(out_of_range)?;
    Ok(kinds.iter().map(|sum| json!({ "kind": sum.kind, "rows": sum.rows, "cost": sum.cost })).collect())
}

fn sum_document(sum: &RowSum) -> Value {
    json!({ "rows": sum.rows, "effective": sum.effective, "billed": sum.billed })
}

fn charge_document(record: &CostRecord) -> Value {
    json!({ "charged": record.stated.charged, "kind": record.dimensions.subcategory })
}

fn out_of_range(error: cost_model::Error) -> Error {
    Error::new(ErrorKind::Import, "the file's sums are out of range").because(error)
}

/// Counts the rows that state no amount.
fn without_amount(export: &CsvExport) -> u64 {
    let records = export.records().iter();
    let without = records.filter(|record| record.costs.get(Metric::Effective).is_none()).count();
    u64::try_from(without).unwrap_or(u64::MAX)
}

/// Returns what rows cost, and what of it is billed where that is another sum.
fn cost_text(sum: &RowSum) -> String {
    let effective = amount(sum.effective);
    if sum.billed == sum.effective {
        format!("{effective} USD")
    } else {
        format!("{effective} USD, {} billed", amount(sum.billed))
    }
}

fn text(account: &str, imported: &Imported) -> Result<Text> {
    let Imported { export, import, stats, .. } = imported;
    let rows = u64::try_from(export.records().len()).unwrap_or(u64::MAX);
    let mut text = Text::default();
    text.line(format_args!("{account}: import {} of {}, {}", import.id, counted(rows, "row"), import.span));
    if stats.known {
        text.line("  this very file was brought in before; nothing was done");
    }
    outcome_text(&mut text, imported);
    content_text(&mut text, export)?;
    for correction in stats.corrections.iter().take(SHOWN) {
        text.add(correction_text(correction));
    }
    if stats.corrections.len() > SHOWN {
        text.line(format_args!("  and {} more", stats.corrections.len() - SHOWN));
    }
    Ok(text)
}

/// Tells what became of the rows.
fn outcome_text(text: &mut Text, Imported { stats, future, negative, .. }: &Imported) {
    for (name, sum) in [
        ("stored", &stats.stored),
        ("already there", &stats.already_there),
        ("replaced", &stats.replaced),
        ("refused", &stats.refused),
    ] {
        text.line(format_args!("  {name:<13} {:>9}  {}", grouped(sum.rows), cost_text(sum)));
    }
    let of = |sum: &RowSum| (counted(sum.rows, "row"), cost_text(sum));
    if stats.refined.rows > 0 {
        let (rows, change) = of(&stats.refined);
        text.line(format_args!("  stated fuller {rows} that were there already, which changes {change}"));
    }
    if stats.taken_out.rows > 0 {
        let (rows, worth) = of(&stats.taken_out);
        text.line(format_args!("  of the replaced import, {rows} worth {worth} are gone"));
    }
    if stats.not_in_file.rows > 0 {
        let (rows, worth) = of(&stats.not_in_file);
        text.line(format_args!(
            "  not in file   {rows} of other files in its time, worth {worth}; they stay"
        ));
    }
    for (name, what, sum) in
        [("future", "later than now", future), ("negative", "with a cost below zero", negative)]
    {
        if sum.rows > 0 {
            let (rows, worth) = of(sum);
            text.line(format_args!("  {name:<13} {rows} {what}, worth {worth}"));
        }
    }
}

/// Tells what of the file has no plain cost, and what of it was not read.
fn content_text(text: &mut Text, export: &CsvExport) -> Result<()> {
    text.line(format_args!(
        "  amounts are as rounded in the file; odd totals of tokens: {}",
        grouped(export.odd_totals())
    ));
    let shown = |text: &str| cut(&for_terminal(text), 60).into_owned();
    for KindSum { kind, rows, cost, .. } in export.unknown_kinds().map_err(out_of_range)? {
        let rows = counted(rows, "row");
        text.line(format_args!(
            "  unknown kind  {}: {rows}, {} USD; what they bill is not known",
            shown(&kind),
            amount(cost)
        ));
    }
    for KindSum { kind, rows, cost, .. } in export.uncounted_kinds().map_err(out_of_range)? {
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
    let without = without_amount(export);
    if without > 0 {
        text.line(format_args!("  no amount     {}: what they cost is not known", counted(without, "row")));
    }
    if let Some(line) = export.open_row() {
        text.line(format_args!(
            "  open end      line {line} has no line feed behind it: is it whole, or was the file cut off?"
        ));
    }
    if !export.columns_passed_over().is_empty() {
        let names: Vec<String> = export.columns_passed_over().iter().map(|name| shown(name)).collect();
        text.line(format_args!("  not read      {}", names.join(", ")));
    }
    if !export.columns_missing().is_empty() {
        text.line(format_args!("  not stated    {}", export.columns_missing().join(", ")));
    }
    Ok(())
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
