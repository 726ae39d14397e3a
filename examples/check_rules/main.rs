//! Checks a rules file: its shape, rules that no charge can reach, and its `[[test]]` tables. For CI.
//!
//! ```text
//! cargo run --example check_rules -- [RULES.toml [DIRECTORY.csv]]
//! ```
//!
//! Without a file it checks one with mistakes. The exit status is 0 if nothing is wrong, else 1.

use std::error::Error;
use std::process::ExitCode;

use examples::{counted, outln};
use virtual_tags::{Directory, RuleSet};

const DEMO_RULES: &str = include_str!("rules.toml");
const DEMO_DIRECTORY: &str = include_str!("directory.csv");

const HELP: &str = "\
Checks a rules file: its shape, rules that no charge can reach, and its tests.

  check_rules [RULES.toml [DIRECTORY.csv]]

Without a file it checks one with mistakes. The exit status is 0 if nothing is wrong, else 1.
";

fn main() -> ExitCode {
    examples::rules_program(HELP, check)
}

/// Whether nothing is wrong.
fn check(files: &[String]) -> Result<bool, Box<dyn Error>> {
    let mut files = files.iter().cloned();
    let read = |name: &str| std::fs::read_to_string(name).map_err(|error| format!("{name}: {error}"));
    let (rules_file, rules) = match files.next() {
        Some(name) => (name.clone(), read(&name)?),
        None => ("rules.toml".to_owned(), DEMO_RULES.to_owned()),
    };
    let directory = match files.next() {
        Some(name) => Directory::from_csv(read(&name)?.as_bytes(), &name)?,
        None if rules == DEMO_RULES => Directory::from_csv(DEMO_DIRECTORY.as_bytes(), "directory.csv")?,
        None => Directory::default(),
    };
    let written = RuleSet::from_toml(&rules, &rules_file)?;
    let tests = written.tests.clone();
    let rules = written.compile(directory)?;
    let (findings, failures) = (rules.check(), rules.run_tests(&tests)?);
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
