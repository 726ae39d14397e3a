//! How much of the cost has an owner, who is found by another spelling, who has none, and which rules would help most?
//!
//! ```text
//! cargo run --example coverage -- [RULES.toml DIRECTORY.csv CHARGES.csv [PERCENT]]
//! ```

#[path = "../diff_rules/charges.rs"]
mod charges;

use std::error::Error;
use std::process::ExitCode;

use cost_model::{Metric, Rounding};
use examples::{NamedText, grouped, outln};

const HELP: &str = "\
Tells how much of the cost has an owner, who has none, and which rules would help most.

  coverage [RULES.toml DIRECTORY.csv CHARGES.csv [PERCENT]]

Without arguments it looks at made-up charges.
";

fn main() -> ExitCode {
    examples::rules_program(HELP, coverage)
}

fn demo() -> Vec<NamedText> {
    vec![
        NamedText::demo("rules.toml", include_str!("../check_rules/rules.toml")),
        NamedText::demo("directory.csv", include_str!("../check_rules/directory.csv")),
        NamedText::demo("charges.csv", include_str!("../diff_rules/charges.csv")),
    ]
}

fn read_all(files: &[String]) -> Result<Vec<NamedText>, Box<dyn Error>> {
    files.iter().map(NamedText::read).collect()
}

fn coverage(arguments: &[String]) -> Result<bool, Box<dyn Error>> {
    let (files, percent) = match arguments {
        [] => (demo(), "95"),
        [files @ .., percent] if files.len() == 3 => (read_all(files)?, percent.as_str()),
        files if files.len() == 3 => (read_all(files)?, "95"),
        _ => return Err("expected RULES.toml DIRECTORY.csv CHARGES.csv [PERCENT]".into()),
    };
    let [rules, directory, charges] = files.as_slice() else { return Ok(false) };
    let percent_number =
        percent.parse().map_err(|_| format!("`{percent}` is not a whole number of percent"))?;
    let rules = rules.rules()?.compile(directory.directory()?)?;
    let ledger = charges::read(charges)?;
    let tagger = rules.resolve(&ledger, Metric::Effective, &[])?;
    for each in tagger.coverage(&ledger, Metric::Effective)? {
        outln!("{each}");
    }
    for spelling in rules.spellings(&ledger) {
        outln!("{spelling}");
    }
    for key in rules.keys() {
        for (who, amount) in tagger.unallocated(&ledger, key, Metric::Effective)? {
            outln!("no {key}: {who} {}", grouped(amount.to_fixed(2, Rounding::HalfUp)?));
        }
        for suggestion in tagger.suggest_rules(&ledger, key, Metric::Effective, &[], percent_number)? {
            outln!("to reach {percent} % of {key}: {suggestion}");
        }
    }
    Ok(true)
}
