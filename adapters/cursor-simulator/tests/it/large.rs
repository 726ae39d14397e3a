//! What a large company holds, counted event by event.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use cursor_simulator::{Behaviour, CENT, Era, Simulator, SimulatorBuilder, TrueEvent};
use http::Method;

use crate::support::{EVENTS, page, send, text};

/// A large company that is made in a moment: habits do not depend on its size.
fn small(builder: SimulatorBuilder) -> Simulator {
    builder.developers(500).events(20_000).build()
}

fn large() -> Simulator {
    small(Simulator::large_company())
}

/// How many of a thousand events pass.
fn per_mille(sim: &Simulator, test: impl Fn(&TrueEvent) -> bool) -> usize {
    let events = sim.events();
    events.iter().filter(|event| test(event)).count() * 1000 / events.len()
}

fn models_by_person(sim: &Simulator) -> BTreeMap<String, BTreeSet<String>> {
    let mut models = BTreeMap::<_, BTreeSet<_>>::new();
    for event in sim.events().iter().filter(|event| event.model != "agent_review") {
        if let Some(person) = &event.person {
            models.entry(person.clone()).or_default().insert(event.model.clone());
        }
    }
    models
}

#[test]
fn every_kind_and_flag_comes_about_as_often_as_the_documentation_says() {
    let sim = large();
    let of_kind = |kind: &'static str| per_mille(&sim, move |event| event.kind == kind);
    for kind in [TrueEvent::INCLUDED, TrueEvent::USAGE_BASED] {
        assert!(of_kind(kind) > 100, "{kind}: {}", of_kind(kind));
    }
    for kind in [TrueEvent::ERRORED, TrueEvent::ABORTED, TrueEvent::FREE, TrueEvent::OWN_KEY] {
        assert!((5..60).contains(&of_kind(kind)), "{kind}: {}", of_kind(kind));
    }
    let known = [
        TrueEvent::INCLUDED,
        TrueEvent::USAGE_BASED,
        TrueEvent::ERRORED,
        TrueEvent::ABORTED,
        TrueEvent::FREE,
        TrueEvent::OWN_KEY,
    ];
    let events = sim.events();
    let unknown = events.iter().filter(|event| !known.contains(&event.kind.as_str())).count();
    assert!((5..60).contains(&unknown), "{unknown} of {} are of an unknown kind", events.len());

    assert_eq!(per_mille(&sim, |event| event.conversation_id.is_none() && event.model != "agent_review"), 0);
    assert!((110..190).contains(&per_mille(&sim, |event| event.max_mode)));
    assert!((40..60).contains(&per_mille(&sim, |event| event.cloud_agent_id.is_some())));
    assert!((25..60).contains(&per_mille(&sim, |event| event.is_headless && event.cloud_agent_id.is_none())));
    assert!((30..80).contains(&per_mille(&sim, |event| !event.is_token_based)));
    assert!((12..30).contains(&per_mille(&sim, |event| event.automation_id.is_some())));
    assert!((3..9).contains(&per_mille(&sim, |event| event.is_free_bugbot)));
    let noisy = |amount: i128| amount % (CENT / 1_000_000_000_000) != 0;
    assert!((40..100).contains(&per_mille(&sim, |event| event.charged.is_some_and(noisy))));
}

#[test]
fn cloud_agents_have_an_id_for_each_event() {
    let events = large().events();
    let ids: Vec<_> = events.iter().filter_map(|event| event.cloud_agent_id.as_ref()).collect();
    let twins = ids.len() - ids.iter().collect::<HashSet<_>>().len();
    assert!(ids.len() > 800 && twins < 5, "{twins} of {} come twice", ids.len());
}

#[test]
fn a_person_has_three_to_eight_models_or_in_the_wide_case_all() {
    let (large, wide) = (models_by_person(&large()), models_by_person(&small(Simulator::wide_company())));
    assert!(large.values().all(|models| models.len() <= 8));
    let sizes: BTreeSet<_> = large.values().map(BTreeSet::len).collect();
    assert!((3..=8).all(|size| sizes.contains(&size)), "{sizes:?}");
    for people in [&large, &wide] {
        assert_eq!(people.values().flatten().collect::<BTreeSet<_>>().len(), 30);
    }
    assert!(wide.values().any(|models| models.len() > 28));
    let many = |people: &BTreeMap<_, BTreeSet<_>>| people.values().filter(|models| models.len() > 8).count();
    assert!(many(&wide) * 2 > wide.len(), "{} of {}", many(&wide), wide.len());
}

/// Whatever a report may group or filter by, cloud agents as a flag.
fn combinations(sim: &Simulator) -> usize {
    let dimensions = |event: &TrueEvent| {
        let who = (event.email.clone(), event.service_account_id.clone(), event.automation_id.is_some());
        let flags = (event.max_mode, event.is_headless, event.is_token_based, event.cloud_agent_id.is_some());
        (who, event.model.clone(), event.kind.clone(), flags)
    };
    sim.events().iter().map(dimensions).collect::<HashSet<_>>().len()
}

#[test]
fn in_the_wide_case_twice_as_many_combinations_come() {
    let (large, wide) = (combinations(&large()), combinations(&small(Simulator::wide_company())));
    assert!(wide * 10 > large * 15, "{wide} and {large}");
}

#[test]
fn few_people_make_much_of_the_traffic() {
    let sim = large();
    let mut counts = BTreeMap::<_, usize>::new();
    for person in sim.events().iter().filter_map(|event| event.person.clone()) {
        *counts.entry(person).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_values().collect();
    counts.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
    let (all, busiest): (usize, usize) = (counts.iter().sum(), counts.iter().take(50).sum());
    assert!((350..550).contains(&(busiest * 1000 / all)), "{busiest} of {all} by a tenth of the people");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let pages = |builder: SimulatorBuilder| {
        let sim = small(builder);
        [1, 20].map(|number| {
            page(&sim, (0, i64::MAX), number, 1000)
                .rows
                .iter()
                .map(|row| row.get().to_owned())
                .collect::<Vec<_>>()
        })
    };
    for company in [Simulator::large_company, Simulator::wide_company] {
        assert_eq!(pages(company()), pages(company()));
        assert_ne!(pages(company()), pages(company().seed(8)));
    }
    assert_ne!(pages(Simulator::large_company()), pages(Simulator::wide_company()));
}

#[test]
fn about_as_many_events_as_asked_for_come_in_sixty_days_in_order() {
    for (asked, developers) in [(5_000, 100), (20_000, 500), (40_000, 5000)] {
        let sim = Simulator::large_company().events(asked).developers(developers).build();
        let built = sim.snapshot().len();
        assert!(built.abs_diff(usize::try_from(asked).unwrap()) * 100 < built * 6, "{built} of {asked}");
        assert!(sim.events().is_sorted_by_key(|event| event.timestamp_ms));
        assert_eq!((sim.range().1 - sim.range().0).num_days(), 60);
        assert_eq!(sim.truth().by_day.len(), 60);
    }
}

#[test]
fn older_eras_say_which_reviews_were_free() {
    let sim = large();
    sim.adjust(|behaviour| *behaviour = Behaviour::of(Era::February2026));
    let free = sim.events().iter().filter(|event| event.is_free_bugbot).count();
    let said: usize = (1..=20)
        .map(|number| {
            let json =
                text(&send(&sim, Method::POST, EVENTS, &format!(r#"{{"page":{number},"pageSize":1000}}"#)));
            json.matches(r#""isFreeBugbot":true"#).count()
        })
        .sum();
    assert_eq!(said, free);
}
