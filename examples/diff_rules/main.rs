//! What would other rules change? For CI: fails when more than a share of the cost moves.
//!
//! ```text
//! cargo run --example diff_rules -- [OLD.toml NEW.toml DIRECTORY.csv CHARGES.csv [PERCENT]]
//! ```
//!
//! The exit status is 0 if for every key of both files at most so many percent of the cost move, else 1.

mod charges;

use std::error::Error;
use std::process::ExitCode;

use cost_model::{Metric, Tagger};
use examples::{out, outln};
use virtual_tags::{Diff, Directory, ResolvedRules, RuleSet};

const DEMO: [&str; 4] = [
    include_str!("../check_rules/rules.toml"),
    include_str!("new_rules.toml"),
    include_str!("../check_rules/directory.csv"),
    include_str!("charges.csv"),
];

const HELP: &str = "\
Tells what other rules would change, and fails if more than so many percent of the cost move.

  diff_rules [OLD.toml NEW.toml DIRECTORY.csv CHARGES.csv [PERCENT]]

Without arguments it compares made-up rules.
";

fn main() -> ExitCode {
    examples::rules_program(HELP, diff)
}

/// Whether little enough moves.
fn diff(arguments: &[String]) -> Result<bool, Box<dyn Error>> {
    let (texts, percent) = match arguments {
        [] => (DEMO.map(str::to_owned).to_vec(), "25"),
        [old, new, directory, charges, rest @ ..] => {
            let read =
                |name: &String| std::fs::read_to_string(name).map_err(|error| format!("{name}: {error}"));
            let texts = [old, new, directory, charges].into_iter().map(read).collect::<Result<_, _>>()?;
            (texts, rest.first().map_or("100", String::as_str))
        }
        _ => return Err("expected OLD.toml NEW.toml DIRECTORY.csv CHARGES.csv [PERCENT]".into()),
    };
    let [old, new, directory, charges] = texts.as_slice() else { return Ok(false) };
    let percent_number = percent.parse().map_err(|_| format!("`{percent}` is not a number of percent"))?;
    let directory = Directory::from_csv(directory.as_bytes(), "directory")?;
    let ledger = charges::read(charges)?;
    let resolve = |text: &str, file: &str| -> Result<ResolvedRules, virtual_tags::Error> {
        let rules = RuleSet::from_toml(text, file)?.compile(directory.clone())?;
        rules.resolve(&ledger, Metric::Effective, &[])
    };
    let (old, new) = (resolve(old, "old rules")?, resolve(new, "new rules")?);
    let mut within = true;
    for key in old.keys().iter().filter(|key| new.keys().contains(key)) {
        let diff = Diff::between((&old, &new), &ledger, key, Metric::Effective, None)?;
        out!("{diff}");
        if !diff.is_within(percent_number)? {
            outln!("  more than {percent} % moves");
            within = false;
        }
    }
    Ok(within)
}
