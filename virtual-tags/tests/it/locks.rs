//! Closed periods stay what they were.

use cost_model::report::Query;
use cost_model::tagger::TagCache;
use cost_model::{CostRecord, Costs, Currency, Dimension, Ledger, Metric, Money, Tagger, Timestamp, Window};
use proptest::prelude::*;
use virtual_tags::lock::LockedRules;
use virtual_tags::{Directory, Error, ErrorKind, PeriodLock, RuleSet};

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
        record.edit(|set| set.resource = Some((*person).into()));
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
    assert_eq!(told(&current, &CHARGES), ["Team Data: 4.00 -> 6.00", "Team Web: 3.00 -> 1.00"]);
    let late = [CHARGES.as_slice(), &[("cy@acme.test", "2026-09-30", "0.5")]].concat();
    assert_eq!(told(&reopened, &late), ["Team -: 0.00 -> 0.50"]);
    assert_eq!(
        told(&cost_model::tagger::NoTags, &CHARGES[..1]),
        ["Team (no value): 0.00 -> 1.00", "Team Data: 4.00 -> 0.00", "Team Web: 3.00 -> 0.00"]
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
    let mut corrected = virtual_tags::directory::Membership::new("ana@acme.test", "Data");
    corrected.recorded = Some(at("2026-10-05"));
    let memberships = [virtual_tags::directory::Membership::new("ana@acme.test", "Web"), corrected];
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
        let (as_locked, as_now) = (TagCache::new(&ledger, &locked, &["K0".into()]).unwrap(), TagCache::new(&ledger, &current, &["K0".into()]).unwrap());
        for (row, (locked, now)) in ledger.rows().zip(as_locked.answers(&ledger).unwrap().zip(as_now.answers(&ledger).unwrap())) {
            if !period.contains(row.at) {
                prop_assert_eq!(as_locked.parts(locked), as_now.parts(now));
            }
        }
    }
}

/// What came after the period, whom it did not charge and what no rule reads are no reason to refuse a lock; what it used is.
#[test]
fn a_lock_goes_by_what_the_period_used() {
    let people_of = |more: &str| people(&format!("email,team,salary,from,to\n{more}"));
    let base = "ana@acme.test,Web,1,2026-01-01,\nbo@acme.test,Data,2,,\n";
    let headcount = "[[tag]]\nkey = \"Shared\"\n[[tag.rule]]\nsplit = { headcount = \"team\" }\n";
    let removed = "[[tag]]\nkey = \"Left\"\n[[tag.rule]]\nvalue = \"yes\"\nwho = \"removed\"\n";
    for rules in [BY_TEAM.to_owned(), format!("{BY_TEAM}{headcount}"), format!("{BY_TEAM}{removed}")] {
        let (rules, charges) = (written(&rules), ledger(&CHARGES));
        let lock = close(&rules, &people_of(base));
        for (same, rows) in [
            ("a hire in October", format!("{base}cy@acme.test,Ops,3,2026-10-01,\n")),
            ("a raise", base.replace(",1,", ",7,")),
            (
                "a move in October",
                format!("{}ana@acme.test,Ops,1,2026-10-01,\n", base.replace("01-01,", "01-01,2026-10-01")),
            ),
            ("somebody who left before", format!("{base}di@acme.test,Ops,3,2026-01-01,2026-08-31\n")),
        ] {
            assert!(lock.reopen(&rules, &people_of(&rows), &charges).is_ok(), "{same}");
            let review = lock.review(&rules, &people_of(&rows), &charges).unwrap();
            assert!(
                review.is_unchanged() && !review.people_changed && !review.rules_changed,
                "{same}: {review}"
            );
        }
        for (other, rows) in [
            ("another team", base.replace("Web", "Ops")),
            ("a move in September", base.replace("2026-01-01", "2026-09-06")),
            ("nobody", base.replace("bo@", "bob@")),
        ] {
            refuses(lock.reopen(&rules, &people_of(&rows), &charges), "the people are not those");
            let review = lock.review(&rules, &people_of(&rows), &charges).unwrap();
            assert!(review.people_changed && !review.is_unchanged(), "{other}: {review}");
        }
    }
}

#[test]
fn changes_that_cancel_each_other_out_are_seen() {
    let rules = written(BY_TEAM);
    let even = [
        ("ana@acme.test", "2026-09-05", "2"),
        ("bo@acme.test", "2026-09-15", "2"),
        ("bo@acme.test", "2026-09-16", "3"),
    ];
    let (then, swapped) = (
        "email,team\nana@acme.test,Web\nbo@acme.test,Data\n",
        "email,team,from,to\nana@acme.test,Data,,\n\
        bo@acme.test,Data,,2026-09-15\nbo@acme.test,Web,2026-09-15,2026-09-16\nbo@acme.test,Data,2026-09-16,\n",
    );
    let september = days("2026-09-01", "2026-10-01");
    let lock = PeriodLock::close(
        (&rules, &people(then)),
        &ledger(&even),
        september,
        at("2026-10-03"),
        Metric::Effective,
    )
    .unwrap();
    let review = lock.review(&rules, &people(swapped), &ledger(&even)).unwrap();
    assert_eq!(review.restated, []);
    assert!(!review.is_unchanged() && review.people_changed && !review.charges_changed);
    assert_eq!(
        review.to_string(),
        "rules unchanged, people as known at closing changed, charges unchanged\n  Team: 4.00 of 7.00 reassigned\n    Data -> Web: 2.00 in 1 charge \
         (bo@acme.test 2.00)\n    Web -> Data: 2.00 in 1 charge (ana@acme.test 2.00)\n"
    );
    // One charge is a dollar more, another of the same team a dollar less.
    let other = [even[0], ("bo@acme.test", "2026-09-15", "3"), ("bo@acme.test", "2026-09-16", "2")];
    let review = lock.review(&rules, &people(then), &ledger(&other)).unwrap();
    assert_eq!((review.restated.len(), review.moves.len(), review.charges_changed), (0, 0, true));
    assert!(!review.is_unchanged());
    // Charges in another order, and those of other months, are none of its business.
    let mut more = vec![("cy@acme.test", "2026-10-01", "9"), even[2], even[1], even[0]];
    more.push(("cy@acme.test", "2026-08-31", "9"));
    assert!(lock.review(&rules, &people(then), &ledger(&more)).unwrap().is_unchanged());
}

/// A lock that went through a file decides late charges as its rules did, though the files are gone.
#[test]
fn a_lock_is_opened_with_what_it_holds() {
    let rules = "[[tag.rule]]\nvalue = \"Left\"\nwho = \"removed\"\n[[tag.rule]]\nsplit = [{ value = \"A\", percent = 62.5 }, { value = \
                 \"B\", percent = 37.5 }]\nwhen = \"costs.service IN ('x', 'y') AND NOT tags['a'] = 'b'\"\nfrom = \"2026-01-01\"\n\
                 [[tag.rule]]\nfrom_directory = \"team\"\ntransform = [\"lower\", { map = { web = \"W\", data = \"D\" } }, { format = \"{0}!\" }]\n";
    let payer = "[[tag]]\nkey = \"Payer\"\ndefault_from = \"vtag.Team\"\n[[tag.rule]]\nwho = \"service_account\"\nsplit = { cost_of = \"Team\", \
                 per = \"month\", within = \"costs.provider\" }\n";
    let rules = written(&format!("{rules}{payer}"));
    let then = people(
        "email,team,salary,from,to\nana@acme.test,Web,91000,,\nbo@acme.test,Data,1,,\ncy@acme.test,Data,1,,2026-09-10\n",
    );
    let charges = ledger(
        &[CHARGES.as_slice(), &[("bot", "2026-09-30", "7"), ("cy@acme.test", "2026-09-11", "1")]].concat(),
    );
    let september = days("2026-09-01", "2026-10-01");
    let lock =
        PeriodLock::close((&rules, &then), &charges, september, at("2026-10-03"), Metric::Effective).unwrap();
    let json = serde_json::to_string(&lock).unwrap();
    assert!(!json.contains("91000") && !json.contains("salary"), "{json}");
    let lock: PeriodLock = serde_json::from_str(&json).unwrap();
    let opened = lock.open().unwrap();
    assert_eq!(lock.restated(&opened, &charges).unwrap(), []);
    let before = rules.compile(then).unwrap().resolve(&charges, Metric::Effective, &[september]).unwrap();
    for (who, service, expected) in [
        ("ana@acme.test", "", "`W!`"),
        ("cy@acme.test", "", "`Left`"),
        ("ana@acme.test", "y", "5 of `A`, 3 of `B`"),
        ("bot-9", "", "`-`"),
    ] {
        let mut late = CostRecord::new(at("2026-09-30"), "cursor", Currency::USD, Costs::absent());
        late.edit(|set| set.resource = Some(who.into()));
        late.edit(|set| set.service = Some(service.into()));
        assert_eq!(opened.answer("Team", &late, late.at).to_string(), expected);
        for key in ["Team", "Payer"] {
            assert_eq!(opened.answer(key, &late, late.at), before.answer(key, &late, late.at), "{who} {key}");
        }
    }
}

proptest! {
    #![proptest_config(cases(64))]

    /// Whatever the rules and the directory, a lock that went through a file answers in its period as they did.
    #[test]
    fn an_opened_lock_answers_as_the_rules_did(
        world in crate::naive::worlds(), charges in crate::naive::records(), ends in prop::array::uniform2(0_usize..64),
    ) {
        let instants = crate::naive::instants();
        let [one, other] = ends.map(|end| instants[end % instants.len()]);
        let period = Window::new(one.min(other), Timestamp::from_millis(one.max(other).millis() + 1).unwrap()).unwrap();
        let mut builder = Ledger::builder(Currency::USD);
        for charge in &charges {
            builder.push(charge).unwrap();
        }
        let rules = RuleSet::from_toml(&world.toml(), "rules.toml").unwrap();
        let closed = PeriodLock::close((&rules, &world.directory()), &builder.build(), period, at("2030-01-01"), Metric::Effective);
        let json = serde_json::to_string(&closed.unwrap()).unwrap();
        let lock: PeriodLock = serde_json::from_str(&json).unwrap();
        let (opened, before) = (lock.open().unwrap(), world.compile());
        for charge in &charges {
            for at in instants.iter().copied().filter(|at| period.contains(*at)) {
                for key in before.keys() {
                    prop_assert_eq!(opened.answer(key, charge, at), before.answer(key, charge, at), "{} at {}", key, at);
                }
            }
        }
    }
}

#[test]
fn a_late_charge_of_somebody_who_moved_under_other_rules_is_told_by_each_cause() {
    let rules = written(BY_TEAM);
    let lock = close(&rules, &people(THEN));
    let unchanged = lock.changes(&rules, &people(THEN), &ledger(&CHARGES)).unwrap();
    assert!(unchanged.is_unchanged() && !unchanged.rules_changed && !unchanged.people_changed);

    let mut charges = CHARGES.to_vec();
    charges.push(("ana@acme.test", "2026-09-20", "8"));
    let moved = "email,team\nana@acme.test,Data\nbo@acme.test,Data\n";
    let other = written(
        "[[tag.rule]]\nvalue = \"Ops\"\nwhen = \"costs.resource_id = 'bo@acme.test'\"\n[[tag.rule]]\nfrom_directory = \"team\"\n",
    );
    let changes = lock.changes(&other, &people(moved), &ledger(&charges)).unwrap();
    assert!(changes.rules_changed && changes.people_changed && changes.charges_changed);
    let told: Vec<String> = changes
        .values
        .iter()
        .map(|each| {
            let value = each.value.as_deref().unwrap_or("-");
            format!(
                "{value} {} + {} + {} + {} = {}",
                each.closed, each.by_charges, each.by_people, each.by_rules, each.now
            )
        })
        .collect();
    assert_eq!(told, ["Data 4 + 0 + 11 + -4 = 11", "Ops 0 + 0 + 0 + 4 = 4", "Web 3 + 8 + -11 + 0 = 0"]);
    let moved = |diffs: &[virtual_tags::insight::Diff]| {
        diffs.iter().map(|diff| diff.moved.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        (moved(&changes.moved_by_people), moved(&changes.moved_by_rules)),
        (vec!["11".into()], vec!["4".into()])
    );
}

#[test]
fn people_without_a_column_that_the_closed_rules_read_change_what_the_rules_change() {
    let rules = written(BY_TEAM);
    let lock = close(&rules, &people(THEN));
    let all = written("[[tag.rule]]\nvalue = \"All\"\nwho = \"person\"\n");
    let changes = lock.changes(&all, &people("email,group\nana@acme.test,Web\n"), &ledger(&CHARGES)).unwrap();
    assert!(!changes.people_are_separable && changes.moved_by_people.is_empty());
    assert_eq!(changes.moved_by_rules[0].moved, "7".parse().unwrap());
}

#[test]
fn keys_that_came_or_went_are_named() {
    let lock = close(&written(BY_TEAM), &people(THEN));
    let other =
        RuleSet::from_toml("[[tag]]\nkey = \"Cost center\"\ndefault = \"1\"\n", "rules.toml").unwrap();
    let changes = lock.changes(&other, &people(THEN), &ledger(&CHARGES)).unwrap();
    assert_eq!(
        (&changes.added_keys[..], &changes.removed_keys[..]),
        (&["Cost center".to_owned()][..], &["Team".to_owned()][..])
    );
    assert!(changes.values.iter().all(|each| each.key == "Team"));
    let none = changes.values.iter().find(|each| each.value.is_none()).unwrap();
    assert_eq!((none.by_rules, none.now), ("7".parse().unwrap(), "7".parse().unwrap()));
}
