//! `POST /teams/daily-usage-data`.

use cursor_simulator::{Behaviour, Era, Simulator, TrueEvent};
use http::Method;

use crate::support::{Row, demo, list, object, send, small, string, text};

const DAILY: &str = "/teams/daily-usage-data";
const DAY: i64 = 86_400_000;

fn ask(sim: &Simulator, start: i64, end: i64, rest: &str) -> String {
    let response =
        send(sim, Method::POST, DAILY, &format!(r#"{{"startDate":{start},"endDate":{end}{rest}}}"#));
    assert_eq!(response.status(), 200);
    text(&response)
}

fn number(row: &Row, name: &str) -> usize {
    row[name].get().parse().unwrap()
}

#[test]
fn counts_are_those_of_the_events() {
    let start = demo().range().0.timestamp_millis() + 10 * DAY;
    let end = start + 7 * DAY - 1;
    let rows = list(&ask(demo(), start, end, ""), "data");
    let events = demo().events();
    let theirs: Vec<_> = events
        .iter()
        .filter(|event| event.person.is_some() && (start..=end).contains(&event.timestamp_ms))
        .collect();
    let sum = |name: &str| rows.iter().map(|row| number(row, name)).sum::<usize>();
    let of_kind = |kind: &str| theirs.iter().filter(|event| event.kind == kind).count();
    assert_eq!(sum("usageBasedReqs"), of_kind(TrueEvent::USAGE_BASED));
    assert_eq!(sum("subscriptionIncludedReqs"), of_kind(TrueEvent::INCLUDED));
    assert_eq!(sum("apiKeyReqs"), of_kind(TrueEvent::OWN_KEY));
    assert_eq!(sum("agentRequests"), theirs.len());
    assert!(rows.iter().all(|row| row["isActive"].get() == "true"));
    assert!(rows.iter().all(|row| string(row, "mostUsedModel").is_some()));
}

#[test]
fn with_pages_everyone_has_every_day() {
    let sim = small();
    let start = sim.range().0.timestamp_millis();
    let mut rows = Vec::new();
    for page in 1..=4 {
        let json = ask(&sim, start, start + 3 * DAY - 1, &format!(r#","page":{page},"pageSize":4"#));
        let pagination = object(object(&json)["pagination"].get());
        assert_eq!(
            ["totalUsers", "totalPages"].map(|name| number(&pagination, name)),
            [12, 3],
            "nobody joined or left"
        );
        assert_eq!(pagination["hasNextPage"].get(), (page < 3).to_string());
        rows.extend(list(&json, "data"));
    }
    assert_eq!(rows.len(), 12 * 3);
    let day = |row: &Row| {
        (string(row, "email").unwrap(), string(row, "day").unwrap(), row["date"].get().to_owned())
    };
    assert_eq!(day(&rows[1]).1, "2026-08-02");
    assert_eq!(day(&rows[1]).2, (start + DAY).to_string());
    let mut days: Vec<_> = rows.iter().map(day).collect();
    days.sort();
    days.dedup();
    assert_eq!(days.len(), 36);
    assert!(rows.iter().any(|row| row["isActive"].get() == "false" && row["mostUsedModel"].get() == "null"));
    assert!(!ask(&sim, start, start, "").contains("pagination"));
}

#[test]
fn joiners_and_leavers_are_listed_while_they_are_there() {
    let (start, end) = demo().range();
    let users = |from: i64| {
        let json = ask(demo(), from, from, r#","page":1,"pageSize":1"#);
        number(&object(object(&json)["pagination"].get()), "totalUsers")
    };
    assert_eq!(users(start.timestamp_millis()), 200);
    assert_eq!(users(end.timestamp_millis()), 202);
}

#[test]
fn bad_spans_are_refused() {
    let month = 30 * DAY;
    for (body, status) in [
        ("{}".to_owned(), 400),
        (r#"{"startDate":5,"endDate":4}"#.to_owned(), 400),
        (format!(r#"{{"startDate":0,"endDate":{month}}}"#), 200),
        (format!(r#"{{"startDate":0,"endDate":{}}}"#, month + 1), 400),
        (r#"{"startDate":0,"endDate":4,"page":1}"#.to_owned(), 400),
        (r#"{"startDate":0,"endDate":4,"page":0,"pageSize":1}"#.to_owned(), 400),
        (format!(r#"{{"startDate":{},"endDate":{}}}"#, i64::MIN, i64::MIN), 400),
    ] {
        assert_eq!(send(&small(), Method::POST, DAILY, &body).status(), status, "{body}");
    }
}

#[test]
fn in_2025_rows_are_thinner_and_spans_longer() {
    let sim = small();
    sim.adjust(|behaviour| *behaviour = Behaviour::of(Era::Year2025));
    let start = sim.range().0.timestamp_millis();
    let rows = list(&ask(&sim, start, start + 90 * DAY, ""), "data");
    assert!(!rows[0].contains_key("day") && !rows[0].contains_key("userId"));
}
