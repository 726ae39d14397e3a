//! Failures that users of other tools report, each by the name of the tool.

use cost_model::report::Query;
use cost_model::{CostRecord, Costs, Currency, Dimension, Filter, Ledger, Timestamp};
use virtual_tags::{Directory, ResolvedRules, RuleSet};

fn compile(toml: &str, csv: &str) -> ResolvedRules {
    let directory = Directory::from_csv(csv.as_bytes(), "people.csv").unwrap();
    let toml = format!("[[tag]]\nkey = \"Team\"\ndefault = \"None\"\n{toml}");
    RuleSet::from_toml(&toml, "rules.toml").unwrap().compile(directory).unwrap().tagger().unwrap()
}

fn ledger(charges: &[(&str, &str, &str)]) -> Ledger {
    let mut builder = Ledger::builder(Currency::USD);
    for (who, day, dollars) in charges {
        let at = Timestamp::midnight(day.parse().unwrap());
        let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(dollars.parse().unwrap()));
        record.edit(|set| set.resource = Some((*who).into()));
        builder.push(&record).unwrap();
    }
    builder.build()
}

fn by_team(rules: &ResolvedRules, ledger: &Ledger) -> Vec<String> {
    let tag = Dimension::VirtualTag("Team".into());
    let report = Query::all_resources().group_by(tag).run(ledger, rules).unwrap();
    let mut rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| format!("{} {}", row.keys[0].as_deref().unwrap_or("-"), row.totals.effective.amount))
        .collect();
    rows.sort();
    rows
}

const PEOPLE: &str = "email,team,from,to\nana@acme.test,Web,,2026-09-15\nana@acme.test,Data,2026-09-15,\n\
                      bo@acme.test,Web,,\n";

/// Kubecost: shared cost vanished when all weights were zero.
#[test]
fn kubecost_a_split_over_nobody_drops_no_cost() {
    let rules = compile("[[tag.rule]]\nsplit = { headcount = \"team\" }\n", "email,team\nana@acme.test,\n");
    assert_eq!(by_team(&rules, &ledger(&[("bot", "2026-09-01", "7")])), ["None 7"]);
}

/// Kubecost: sharing coefficients did not sum to 1, and weighted sharing went negative.
#[test]
fn kubecost_thirds_sum_to_the_whole_and_a_refund_cancels_its_charge() {
    let rules = compile("[[tag.rule]]\nsplit = [\"A\", \"B\", \"C\"]\n", "email,team\n");
    let charge = ("bot", "2026-09-01", "100");
    let rows = by_team(&rules, &ledger(&[charge]));
    let thirds =
        ["33.333333333333333333333334", "33.333333333333333333333333", "33.333333333333333333333333"];
    assert_eq!(rows, [format!("A {}", thirds[0]), format!("B {}", thirds[1]), format!("C {}", thirds[2])]);
    let cancelled = ledger(&[charge, ("bot", "2026-09-02", "-100")]);
    assert_eq!(by_team(&rules, &cancelled), ["A 0", "B 0", "C 0"]);
}

/// Azure: a move on the 15th back-dated to the 1st.
#[test]
fn azure_a_move_in_the_month_leaves_the_days_before_it() {
    let rules = compile("[[tag.rule]]\nfrom_directory = \"team\"\n", PEOPLE);
    let charges = ledger(&[("ana@acme.test", "2026-09-14", "1"), ("ana@acme.test", "2026-09-15", "2")]);
    assert_eq!(by_team(&rules, &charges), ["Data 2", "Web 1"]);
}

/// Azure: proportions were frozen when the rule was made.
#[test]
fn azure_head_counts_follow_the_people() {
    let rules = compile("[[tag.rule]]\nsplit = { headcount = \"team\" }\n", PEOPLE);
    assert_eq!(by_team(&rules, &ledger(&[("bot", "2026-09-14", "4")])), ["Web 4"]);
    assert_eq!(by_team(&rules, &ledger(&[("bot", "2026-09-15", "4")])), ["Data 2", "Web 2"]);
}

/// Harness: filtering by a bucket returned charges that an earlier bucket owns.
#[test]
fn harness_a_filter_by_a_value_is_the_group_of_that_value() {
    let toml = "[[tag.rule]]\nvalue = \"A\"\nemail.local = \"ana\"\n[[tag.rule]]\nvalue = \"B\"\nemail.domain = \"acme.test\"\n";
    let rules = compile(toml, "email,team\n");
    let charges = ledger(&[("ana@acme.test", "2026-09-14", "1"), ("bo@acme.test", "2026-09-15", "2")]);
    assert_eq!(by_team(&rules, &charges), ["A 1", "B 2"]);
    for (value, amount) in [("A", "1"), ("B", "2")] {
        let filter = Filter::parse(&format!("vtag.Team = '{value}'")).unwrap();
        let report = Query::all_resources().filter(filter).run(&charges, &rules).unwrap();
        assert_eq!(report.total.effective.amount.to_string(), amount);
    }
}
