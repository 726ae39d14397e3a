//! Laws of rules as a whole, each on two letters so that rules collide, and each telling how often its cases came up.

use std::cell::RefCell;
use std::collections::BTreeMap;

use cost_model::report::Query;
use cost_model::tagger::TagCache;
use cost_model::{CostRecord, Currency, Dimension, Ledger, Tagger, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use virtual_tags::{Answer, Directory, ResolvedRules, RuleSet};

use crate::chained::{Rule, World, is_met, records, rule};
use crate::naive::cases;

/// How often each case came up.
#[derive(Default)]
struct Tally(RefCell<BTreeMap<&'static str, u32>>);

impl Tally {
    fn count(&self, case: &'static str) {
        *self.0.borrow_mut().entry(case).or_default() += 1;
    }

    /// Prints them, and sees to it that none is rare.
    fn tell(&self, law: &str, expected: &[&'static str]) {
        let tally = self.0.borrow();
        println!("{law}: {tally:?}");
        for case in expected {
            assert!(tally.get(case).is_some_and(|count| *count >= 50), "{law}: `{case}` is rare: {tally:?}");
        }
    }
}

fn holds<S: Strategy>(strategy: &S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    TestRunner::new(cases(512)).run(strategy, law).unwrap();
}

fn one_key(rules: Vec<Rule>) -> World {
    World { keys: vec![rules], order: vec![0], default: true }
}

fn say(assignment: &Answer) -> String {
    match assignment {
        Answer::Value(value) => value.to_string(),
        Answer::Unset => "unset".to_owned(),
        Answer::Shares(shares) => {
            shares.iter().map(|(value, weight)| format!("{weight} of {value:?},")).collect()
        }
    }
}

fn ledger(records: &[CostRecord]) -> Ledger {
    let mut builder = Ledger::builder(Currency::USD);
    for record in records {
        builder.push(record).unwrap();
    }
    builder.build()
}

/// The amounts of a key's values, in the order of the split.
fn split_amounts(parts: &[(String, u64)], record: &CostRecord) -> Vec<i128> {
    let listed: Vec<_> =
        parts.iter().map(|(value, weight)| format!("{{ value = \"{value}\", weight = {weight} }}")).collect();
    let toml = format!("[[tag]]\nkey = \"K\"\n[[tag.rule]]\nsplit = [{}]\n", listed.join(", "));
    let rules = RuleSet::from_toml(&toml, "rules.toml")
        .unwrap()
        .compile(Directory::default())
        .unwrap()
        .tagger()
        .unwrap();
    let ledger = ledger(std::slice::from_ref(record));
    let query = Query::all_resources().group_by(Dimension::VirtualTag("K".into()));
    let report = query.run(&ledger, &rules).unwrap();
    let of = |value: &str| report.rows.iter().find(|row| row.keys[0].as_deref() == Some(value));
    parts.iter().map(|(value, _)| of(value).map_or(0, |row| row.totals.billed.amount.units())).collect()
}

#[test]
fn p6_splits_are_exact_fair_and_blind_to_names() {
    let tally = Tally::default();
    let weights =
        prop::collection::vec(0_u64..5, 1..5).prop_filter("all zero", |all| all.iter().any(|one| *one > 0));
    holds(&(weights, 1_u64..1000, records()), |(weights, factor, records)| {
        let named = |prefix: &str, factor: u64| -> Vec<(String, u64)> {
            weights
                .iter()
                .zip("abba".chars().cycle())
                .enumerate()
                .map(|(number, (weight, letter))| (format!("{prefix}{letter}{number}"), weight * factor))
                .collect()
        };
        let sum = i128::from(weights.iter().sum::<u64>());
        for record in &records {
            let whole = record.costs.billed.unwrap().units();
            let amounts = split_amounts(&named("", 1), record);
            prop_assert_eq!(amounts.iter().sum::<i128>(), whole);
            for (amount, weight) in amounts.iter().zip(&weights) {
                prop_assert!((amount * sum - whole * i128::from(*weight)).abs() < sum);
            }
            let mut refund = record.clone();
            refund.costs = cost_model::Costs::flat(cost_model::Money::from_units(-whole));
            prop_assert_eq!(
                split_amounts(&named("", 1), &refund),
                amounts.iter().map(|each| -each).collect::<Vec<_>>()
            );
            prop_assert_eq!(&split_amounts(&named("", factor), record), &amounts);
            prop_assert_eq!(&split_amounts(&named("z", 1), record), &amounts);
            tally.count(if whole % sum == 0 { "even" } else { "with a remainder" });
            tally.count(if whole < 0 { "refund" } else { "charge" });
        }
        Ok(())
    });
    tally.tell("P6", &["even", "with a remainder", "refund", "charge"]);
}

#[test]
fn p7_a_later_rule_takes_from_the_default_only() {
    let tally = Tally::default();
    let rules = prop::collection::vec(rule(0), 0..6);
    holds(&(rules, rule(0), records()), |(rules, later, records)| {
        let mut more = rules.clone();
        more.push(later);
        let (before, after) = (one_key(rules.clone()), one_key(more));
        let last = "  [[tag.rule]]\n  value = \"all\"\n  when = \"costs.provider = 'cursor'\"\n";
        let closed = |world: &World, rest: &str| {
            let toml = world.toml() + last + rest;
            RuleSet::from_toml(&toml, "rules.toml")
                .unwrap()
                .compile(Directory::default())
                .unwrap()
                .tagger()
                .unwrap()
        };
        let extra = after.toml();
        let extra = extra.strip_prefix(&before.toml()).unwrap();
        let (catching, and_more) = (closed(&before, ""), closed(&before, extra));
        let (old, new) = (before.compile(), after.compile());
        for record in &records {
            let say = |rules: &ResolvedRules| say(&rules.answer("K0", record, record.at));
            prop_assert_eq!(say(&catching), say(&and_more));
            if is_met(&rules, record) {
                prop_assert_eq!(say(&old), say(&new));
                tally.count("had a rule");
            } else {
                tally.count(if say(&old) == say(&new) {
                    "stays with the default"
                } else {
                    "taken from the default"
                });
            }
        }
        Ok(())
    });
    tally.tell("P7", &["had a rule", "stays with the default", "taken from the default"]);
}

#[test]
fn p11_who_never_moves_is_the_same_at_any_time() {
    let tally = Tally::default();
    let people = prop::collection::btree_map(
        prop::sample::select(vec!["a", "b", "a@a", "A@a", "b@a", "ab@b"]),
        prop::sample::select(vec!["a", "b", ""]),
        0..6,
    );
    holds(&(people, rule(0), records(), 1_u32..9), |(people, rule, records, day)| {
        let csv: String = people.iter().map(|(email, team)| format!("{email},{team}\n")).collect();
        let directory = Directory::from_csv(format!("email,team\n{csv}").as_bytes(), "people.csv").unwrap();
        let toml = one_key(vec![rule]).toml() + "  [[tag.rule]]\n  from_directory = \"team\"\n";
        let written = RuleSet::from_toml(&toml, "rules.toml").unwrap();
        let then = Timestamp::midnight(format!("2026-01-0{day}").parse().unwrap());
        let was = written.clone().compile(directory.clone()).unwrap().tagger().unwrap();
        let is = written.compile(directory.as_of(then)).unwrap().tagger().unwrap();
        for record in &records {
            let team = say(&was.answer("K0", record, record.at));
            prop_assert_eq!(say(&is.answer("K0", record, record.at)), team.clone());
            tally.count(if team == "d" { "default" } else { "found" });
        }
        Ok(())
    });
    tally.tell("P11", &["default", "found"]);
}

#[test]
fn p12_tagging_what_is_tagged_changes_nothing() {
    let tally = Tally::default();
    let keys = (prop::collection::vec(rule(0), 0..5), prop::collection::vec(rule(1), 0..5), any::<bool>());
    holds(&(keys, records()), |((first, second, overrides), records)| {
        let world = World { keys: vec![first, second], order: vec![1, 0], default: true };
        let mut written = RuleSet::from_toml(&world.toml(), "rules.toml").unwrap();
        for tag in &mut written.tags {
            tag.overrides_provider = overrides;
        }
        let rules = written.compile(Directory::default()).unwrap().tagger().unwrap();
        for record in &records {
            let mut tagged = record.clone();
            let mut whole = true;
            for key in rules.keys() {
                match rules.answer(key, record, record.at) {
                    Answer::Value(value) => () = tagged.edit(|set| set.tags.insert(&**key, &*value)),
                    // A share has no place in a tag.
                    Answer::Shares(_) | Answer::Unset => whole = false,
                }
            }
            if !whole && !overrides {
                continue;
            }
            for key in rules.keys() {
                let again = say(&rules.answer(key, &tagged, record.at));
                prop_assert_eq!(again, say(&rules.answer(key, record, record.at)));
            }
            tally.count(if overrides { "rules cover the tag" } else { "the tag stands" });
        }
        Ok(())
    });
    tally.tell("P12", &["rules cover the tag", "the tag stands"]);
}

#[test]
fn p13_threads_say_what_one_says_byte_for_byte() {
    let tally = Tally::default();
    let keys = (prop::collection::vec(rule(0), 0..6), prop::collection::vec(rule(1), 0..6));
    holds(&(keys, prop::collection::vec(records(), 4)), |((first, second), lots)| {
        let rules = World { keys: vec![first, second], order: vec![0, 1], default: false }.compile();
        let said = |rules: &ResolvedRules, records: &[CostRecord]| -> String {
            let ledger = ledger(records);
            let mut text = String::new();
            for key in rules.keys() {
                let resolved = TagCache::new(&ledger, rules, std::slice::from_ref(key)).unwrap();
                for (row, number) in ledger.rows().zip(resolved.answers(&ledger).unwrap()) {
                    text += &format!(
                        "{} {key} {:?}\n",
                        row.at,
                        resolved
                            .parts(number)
                            .iter()
                            .map(|part| (&part.values, part.weight))
                            .collect::<Vec<_>>()
                    );
                }
            }
            text
        };
        let serial: Vec<String> = lots.iter().map(|records| said(&rules, records)).collect();
        let parallel: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = lots
                .iter()
                .map(|records| {
                    let rules = rules.clone();
                    scope.spawn(move || said(&rules, records))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        prop_assert_eq!(&serial, &parallel);
        tally.count(if serial.concat().contains("), (") { "with shares" } else { "whole" });
        Ok(())
    });
    tally.tell("P13", &["with shares", "whole"]);
}
