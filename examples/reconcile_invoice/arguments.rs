//! The command line.

use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use examples::Failure;

pub const HELP: &str = "\
Why does an invoice not equal the usage data? Every cent of the difference, with its name.

Usage: reconcile_invoice [OPTIONS]

Without --db and --invoice it explains an invoice of the built-in simulator's demo company.

Options:
      --db FILE          The SQLite file that holds the charges, as cursor_costs --db or sync keep it
      --connection NAME  Whose charges, if the file holds more than one connection's
      --invoice FILE     The invoice: .csv or .json in the forms of cost-reconcile's readme, or .txt pasted from its PDF
      --earlier FILE     An earlier invoice of the same cycle; may be given again
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
