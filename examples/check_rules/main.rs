//! Checks a rules file: its shape, rules that no charge can reach, and its `[[test]]` tables. For CI.
//!
//! ```text
//! cargo run --example check_rules -- [RULES.toml [DIRECTORY.csv [CHARGES.csv]]]
//! ```
//!
//! Without a file it checks one with mistakes. The exit status is 0 if nothing is wrong, else 1.

#[path = "../diff_rules/charges.rs"]
mod charges;

use std::error::Error;
use std::process::ExitCode;

use cost_model::Metric;
use examples::{NamedText, counted, outln};
use virtual_tags::Directory;

const DEMO_RULES: &str = include_str!("rules.toml");
const DEMO_DIRECTORY: &str = include_str!("directory.csv");

const HELP: &str = "\
Checks a rules file and a directory: their shape, rules that no charge can reach, ends and emails that
are probably wrong, and the file's tests; with charges also rules and values that fit none of them.

  check_rules [RULES.toml [DIRECTORY.csv [CHARGES.csv]]]

Without a file it checks one with mistakes. The exit status is 0 if nothing is wrong, else 1.
";

fn main() -> ExitCode {
    examples::rules_program(HELP, check)
}

/// Whether nothing is wrong.
fn check(files: &[String]) -> Result<bool, Box<dyn Error>> {
    let (rules, directory, charges) = match files {
        [] => {
            let directory = NamedText::demo("directory.csv", DEMO_DIRECTORY).directory()?;
            (NamedText::demo("rules.toml", DEMO_RULES), directory, None)
        }
        [rules, rest @ ..] if rest.len() < 3 => {
            let directory = match rest.first() {
                Some(name) => NamedText::read(name)?.directory()?,
                None => Directory::default(),
            };
            let charges = rest.get(1).map(|name| charges::read(&NamedText::read(name)?)).transpose()?;
            (NamedText::read(rules)?, directory, charges)
        }
        _ => return Err("expected RULES.toml [DIRECTORY.csv [CHARGES.csv]]".into()),
    };
    let written = rules.rules()?;
    let tests = written.tests.clone();
    let rules = written.compile(directory)?;
    let mut findings = rules.check();
    let failures = match charges {
        Some(ledger) => {
            let resolved = rules.resolve(&ledger, Metric::Effective, &[])?;
            findings.extend(resolved.check_against(&ledger));
            resolved.run_tests(&tests)
        }
        None => rules.run_tests(&tests)?,
    };
    for finding in &findings {
        outln!("{finding}");
    }
    for failure in &failures {
        outln!("{failure}");
    }
    let count = |count: usize, thing| counted(u64::try_from(count).unwrap_or(u64::MAX), thing);
    let (tests, found) = (count(tests.len(), "test"), count(findings.len(), "finding"));
    outln!("{tests}, {} failed; {found}", failures.len());
    Ok(findings.is_empty() && failures.is_empty())
}
