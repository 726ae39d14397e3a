//! How much of the cost has an owner, who is found by another spelling, who has none, and which rules would help most?
//!
//! ```text
//! cargo run --example coverage -- [RULES.toml DIRECTORY.csv CHARGES.csv [PERCENT]]
//! ```

#[path = "../diff_rules/charges.rs"]
mod charges;

use std::error::Error;
use std::process::ExitCode;

use cost_model::Metric;
use examples::outln;
use virtual_tags::{Directory, RuleSet};

const DEMO: [&str; 3] = [
    include_str!("../check_rules/rules.toml"),
    include_str!("../check_rules/directory.csv"),
    include_str!("../diff_rules/charges.csv"),
];

const HELP: &str = "\
Tells how much of the cost has an owner, who has none, and which rules would help most.

  coverage [RULES.toml DIRECTORY.csv CHARGES.csv [PERCENT]]

Without arguments it looks at made-up charges.
";

fn main() -> ExitCode {
    examples::rules_program(HELP, coverage)
}

fn coverage(arguments: &[String]) -> Result<bool, Box<dyn Error>> {
    let (texts, percent) = match arguments {
        [] => (DEMO.map(str::to_owned).to_vec(), "95"),
        [rules, directory, charges, rest @ ..] => {
            let read =
                |name: &String| std::fs::read_to_string(name).map_err(|error| format!("{name}: {error}"));
            let texts = [rules, directory, charges].into_iter().map(read).collect::<Result<_, _>>()?;
            (texts, rest.first().map_or("95", String::as_str))
        }
        _ => return Err("expected RULES.toml DIRECTORY.csv CHARGES.csv [PERCENT]".into()),
    };
    let [rules, directory, charges] = texts.as_slice() else { return Ok(false) };
    let percent_number =
        percent.parse().map_err(|_| format!("`{percent}` is not a whole number of percent"))?;
    let directory = Directory::from_csv(directory.as_bytes(), "directory")?;
    let rules = RuleSet::from_toml(rules, "rules")?.compile(directory)?;
    let ledger = charges::read(charges)?;
    let tagger = rules.resolve(&ledger, Metric::Effective, &[])?;
    for each in tagger.coverage(&ledger, Metric::Effective)? {
        let (month, cost, people) = (each.month.start().date().format("%Y-%m"), each.cost, each.people);
        let tokens = each.tokens;
        outln!(
            "{} {month}: {} of {} USD, {} of {} tokens, {} of {} people",
            each.key,
            cost.tagged,
            cost.all,
            tokens.tagged,
            tokens.all,
            people.tagged,
            people.all
        );
    }
    for spelling in rules.spellings(&ledger) {
        outln!("{spelling}");
    }
    for key in rules.keys() {
        for (who, amount) in tagger.unallocated(&ledger, key, Metric::Effective)? {
            outln!("no {key}: {who} {amount}");
        }
        for suggestion in tagger.suggest(&ledger, key, Metric::Effective, &[], percent_number)? {
            outln!("to reach {percent} % of {key}: {} reaches {}", suggestion.when, suggestion.amount);
        }
    }
    Ok(true)
}
