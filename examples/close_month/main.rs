//! Closes a month; afterwards tells what later rules, people or charges would change of it.
//!
//! ```text
//! cargo run --example close_month -- [LOCK.json MONTH RULES.toml DIRECTORY.csv CHARGES.csv]
//! ```
//!
//! The exit status is 0 if the month was closed, or if nothing of a closed one would change, else 1.

#[path = "../diff_rules/charges.rs"]
mod charges;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use chrono::{Months, NaiveDate, Utc};
use cost_model::{Ledger, Metric, Timestamp, Window};
use examples::{out, outln, write_file};
use virtual_tags::{Directory, PeriodLock, RuleSet};

const OLD_RULES: &str = include_str!("../check_rules/rules.toml");
const NEW_RULES: &str = include_str!("../diff_rules/new_rules.toml");
const DIRECTORY: &str = include_str!("../check_rules/directory.csv");
const CHARGES: &str = include_str!("../diff_rules/charges.csv");

const HELP: &str = "\
Closes a month: LOCK.json then says which rules and people decided it, and what each value came to.
Where LOCK.json is there already, it is left alone; what would change of the month is told.

  close_month [LOCK.json MONTH RULES.toml DIRECTORY.csv CHARGES.csv]

A month is written like 2026-09. Without arguments it closes a made-up month and looks at it with other rules.
";

fn main() -> ExitCode {
    examples::rules_program(HELP, close_month)
}

/// Whether no closed month would change.
fn close_month(arguments: &[String]) -> Result<bool, Box<dyn Error>> {
    match arguments {
        [] => {
            let closing = Timestamp::midnight("2026-10-03".parse()?);
            let lock = close(&Inputs::new(OLD_RULES, DIRECTORY, CHARGES)?, month("2026-09")?, closing)?;
            look_again(&lock, &Inputs::new(NEW_RULES, DIRECTORY, CHARGES)?)
        }
        [lock, of, rules, directory, charges] => {
            let inputs = Inputs::new(&read(rules)?, &read(directory)?, &read(charges)?)?;
            let period = month(of)?;
            if Path::new(lock).try_exists().map_err(|error| format!("{lock}: {error}"))? {
                let closed: PeriodLock =
                    serde_json::from_str(&read(lock)?).map_err(|error| format!("{lock}: {error}"))?;
                if closed.period()? != period {
                    return Err(format!("{lock} is of {}, not of {of}", closed.period()?).into());
                }
                return look_again(&closed, &inputs);
            }
            let closed = serde_json::to_string_pretty(&close(&inputs, period, Utc::now().into())?)?;
            write_file(Path::new(lock), closed.as_bytes()).map_err(|failure| failure.to_string())?;
            Ok(true)
        }
        _ => Err("expected LOCK.json MONTH RULES.toml DIRECTORY.csv CHARGES.csv".into()),
    }
}

struct Inputs {
    rules: RuleSet,
    people: Directory,
    ledger: Ledger,
}

impl Inputs {
    fn new(rules: &str, directory: &str, charges: &str) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            rules: RuleSet::from_toml(rules, "rules")?,
            people: Directory::from_csv(directory.as_bytes(), "directory")?,
            ledger: charges::read(charges)?,
        })
    }
}

fn close(inputs: &Inputs, period: Window, known_at: Timestamp) -> Result<PeriodLock, Box<dyn Error>> {
    let decided_by = (&inputs.rules, &inputs.people);
    let lock = PeriodLock::close(decided_by, &inputs.ledger, period, known_at, Metric::Billed)?;
    outln!("closed {period}\n  rules {}\n  people {}", lock.rules, lock.people);
    for closed in &lock.amounts {
        outln!("  {} {}: {}", closed.key, closed.value.as_deref().unwrap_or("(none)"), closed.amount);
    }
    Ok(lock)
}

/// Whether the closed month would be the same with these rules, people and charges. It stays what it was either way.
fn look_again(lock: &PeriodLock, inputs: &Inputs) -> Result<bool, Box<dyn Error>> {
    let period = lock.period()?;
    let review = lock.review(&inputs.rules, &inputs.people, &inputs.ledger)?;
    if review.is_unchanged() {
        outln!("nothing of {period} would change");
    } else {
        out!("would change of {period}, with {review}");
    }
    Ok(review.is_unchanged())
}

/// A calendar month, in UTC.
fn month(text: &str) -> Result<Window, Box<dyn Error>> {
    let first = format!("{text}-01").parse::<NaiveDate>();
    let first = first.map_err(|_| format!("`{text}` is not a month like 2026-09"))?;
    let end = first.checked_add_months(Months::new(1)).ok_or("the month leaves the calendar")?;
    Ok(Window::days(first, end)?)
}

fn read(name: &str) -> Result<String, Box<dyn Error>> {
    std::fs::read_to_string(name).map_err(|error| format!("{name}: {error}").into())
}
