//! What rules cost: to compile, to apply to texts, and to apply to a ledger of very many people.

use std::time::Duration;

use benches::{Failure, ManyRules, RulesOfMany, directory_of, hash_all, tag_all, tag_each};
use virtual_tags::{Directory, RuleSet};

use crate::timing::{self, Timing};

const ROUNDS: usize = 21;
const ROUNDS_OF_MANY: usize = 3;
const RULES: usize = 2_000;
const MANY_RULES: usize = 100_000;
const PEOPLE: usize = 5_000;
const MANY_PEOPLE: usize = 1_000_000;
/// Each with three charges.
const PEOPLE_OF_LEDGER: usize = 100_000;
const RULES_OF_LEDGER: usize = 10_000;
const RECORDS: usize = 1_000_000;
const BY_DIRECTORY: &str =
    "[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";

pub fn measure() -> Result<(), Failure> {
    println!("{ROUNDS} interleaved rounds, {ROUNDS_OF_MANY} of very many; processor time in milliseconds");
    texts()?;
    each()?;
    many_rules()?;
    many_people()?;
    ledger_of_many()
}

/// From rules as data and a million texts to a value for each.
fn texts() -> Result<(), Failure> {
    let many = ManyRules::new(RULES, PEOPLE)?;
    let emails = many.emails(RECORDS);
    let ledger = many.ledger(&emails)?;
    let mut timings = [
        Timing::new("1000000 records, 5000 people", "floor: hash each email"),
        Timing::new("", "compile 2000 rules"),
        Timing::new("", "compile and tag"),
    ];
    for _ in 0..ROUNDS {
        let [hash, compile, tag] = &mut timings;
        hash.time(|| Ok(hash_all(&emails)))?;
        let written = many.written.clone();
        compile.time(|| many.compile(written))?;
        let written = many.written.clone();
        tag.time(|| tag_all(&many.compile(written)?, &ledger))?;
    }
    timing::print(&mut timings, Duration::from_millis(1));
    Ok(())
}

/// Each asked by itself: what grows with the number of rules.
fn each() -> Result<(), Failure> {
    let many = |rules| -> Result<_, Failure> {
        let many = ManyRules::new(rules, PEOPLE)?;
        Ok((many.compile(many.written.clone())?, many.emails(PEOPLE)))
    };
    let (few, middle, most) = (many(RULES / 10)?, many(RULES)?, many(RULES * 10)?);
    let mut timings = [
        Timing::new("5000 people, each asked once", "floor: 200 rules"),
        Timing::new("", "2000 rules"),
        Timing::new("", "20000 rules"),
    ];
    for _ in 0..ROUNDS {
        for (timing, (rules, emails)) in timings.iter_mut().zip([&few, &middle, &most]) {
            timing.time(|| Ok(tag_each(rules, emails)))?;
        }
    }
    timing::print(&mut timings, Duration::from_millis(1));
    Ok(())
}

fn many_rules() -> Result<(), Failure> {
    let many = ManyRules::new(MANY_RULES, MANY_RULES)?;
    let mut timings = [
        Timing::new("100000 rules", "floor: hash each literal"),
        Timing::new("", "read from TOML"),
        Timing::new("", "compile"),
    ];
    for _ in 0..ROUNDS {
        let [hash, read, compile] = &mut timings;
        hash.time(|| Ok(hash_all(&many.people)))?;
        read.time(|| Ok(RuleSet::from_toml(&many.toml, "rules.toml")?))?;
        let written = many.written.clone();
        compile.time(|| many.compile(written))?;
    }
    timing::print(&mut timings, Duration::from_millis(1));
    Ok(())
}

fn many_people() -> Result<(), Failure> {
    let csv = directory_of(MANY_PEOPLE)?;
    let emails: Vec<String> =
        csv.lines().skip(1).filter_map(|line| line.split(',').next()).map(str::to_owned).collect();
    let written = RuleSet::from_toml(BY_DIRECTORY, "rules.toml")?;
    let directory = Directory::from_csv(csv.as_bytes(), "directory.csv")?;
    let rules = written.clone().compile(directory.clone())?.tagger()?;
    let mut timings = [
        Timing::new("directory of 1000000 people", "floor: hash each email"),
        Timing::new("", "read from CSV"),
        Timing::new("", "compile a rule over it"),
        Timing::new("", "ask about each once"),
    ];
    for _ in 0..ROUNDS_OF_MANY {
        let [hash, read, compile, ask] = &mut timings;
        hash.time(|| Ok(hash_all(&emails)))?;
        read.time(|| Ok(Directory::from_csv(csv.as_bytes(), "directory.csv")?))?;
        let (written, directory) = (written.clone(), directory.clone());
        compile.time(|| Ok(written.compile(directory)?))?;
        ask.time(|| Ok(tag_each(&rules, &emails)))?;
    }
    timing::print(&mut timings, Duration::from_millis(1));
    Ok(())
}

/// Rules over a ledger of people, most of whom several rules could match.
fn ledger_of_many() -> Result<(), Failure> {
    let many = RulesOfMany::new(PEOPLE_OF_LEDGER, RULES_OF_LEDGER)?;
    let (rules, emails) = (many.compile()?, many.emails());
    println!(
        "{} charges of {} people, {} rules for each of two keys",
        many.ledger.len(),
        emails.len(),
        many.rules.tags.first().map_or(0, |tag| tag.rules.len()),
    );
    // Told one by one, since either may take long.
    println!("a report by team has {} rows", many.report(&rules)?.rows.len());
    println!("check_against has {} findings", many.check(&rules).len());
    let mut timings = [
        Timing::new("rules of many over a ledger", "floor: hash each email"),
        Timing::new("", "compile"),
        Timing::new("", "report by team"),
        Timing::new("", "check_against"),
    ];
    for _ in 0..ROUNDS_OF_MANY {
        let [hash, compile, report, check] = &mut timings;
        hash.time(|| Ok(hash_all(&emails)))?;
        compile.time(|| many.compile())?;
        let rules = many.compile()?;
        report.time(|| many.report(&rules))?;
        let rules = many.compile()?;
        check.time(|| Ok(many.check(&rules)))?;
    }
    timing::print(&mut timings, Duration::from_millis(1));
    Ok(())
}
