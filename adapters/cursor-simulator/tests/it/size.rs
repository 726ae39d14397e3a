//! Many events, and what else a builder can make.

use cursor_simulator::{Behaviour, CENT, Era, Simulator, TrueEvent};
use http::Method;

use crate::support::{EVENTS, demo, page, parse_page, send, text};

const ALL: (i64, i64) = (0, i64::MAX);

#[test]
fn about_as_many_events_as_asked_for_come() {
    for (asked, developers) in [(3_000, 200), (20_000, 10), (20_000, 200)] {
        let built = Simulator::builder().events(asked).developers(developers).build().snapshot().len();
        let off = built.abs_diff(usize::try_from(asked).unwrap());
        assert!(off * 100 < built * 6, "{built} of {asked}");
    }
}

#[test]
fn every_page_of_many_is_the_same_page() {
    let sim = Simulator::builder().events(20_000).build();
    let events = sim.events();
    for number in [1, 7, 15, 20] {
        let rows = page(&sim, ALL, number, 1000).rows;
        let expected = events.iter().rev().skip((number - 1) * 1000).take(1000);
        assert!(
            rows.iter().zip(expected).all(|(row, event)| row.get().contains(&event.timestamp_ms.to_string()))
        );
    }
}

#[test]
fn bugbot_reviews_when_asked() {
    assert!(demo().events().iter().all(|event| !event.is_free_bugbot));
    let sim = Simulator::builder().developers(5).events_per_day(3).bugbot_events_per_day(4).build();
    let reviews: Vec<_> =
        sim.events().iter().filter(|event| event.model == "agent_review").cloned().collect();
    let free = reviews.iter().filter(|event| event.is_free_bugbot).count();
    assert_eq!((reviews.len(), free), (65 * 4, 65 * 2), "65 weekdays");
    assert!(reviews.iter().all(|event| event.is_free_bugbot == (event.kind == TrueEvent::FREE)));
    sim.adjust(|behaviour| *behaviour = Behaviour::of(Era::February2026));
    let json = text(&send(&sim, Method::POST, EVENTS, r#"{"pageSize":1000}"#));
    assert_eq!(json.matches(r#""isFreeBugbot":true"#).count(), free);
    assert_eq!(parse_page(&json).rows.len(), sim.events().len());
}

#[test]
fn noise_when_asked() {
    let noisy = |per_mille| {
        let sim = Simulator::builder().developers(30).events_per_day(60).float_noise(per_mille).build();
        let events = sim.events();
        let charged: Vec<_> =
            events.iter().filter_map(|event| event.charged).filter(|amount| *amount > 0).collect();
        let noisy = charged.iter().filter(|amount| **amount % (CENT / 1_000_000_000_000) != 0).count();
        (noisy * 100 / charged.len(), sim.truth().total.charged == charged.iter().sum::<i128>())
    };
    let (plain, all) = (noisy(0), noisy(1000));
    assert!(plain.0 < 8 && all.0 > 90, "{plain:?} {all:?}");
    assert!(all.1);
}
