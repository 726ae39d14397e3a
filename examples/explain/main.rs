//! Why does this person's spend have that value?
//!
//! ```text
//! cargo run --example explain -- [WHO WHEN RULES.toml DIRECTORY.csv [COSTS.db | CHARGES.csv]]
//! ```

#[path = "../diff_rules/charges.rs"]
mod charges;

use std::error::Error;
use std::process::ExitCode;

use chrono::{Days, NaiveDate};
use cost_model::store::Scope;
use cost_model::{CostRecord, Costs, Currency, Ledger, Metric, Timestamp, Window};
use cost_model_sqlite::Options;
use examples::{NamedText, out, outln};

const DEMO_RULES: &str = include_str!("../check_rules/rules.toml");
const DEMO_DIRECTORY: &str = include_str!("../check_rules/directory.csv");
const DEMO_CHARGES: &str = include_str!("../diff_rules/charges.csv");

const HELP: &str = "\
Tells why the charges of a person or service account have their values.

  explain [WHO WHEN RULES.toml DIRECTORY.csv [COSTS.db | CHARGES.csv]]

WHEN is a day like 2026-09-15, or an instant like 2026-09-15T10:00:00Z. With a store or a file of charges
it explains what was charged then; without one it tells what the rules would make of a charge of whose model
and tags nothing is known. Without arguments it explains made-up charges.
";

fn main() -> ExitCode {
    examples::rules_program(HELP, explain)
}

fn explain(arguments: &[String]) -> Result<bool, Box<dyn Error>> {
    let (who, when, rules, directory, charges) = match arguments {
        [] => {
            let rules = NamedText::demo("rules.toml", DEMO_RULES).rules()?;
            let directory = NamedText::demo("directory.csv", DEMO_DIRECTORY).directory()?;
            let charges = charges::read(&NamedText::demo("charges.csv", DEMO_CHARGES))?;
            ("Ana@acme.test", "2026-09-16", rules, directory, Some(charges))
        }
        [who, when, rules, directory, rest @ ..] if rest.len() < 2 => {
            let people = NamedText::read(directory)?.directory()?;
            let charges = rest.first().map(|file| ledger(file, window(when)?.whole_months())).transpose()?;
            (who.as_str(), when.as_str(), NamedText::read(rules)?.rules()?, people, charges)
        }
        _ => {
            return Err("expected WHO WHEN RULES.toml DIRECTORY.csv [COSTS.db | CHARGES.csv]".into());
        }
    };
    let window = window(when)?;
    let rules = rules.compile(directory)?;
    let Some(ledger) = charges else {
        outln!("(no charges are given: this is what a charge gets of whose model and tags nothing is known)");
        let mut record = CostRecord::new(window.start(), "cursor", Currency::USD, Costs::absent());
        record.edit(|set| set.resource = Some(who.into()));
        let tagger = rules.tagger()?;
        for explanation in rules.keys().iter().filter_map(|key| tagger.explain(key, &record, window.start()))
        {
            out!("{explanation}");
        }
        return Ok(true);
    };
    let tagger = rules.resolve(&ledger, Metric::Effective, &[])?;
    let explained = tagger.explain_charges(&ledger, who, window, Metric::Effective)?;
    if explained.is_empty() {
        return Err(format!("nothing was charged to {who} from {window}").into());
    }
    for each in explained {
        out!("{each}");
    }
    Ok(true)
}

/// A day, or one millisecond.
fn window(when: &str) -> Result<Window, Box<dyn Error>> {
    if let Ok(date) = when.parse::<NaiveDate>() {
        let end = date.checked_add_days(Days::new(1)).ok_or("the day leaves the calendar")?;
        return Ok(Window::days(date, end)?);
    }
    let wrong =
        |_| format!("`{when}` is neither a day like 2026-09-15 nor an instant like 2026-09-15T10:00:00Z");
    let start: Timestamp = when.parse().map_err(wrong)?;
    Ok(Window::new(start, Timestamp::from_millis(start.millis() + 1)?)?)
}

/// The charges of whole months, which splits by cost weigh.
fn ledger(file: &String, months: Window) -> Result<Ledger, Box<dyn Error>> {
    if std::path::Path::new(file).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        return charges::read(&NamedText::read(file)?);
    }
    let store = Options::new().read_only(true).open(file)?;
    let scope = Scope::all().window(months);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(runtime.block_on(Ledger::from_store(&store, &scope, Currency::USD))?)
}
