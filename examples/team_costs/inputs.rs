//! Where the job's inputs come from: files and the environment, or the demo.

use std::path::Path;

use chrono::{Days, Months, NaiveDate, Utc};
use cost_model::{Pseudonyms, Timestamp, Window};
use cursor_cost_source::places_of_people;
use cursor_invoice::CursorInvoiceReader;
use cursor_simulator::Simulator;
use reconcile::{Invoice, InvoiceReader};
use virtual_tags::{Directory, RuleSet, Rules};

use crate::arguments::Arguments;
use examples::{Failure, NamedText, Team, outln, pseudonyms};

const DEMO_RULES: &str = include_str!("demo_rules.toml");
/// The columns of a directory that become tags where the user names none: others may hold what is nobody's business.
const OWNERS: [&str; 2] = ["team", "department"];
const UNALLOCATED: &str = "Unallocated";

/// Everything the job works on, checked before the first request is sent.
pub struct Inputs {
    pub team: Team,
    pub account: String,
    pub range: Window,
    pub rules: Rules,
    pub invoices: Vec<Invoice>,
    pub pseudonyms: Option<Pseudonyms>,
}

impl Inputs {
    pub async fn gather(arguments: &Arguments) -> Result<Self, Failure> {
        let team = if arguments.demo || (arguments.is_empty() && !Team::has_key()) {
            outln!("No real charges: these are made up by a built-in simulator of a demo company.\n");
            Team::simulated(Simulator::demo()).await?
        } else {
            Team::of_key(arguments.base_url.as_deref(), arguments.api_key_env.as_deref())?
        };
        let demo = team.simulator();
        let account = if demo.is_some() { "Acme" } else { "Cursor" };
        let invoices = invoices(arguments, demo)?;
        Ok(Self {
            range: range(arguments, demo, &invoices)?,
            rules: rules(arguments, demo)?,
            pseudonyms: arguments.pseudonyms_env.as_deref().map(pseudonyms).transpose()?,
            account: arguments.account_name.clone().unwrap_or_else(|| account.to_owned()),
            invoices,
            team,
        })
    }
}

/// The days to read: as asked, else the last three months and whatever months the invoices touch.
fn range(arguments: &Arguments, demo: Option<&Simulator>, invoices: &[Invoice]) -> Result<Window, Failure> {
    let default = match demo {
        Some(simulator) => {
            let (start, end) = simulator.range();
            Window::new(start, end)?
        }
        None => {
            let out_of_range = || Failure::from("the range of days leaves the calendar");
            let tomorrow = || Utc::now().date_naive().checked_add_days(Days::new(1)).ok_or_else(out_of_range);
            let end: NaiveDate = arguments.to.map_or_else(tomorrow, Ok)?;
            let start = end.checked_sub_months(Months::new(3)).ok_or_else(out_of_range)?;
            let months: Vec<_> = invoices.iter().map(|invoice| invoice.period.whole_months()).collect();
            let start = months.iter().map(Window::start).fold(start.into(), Timestamp::min);
            Window::new(start, end)?
        }
    };
    let start = arguments.from.map_or(default.start(), Timestamp::midnight);
    let end = arguments.to.map_or(default.end(), Timestamp::midnight);
    Ok(Window::new(start, end)?)
}

fn rules(arguments: &Arguments, demo: Option<&Simulator>) -> Result<Rules, Failure> {
    let directory = match (&arguments.directory, demo) {
        (Some(path), _) => Directory::from_csv(&read(path)?, &path.to_string_lossy())?,
        (None, Some(simulator)) => {
            Directory::from_csv(simulator.directory_csv().as_bytes(), "the demo's directory")?
        }
        (None, None) => Directory::default(),
    };
    let rules = match (&arguments.rules, demo) {
        (Some(path), _) => NamedText::decode(&path.to_string_lossy(), &read(path)?)?.rules()?,
        (None, Some(_)) => NamedText::demo("the demo's rules", DEMO_RULES).rules()?,
        (None, None) => RuleSet::default().with_default_person(places_of_people()),
    };
    let is_owner = |column: &&str| OWNERS.iter().any(|owner| owner.eq_ignore_ascii_case(column));
    let columns: Vec<&str> = match arguments.tags.as_slice() {
        [] => directory.facts().iter().map(|fact| &**fact).filter(is_owner).collect(),
        named => named.iter().map(String::as_str).collect(),
    };
    Ok(rules.with_directory_facts(&directory, columns, UNALLOCATED)?.compile(directory)?)
}

fn invoices(arguments: &Arguments, demo: Option<&Simulator>) -> Result<Vec<Invoice>, Failure> {
    let reader = CursorInvoiceReader::new();
    let mut invoices = Vec::new();
    for path in &arguments.invoices {
        invoices.push(reader.read_invoice(&read(path)?, &path.to_string_lossy())?);
    }
    if let (true, Some(simulator)) = (invoices.is_empty(), demo) {
        for invoice in simulator.invoices() {
            invoices.push(reader.read_invoice(invoice.csv.as_bytes(), &format!("{}.csv", invoice.number))?);
        }
    }
    Ok(invoices)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}
