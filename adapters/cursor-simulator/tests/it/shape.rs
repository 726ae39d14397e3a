use std::collections::{BTreeMap, BTreeSet};

use cursor_simulator::{CENT, Simulator, TrueEvent};

use crate::support::demo;

const DAY: i64 = 86_400_000;

fn count(test: impl Fn(&TrueEvent) -> bool) -> usize {
    demo().events().iter().filter(|event| test(event)).count()
}

#[test]
fn the_company_has_its_size() {
    let truth = demo().truth();
    assert!((36_000..=43_000).contains(&truth.total.events), "{}", truth.total.events);
    assert_eq!(truth.by_team.len(), 8 + 1, "eight teams and those outside");
    assert_eq!(truth.by_department.len(), 3 + 1);
    assert_eq!(truth.by_model.len(), 12);
    assert_eq!(truth.by_day.len(), 92);
    let developers = truth.by_person.keys().flatten().filter(|email| email.ends_with("@acme.test")).count();
    assert_eq!(developers, 200);
    let contractors =
        truth.by_person.keys().flatten().filter(|email| email.ends_with("@contractors.acme.test"));
    assert_eq!(contractors.count(), 6);
    let kinds: Vec<_> = truth.by_kind.keys().map(String::as_str).collect();
    let expected = [
        TrueEvent::ABORTED,
        TrueEvent::ERRORED,
        TrueEvent::FREE,
        TrueEvent::INCLUDED,
        TrueEvent::USAGE_BASED,
        TrueEvent::OWN_KEY,
    ];
    assert_eq!(kinds, expected);
    let services: BTreeSet<_> =
        demo().events().iter().filter_map(|event| event.service_account_id.clone()).collect();
    assert_eq!(services.len(), 3);
}

#[test]
fn people_move_join_and_leave() {
    let mut teams = BTreeMap::<_, BTreeSet<_>>::new();
    let mut sent = BTreeMap::<_, BTreeSet<_>>::new();
    for event in demo().events().iter() {
        if let Some(person) = &event.person {
            teams.entry(person.clone()).or_default().insert(event.team.clone());
            sent.entry(person.clone()).or_default().insert(event.email.clone());
        }
    }
    assert_eq!(teams.values().filter(|teams| teams.len() == 2).count(), 12, "movers");
    assert!(sent.values().all(|emails| emails.len() == 1), "a removed person loses all emails");
    assert_eq!(sent.values().filter(|emails| emails.contains(&None)).count(), 4, "leavers");
    let recased = sent.iter().filter(|(person, emails)| {
        emails.iter().flatten().any(|email| email != *person && email.eq_ignore_ascii_case(person))
    });
    assert_eq!(recased.count(), 2);
}

#[test]
fn the_directory_assigns_every_listed_person() {
    let csv = demo().directory_csv();
    let rows: Vec<Vec<_>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let listed: BTreeSet<_> = rows.iter().map(|row| row[0]).collect();
    assert_eq!((listed.len(), rows.len()), (195, 195 + 12));
    for event in demo().events().iter() {
        let Some(person) = event.person.as_deref().filter(|person| listed.contains(person)) else { continue };
        let at = event.timestamp_ms.div_euclid(DAY) * DAY;
        let day = chrono::DateTime::from_timestamp_millis(at).unwrap().date_naive().to_string();
        let facts: Vec<_> = rows
            .iter()
            .filter(|row| {
                row[0] == person && row[3] <= day.as_str() && (row[4].is_empty() || day.as_str() < row[4])
            })
            .collect();
        assert_eq!(facts.len(), 1, "{event:?}");
        assert_eq!(
            (Some(facts[0][1]), Some(facts[0][2])),
            (event.team.as_deref(), event.department.as_deref())
        );
    }
}

#[test]
fn every_trap_is_set() {
    let events = demo().events();
    let pairs = || events.iter().zip(events.iter().skip(1));
    assert!(pairs().filter(|(a, b)| a.timestamp_ms == b.timestamp_ms).count() > 50);
    let twins: Vec<_> = pairs().filter(|(a, b)| a == b).collect();
    assert!((3..=20).contains(&twins.len()), "{}", twins.len());
    let included = |event: &TrueEvent| event.kind == TrueEvent::INCLUDED;
    assert!(count(|event| included(event) && event.charged == Some(0) && event.model_cost > Some(0)) > 50);
    assert!(count(|event| included(event) && event.tokens.is_none() && event.requests > 0) > 50);
    assert!(count(|event| event.discount_percent == Some(10)) > 100);
    assert!(
        count(|event| event.charged.is_some_and(|charged| 0 < charged && charged < CENT / 1_000_000)) > 5
    );
    let noisy = count(|event| event.charged.is_some_and(|charged| charged % (CENT / 1_000_000_000) != 0));
    let all = events.len();
    assert!((all / 100..all / 20).contains(&noisy), "{noisy} of {all}");
    let blank = |event: &TrueEvent| event.tokens.is_some_and(|tokens| tokens.total() == 0);
    let free_of_charge =
        |event: &TrueEvent| [TrueEvent::ERRORED, TrueEvent::ABORTED].contains(&event.kind.as_str());
    assert!(count(|event| free_of_charge(event) && blank(event)) > 100);
    assert!(count(|event| free_of_charge(event) && event.model_cost > Some(0)) > 100);
    assert!(count(|event| event.cloud_agent_id.is_some() && event.automation_id.is_none()) > 100);
    assert!(count(|event| event.automation_id.is_some()) > 100);
    assert!(count(|event| event.is_chargeable != (event.kind == TrueEvent::USAGE_BASED)) > 100);
}

#[test]
fn edges_are_occupied() {
    let (start, end) = demo().range();
    let (start, end) = (start.timestamp_millis(), end.timestamp_millis());
    let times: BTreeSet<_> = demo().events().iter().map(|event| event.timestamp_ms).collect();
    for cycle in ["2026-08-14T09:30:00Z", "2026-09-14T09:30:00Z", "2026-10-14T09:30:00Z"] {
        let at = chrono::DateTime::parse_from_rfc3339(cycle).unwrap().timestamp_millis();
        assert!(times.contains(&at) && times.contains(&(at - 1)), "{cycle}");
    }
    for window in 0..=3 {
        assert!(times.contains(&(start + window * 30 * DAY)), "{window}");
    }
    assert!(times.contains(&(end - 1)) && !times.contains(&end) && !times.contains(&(start - 1)));
}

/// The week has a shape: a client that plans windows must not count on even days.
#[test]
fn weekends_are_quiet() {
    let truth = demo().truth();
    let events = |day: &str| truth.by_day[&day.parse().unwrap()].events;
    assert!(events("2026-08-02") * 4 < events("2026-08-04"));
    assert!(events("2026-09-07") * 3 < events("2026-09-08") * 2);
}

#[test]
fn two_demos_are_the_same() {
    assert_eq!(demo().events(), Simulator::demo().events());
    assert_eq!(demo().invoices(), Simulator::demo().invoices());
    assert_eq!(demo().directory_csv(), Simulator::demo().directory_csv());
    assert_ne!(demo().events(), Simulator::builder().seed(1).build().events());
}

#[test]
fn odd_companies_can_be_built() {
    let (start, end) = demo().range();
    assert_eq!(Simulator::builder().range(end, start).build().events().len(), 0);
    assert!(Simulator::builder().developers(0).build().truth().by_person.keys().all(Option::is_none));
    assert!(Simulator::builder().developers(1).events_per_day(0).build().invoices().len() == 2);
}

#[test]
fn debug_never_shows_the_key() {
    let builder = Simulator::builder().developers(1).events_per_day(1).api_key("key_CANARY");
    let built = builder.clone().build();
    for text in [format!("{builder:?}"), format!("{built:?}"), format!("{:?}", built.log())] {
        assert!(!text.contains("CANARY"), "{text}");
    }
}

/// The README prints these numbers, and others' examples may: a change is a change of result.
#[test]
fn the_demo_keeps_its_numbers() {
    let truth = demo().truth();
    let counts: Vec<_> = truth.by_kind.values().map(|sums| sums.events).collect();
    assert_eq!((truth.total.events, counts), (38_947, vec![537, 738, 461, 19_565, 17_106, 540]));
    let cents = |amount: i128| amount / CENT;
    let invoices: Vec<_> = demo()
        .invoices()
        .iter()
        .map(|invoice| [invoice.on_demand, invoice.own_key_fees, invoice.seats, invoice.total].map(cents))
        .collect();
    assert_eq!(invoices, [[323_031, 4228, 805_185, 1_225_871], [404_728, 4916, 808_958, 1_314_807]]);
}
