//! The command line.

use std::path::PathBuf;

use cost_model::input::DecimalMark;
use cost_model::{Timestamp, Window};
use cursor_invoice::CursorInvoiceReader;
use lexopt::{Arg, Parser, ValueExt};

use examples::Failure;

pub const HELP: &str = "\
Why does an invoice not equal the usage data? Every cent of the difference, with its name.

Usage: reconcile_invoice [OPTIONS]

Without --db and --invoice it explains an invoice of the built-in simulator's demo company.

Options:
      --db FILE          The SQLite file that holds the charges, as cursor_costs --db or sync keep it
      --connection NAME  Whose charges, if the file holds more than one connection's
      --invoice FILE     The invoice: .csv or .json in the forms of cost-reconcile's readme, .json as the dashboard
                         answers, or .txt pasted from its PDF or made by pdftotext
      --earlier FILE     An earlier invoice of the same cycle; may be given again
      --period SPAN      The billing period of an invoice that does not say it: 2026-07-01/2026-08-01, or two instants
      --issued WHEN      When such an invoice was issued: 2026-08-01, or an instant
      --decimal-comma    Its numbers are written as in 1.234,56
      --out DIR          Write reconciliation.json, bridge.csv, lines.csv, charges.csv and waterfall.svg there
      --pseudonyms-env NAME  Give people other names in all of this, by the secret in that environment variable
  -h, --help             Print this help
";

/// The command line as given.
#[derive(Debug, Default)]
pub struct Arguments {
    pub db: Option<PathBuf>,
    pub connection: Option<String>,
    pub invoice: Option<PathBuf>,
    pub earlier: Vec<PathBuf>,
    /// What the command line says of the invoice and the file may not.
    pub reader: CursorInvoiceReader,
    pub out: Option<PathBuf>,
    pub pseudonyms_env: Option<String>,
}

impl Arguments {
    /// Reads the command line; `None` when it asks for help.
    pub fn parse() -> Result<Option<Self>, Failure> {
        let mut arguments = Self::default();
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("db") => arguments.db = Some(parser.value()?.into()),
                Arg::Long("connection") => arguments.connection = Some(parser.value()?.string()?),
                Arg::Long("invoice") => arguments.invoice = Some(parser.value()?.into()),
                Arg::Long("earlier") => arguments.earlier.push(parser.value()?.into()),
                Arg::Long("period") => {
                    arguments.reader = arguments.reader.with_period(period(&parser.value()?.string()?)?);
                }
                Arg::Long("issued") => {
                    arguments.reader = arguments.reader.with_issued(instant(&parser.value()?.string()?)?);
                }
                Arg::Long("decimal-comma") => {
                    arguments.reader = arguments.reader.with_decimal_mark(DecimalMark::Comma);
                }
                Arg::Long("out") => arguments.out = Some(parser.value()?.into()),
                Arg::Long("pseudonyms-env") => arguments.pseudonyms_env = Some(parser.value()?.string()?),
                Arg::Long("help") | Arg::Short('h') => return Ok(None),
                other => return Err(format!("{}; --help lists the options", other.unexpected()).into()),
            }
        }
        match (&arguments.db, &arguments.invoice) {
            (Some(_), None) => Err("--db needs an --invoice to explain".into()),
            (None, Some(_)) => Err("--invoice needs the charges: name the SQLite file with --db".into()),
            _ => Ok(Some(arguments)),
        }
    }
}

/// Two days or instants with a `/` between; the second is the first that no longer belongs to the period.
fn period(text: &str) -> Result<Window, Failure> {
    let (start, end) =
        text.split_once('/').ok_or("--period is two days or instants, such as 2026-07-01/2026-08-01")?;
    Ok(Window::new(instant(start)?, instant(end)?).map_err(|_| "--period must end after it starts")?)
}

/// An instant, or the midnight with which a day begins in UTC.
fn instant(text: &str) -> Result<Timestamp, Failure> {
    let day = text.parse().map(Timestamp::midnight);
    let instant = day.or_else(|_| text.parse());
    Ok(instant.map_err(|_| {
        format!("`{text}` is neither a day like 2026-07-01 nor an instant like 2026-07-01T09:30:00Z")
    })?)
}
