//! Why does this person's spend have that value?
//!
//! ```text
//! cargo run --example explain -- [EMAIL [DATE [RULES.toml [DIRECTORY.csv]]]]
//! ```

use std::error::Error;
use std::process::ExitCode;

use chrono::NaiveDate;
use cost_model::{CostRecord, Costs, Currency, Tagger, Timestamp};
use examples::out;
use virtual_tags::{Directory, RuleSet};

const DEMO_RULES: &str = include_str!("../check_rules/rules.toml");
const DEMO_DIRECTORY: &str = include_str!("../check_rules/directory.csv");

const HELP: &str = "\
Tells why a person's spend has its values.

  explain [EMAIL [DATE [RULES.toml [DIRECTORY.csv]]]]

Without arguments it explains a made-up person's.
";

fn main() -> ExitCode {
    examples::rules_program(HELP, explain)
}

fn explain(arguments: &[String]) -> Result<bool, Box<dyn Error>> {
    let mut arguments = arguments.iter().cloned();
    let email = arguments.next().unwrap_or_else(|| "Ana@acme.test".to_owned());
    let date = arguments.next().unwrap_or_else(|| "2026-09-15".to_owned());
    let date: NaiveDate = date.parse().map_err(|_| format!("`{date}` is not a date like 2026-09-15"))?;
    let read = |name: &str| std::fs::read_to_string(name).map_err(|error| format!("{name}: {error}"));
    let (rules, directory) = match arguments.next() {
        Some(name) => {
            let directory = match arguments.next() {
                Some(name) => Directory::from_csv(read(&name)?.as_bytes(), &name)?,
                None => Directory::default(),
            };
            (RuleSet::from_toml(&read(&name)?, &name)?, directory)
        }
        None => (
            RuleSet::from_toml(DEMO_RULES, "rules.toml")?,
            Directory::from_csv(DEMO_DIRECTORY.as_bytes(), "directory.csv")?,
        ),
    };
    let rules = rules.compile(directory)?;
    let at = Timestamp::midnight(date);
    let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::absent());
    record.resource = Some(email.into());
    for explanation in rules.keys().iter().filter_map(|key| rules.explain(key, &record, at)) {
        out!("{explanation}");
    }
    Ok(true)
}
