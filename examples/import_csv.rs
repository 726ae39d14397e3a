//! Brings usage that Cursor's dashboard exported as CSV into a SQLite file, where the API has not covered it.
//!
//! `cargo run --release --example import_csv -- --db costs.db --account-name Acme usage-events.csv`

use std::path::PathBuf;
use std::process::ExitCode;

use cost_ingest::{Ingest, refuse_duplicates};
use cost_model::{ConnectionId, Metric, Money};
use cost_model_sqlite::SqliteStore;
use cursor_csv_source::{CsvExport, PRECISION};
use examples::{Failure, grouped, outln};
use lexopt::{Arg, Parser, ValueExt};

const HELP: &str = "\
Brings exported usage into a SQLite file, where the API has not covered it.

Usage: import_csv --db FILE [OPTIONS] EXPORT.csv

Options:
      --db FILE            Where charges are kept
      --account-name NAME  The connection that the export belongs to [default: Cursor]
      --email EMAIL        Whose the export is, if it is a personal one
  -h, --help               Print this help
";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    examples::main(Arguments::parse(), HELP, import).await
}

async fn import(arguments: Arguments) -> Result<(), Failure> {
    let file = arguments.export.to_string_lossy();
    let bytes = std::fs::read(&arguments.export).map_err(|error| format!("{file}: {error}"))?;
    let account = arguments.account_name.as_str();
    let export = match &arguments.email {
        Some(email) => CsvExport::read_personal(&bytes, &file, account, email)?,
        None => CsvExport::read(&bytes, &file, account)?,
    };
    let Some(range) = export.range() else { return Err(format!("{file}: there are no rows").into()) };
    let store = SqliteStore::open(&arguments.db)?;
    let id = ConnectionId::new(account);
    let run = Ingest::new(&export, &store, id.clone()).run(range, range.end()).await?;
    refuse_duplicates(&store, &id, range).await?;

    let effective = export.records().iter().filter_map(|record| record.costs.get(Metric::Effective));
    let precise = |record: &&cost_model::CostRecord| record.attributes.get(PRECISION).is_some();
    let count = |count: usize| u64::try_from(count).map(grouped);
    outln!("{account}: {} rows of {range}", count(export.records().len())?);
    outln!("  value used    {} USD, as rounded in the file", Money::sum(effective)?);
    outln!("  with amounts  {}", count(export.records().iter().filter(precise).count())?);
    outln!("  odd totals    {}", grouped(export.odd_totals()));
    outln!(
        "  stored        {} in {} windows that were missing",
        grouped(run.records),
        count(run.windows.len())?
    );
    Ok(())
}

struct Arguments {
    db: PathBuf,
    account_name: String,
    email: Option<String>,
    export: PathBuf,
}

impl Arguments {
    /// Reads the command line; `None` when it asks for help.
    fn parse() -> Result<Option<Self>, Failure> {
        let (mut db, mut account_name, mut email, mut export) = (None, None, None, None);
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("db") => db = Some(PathBuf::from(parser.value()?)),
                Arg::Long("account-name") => account_name = Some(parser.value()?.string()?),
                Arg::Long("email") => email = Some(parser.value()?.string()?),
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Value(value) if export.is_none() => export = Some(PathBuf::from(value)),
                other => return Err(format!("{}; --help lists the options", other.unexpected()).into()),
            }
        }
        Ok(Some(Self {
            db: db.ok_or("no --db FILE: say where charges are to be kept")?,
            account_name: account_name.unwrap_or_else(|| "Cursor".to_owned()),
            email,
            export: export.ok_or("no file: name the exported CSV")?,
        }))
    }
}
