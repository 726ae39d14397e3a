//! The command line.

use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use examples::{Failure, whole_number};

pub const HELP: &str = "\
Keeps a SQLite file of Cursor's costs up to date.

Usage: sync --db FILE [OPTIONS]

The first run imports; later ones read what is missing and what was not final when it was last
read. A run that was interrupted is taken up where it stopped. The status is 1 if a run failed, or
if charges came that nobody had asked for.

Options:
      --db FILE            Where charges are kept
      --demo               Read the made-up charges of a built-in simulator, into a file of their own
      --base-url URL       The Admin API's address [default: https://api.cursor.com]
      --api-key-env NAME   The environment variable that holds the API key [default: CURSOR_API_KEY]
      --account-name NAME  The name of this connection in reports [default: Cursor]
      --months N           How far back the first import reaches [default: 12]
      --audit              Compare the counts of all closed windows as well, and read again what differs
      --daily              Go on, once a day, also after a run that failed
  -h, --help               Print this help
";

/// The command line as given.
pub struct Arguments {
    pub db: PathBuf,
    pub demo: bool,
    pub base_url: Option<String>,
    pub api_key_env: Option<String>,
    pub account_name: String,
    pub months: u32,
    pub audit: bool,
    pub daily: bool,
}

impl Arguments {
    /// Reads the command line; `None` when it asks for help.
    pub fn parse() -> Result<Option<Self>, Failure> {
        let (mut db, mut base_url, mut api_key_env, mut account_name) = (None, None, None, None);
        let (mut months, mut demo, mut audit, mut daily) = (12, false, false, false);
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("db") => db = Some(PathBuf::from(parser.value()?)),
                Arg::Long("base-url") => base_url = Some(parser.value()?.string()?),
                Arg::Long("api-key-env") => api_key_env = Some(parser.value()?.string()?),
                Arg::Long("account-name") => account_name = Some(parser.value()?.string()?),
                Arg::Long("months") => months = whole_number("--months", &mut parser)?,
                Arg::Long("demo") => demo = true,
                Arg::Long("audit") => audit = true,
                Arg::Long("daily") => daily = true,
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                other => return Err(format!("{}; --help lists the options", other.unexpected()).into()),
            }
        }
        let db = db.ok_or("no --db FILE: say where charges are to be kept")?;
        let account_name = account_name.unwrap_or_else(|| "Cursor".to_owned());
        Ok(Some(Self { db, demo, base_url, api_key_env, account_name, months, audit, daily }))
    }
}
