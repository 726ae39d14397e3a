//! The command line.

use std::path::PathBuf;

use chrono::{FixedOffset, NaiveDate};
use clap::{Args, Parser, Subcommand, ValueEnum};
use cost_model::digest::Digest;
use cost_model::input::DecimalMark;
use cost_model::report::{Bin, Interval, Measure};
use cost_model::store::ImportId;
use cost_model::{Filter, Money, Timestamp, Window};
use cost_people::{ColumnMeaning, DateForm};
use cursor_costs::config::zone;
use cursor_costs::request::DayRange;
use cursor_costs::{Error, ErrorKind, Result};
use rust_decimal::Decimal;

/// A company's Cursor spend: synced from Cursor's API, allocated to teams, tied to invoices.
///
/// Exit status: 0 done; 1 an error, with nothing half-written; 2 done, but it cannot be said: something is missing or may still
/// change where a final answer was asked for; 3 done, and something is unexplained or failed a guard.
#[derive(Debug, Parser)]
#[command(name = "cursor-costs", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// The configuration [default: cursor-costs.toml here, else in the user's configuration directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where charges are kept, in place of the configuration's `data`
    #[arg(long, global = true, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Who owns a charge, in place of the configuration's `rules`
    #[arg(long, global = true, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Who belongs where, in place of the configuration's `people`; may be given again
    #[arg(long, global = true, value_name = "FILE")]
    pub people: Vec<PathBuf>,
    /// The zone whose days and months count, such as +02:00
    #[arg(long, global = true, value_name = "OFFSET", allow_hyphen_values = true, value_parser = zone)]
    pub zone: Option<FixedOffset>,
    /// Give people other names in reports and exports, by the secret in that environment variable
    #[arg(long, global = true, value_name = "NAME")]
    pub pseudonyms_env: Option<String>,
    /// Let the configuration name that host beside Cursor's; may be given again
    #[arg(long, global = true, value_name = "HOST")]
    pub allow_host: Vec<String>,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, hide_possible_values = false)]
    pub format: Format,
    /// Print into that file, which is replaced as a whole
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Colour errors and notes
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Print no progress and no notes
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Csv,
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a folder to play with: a configuration, rules, people, invoices and a store of made-up charges
    Demo(Demo),
    /// Write a commented configuration, rules and people
    Init {
        /// Where to
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// List, check, rename and remove accounts
    #[command(subcommand)]
    Accounts(Accounts),
    /// Tell what is stored, what is missing, what may still change, and what to do next
    Status,
    /// Bring charges into the store: what is missing, and what was not final when it was read
    Sync(Sync),
    /// Import exports of the dashboard, for the time that the API has not covered
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Import(Import),
    /// Filter, group and add up charges
    Report(Report),
    /// Check, test, explain and compare the rules that say who owns a charge
    #[command(subcommand)]
    Tags(Tags),
    /// Bring in who belongs where, from exports of HR systems and identity providers
    #[command(subcommand)]
    People(People),
    /// Count seats: who has one, who uses it, and what those cost that nobody uses
    Seats(Seats),
    /// Read invoices and explain them
    #[command(subcommand)]
    Invoice(Invoice),
    /// Close a month or a billing cycle: one person prepares its figures, another approves them
    ///
    /// What is locked is written into the store: rules, people used, figures by tag, reconciliation with the invoices, and what
    /// is missing. Names are declared, not authenticated: whoever may write the store can state any name. Reports go on
    /// following the rules and people of now; `close status` tells by cause, in money, what changed since.
    #[command(subcommand)]
    Close(Close),
    /// Write charges out
    #[command(subcommand)]
    Export(Export),
    /// Check and show the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print completions for a shell
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["folder", "serve"]))]
pub(crate) struct Demo {
    /// The folder to make; one that holds anything is refused
    pub folder: Option<PathBuf>,
    /// Serve the same company's Admin API until the program is ended
    #[arg(long)]
    pub serve: bool,
    /// The port of 127.0.0.1 to serve on; 0 is a free one
    #[arg(long, default_value_t = 8080, requires = "serve")]
    pub port: u16,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Accounts {
    /// List the accounts of the configuration
    List,
    /// Ask Cursor whether an account's key works
    Check {
        /// The account's name; may be left out if there is one
        name: Option<String>,
    },
    /// Give an account another name; its charges stay, and have the new name from then on
    Rename {
        name: String,
        new_name: String,
        #[command(flatten)]
        sure: Sure,
    },
    /// Remove an account from the configuration, and its charges from the store
    Remove {
        name: String,
        /// Leave the charges in the store
        #[arg(long)]
        keep_data: bool,
        #[command(flatten)]
        sure: Sure,
    },
}

/// Consent to a change that cannot be taken back.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Sure {
    /// Do it without asking
    #[arg(long)]
    pub yes: bool,
    /// Only tell what would be done
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// Only that account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Read all days from that one on again
    #[arg(long, value_name = "DAY", value_parser = DayRange::day, requires = "to")]
    pub from: Option<NaiveDate>,
    /// The first day not to read
    #[arg(long, value_name = "DAY", value_parser = DayRange::day, requires = "from")]
    pub to: Option<NaiveDate>,
    /// Compare the counts of all closed windows as well, and read again what differs
    #[arg(long)]
    pub audit: bool,
    /// Go on, once a day, also after a sync that failed
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub daily: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(subcommand)]
    pub command: Option<Imports>,
    /// The exported CSV
    #[arg(required = true)]
    pub file: Option<PathBuf>,
    /// The account that it belongs to; may be left out if there is one
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Whose it is, if it is a personal export
    #[arg(long, value_name = "EMAIL", conflicts_with = "nobody")]
    pub person: Option<String>,
    /// Read an export without a column of users for nobody in particular
    #[arg(long)]
    pub nobody: bool,
    /// The days for which it holds every row, the second excluded [default: from its first row to its last]
    #[arg(long, value_name = "DAY/DAY", value_parser = span)]
    pub span: Option<Window>,
    /// When it was exported, such as 2026-07-15T12:00:00Z [default: its last row]
    #[arg(long, value_name = "TIME")]
    pub exported_at: Option<Timestamp>,
    #[command(flatten)]
    pub decimals: Decimals,
    /// Leave that column unread, although it looks as if it mattered; may be given again
    #[arg(long, value_name = "COLUMN")]
    pub pass_over: Vec<String>,
    /// It corrects that import: take its rows inside this file's time out
    #[arg(long, value_name = "ID", value_parser = import_id)]
    pub replace: Option<ImportId>,
}

/// The decimal mark of a file's numbers, where they can be read in two ways.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Decimals {
    /// Its numbers are written as 1,234.56
    #[arg(long, conflicts_with = "decimal_comma")]
    pub decimal_point: bool,
    /// Its numbers are written as 1.234,56
    #[arg(long)]
    pub decimal_comma: bool,
}

impl Decimals {
    /// Returns the mark, if one is stated.
    pub(crate) fn mark(self) -> Option<DecimalMark> {
        match self {
            Self { decimal_point: true, .. } => Some(DecimalMark::Point),
            Self { decimal_comma: true, .. } => Some(DecimalMark::Comma),
            _ => None,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Imports {
    /// List what was imported
    List {
        /// Only for that account
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
    },
    /// Remove an import, with the rows that no other file states
    Remove {
        #[arg(value_parser = import_id)]
        id: ImportId,
        /// The account that it belongs to; may be left out if there is one
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
        #[command(flatten)]
        sure: Sure,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// A saved report of the configuration; options change it
    pub name: Option<String>,
    /// Which charges, for example "vtag.Team = 'Web' AND costs.effective > 1"
    #[arg(long, value_name = "SENTENCE", value_parser = filter)]
    pub filter: Option<Filter>,
    #[arg(
        help = "A row for each value of service (the model), resource_id (the person), vtag.Team, subcategory, tags['cursor:max_mode'], ...",
        long,
        value_name = "DIMENSION,...",
        value_delimiter = ','
    )]
    pub group_by: Vec<String>,
    #[command(flatten)]
    pub range: Range,
    /// Steps of time: hour, day, week, month or quarter
    #[arg(long, value_name = "STEP")]
    pub bin: Option<Bin>,
    /// What orders the rows: effective, billed, list, contracted, usage, tokens or records
    #[arg(long, value_name = "NAME")]
    pub metric: Option<Measure>,
    /// Only the largest groups, and all others as one
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Option<u32>,
    /// Beside the period before
    #[arg(long)]
    pub compare: bool,
    /// Each step holds everything up to its end
    #[arg(long)]
    pub cumulative: bool,
    /// A value that the filter names and no charge has is an error, not a remark
    #[arg(long)]
    pub strict: bool,
}

/// A range of days in the reporting zone.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct Range {
    /// this_month, last_month, last_7_days, last_3_months, year_to_date, ... [default: last_month]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["from", "to"])]
    pub interval: Option<Interval>,
    /// The first day
    #[arg(long, value_name = "DAY", value_parser = DayRange::day, requires = "to")]
    pub from: Option<NaiveDate>,
    /// The first day that no longer counts
    #[arg(long, value_name = "DAY", value_parser = DayRange::day, requires = "from")]
    pub to: Option<NaiveDate>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Tags {
    /// Find likely mistakes in rules and people, and run the rules' own tests
    Check(Range),
    /// Run the rules' own tests
    Test(Range),
    /// Explain why a person's charges have their owners
    Explain {
        /// An email, or the id of a service account
        who: String,
        /// Only that day
        #[arg(long, value_name = "DAY", value_parser = DayRange::day, conflicts_with_all = ["interval", "from", "to"])]
        at: Option<NaiveDate>,
        #[command(flatten)]
        range: Range,
    },
    /// Tell what other rules would change
    Diff {
        /// The other rules
        file: PathBuf,
        /// Exit with 3 if more than so many percent of a key's cost move
        #[arg(long, value_name = "PERCENT")]
        guard: Option<Decimal>,
        #[command(flatten)]
        range: Range,
    },
    /// Tell how much of the cost has an owner, and who has none
    Coverage(Range),
    /// Suggest the rules that would reach most of the cost without an owner
    Suggest {
        /// Until so many percent of the cost have an owner
        #[arg(long, value_name = "PERCENT", default_value_t = 95, value_parser = clap::value_parser!(u8).range(1..=100))]
        reach: u8,
        #[command(flatten)]
        range: Range,
    },
    /// Turn a virtual tag configuration of Vantage into rules
    ImportVantage {
        /// Its JSON
        file: PathBuf,
    },
    /// Turn the rules of a key into a virtual tag configuration of Vantage
    ExportVantage {
        /// The key, such as Team
        key: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum People {
    /// Keep an export as the people of its day; joining, moving and leaving follow from comparing it with the others
    Import {
        #[command(flatten)]
        reading: PeopleFile,
        /// Take it in place of other people of the same day
        #[arg(long)]
        replace: bool,
    },
    /// Tell in money what an export would change: who moves, whom nobody matches, who has no use
    Preview {
        #[command(flatten)]
        reading: PeopleFile,
        #[command(flatten)]
        range: Range,
    },
    /// List what held of each person, from when to when
    List,
    /// Keep the members and billing groups that Cursor stated at each sync as the people of their days
    FromCursor {
        /// What the name of a group is called
        #[arg(long, value_name = "NAME", default_value = "team")]
        fact: String,
        /// Take them in place of other people of the same day
        #[arg(long)]
        replace: bool,
        /// Only tell what would be kept
        #[arg(long)]
        dry_run: bool,
    },
    /// Remove the people that were kept as those of a day
    Remove {
        /// The day, as `people list` shows it
        #[arg(value_parser = DayRange::day)]
        day: NaiveDate,
        #[command(flatten)]
        sure: Sure,
    },
    /// Forget a person: the store names them by a number from then on, and what they cost keeps its owner
    Forget {
        /// One of their addresses
        email: String,
        #[command(flatten)]
        sure: Sure,
    },
}

/// An export of people, and how to read it.
#[derive(Clone, Debug, Args)]
pub(crate) struct PeopleFile {
    /// The export: a table, or JSON of SCIM, Okta, Microsoft Graph, Google and others
    pub file: PathBuf,
    /// The day on which it was made [default: today]
    #[arg(long, value_name = "DAY", value_parser = DayRange::day)]
    pub as_of: Option<NaiveDate>,
    /// A column to read as a fact, such as cost_center or org_1; may be given again [beside the columns that become tags]
    #[arg(long, value_name = "NAME")]
    pub fact: Vec<String>,
    /// How days are written that do not begin with the year: day-first or month-first
    #[arg(long, value_name = "FORM", value_parser = date_form)]
    pub dates: Option<DateForm>,
    /// What a column means: email, other-email, id, joined, from, last-day, until, status, status-since or org-path; may be given again
    #[arg(long, value_name = "COLUMN=MEANING", value_parser = meaning)]
    pub column: Vec<(String, ColumnMeaning)>,
}

/// Reads the form of days.
fn date_form(text: &str) -> std::result::Result<DateForm, String> {
    match text {
        "year-first" => Ok(DateForm::YearFirst),
        "day-first" => Ok(DateForm::DayFirst),
        "month-first" => Ok(DateForm::MonthFirst),
        _ => Err("write year-first, day-first or month-first".to_owned()),
    }
}

/// Reads `COLUMN=MEANING`.
fn meaning(text: &str) -> std::result::Result<(String, ColumnMeaning), String> {
    let (column, meaning) = text.rsplit_once('=').ok_or("write COLUMN=MEANING, such as Kontakt=email")?;
    let found = ColumnMeaning::ALL.into_iter().find(|each| each.name() == meaning);
    let names = || ColumnMeaning::ALL.map(ColumnMeaning::name).join(", ");
    found
        .map(|found| (column.to_owned(), found))
        .ok_or_else(|| format!("no meaning `{meaning}`; write one of {}", names()))
}

#[derive(Debug, Args)]
pub(crate) struct Seats {
    /// Whose; may be left out if there is one account
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// A row for each value of that key of the rules, such as Team
    #[arg(long, value_name = "KEY")]
    pub by: Option<String>,
    /// What a seat costs for these days [default: what the account's last invoice states]
    #[arg(long, value_name = "AMOUNT", value_parser = money)]
    pub price: Option<Money>,
    #[command(flatten)]
    pub range: Range,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Invoice {
    /// Read an invoice and check its arithmetic, without any charges
    Check {
        /// The invoice: CSV, JSON, or text of its PDF
        file: PathBuf,
        #[command(flatten)]
        reading: Reading,
    },
    /// Explain why an invoice is not the sum of the usage: every cent of the difference, with its cause
    Explain {
        /// The invoice: CSV, JSON, or text of its PDF
        file: PathBuf,
        /// Whose it is; may be left out if there is one account
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
        #[command(flatten)]
        reading: Reading,
        /// An earlier invoice of the same cycle; may be given again
        #[arg(long, value_name = "FILE")]
        earlier: Vec<PathBuf>,
        /// Write reconciliation.json, bridge.csv, lines.csv, charges.csv and waterfall.svg there
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Hold the charges against what Cursor states of each person's spend, and list the invoices of the account's folder
    TieOut {
        /// Whose; may be left out if there is one account
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
    },
}

/// What an invoice's file may leave out.
#[derive(Clone, Debug, Args)]
pub(crate) struct Reading {
    /// The billing period, the end excluded, such as 2026-07-01/2026-08-01
    #[arg(long, value_name = "DAY/DAY", value_parser = span)]
    pub period: Option<Window>,
    /// When it was issued, such as 2026-08-01 or an instant
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub issued: Option<Timestamp>,
    #[command(flatten)]
    pub decimals: Decimals,
    /// Read the text of a PDF although its lines do not add up to its total
    #[arg(long)]
    pub accept_difference: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Close {
    /// Write what is to be locked, with its digest, for somebody else to approve
    ///
    /// Exit status 2 where something of the period was not read or may still change: nothing is written then without --force.
    /// 3 where an invoice of the time is not explained or could not be read.
    Prepare {
        #[command(flatten)]
        period: ClosePeriod,
        /// Who prepares it; the name is declared, not authenticated
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Write it although something is missing or provisional; it says for ever that it is not final
        #[arg(long)]
        force: bool,
    },
    /// Approve what somebody else has prepared: refused if anything has changed since
    Approve {
        #[command(flatten)]
        period: ClosePeriod,
        /// Who approves it, somebody else than who prepared it; the name is declared, not authenticated
        #[arg(long, value_name = "NAME")]
        by: String,
        /// The digest of what was prepared, as `close prepare` printed it
        #[arg(long, value_name = "HEX")]
        digest: String,
    },
    /// Tell what is closed, and by cause in money what changed since
    ///
    /// Exit status 3 where a closed period would have other figures now, 2 where one is not final.
    Status {
        /// A month such as 2026-09, a cycle such as 2026-09-14/2026-10-14, or the number of an invoice; all without one
        #[arg(value_name = "PERIOD")]
        period: Option<String>,
        /// Whose; may be left out if there is one account
        #[arg(long, value_name = "NAME", requires = "period")]
        account: Option<String>,
    },
    /// Open a closed period again, with a reason that is kept
    Reopen {
        #[command(flatten)]
        period: ClosePeriod,
        /// Who opens it; the name is declared, not authenticated
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Check that every entry of the journal is as it was written, and that each approval is about what was prepared
    ///
    /// Exit status 3 where something was changed, taken out, added or put elsewhere.
    Verify {
        /// A digest that was kept elsewhere, of an entry or of a close: it has to be there
        #[arg(long, value_name = "HEX", value_parser = digest)]
        digest: Option<Digest>,
    },
}

/// The period of a close.
#[derive(Clone, Debug, Args)]
pub(crate) struct ClosePeriod {
    /// A month such as 2026-09, a billing cycle such as 2026-09-14/2026-10-14, or the number of an invoice, whose cycle it is
    #[arg(value_name = "PERIOD")]
    pub period: String,
    /// Whose; a month is of all accounts without it, a cycle of the only one
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
}

/// Reads a digest.
fn digest(text: &str) -> std::result::Result<Digest, String> {
    text.trim().parse().map_err(|error: cost_model::Error| error.to_string())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Write every charge with its tags as CSV
    Records(Range),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the configuration, and that what it names can be read
    Check,
    /// Show each value, and where it came from
    Show,
}

impl Command {
    /// Returns the files that the command reads, beside those of the options of every command.
    pub(crate) fn inputs(&self) -> Vec<PathBuf> {
        match self {
            Self::Import(Import { file, .. }) => file.iter().cloned().collect(),
            Self::Tags(Tags::Diff { file, .. } | Tags::ImportVantage { file })
            | Self::Invoice(Invoice::Check { file, .. }) => vec![file.clone()],
            Self::Invoice(Invoice::Explain { file, earlier, .. }) => {
                [file].into_iter().chain(earlier).cloned().collect()
            }
            Self::People(People::Import { reading, .. } | People::Preview { reading, .. }) => {
                vec![reading.file.clone()]
            }
            Self::Demo(_)
            | Self::Init { .. }
            | Self::Accounts(_)
            | Self::Status
            | Self::Sync(_)
            | Self::Report(_)
            | Self::Seats(_)
            | Self::Tags(_)
            | Self::People(
                People::List | People::FromCursor { .. } | People::Remove { .. } | People::Forget { .. },
            )
            | Self::Invoice(Invoice::TieOut { .. })
            | Self::Close(_)
            | Self::Export(_)
            | Self::Config(_)
            | Self::Completions { .. }
            | Self::Man => Vec::new(),
        }
    }
}

impl Range {
    /// Returns the range; `None` where nothing is stated.
    pub(crate) fn stated(self) -> Result<Option<DayRange>> {
        if self.interval.is_none() && self.from.is_none() && self.to.is_none() {
            return Ok(None);
        }
        self.days().map(Some)
    }

    /// Returns the range, or the last month.
    pub(crate) fn days(self) -> Result<DayRange> {
        DayRange::of(self.interval, self.from, self.to)
            .map_err(|message| Error::new(ErrorKind::Query, message))
    }
}

/// Reads an instant, or the midnight with which a day begins in UTC.
fn instant(text: &str) -> std::result::Result<Timestamp, String> {
    Timestamp::from_day_or_instant(text).map_err(|error| error.to_string())
}

/// Reads two days or instants with a `/` between.
fn span(text: &str) -> std::result::Result<Window, String> {
    let (start, end) = text.split_once('/').ok_or("it is not two days like 2026-07-01/2026-08-01")?;
    Window::new(instant(start)?, instant(end)?).map_err(|_| "it must end after it starts".to_owned())
}

/// Reads an amount of US dollars, such as 40.00.
fn money(text: &str) -> std::result::Result<Money, String> {
    text.parse().map_err(|_: cost_model::Error| "it is no amount like 40.00".to_owned())
}

fn filter(text: &str) -> std::result::Result<Filter, String> {
    Filter::parse(text).map_err(|error| error.to_string())
}

fn import_id(text: &str) -> std::result::Result<ImportId, String> {
    ImportId::parse(text).ok_or_else(|| "it is no import; `import list` shows their ids".to_owned())
}
