//! Closes a month; afterwards tells what later rules, people or charges would change of it.
//!
//! ```text
//! cargo run --example close_month -- [LOCK.json MONTH RULES.toml DIRECTORY.csv CHARGES.csv]
//! cargo run --example close_month -- LOCK.json MONTH CHARGES.csv
//! ```
//!
//! The exit status is 0 if the month was closed, or if nothing of a closed one would change; 2 if the month is not over or
//! nothing was charged in it, so that it is not closed; else 1.

#[path = "../diff_rules/charges.rs"]
mod charges;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use chrono::{Months, NaiveDate, Utc};
use cost_model::{Ledger, Metric, Timestamp, Window};
use examples::{NamedText, Refusal, out, outln, write_file};
use virtual_tags::{Directory, PeriodLock, RuleSet};

const OLD_RULES: &str = include_str!("../check_rules/rules.toml");
const NEW_RULES: &str = include_str!("../diff_rules/new_rules.toml");
const DIRECTORY: &str = include_str!("../check_rules/directory.csv");
const CHARGES: &str = include_str!("../diff_rules/charges.csv");

const HELP: &str = "\
Closes a month: LOCK.json then says which rules and people decided it, and what each value came to.
Where LOCK.json is there already, it is left alone; what would change of the month is told.

  close_month [LOCK.json MONTH RULES.toml DIRECTORY.csv CHARGES.csv]
  close_month LOCK.json MONTH CHARGES.csv

The second form computes a closed month again with the rules and people that its lock holds.
A month is written like 2026-09. One that is not over, or in which nothing was charged, is not closed (status 2).
Without arguments it closes a made-up month and looks at it with other rules.
";

fn main() -> ExitCode {
    examples::rules_program(HELP, close_month)
}

/// Whether no closed month would change.
fn close_month(arguments: &[String]) -> Result<bool, Box<dyn Error>> {
    match arguments {
        [] => {
            let directory = NamedText::demo("directory.csv", DIRECTORY);
            let charges = NamedText::demo("charges.csv", CHARGES);
            let inputs = |rules| Inputs::new(&NamedText::demo("rules.toml", rules), &directory, &charges);
            let closing = Timestamp::midnight("2026-10-03".parse()?);
            let lock = close(&inputs(OLD_RULES)?, month("2026-09")?, closing)?;
            look_again(&lock, &inputs(NEW_RULES)?)
        }
        [lock, of, charges] => open(&read_lock(lock, of)?, &charges::read(&NamedText::read(charges)?)?),
        [lock, of, rules, directory, charges] => {
            let [rules, directory, charges] = [rules, directory, charges].map(NamedText::read);
            let inputs = Inputs::new(&rules?, &directory?, &charges?)?;
            if Path::new(lock).try_exists().map_err(|error| format!("{lock}: {error}"))? {
                return look_again(&read_lock(lock, of)?, &inputs);
            }
            let closed = close(&inputs, month(of)?, Utc::now().into())?;
            let closed = serde_json::to_string_pretty(&closed)?;
            write_file(Path::new(lock), closed.as_bytes()).map_err(|failure| failure.to_string())?;
            Ok(true)
        }
        _ => Err("expected LOCK.json MONTH [RULES.toml DIRECTORY.csv] CHARGES.csv".into()),
    }
}

/// The lock of that month.
fn read_lock(lock: &String, of: &str) -> Result<PeriodLock, Box<dyn Error>> {
    let period = month(of)?;
    let closed: PeriodLock =
        serde_json::from_str(&NamedText::read(lock)?.text).map_err(|error| format!("{lock}: {error}"))?;
    if closed.period()? != period {
        return Err(format!("{lock} is of {}, not of {of}", closed.period()?).into());
    }
    Ok(closed)
}

/// Computes a closed month again with the rules and people that its lock holds. Whether it is what it was.
fn open(lock: &PeriodLock, charges: &Ledger) -> Result<bool, Box<dyn Error>> {
    let restated = lock.restated(&lock.open()?, charges)?;
    outln!("opened {} with the rules and people of its lock", lock.period()?);
    for closed in &lock.amounts {
        outln!("  {closed}");
    }
    if !restated.is_empty() {
        outln!("these charges would change:");
    }
    for each in &restated {
        outln!("  {each}");
    }
    Ok(restated.is_empty())
}

struct Inputs {
    rules: RuleSet,
    people: Directory,
    ledger: Ledger,
}

impl Inputs {
    fn new(rules: &NamedText, directory: &NamedText, charges: &NamedText) -> Result<Self, Box<dyn Error>> {
        Ok(Self { rules: rules.rules()?, people: directory.directory()?, ledger: charges::read(charges)? })
    }
}

fn close(inputs: &Inputs, period: Window, known_at: Timestamp) -> Result<PeriodLock, Box<dyn Error>> {
    if known_at < period.end() {
        let message =
            format!("{period} is not over at {known_at}: close it when no more charges are to come");
        return Err(Refusal(message).into());
    }
    if !inputs.ledger.sets_in_time().any(|(at, _)| period.contains(at)) {
        let message = format!(
            "nothing was charged from {period}: nothing is closed; see whether the charges are those of the month"
        );
        return Err(Refusal(message).into());
    }
    let decided_by = (&inputs.rules, &inputs.people);
    let lock = PeriodLock::close(decided_by, &inputs.ledger, period, known_at, Metric::Billed)?;
    outln!("closed {period}\n  rules {}\n  people {}", lock.rules, lock.people);
    for closed in &lock.amounts {
        outln!("  {closed}");
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
        out!("{period} would change\n{review}");
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
