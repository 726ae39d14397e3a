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
use examples::{NamedText, out, outln};
use virtual_tags::ResolvedRules;
use virtual_tags::insight::Diff;

const HELP: &str = "\
Tells what other rules would change, and fails if more than so many percent of the cost move.

  diff_rules [OLD.toml NEW.toml DIRECTORY.csv CHARGES.csv [PERCENT]]

Without arguments it compares made-up rules.
";

fn main() -> ExitCode {
    examples::rules_program(HELP, diff)
}

fn demo() -> Vec<NamedText> {
    vec![
        NamedText::demo("rules.toml", include_str!("../check_rules/rules.toml")),
        NamedText::demo("new_rules.toml", include_str!("new_rules.toml")),
        NamedText::demo("directory.csv", include_str!("../check_rules/directory.csv")),
        NamedText::demo("charges.csv", include_str!("charges.csv")),
    ]
}

fn read_all(files: &[String]) -> Result<Vec<NamedText>, Box<dyn Error>> {
    files.iter().map(NamedText::read).collect()
}

/// Whether little enough moves.
fn diff(arguments: &[String]) -> Result<bool, Box<dyn Error>> {
    let (files, percent) = match arguments {
        [] => (demo(), "25"),
        [files @ .., percent] if files.len() == 4 => (read_all(files)?, percent.as_str()),
        files if files.len() == 4 => (read_all(files)?, "100"),
        _ => return Err("expected OLD.toml NEW.toml DIRECTORY.csv CHARGES.csv [PERCENT]".into()),
    };
    let [old, new, directory, charges] = files.as_slice() else { return Ok(false) };
    let percent_number = percent.parse().map_err(|_| format!("`{percent}` is not a number of percent"))?;
    let directory = directory.directory()?;
    let ledger = charges::read(charges)?;
    let resolve = |rules: &NamedText| -> Result<ResolvedRules, virtual_tags::Error> {
        rules.rules()?.compile(directory.clone())?.resolve(&ledger, Metric::Effective, &[])
    };
    let (old, new) = (resolve(old)?, resolve(new)?);
    let mut within = true;
    for key in old.keys().iter().filter(|key| new.keys().contains(key)) {
        let diff = Diff::between((&old, &new), &ledger, key, Metric::Effective, None)?;
        out!("{diff}");
        if !diff.is_within(percent_number)? {
            outln!("  more than {percent} % is reassigned");
            within = false;
        }
    }
    Ok(within)
}
