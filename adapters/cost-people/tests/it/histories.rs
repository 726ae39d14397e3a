//! Snapshots of several days: in any order the same spans, and the same answer as a slow reading day by day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use cost_model::Timestamp;
use cost_model::source::{ObservedGroup, ObservedMember, ObservedMembership, ProviderSnapshot};
use cost_people::{ErrorKind, FindingKind, History, PeopleReader, PersonSpan, Snapshot};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn snapshot(as_of: NaiveDate, csv: &str) -> Snapshot {
    PeopleReader::new(as_of).facts(["team"]).read(csv.as_bytes(), "people.csv").unwrap()
}

fn history(snapshots: &[(&str, &str)]) -> History {
    let mut history = History::new();
    for (as_of, csv) in snapshots {
        assert!(history.add(snapshot(day(as_of), csv)).unwrap());
    }
    history
}

/// Returns the team of an address on each of some days, by the directory.
fn teams(history: &History, email: &str, days: &[&str]) -> Vec<String> {
    let directory = history.directory("people").unwrap();
    let on =
        |text: &&str| directory.fact(email, "team", Timestamp::midnight(day(text))).unwrap_or("-").to_owned();
    days.iter().map(on).collect()
}

#[test]
fn who_is_new_belongs_to_the_team_since_the_snapshot_before_or_the_stated_first_day() {
    let csv = |cy: &str| format!("email,team,hire_date\nana@acme.test,Web,2020-01-01\n{cy}");
    let history = history(&[
        ("2026-09-01", &csv("")),
        ("2026-10-01", &csv("bo@acme.test,Data,2026-09-15\ncy@acme.test,Data,\n")),
    ]);
    let days = ["2026-08-31", "2026-09-01", "2026-09-14", "2026-09-15", "2026-10-01"];
    assert_eq!(teams(&history, "bo@acme.test", &days), ["-", "-", "-", "Data", "Data"]);
    assert_eq!(teams(&history, "cy@acme.test", &days), ["-", "Data", "Data", "Data", "Data"]);
    assert_eq!(teams(&history, "ana@acme.test", &["2019-12-31", "2026-08-31"]), ["-", "Web"]);
}

#[test]
fn who_leaves_keeps_the_past_and_who_returns_is_there_again() {
    let history = history(&[
        ("2026-07-01", "email,team,status\nana@acme.test,Web,active\nbo@acme.test,Web,active\n"),
        ("2026-08-01", "email,team,status\nana@acme.test,Web,left\n"),
        ("2026-09-01", "email,team,status\nbo@acme.test,Web,active\n"),
        ("2026-10-01", "email,team,status\nana@acme.test,Ops,active\nbo@acme.test,Web,active\n"),
    ]);
    let days = ["2026-06-01", "2026-07-31", "2026-08-01", "2026-08-31", "2026-09-01", "2026-10-01"];
    assert_eq!(teams(&history, "ana@acme.test", &days), ["Web", "Web", "-", "-", "Ops", "Ops"]);
    assert_eq!(teams(&history, "bo@acme.test", &days), ["Web", "Web", "Web", "Web", "Web", "Web"]);
}

#[test]
fn a_stated_last_day_ends_before_the_snapshot_that_lacks_the_person() {
    let history = history(&[
        ("2026-09-01", "email,team,termination_date\nana@acme.test,Web,2026-09-10\nbo@acme.test,Web,\n"),
        ("2026-10-01", "email,team,termination_date\nbo@acme.test,Web,\n"),
    ]);
    assert_eq!(
        teams(&history, "ana@acme.test", &["2026-09-10", "2026-09-11", "2026-10-01"]),
        ["Web", "-", "-"]
    );
}

#[test]
fn a_move_with_a_stated_day_holds_from_that_day_and_one_without_from_the_snapshot() {
    let history = history(&[
        ("2026-09-01", "email,team,effective_date\nana@acme.test,Web,2026-01-01\nbo@acme.test,Web,\n"),
        ("2026-10-01", "email,team,effective_date\nana@acme.test,Ops,2026-09-20\nbo@acme.test,Ops,\n"),
    ]);
    let days = ["2026-09-19", "2026-09-20", "2026-09-30", "2026-10-01"];
    assert_eq!(teams(&history, "ana@acme.test", &days), ["Web", "Ops", "Ops", "Ops"]);
    assert_eq!(teams(&history, "bo@acme.test", &days), ["Web", "Web", "Web", "Ops"]);
}

#[test]
fn an_address_that_changed_finds_its_person_on_all_days_and_one_that_was_passed_on_only_on_its_own() {
    let history = history(&[
        ("2026-09-01", "id,email,team\n1,ana.old@acme.test,Web\n2,info@acme.test,Web\n3,cy@acme.test,Data\n"),
        ("2026-10-01", "id,email,team\n1,ana.new@acme.test,Ops\n2,bo@acme.test,Web\n3,info@acme.test,Data\n"),
    ]);
    let days = ["2026-09-15", "2026-10-15"];
    for email in ["ana.old@acme.test", "ana.new@acme.test"] {
        assert_eq!(teams(&history, email, &days), ["Web", "Ops"], "{email}");
    }
    assert_eq!(teams(&history, "info@acme.test", &days), ["Web", "Data"]);
    // A file without ids belongs to the same people.
    let mut again = history.clone();
    again.add(snapshot(day("2026-11-01"), "email,team\nana.new@acme.test,Sales\n")).unwrap();
    assert_eq!(teams(&again, "ana.old@acme.test", &["2026-11-01"]), ["Sales"]);
}

#[test]
fn an_address_that_goes_to_somebody_new_is_theirs_from_the_snapshot_on() {
    let first = ("2026-09-01", "id,email,team\n1,info@acme.test,Web\n");
    let second = ("2026-10-01", "id,email,team\n1,ana@acme.test,Web\n2,info@acme.test,Data\n");
    let passed_on = history(&[first, second]);
    let days = ["2026-09-15", "2026-10-15", "2026-11-15"];
    assert_eq!(teams(&passed_on, "info@acme.test", &days), ["Web", "Data", "Data"]);
    // A file without ids does not say which of the two it is about: neither is taken for them.
    let unclear = history(&[first, second, ("2026-11-01", "email,team\ninfo@acme.test,Sales\n")]);
    assert_eq!(teams(&unclear, "info@acme.test", &days), ["Web", "Data", "Sales"]);
    assert_eq!(teams(&unclear, "ana@acme.test", &days), ["Web", "Web", "-"]);
}

#[test]
fn the_same_snapshot_again_changes_nothing_and_another_one_of_the_day_is_refused() {
    let mut history = history(&[("2026-09-01", "email,team\nana@acme.test,Web\n")]);
    assert!(!history.add(snapshot(day("2026-09-01"), "email,team\nana@acme.test,Web\n")).unwrap());
    let other = snapshot(day("2026-09-01"), "email,team\nana@acme.test,Ops\n");
    assert_eq!(history.add(other).unwrap_err().kind(), ErrorKind::SameDay);
    assert_eq!(history.snapshots().count(), 1);
}

#[test]
fn groups_are_dated_by_when_people_joined_and_left_them() {
    let at = |text: &str| Some(text.parse().unwrap());
    let membership = |person: &str, joined: &str, left: &str| {
        let mut membership = ObservedMembership::from(person);
        membership.joined = if joined.is_empty() { None } else { at(joined) };
        membership.left = if left.is_empty() { None } else { at(left) };
        membership
    };
    let group = |id: &str, name: &str, members: Vec<ObservedMembership>| {
        let mut group = ObservedGroup::default();
        (group.id, group.name, group.members) = (id.into(), name.into(), members);
        group
    };
    let mut observed = ProviderSnapshot::at("2026-10-20T06:00:00Z".parse().unwrap());
    observed.groups = vec![
        group(
            "g1",
            "Web",
            vec![
                membership("ana@acme.test", "2026-09-01T10:00:00Z", "2026-10-05T10:00:00Z"),
                // Out and back on one day, by way of another group.
                membership("bo@acme.test", "2026-09-01T10:00:00Z", "2026-10-07T09:00:00Z"),
                membership("bo@acme.test", "2026-10-07T11:00:00Z", ""),
                membership("cy@acme.test", "", ""),
            ],
        ),
        group(
            "g2",
            "Ops",
            vec![
                membership("ana@acme.test", "2026-10-05T10:00:00Z", ""),
                membership("bo@acme.test", "2026-10-07T09:00:00Z", "2026-10-07T11:00:00Z"),
                membership("cy@acme.test", "", ""),
            ],
        ),
        group("group_unassigned", "Unassigned", vec![membership("dee@acme.test", "", "")]),
    ];
    let mut dee = ObservedMember::default();
    dee.person = "dee@acme.test".into();
    observed.members = vec![dee];
    let snapshot = Snapshot::of_groups(&observed, "team");
    let kinds: Vec<_> = snapshot.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::EmptyFact, FindingKind::SeveralGroups], "Dee is in none, Cy in two");
    let mut history = History::new();
    history.add(snapshot).unwrap();
    let directory = history.directory("groups").unwrap();
    let team = |person: &str, at: &str| {
        directory.fact(person, "team", at.parse().unwrap()).filter(|team| !team.is_empty()).map(str::to_owned)
    };
    for (person, at, expected) in [
        ("ana@acme.test", "2026-08-31T12:00:00Z", None),
        ("ana@acme.test", "2026-10-04T23:59:59Z", Some("Web")),
        ("ana@acme.test", "2026-10-05T00:00:00Z", Some("Ops")),
        ("bo@acme.test", "2026-10-06T12:00:00Z", Some("Web")),
        ("bo@acme.test", "2026-10-07T12:00:00Z", Some("Web")),
        ("cy@acme.test", "2026-10-07T12:00:00Z", None),
        ("dee@acme.test", "2026-10-07T12:00:00Z", None),
    ] {
        assert_eq!(team(person, at).as_deref(), expected, "{person} at {at}");
    }
}

#[test]
fn observed_groups_are_snapshots_and_whoever_is_in_two_has_no_team() {
    let observed = |at: &str, groups: &[(&str, &[&str])]| {
        let mut observed = ProviderSnapshot::at(at.parse().unwrap());
        for (name, members) in groups {
            let mut group = ObservedGroup::default();
            (group.id, group.name) = (format!("group_{name}").into(), (*name).into());
            group.members = members.iter().map(|member| (*member).into()).collect();
            observed.groups.push(group);
        }
        let mut gone = ObservedMember::default();
        (gone.person, gone.removed) = ("dee@acme.test".into(), true);
        observed.members.push(gone);
        Snapshot::of_groups(&observed, "team")
    };
    let first = observed(
        "2026-09-01T06:00:00Z",
        &[("Web", &["Ana@acme.test", "bo@acme.test"]), ("Ops", &["bo@acme.test"])],
    );
    assert_eq!(
        first.findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(),
        [FindingKind::EmptyFact, FindingKind::SeveralGroups,]
    );
    let dee = first.rows.iter().find(|row| row.emails == ["dee@acme.test"]).unwrap();
    assert_eq!((dee.active, dee.until), (false, Some(day("2026-09-01"))));
    let mut history = History::new();
    history.add(observed("2026-10-01T06:00:00Z", &[("Ops", &["ana@acme.test", "bo@acme.test"])])).unwrap();
    history.add(first).unwrap();
    let days = ["2026-09-30", "2026-10-01"];
    assert_eq!(teams(&history, "ana@acme.test", &days), ["Web", "Ops"]);
    assert_eq!(teams(&history, "bo@acme.test", &days), ["-", "Ops"]);
    assert_eq!(teams(&history, "dee@acme.test", &days), ["-", "-"]);
}

#[test]
fn nobody_is_named_where_values_are_printed() {
    let history = history(&[("2026-09-01", "id,email,team\nid-7,ana@acme.test,Web\n")]);
    let printed = format!("{history:?} {:?} {:?}", history.spans(), history.snapshots().collect::<Vec<_>>());
    assert!(!printed.contains("ana") && !printed.contains("id-7"), "{printed}");
}

/// Who is in a made-up snapshot: the number of a person, their team, and days in the days after the first.
#[derive(Clone, Debug)]
struct Said {
    person: u8,
    team: u8,
    joined: Option<u64>,
    from: Option<u64>,
    last: Option<u64>,
    active: bool,
}

fn said() -> impl Strategy<Value = Said> {
    let day = || proptest::option::weighted(0.3, 0_u64..50);
    (0_u8..4, 0_u8..3, day(), day(), day(), proptest::bool::weighted(0.8)).prop_map(
        |(person, team, joined, from, last, active)| Said {
            person,
            team,
            joined,
            from,
            last: last.map(|last| last.max(from.unwrap_or(0))),
            active,
        },
    )
}

fn after(days: u64) -> NaiveDate {
    day("2026-01-01") + Days::new(days)
}

/// Snapshots by their day, each with one row a person.
fn snapshots() -> impl Strategy<Value = BTreeMap<u64, Vec<Said>>> {
    proptest::collection::btree_map(0_u64..50, proptest::collection::vec(said(), 0..5), 1..6).prop_map(
        |mut all| {
            for people in all.values_mut() {
                let mut seen = BTreeSet::new();
                people.retain(|said| seen.insert(said.person));
            }
            all
        },
    )
}

fn made(as_of: u64, people: &[Said]) -> Snapshot {
    let text = |day: Option<u64>| day.map(|day| after(day).to_string()).unwrap_or_default();
    let line = |said: &Said| {
        let status = if said.active { "active" } else { "inactive" };
        let Said { person, team, joined, from, last, .. } = said;
        let [joined, from, last] = [joined, from, last].map(|day| text(*day));
        format!("{person},p{person}@acme.test,T{team},{joined},{from},{last},{status}")
    };
    let head = "id,email,team,hire_date,effective_date,last_day,status".to_owned();
    let csv = [head].into_iter().chain(people.iter().map(line)).collect::<Vec<_>>().join("\n");
    snapshot(after(as_of), &csv)
}

/// Whether what was said in a snapshot holds on a day.
fn holds(as_of: u64, said: &Said, on: u64) -> bool {
    let has_returned = said.active && said.last.is_some_and(|last| said.joined > Some(last + 1));
    let end = match (said.last, said.active) {
        (Some(_), _) if has_returned => u64::MAX,
        (Some(last), _) => last + 1,
        (None, true) => u64::MAX,
        (None, false) => as_of.max(said.from.unwrap_or(0)),
    };
    said.from.or(said.joined).is_none_or(|start| start <= on) && on < end
}

/// The team on a day, by the three rules as they are documented.
fn expected(all: &BTreeMap<u64, Vec<Said>>, person: u8, on: u64) -> Option<u8> {
    let of = |as_of: &u64| all[as_of].iter().find(|said| said.person == person && holds(*as_of, said, on));
    let later = all.keys().rev().filter(|as_of| **as_of > on);
    let dated = later.filter_map(of).find(|said| said.from.is_some());
    let before = all.keys().rev().find(|as_of| **as_of <= on).and_then(of);
    let next = all.keys().find(|as_of| **as_of > on).and_then(of);
    dated.or(before).or(next).map(|said| said.team)
}

fn team_of(spans: &[PersonSpan], person: u8, on: u64) -> Option<String> {
    let email = format!("p{person}@acme.test");
    let holds = |span: &&PersonSpan| {
        span.emails.contains(&email)
            && span.from.is_none_or(|from| from <= after(on))
            && span.until.is_none_or(|until| after(on) < until)
    };
    let mut found = spans.iter().filter(holds);
    let team = found.next().map(|span| span.facts["team"].clone());
    assert!(found.next().is_none(), "two spans of one person overlap");
    team
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn spans_are_what_the_rules_say_day_by_day_in_any_order(
        (all, order) in snapshots().prop_flat_map(|all| {
            let days: Vec<u64> = all.keys().copied().collect();
            (Just(all), Just(days).prop_shuffle())
        })
    ) {
        // A row that ends before it begins is refused.
        let is_possible = |as_of: &u64, said: &Said| {
            said.active || said.last.is_some() || said.from.is_none_or(|from| from <= *as_of)
        };
        prop_assume!(all.iter().all(|(as_of, people)| people.iter().all(|said| is_possible(as_of, said))));
        let mut history = History::new();
        for as_of in &order {
            history.add(made(*as_of, &all[as_of])).unwrap();
        }
        let spans = history.spans();
        for person in 0..4 {
            for on in 0..60 {
                let team = expected(&all, person, on).map(|team| format!("T{team}"));
                prop_assert_eq!(team_of(&spans, person, on), team, "person {} on day {}", person, on);
            }
        }
        // The directory takes all of them.
        history.directory("people").unwrap();
        let mut in_order = History::new();
        for (as_of, people) in &all {
            in_order.add(made(*as_of, people)).unwrap();
        }
        prop_assert_eq!(in_order.spans(), spans);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// On the day of a file everybody has the address that it says, whoever had it before.
    #[test]
    fn addresses_that_go_round_never_contradict_each_other(
        all in proptest::collection::btree_map(0_u64..40, (Just([0, 1, 2, 3]).prop_shuffle(), 0_usize..=4), 1..7),
    ) {
        let mut history = History::new();
        for (as_of, (emails, present)) in &all {
            let rows = emails.iter().enumerate().take(*present);
            let rows: Vec<_> = rows.map(|(person, email)| format!("{person},m{email}@acme.test,T{person}")).collect();
            history.add(snapshot(after(*as_of), &format!("id,email,team\n{}\n", rows.join("\n")))).unwrap();
        }
        let directory = history.directory("people").unwrap();
        for (as_of, (emails, present)) in &all {
            for (person, email) in emails.iter().enumerate().take(*present) {
                let team = directory.fact(&format!("m{email}@acme.test"), "team", Timestamp::midnight(after(*as_of)));
                prop_assert_eq!(team.map(str::to_owned), Some(format!("T{person}")));
            }
        }
    }
}
