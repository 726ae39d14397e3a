//! Closes a month of a small company, and tells what other rules would change in it afterwards.
//!
//! `cargo run --example close_month`. A host keeps the lock, which serde writes in any format, as safely as the directory: it
//! names people. The program `cursor-costs` reads real charges, rules and people.

use std::error::Error;

use cost_model::{CostRecord, Costs, Currency, Ledger, Metric, Timestamp, Window};
use virtual_tags::{Directory, PeriodLock, RuleSet};

const CHARGES: [(&str, &str, &str); 7] = [
    ("2026-08-30", "ana@acme.test", "12.40"),
    ("2026-09-16", "Ana@acme.test", "20.10"),
    ("2026-09-02", "bo@data.acme.test", "33.75"),
    ("2026-09-03", "cy@partner.test", "8.20"),
    ("2026-09-05", "di@partner.test", "4.05"),
    ("2026-09-09", "eli@labs.data.acme.test", "15.55"),
    ("2026-09-12", "bot-7", "2.50"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let rules = RuleSet::from_toml(include_str!("data/rules.toml"), "rules.toml")?;
    let people = Directory::from_csv(include_str!("data/people.csv").as_bytes(), "people.csv")?;
    let (charges, september) =
        (ledger(&CHARGES)?, Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?);

    let known_at = Timestamp::midnight("2026-10-03".parse()?);
    let lock = PeriodLock::close((&rules, &people), &charges, september, known_at, Metric::Billed)?;
    println!("closed {september}\n  rules {}\n  people {}", lock.rules, lock.people);
    for amount in &lock.amounts {
        println!("  {amount}");
    }

    // Kept, and read again some day.
    let lock: PeriodLock = serde_json::from_str(&serde_json::to_string(&lock)?)?;
    assert!(lock.restated(&lock.open()?, &charges)?.is_empty(), "the lock alone computes the same");
    let new_rules = RuleSet::from_toml(include_str!("data/new_rules.toml"), "new_rules.toml")?;
    print!("{september} would change\n{}", lock.review(&new_rules, &people, &charges)?);
    Ok(())
}

fn ledger(charges: &[(&str, &str, &str)]) -> Result<Ledger, Box<dyn Error>> {
    let mut ledger = Ledger::builder(Currency::USD);
    for (day, person, dollars) in charges {
        let at = Timestamp::midnight(day.parse()?);
        let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(dollars.parse()?));
        record.edit(|set| set.resource = Some((*person).into()));
        ledger.push(&record)?;
    }
    Ok(ledger.build())
}
