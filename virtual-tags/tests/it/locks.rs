//! Closed periods stay what they were.

use cost_model::report::Query;
use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Metric, Money, Tagger, Timestamp, Window};
use proptest::prelude::*;
use virtual_tags::{Directory, Error, ErrorKind, LedgerTags, LockedRules, PeriodLock, RuleSet};

use crate::chained::{World, records, rule};
use crate::naive::cases;

fn at(day: &str) -> Timestamp {
    Timestamp::midnight(day.parse().unwrap())
}

fn days(first: &str, end: &str) -> Window {
    Window::days(first.parse().unwrap(), end.parse().unwrap()).unwrap()
}

fn ledger(charges: &[(&str, &str, &str)]) -> Ledger {
    let mut builder = Ledger::builder(Currency::USD);
    for (person, day, amount) in charges {
        let costs = Costs::flat(amount.parse().unwrap());
        let mut record = CostRecord::new(at(day), "cursor", Currency::USD, costs);
        record.resource = Some((*person).into());
        builder.push(&record).unwrap();
    }
    builder.build()
}

fn written(rules: &str) -> RuleSet {
    RuleSet::from_toml(&format!("[[tag]]\nkey = \"Team\"\ndefault = \"-\"\n{rules}"), "rules.toml").unwrap()
}

fn people(csv: &str) -> Directory {
    Directory::from_csv(csv.as_bytes(), "people.csv").unwrap()
}

const BY_TEAM: &str = "[[tag.rule]]\nfrom_directory = \"team\"\n";
const THEN: &str = "email,team,from,to,recorded_at\nana@acme.test,Web,,,\nbo@acme.test,Data,,,2026-08-01\n";
const LATER: &str = "ana@acme.test,Web,,2026-09-10,2026-10-05\nana@acme.test,Data,2026-09-10,,2026-10-05\n";
const CHARGES: [(&str, &str, &str); 3] = [
    ("ana@acme.test", "2026-09-05", "1"),
    ("ana@acme.test", "2026-09-15", "2"),
    ("bo@acme.test", "2026-09-15", "4"),
];

fn close(rules: &RuleSet, people: &Directory) -> PeriodLock {
    let september = days("2026-09-01", "2026-10-01");
    PeriodLock::close((rules, people), &ledger(&CHARGES), september, at("2026-10-03"), Metric::Effective)
        .unwrap()
}

#[track_caller]
fn refuses(result: Result<virtual_tags::ResolvedRules, Error>, start: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    assert!(error.to_string().starts_with(start), "{error}");
}

#[test]
fn what_was_recorded_later_restates_and_does_not_overwrite() {
    let (rules, now) = (written(BY_TEAM), people(&format!("{THEN}{LATER}")));
    let lock = close(&rules, &people(THEN));
    assert_eq!(close(&rules, &now), lock);

    let reopened = lock.reopen(&rules, &now, &ledger(&CHARGES)).unwrap();
    assert_eq!(lock.restated(&reopened, &ledger(&CHARGES)).unwrap(), []);
    let current = rules.compile(now).unwrap().tagger().unwrap();
    let told = |tagger: &dyn Tagger, charges: &[(&str, &str, &str)]| -> Vec<String> {
        lock.restated(tagger, &ledger(charges)).unwrap().iter().map(ToString::to_string).collect()
    };
    assert_eq!(told(&current, &CHARGES), ["Team Data: 4 -> 6", "Team Web: 3 -> 1"]);
    let late = [CHARGES.as_slice(), &[("cy@acme.test", "2026-09-30", "0.5")]].concat();
    assert_eq!(told(&reopened, &late), ["Team -: 0 -> 0.5"]);
    assert_eq!(
        told(&cost_model::Untagged, &CHARGES[..1]),
        ["Team (none): 0 -> 1", "Team Data: 4 -> 0", "Team Web: 3 -> 0"]
    );

    let september = lock.period().unwrap();
    let locked = LockedRules::new(current.clone(), [(september, reopened)]).unwrap();
    assert_eq!(told(&locked, &CHARGES), [] as [String; 0]);
    let after = ledger(&[("ana@acme.test", "2026-09-15", "1"), ("ana@acme.test", "2026-10-01", "1")]);
    let report =
        Query::all_resources().group_by(Dimension::VirtualTag("Team".into())).run(&after, &locked).unwrap();
    let teams: Vec<_> = report.rows.iter().map(|row| row.keys[0].as_deref().unwrap()).collect();
    assert_eq!(teams, ["Data", "Web"]);
    let overlap =
        LockedRules::new(current.clone(), [(september, current.clone()), (september, current)]).unwrap_err();
    assert_eq!(overlap.kind(), ErrorKind::Locked);
}

#[test]
fn other_rules_or_other_people_do_not_reopen_a_period() {
    let (rules, then, charges) = (written(BY_TEAM), people(THEN), ledger(&CHARGES));
    let lock = close(&rules, &then);
    refuses(
        lock.reopen(&written("[[tag.rule]]\nvalue = \"x\"\nwho = \"nobody\"\n"), &then, &charges),
        "the rules are not those",
    );
    refuses(
        lock.reopen(&rules, &people("email,team\nana@acme.test,Web\n"), &charges),
        "the people are not those",
    );
    // Layout, comments and tests are no other version.
    let same = written(&format!(
        "# the same\n{BY_TEAM}[[test]]\nat = \"2026-09-15\"\nrecord = {{}}\nexpect = {{}}\n"
    ));
    assert!(lock.reopen(&same, &then, &charges).is_ok());
    let shuffled = "email,recorded_at,team\nbo@acme.test,2026-08-01,Data\nana@acme.test,,Web\n";
    assert!(lock.reopen(&rules, &people(shuffled), &charges).is_ok());
}

/// A cycle that is closed is the cycle by whose costs it is shared out, also when it is opened again.
#[test]
fn shared_costs_are_closed_with_their_shares() {
    let payer = "[[tag]]\nkey = \"Payer\"\ndefault = \"-\"\n[[tag.rule]]\nwho = \"service_account\"\nsplit = { cost_of = \
                 \"Team\", per = \"cycle\" }\n";
    let (rules, then) = (written(&format!("{BY_TEAM}{payer}")), people(THEN));
    let charges = ledger(&[CHARGES.as_slice(), &[("bugbot", "2026-09-30", "7")]].concat());
    let cycle = days("2026-09-01", "2026-10-01");
    let lock =
        PeriodLock::close((&rules, &then), &charges, cycle, at("2026-10-03"), Metric::Effective).unwrap();
    let told: Vec<_> = lock
        .amounts
        .iter()
        .map(|each| format!("{} {}", each.value.as_deref().unwrap(), each.amount))
        .collect();
    assert_eq!(told, ["- 7", "Data 4", "Web 3", "- 7", "Data 4", "Web 3"]);
    let reopened = lock.reopen(&rules, &then, &charges).unwrap();
    assert_eq!(lock.restated(&reopened, &charges).unwrap(), []);
}

#[test]
fn a_lock_goes_through_json() {
    let lock = close(&written(BY_TEAM), &people(THEN));
    let json = serde_json::to_string(&lock).unwrap();
    assert_eq!(serde_json::from_str::<PeriodLock>(&json).unwrap(), lock);
    assert!(
        json.contains("\"known_at\":\"2026-10-03T00:00:00Z\"") && json.contains("\"metric\":\"effective\""),
        "{json}"
    );
    for wrong in ["\"rules\":\"zz", "\"rules\":\"+0"] {
        assert!(serde_json::from_str::<PeriodLock>(&json.replacen("\"rules\":\"", wrong, 1)).is_err());
    }
    let backwards = json.replace("2026-10-01T", "2026-08-01T");
    let backwards: PeriodLock = serde_json::from_str(&backwards).unwrap();
    assert_eq!(backwards.period().unwrap_err().kind(), ErrorKind::Locked);
}

#[test]
fn a_move_that_became_known_later_keeps_the_history_before_it() {
    let json = r#"[{ "email": "ana@acme.test", "team": "Web", "to": "2026-09-10" },
        { "email": "ana@acme.test", "team": "Data", "from": "2026-09-10" },
        { "email": "ana@acme.test", "team": "Ops", "from": "2026-09-20", "recorded_at": "2026-09-20T08:00:00Z" }]"#;
    let now = Directory::from_json(json, "people.json").unwrap();
    let team =
        |directory: &Directory, day| directory.fact("ana@acme.test", "team", at(day)).map(str::to_owned);
    assert_eq!(team(&now, "2026-09-05").as_deref(), Some("Web"));
    assert_eq!(team(&now, "2026-09-15").as_deref(), Some("Data"));
    assert_eq!(team(&now, "2026-09-25").as_deref(), Some("Ops"));
    let before = now.known_at(at("2026-09-20"));
    assert_eq!(team(&before, "2026-09-15").as_deref(), Some("Data"));
    assert_eq!(team(&before, "2026-09-25").as_deref(), Some("Data"));
    let wrong = Directory::from_csv(b"email,recorded_at\nana@acme.test,soon\n", "p.csv").unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "p.csv:2: `recorded_at` is `soon`, which is neither a date like 2026-09-15 nor a time in UTC"
    );
    let mut corrected = virtual_tags::Membership::new("ana@acme.test", "Data");
    corrected.recorded = Some(at("2026-10-05"));
    let memberships = [virtual_tags::Membership::new("ana@acme.test", "Web"), corrected];
    let groups = Directory::from_memberships("team", memberships, "groups").unwrap();
    assert_eq!(team(&groups, "2026-09-15").as_deref(), Some("Data"));
    assert_eq!(team(&groups.known_at(at("2026-10-04")), "2026-09-15").as_deref(), Some("Web"));
    let twice = "email,recorded_at\na@b.test,2026-09-01\na@b.test,2026-09-01\n";
    assert!(Directory::from_csv(twice.as_bytes(), "p.csv").is_err());
}

proptest! {
    #![proptest_config(cases(256))]

    /// Whatever the rules become: a closed period, looked at through its lock, comes to what it came to, and what a
    /// restatement tells is the difference, value by value.
    #[test]
    fn locked_periods_keep_their_amounts(
        old in prop::collection::vec(rule(0), 0..5),
        new in prop::collection::vec(rule(0), 0..5),
        records in records(),
    ) {
        let rules = |keys| RuleSet::from_toml(&World { keys: vec![keys], order: vec![0], default: true }.toml(), "rules.toml").unwrap();
        let (old, new) = (rules(old), rules(new));
        prop_assert_eq!(old.digest() == new.digest(), old.tags[0].rules.iter().map(|rule| (&rule.when, &rule.people, &rule.spans, &rule.assign))
            .eq(new.tags[0].rules.iter().map(|rule| (&rule.when, &rule.people, &rule.spans, &rule.assign))));
        let mut builder = Ledger::builder(Currency::USD);
        for record in &records {
            builder.push(record).unwrap();
        }
        let (ledger, nobody) = (builder.build(), Directory::default());
        let period = days("2026-01-02", "2026-01-05");
        let lock = PeriodLock::close((&old, &nobody), &ledger, period, at("2026-02-01"), Metric::Billed).unwrap();
        let current = new.compile(nobody.clone()).unwrap().tagger().unwrap();
        let locked = LockedRules::new(current.clone(), [(period, lock.reopen(&old, &nobody, &ledger).unwrap())]).unwrap();
        prop_assert_eq!(lock.restated(&locked, &ledger).unwrap(), []);

        let mut change = Money::ZERO;
        for restated in lock.restated(&current, &ledger).unwrap() {
            change = change.checked_add(restated.now).unwrap().checked_sub(restated.closed).unwrap();
        }
        prop_assert!(change.is_zero());
        let (as_locked, as_now) = (LedgerTags::new(&locked, "K0", &ledger), LedgerTags::new(&current, "K0", &ledger));
        for (row, (locked, now)) in ledger.rows().zip(as_locked.numbers().zip(as_now.numbers())) {
            if !period.contains(row.at) {
                prop_assert_eq!(as_locked.shares(locked), as_now.shares(now));
            }
        }
    }
}
