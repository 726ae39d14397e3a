//! Brings usage that Cursor's dashboard exported as CSV into a SQLite file, for the time that the API has not covered.
//!
//! `cargo run --release --example import_csv -- --db costs.db --account-name Acme usage-events.csv`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use chrono::{NaiveDate, Utc};
use cost_ingest::import_file;
use cost_model::input::DecimalMark;
use cost_model::output::{counted, cut, for_terminal};
use cost_model::store::{ConnectionId, Correction, Import, ImportId, ImportStats, Owner, RowSum};
use cost_model::{CostStore, Metric, Timestamp, Window};
use cost_model_sqlite::SqliteStore;
use cursor_csv_source::{CsvExport, ExportReader, ImportTerms, KindSum};
use examples::{Failure, grouped, outln};
use lexopt::{Arg, Parser, ValueExt};

const HELP: &str = "\
Brings exported usage into a SQLite file, for the time that the API has not covered.

Usage: import_csv --db FILE [OPTIONS] EXPORT.csv
       import_csv --db FILE [--account-name NAME] --list
       import_csv --db FILE [--account-name NAME] --remove ID

A file holds what its rows say, from the first to the last, and no more. Of equal rows in several files the larger count
holds. Where the API has been read, its word holds: a row that it states is already there, any other is refused.

Options:
      --db FILE            Where charges are kept
      --account-name NAME  The connection that the export belongs to [default: Cursor]
      --email EMAIL        Whose the export is, if it is a personal one
      --nobody             Read an export without a column of users for nobody in particular
      --exported-at TIME   When it was exported, such as 2026-07-15T12:00:00Z [default: its last row]
      --from DATE          The first day for which it holds every row [default: from its first row]
      --to DATE            The first day for which it does not [default: to its last row]
      --decimal-comma      Its numbers are written as 1.234,56
      --pass-over COLUMN   Leave that column unread, although it looks as if it mattered; may be given again
      --replace ID         It corrects that import: take its rows inside this file's time out
      --list               List what was imported
      --remove ID          Take an import out, with the rows that no other file states
  -h, --help               Print this help
";

/// How many corrections are shown.
const SHOWN: usize = 10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    examples::main(Arguments::parse(), HELP, run).await
}

async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let id = ConnectionId::new(arguments.account_name.as_str());
    match &arguments.task {
        Task::List => {
            let store = existing(&arguments.db)?;
            list(&store.imports(&id).await?);
            for other in store.connections().await?.iter().filter(|other| **other != id) {
                let imports = store.imports(other).await?.len();
                if imports > 0 {
                    outln!("{}: {}, with --account-name", other, counted(u64::try_from(imports)?, "import"));
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        Task::Remove(import) => {
            let store = existing(&arguments.db)?;
            let rows = store.remove_import(&id, *import).await?;
            outln!("{id}: import {import} is gone, and {} that nothing else states", counted(rows, "row"));
            Ok(ExitCode::SUCCESS)
        }
        Task::Import { file, reader, terms } => {
            let name = file.to_string_lossy();
            let bytes = std::fs::read(file).map_err(|error| format!("{name}: {error}"))?;
            let export = reader.read(&bytes, &name)?;
            let import = export.import(&bytes, terms, Utc::now().into())?;
            let store = SqliteStore::open(&arguments.db)?;
            let about = import.import.clone();
            let stats = import_file(&store, &id, import).await?;
            print(&id, &export, &about, &stats)
        }
    }
}

/// A store that is there: a slip in its name makes no new one.
fn existing(path: &Path) -> Result<SqliteStore, Failure> {
    if !path.exists() {
        return Err(format!("{}: there is no such file", path.display()).into());
    }
    Ok(SqliteStore::open(path)?)
}

/// What became of the file. Refused rows and corrections make the status 1.
fn print(
    id: &ConnectionId,
    export: &CsvExport,
    about: &Import,
    stats: &ImportStats,
) -> Result<ExitCode, Failure> {
    let rows = u64::try_from(export.records().len())?;
    outln!("{id}: import {} of {}, {}", about.id, counted(rows, "row"), about.span);
    if stats.known {
        outln!("  this very file was brought in before; nothing was done");
    }
    status("stored", &stats.stored);
    status("already there", &stats.already_there);
    status("replaced", &stats.replaced);
    status("refused", &stats.refused);
    if stats.taken_out.rows > 0 {
        outln!(
            "  of the replaced import, {} worth {} USD are gone",
            counted(stats.taken_out.rows, "row"),
            stats.taken_out.effective
        );
    }
    if stats.not_in_file.rows > 0 {
        let rows = counted(stats.not_in_file.rows, "row");
        outln!(
            "  not in file   {rows} of other files in its time, worth {} USD; they stay",
            stats.not_in_file.effective
        );
    }
    outln!("  amounts are as rounded in the file; odd totals of tokens: {}", grouped(export.odd_totals()));
    notes(export)?;
    if !stats.corrections.is_empty() {
        corrections(&stats.corrections);
        return Ok(ExitCode::FAILURE);
    }
    if stats.refused.rows > 0 {
        outln!("Refused: the API has been read for the time of these rows and does not state them.");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn status(name: &str, sum: &RowSum) {
    outln!("  {name:<13} {:>9}  {} USD", grouped(sum.rows), sum.effective);
}

/// What the file says that no count tells.
fn notes(export: &CsvExport) -> Result<(), Failure> {
    let shown = |text: &str| cut(&for_terminal(text), 60).into_owned();
    for KindSum { kind, rows, cost, .. } in export.unknown_kinds()? {
        outln!(
            "  unknown kind  {}: {}, {cost} USD; what they bill is not known",
            shown(&kind),
            counted(rows, "row")
        );
    }
    for KindSum { kind, rows, cost, .. } in export.uncounted_kinds()? {
        outln!("  not counted   {}: {}, {cost} USD stated", shown(&kind), counted(rows, "row"));
    }
    for sum in export.sums() {
        outln!("  a sum         line {}: {}; no usage", sum.line, shown(&sum.label));
    }
    let without_amount =
        export.records().iter().filter(|record| record.costs.get(Metric::Effective).is_none()).count();
    if without_amount > 0 {
        outln!(
            "  no amount     {}: what they cost is not known",
            counted(u64::try_from(without_amount)?, "row")
        );
    }
    if !export.columns_passed_over().is_empty() {
        let names: Vec<_> = export.columns_passed_over().iter().map(|name| shown(name)).collect();
        outln!("  not read      {}", names.join(", "));
    }
    if !export.columns_missing().is_empty() {
        outln!("  not stated    {}", export.columns_missing().join(", "));
    }
    Ok(())
}

fn corrections(corrections: &[Correction]) {
    outln!(
        "Nothing was stored: rows state charges that are there with another cost or kind, or differ in one trait from them."
    );
    for Correction { imports, stored, row, .. } in corrections.iter().take(SHOWN) {
        let amount = |record: &cost_model::CostRecord| match record.stated.charged {
            Some(charged) => format!("{charged} USD"),
            None => "no amount".to_owned(),
        };
        let kind = |record: &cost_model::CostRecord| {
            cut(&for_terminal(record.dimensions.subcategory.as_deref().unwrap_or("no kind")), 40).into_owned()
        };
        let imports: Vec<_> = imports.iter().map(ToString::to_string).collect();
        outln!(
            "  {}: {} ({}), now {} ({}); stated by import {}",
            row.at,
            amount(stored),
            kind(stored),
            amount(row),
            kind(row),
            imports.join(" and ")
        );
    }
    if corrections.len() > SHOWN {
        outln!("  and {} more", corrections.len() - SHOWN);
    }
    outln!("If this file is right, bring it in with --replace and the import that it corrects.");
}

fn list(imports: &[Import]) {
    if imports.is_empty() {
        outln!("nothing was imported");
    }
    for import in imports {
        let owner = match &import.owner {
            Owner::Person(person) => cut(&for_terminal(person), 60).into_owned(),
            _ => "the team".to_owned(),
        };
        outln!(
            "{}  {}, {}, of {owner}, exported {}, imported {}",
            import.id,
            import.span,
            counted(import.rows, "row"),
            import.exported_at,
            import.imported_at
        );
    }
}

struct Arguments {
    db: PathBuf,
    account_name: String,
    task: Task,
}

enum Task {
    Import { file: PathBuf, reader: ExportReader, terms: ImportTerms },
    List,
    Remove(ImportId),
}

impl Arguments {
    /// Reads the command line; `None` when it asks for help.
    fn parse() -> Result<Option<Self>, Failure> {
        let (mut db, mut account_name, mut email, mut file) = (None, None, None, None);
        let (mut nobody, mut decimal_comma, mut passed_over) = (false, false, Vec::new());
        let (mut from, mut to, mut terms) = (None, None, ImportTerms::default());
        let (mut lists, mut removes) = (false, None);
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("db") => db = Some(PathBuf::from(parser.value()?)),
                Arg::Long("account-name") => account_name = Some(parser.value()?.string()?),
                Arg::Long("email") => email = Some(parser.value()?.string()?),
                Arg::Long("nobody") => nobody = true,
                Arg::Long("decimal-comma") => decimal_comma = true,
                Arg::Long("pass-over") => passed_over.push(parser.value()?.string()?),
                Arg::Long("exported-at") => terms.exported_at = Some(value::<Timestamp>(&mut parser)?),
                Arg::Long("from") => from = Some(value::<NaiveDate>(&mut parser)?),
                Arg::Long("to") => to = Some(value::<NaiveDate>(&mut parser)?),
                Arg::Long("replace") => terms.replaces = Some(import_id(&parser.value()?.string()?)?),
                Arg::Long("list") => lists = true,
                Arg::Long("remove") => removes = Some(import_id(&parser.value()?.string()?)?),
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
                other => return Err(format!("{}; --help lists the options", other.unexpected()).into()),
            }
        }
        terms.days = match (from, to) {
            (Some(from), Some(to)) => Some(Window::days(from, to)?),
            (None, None) => None,
            _ => return Err("--from and --to state the days of the file together: give both".into()),
        };
        let account_name: String = account_name.unwrap_or_else(|| "Cursor".to_owned());
        let task = match (lists, removes, file) {
            (true, None, None) => Task::List,
            (false, Some(import), None) => Task::Remove(import),
            (false, None, Some(file)) => {
                let mut reader = ExportReader::new(account_name.as_str());
                reader = email.into_iter().fold(reader, ExportReader::person);
                reader = if nobody { reader.without_person() } else { reader };
                reader = if decimal_comma { reader.decimal_mark(DecimalMark::Comma) } else { reader };
                reader = passed_over.into_iter().fold(reader, ExportReader::pass_over);
                Task::Import { file, reader, terms }
            }
            (false, None, None) => return Err("no file: name the exported CSV".into()),
            _ => return Err("--list, --remove and a file are different tasks: give one of them".into()),
        };
        let db = db.ok_or("no --db FILE: say where charges are to be kept")?;
        Ok(Some(Self { db, account_name, task }))
    }
}

fn value<T: FromStr<Err: std::fmt::Display>>(parser: &mut Parser) -> Result<T, Failure> {
    let text = parser.value()?.string()?;
    text.parse().map_err(|error| format!("`{text}`: {error}").into())
}

fn import_id(text: &str) -> Result<ImportId, Failure> {
    ImportId::parse(text).ok_or_else(|| format!("`{text}` is no import; --list shows their ids").into())
}
