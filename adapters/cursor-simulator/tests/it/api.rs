use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use cursor_simulator::{CENT, Simulator, TrueEvent};
use http::{Method, Request};

use crate::support::{EVENTS, cents, demo, list, object, send, small, string, text};

#[test]
fn only_the_key_opens() {
    let sim = small();
    let ask = |authorization: Option<&str>| {
        let mut request = Request::get("/teams/members");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        sim.handle(request.body(Bytes::new()).unwrap())
    };
    let wrong =
        Simulator::builder().developers(0).events_per_day(0).api_key("key_other").build().authorization();
    let bearer = format!("Bearer {}", sim.api_key());
    let no_colon = format!("Basic {}", BASE64_STANDARD.encode(sim.api_key()));
    for refused in
        [None, Some(wrong.as_str()), Some(bearer.as_str()), Some(no_colon.as_str()), Some("Basic %%")]
    {
        let response = ask(refused);
        assert_eq!(response.status(), 401, "{refused:?}");
        assert_eq!(text(&response), r#"{"code":"error","message":"Invalid Team API Key"}"#);
    }
    assert_eq!(ask(Some(&sim.authorization())).status(), 200);
}

#[test]
fn what_it_does_not_serve_it_refuses() {
    let sim = small();
    for (method, path, status) in [
        (Method::GET, "/teams/nothing", 404),
        (Method::POST, "/teams/remove-member", 404),
        (Method::POST, "/teams/user-spend-limit", 404),
        (Method::POST, "/teams/members", 405),
        (Method::GET, EVENTS, 405),
        (Method::DELETE, "/teams/spend", 405),
    ] {
        assert_eq!(send(&sim, method, path, "").status(), status, "{path}");
    }
    let log: Vec<_> =
        sim.log().iter().map(|entry| format!("{} {} {}", entry.method, entry.path, entry.status)).collect();
    assert_eq!(log[1], "POST /teams/remove-member 404");
    assert_eq!(log[4], "GET /teams/filtered-usage-events 405");
    assert_eq!(log.len(), 6);
}

#[test]
fn bad_bodies_are_explained() {
    for body in ["{", "[1]", r#"{"page":0}"#, r#"{"startDate":"now"}"#, r#"{"hostingType":"MOON"}"#] {
        let response = send(demo(), Method::POST, EVENTS, body);
        assert_eq!(response.status(), 400, "{body}");
        assert!(text(&response).starts_with(r#"{"error":"Bad Request","message":""#), "{body}");
    }
    assert_eq!(send(demo(), Method::POST, "/teams/spend", r#"{"sortBy":"luck"}"#).status(), 400);
}

#[test]
fn page_sizes_are_cut_at_a_thousand() {
    let json = text(&send(demo(), Method::POST, EVENTS, r#"{"pageSize":5000}"#));
    assert!(json.contains(r#""currentPage":1,"pageSize":1000,"hasNextPage":true,"hasPreviousPage":false"#));
    assert_eq!(list(&json, "usageEvents").len(), 1000);
    assert_eq!(list(&text(&send(demo(), Method::POST, EVENTS, "")), "usageEvents").len(), 100);
}

#[test]
fn filters_select_rows() {
    let some = demo().events()[5].clone();
    let email = some.email.unwrap();
    let json =
        text(&send(demo(), Method::POST, EVENTS, &format!(r#"{{"email":"{email}","pageSize":1000}}"#)));
    let rows = list(&json, "usageEvents");
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| string(row, "userEmail").as_ref() == Some(&email)));
    let json = text(&send(demo(), Method::POST, EVENTS, r#"{"automationId":"*"}"#));
    let automated = demo().events().iter().filter(|event| event.automation_id.is_some()).count();
    assert_eq!(object(&json)["totalUsageEventsCount"].get(), automated.to_string());
}

#[test]
fn members_are_those_who_are_there_now() {
    let members = list(&text(&send(demo(), Method::GET, "/teams/members", "")), "teamMembers");
    assert_eq!(members.len(), 200 - 4 + 6);
    let truth = demo().truth();
    let emails: Vec<_> = members.iter().map(|row| string(row, "email").unwrap()).collect();
    assert!(
        truth
            .by_user
            .keys()
            .flatten()
            .filter(|email| !email.contains("@agents."))
            .all(|email| emails.contains(email))
    );
    assert!(members.iter().any(|row| !string(row, "name").unwrap().is_ascii()));
    assert_eq!(members.iter().filter(|row| string(row, "role").unwrap() == "owner").count(), 1);
}

#[test]
fn spend_covers_the_current_cycle() {
    let cycle = 1_791_970_200_000;
    let mut rows = Vec::new();
    for page in 1..=3 {
        let json = text(&send(
            demo(),
            Method::POST,
            "/teams/spend",
            &format!(r#"{{"page":{page},"pageSize":100}}"#),
        ));
        let body = object(&json);
        assert_eq!(body["subscriptionCycleStart"].get(), cycle.to_string());
        assert_eq!((body["totalMembers"].get(), body["totalPages"].get()), ("202", "3"));
        rows.extend(list(&json, "teamMemberSpend"));
    }
    assert_eq!(rows.len(), 202);
    for row in rows {
        let email = string(&row, "email");
        let (mut on_demand, mut overall) = (0, 0);
        for event in
            demo().events().iter().filter(|event| event.email == email && event.timestamp_ms >= cycle)
        {
            overall += event.charged.unwrap();
            on_demand += event.charged.filter(|_| event.kind == TrueEvent::USAGE_BASED).unwrap_or(0);
        }
        assert_eq!(cents(&row, "spendCents"), Some(on_demand));
        assert_eq!(cents(&row, "overallSpendCents"), Some(overall));
    }
}

#[test]
fn spend_can_be_sorted_and_searched() {
    let body = r#"{"sortBy":"amount","pageSize":1000}"#;
    let rows = list(&text(&send(demo(), Method::POST, "/teams/spend", body)), "teamMemberSpend");
    let amounts: Vec<_> = rows.iter().map(|row| cents(row, "spendCents").unwrap()).collect();
    assert!(amounts.is_sorted_by(|a, b| a >= b) && amounts[0] > 0);
    let body = r#"{"searchTerm":"ZOË"}"#;
    let rows = list(&text(&send(demo(), Method::POST, "/teams/spend", body)), "teamMemberSpend");
    assert!(!rows.is_empty() && rows.iter().all(|row| string(row, "name").unwrap().contains("Zoë")));
}

#[test]
fn late_events_appear_and_are_on_no_invoice() {
    let sim = small();
    let before = (sim.truth(), sim.invoices());
    let mut late = sim.events()[3].clone();
    late.kind = TrueEvent::USAGE_BASED.to_owned();
    late.charged = Some(7 * CENT);
    sim.insert_event(late.clone());
    assert_eq!(sim.truth().total.events, before.0.total.events + 1);
    assert_eq!(sim.truth().total.billed, before.0.total.billed + 7 * CENT);
    assert_eq!(sim.invoices(), before.1);
    let events = sim.events();
    let twins: Vec<_> = events.iter().filter(|event| event.timestamp_ms == late.timestamp_ms).collect();
    assert_eq!(twins.last(), Some(&&late));
    sim.set_events(events.iter().rev().filter(|event| **event != late).cloned().collect());
    assert_eq!(sim.truth(), before.0);
}

#[test]
fn a_removed_member_vanishes_by_name_only() {
    let sim = small();
    let before = sim.truth();
    let person = sim.events().iter().find_map(|event| event.person.clone()).unwrap();
    sim.remove_member(&person);
    let after = sim.truth();
    assert_eq!((after.total, &after.by_person), (before.total, &before.by_person));
    assert!(!after.by_user.contains_key(&Some(person.clone())));
    assert!(!text(&send(&sim, Method::GET, "/teams/members", "")).contains(&person));
}
