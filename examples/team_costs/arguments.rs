//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use chrono::NaiveDate;
use lexopt::{Arg, Parser, ValueExt};

use examples::Failure;

pub const HELP: &str = "\
Cursor's costs by team, tied to its invoices.

Usage: team_costs [OPTIONS]

Without a key and without any option it shows a demo company, kept in memory.

Options:
      --demo               Run against the built-in simulator, even if a key is set; files of --db and
                           --out then hold made-up charges
      --base-url URL       The Admin API's address [default: https://api.cursor.com]
      --api-key-env NAME   The environment variable that holds the API key [default: CURSOR_API_KEY]
      --account-name NAME  The name of this connection in reports [default: Cursor]
      --from DATE          The first day to read, in UTC [default: three months before the end]
      --to DATE            The first day not to read, in UTC [default: tomorrow]
      --rules FILE         rules.toml: who owns a cost
      --directory FILE     directory.csv: email,team,department,from,to
      --tags COLUMN,...    columns of the directory that become tags beside the rules' keys; without it
                           team and department
      --invoice FILE       An invoice to explain, as CSV, JSON, or text of its PDF; may be given again
      --db FILE            Keep charges in that SQLite file: a second run reads only what is missing and
                           what was not final when it was read, or, with --from or --to, the whole range
      --out DIR            Write sync.json, records.csv, report.json and reconciliation.json there
      --pseudonyms-env NAME  Give people other names in all of this, by the secret in that environment variable
  -h, --help               Print this help
";

/// The command line as given.
#[derive(Debug, Default)]
pub struct Arguments {
    given: bool,
    pub demo: bool,
    pub base_url: Option<String>,
    pub api_key_env: Option<String>,
    pub account_name: Option<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub rules: Option<PathBuf>,
    pub directory: Option<PathBuf>,
    /// Columns of the directory.
    pub tags: Vec<String>,
    pub invoices: Vec<PathBuf>,
    pub db: Option<PathBuf>,
    pub out: Option<PathBuf>,
    pub pseudonyms_env: Option<String>,
}

impl Arguments {
    /// Whether nothing at all was given, so that the demo may be shown: whoever names anything means their own charges.
    pub fn is_empty(&self) -> bool {
        !self.given
    }

    /// Reads the command line; `None` when it asks for help.
    pub fn parse() -> Result<Option<Self>, Failure> {
        let mut arguments = Self::default();
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            arguments.given = true;
            match argument {
                Arg::Long("demo") => arguments.demo = true,
                Arg::Long("base-url") => arguments.base_url = Some(parser.value()?.string()?),
                Arg::Long("api-key-env") => arguments.api_key_env = Some(parser.value()?.string()?),
                Arg::Long("account-name") => arguments.account_name = Some(parser.value()?.string()?),
                Arg::Long("from") => arguments.from = Some(date("--from", parser.value()?)?),
                Arg::Long("to") => arguments.to = Some(date("--to", parser.value()?)?),
                Arg::Long("rules") => arguments.rules = Some(parser.value()?.into()),
                Arg::Long("tags") => {
                    let columns = parser.value()?.string()?;
                    arguments.tags = columns.split(',').map(|column| column.trim().to_owned()).collect();
                }
                Arg::Long("directory") => arguments.directory = Some(parser.value()?.into()),
                Arg::Long("invoice") => arguments.invoices.push(parser.value()?.into()),
                Arg::Long("pseudonyms-env") => arguments.pseudonyms_env = Some(parser.value()?.string()?),
                Arg::Long("db") => arguments.db = Some(parser.value()?.into()),
                Arg::Long("out") => arguments.out = Some(parser.value()?.into()),
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                other => return Err(format!("{}; --help lists the options", other.unexpected()).into()),
            }
        }
        if let (Some(from), Some(to)) = (arguments.from, arguments.to)
            && from >= to
        {
            return Err(
                format!("--to {to} must come after --from {from}: it is the first day not to read").into()
            );
        }
        Ok(Some(arguments))
    }
}

fn date(option: &str, value: OsString) -> Result<NaiveDate, Failure> {
    let text = value.string()?;
    text.parse().map_err(|_| format!("{option} {text} is not a date like 2026-09-15").into())
}
