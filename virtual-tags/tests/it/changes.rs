//! What other rules would change, and what they leave without an owner.

use cost_model::report::Query;
use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Metric, Money, Tagger, Timestamp};
use proptest::prelude::*;
use virtual_tags::insight::Diff;
use virtual_tags::{Directory, ResolvedRules, RuleSet};

use crate::naive::{cases, records, worlds};

fn rules(toml: &str) -> ResolvedRules {
    let toml = format!("[[tag]]\nkey = \"Team\"\ndefault = \"None\"\n{toml}");
    RuleSet::from_toml(&toml, "rules.toml").unwrap().compile(Directory::default()).unwrap().tagger().unwrap()
}

fn ledger() -> Ledger {
    let mut builder = Ledger::builder(Currency::USD);
    for (who, day, dollars) in [
        ("ana@a.test", "2026-08-31", "4"),
        ("bo@a.test", "2026-09-01", "2"),
        ("cy@b.test", "2026-09-02", "3"),
        ("bot-1", "2026-09-03", "1"),
    ] {
        let at = Timestamp::midnight(day.parse().unwrap());
        let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(dollars.parse().unwrap()));
        record.edit(|set| set.resource = Some(who.into()));
        builder.push(&record).unwrap();
    }
    builder.build()
}

const OLD: &str = "[[tag.rule]]\nvalue = \"A\"\nemail.domain = \"a.test\"\n";

#[test]
fn moves_are_told_with_their_people() {
    let new = rules(&format!(
        "[[tag.rule]]\nsplit = [\"A\", \"B\"]\nemail.local = \"ana\"\n{OLD}[[tag.rule]]\nvalue = \"B\"\nwho = \"person\"\n"
    ));
    let old = rules(OLD);
    let diff = Diff::between((&old, &new), &ledger(), "Team", Metric::Effective, None).unwrap();
    assert_eq!(
        diff.to_string(),
        "Team: 5.00 of 10.00 reassigned\n  None -> B: 3.00 in 1 charge (cy@b.test 3.00)\n  A -> B: 2.00 in 1 charge (ana@a.test 2.00)\n"
    );
    assert!(diff.is_within("50".parse().unwrap()).unwrap());
    assert!(!diff.is_within("49.99".parse().unwrap()).unwrap());
    assert!(!format!("{diff:?}").contains("ana"));
    let none = Diff::between((&old, &old), &ledger(), "Team", Metric::Effective, None).unwrap();
    assert!(none.moves.is_empty() && none.is_within("0".parse().unwrap()).unwrap());
}

#[test]
fn coverage_is_told_by_month() {
    let coverage =
        rules(OLD).coverage(&ledger(), Metric::Effective, chrono::Offset::fix(&chrono::Utc)).unwrap();
    let shown: Vec<_> = coverage
        .iter()
        .map(|each| {
            let (cost, people) = (each.cost, each.people);
            format!("{} {}/{} {}/{}", each.month, cost.tagged, cost.total, people.tagged, people.total)
        })
        .collect();
    assert_eq!(shown, ["2026-08-01 4/4 1/1", "2026-09-01 2/6 1/3"]);
}

#[test]
fn the_unallocated_is_told_and_rules_for_it_suggested() {
    let none = rules("");
    let unallocated = none.unallocated(&ledger(), "Team", Metric::Effective).unwrap();
    let shown: Vec<_> = unallocated.iter().map(|(who, amount)| format!("{who} {amount}")).collect();
    assert_eq!(shown, ["ana@a.test 4", "cy@b.test 3", "bo@a.test 2", "bot-1 1"]);
    let suggest = |percent| -> Vec<String> {
        let suggestions = none.suggest_rules(&ledger(), "Team", Metric::Effective, &[], percent).unwrap();
        suggestions.iter().map(|each| format!("{} {}", each.when, each.amount)).collect()
    };
    assert_eq!(suggest(60), ["costs.resource_id LIKE '%@a.test' 6"]);
    assert_eq!(
        suggest(100),
        [
            "costs.resource_id LIKE '%@a.test' 6",
            "costs.resource_id = 'cy@b.test' 3",
            "costs.resource_id = 'bot-1' 1"
        ]
    );
    assert_eq!(suggest(0).len(), 0);
}

proptest! {
    #![proptest_config(cases(128))]

    /// What a value gains and loses by the moves is what two reports differ in.
    #[test]
    fn moves_lead_from_one_report_to_the_other(before in worlds(), after in worlds(), records in records()) {
        let mut builder = Ledger::builder(Currency::USD);
        for record in &records {
            builder.push(record).unwrap();
        }
        let (ledger, old, new) = (builder.build(), before.compile(), after.compile());
        for key in old.keys().iter().filter(|key| new.keys().contains(key)) {
            let diff = Diff::between((&old, &new), &ledger, key, Metric::Billed, None).unwrap();
            let sums = |rules: &ResolvedRules| {
                let tag = Dimension::VirtualTag(key.clone());
                let report = Query::all_resources().group_by(tag).run(&ledger, rules).unwrap();
                let rows = report.rows.into_iter();
                rows.map(|row| (row.keys[0].clone(), row.totals.billed.amount.units())).collect::<Vec<_>>()
            };
            let (start, end) = (sums(&old), sums(&new));
            let of = |sums: &[(Option<std::sync::Arc<str>>, i128)], value: &Option<std::sync::Arc<str>>| {
                sums.iter().find(|(each, _)| each == value).map_or(0, |(_, units)| *units)
            };
            for (value, _) in start.iter().chain(&end) {
                let flow = |into: bool| -> i128 {
                    let mine = diff.moves.iter().filter(|each| if into { each.to == *value } else { each.from == *value });
                    mine.map(|each| Money::units(each.amount)).sum()
                };
                prop_assert_eq!(of(&start, value) - flow(false) + flow(true), of(&end, value));
            }
        }
    }
}
