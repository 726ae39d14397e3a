//! How the server answers, switch by switch.

use chrono::TimeDelta;
use cursor_simulator::behaviour::{
    Ids, KindWords, Notation, Order, Oversize, Plan, RateLimits, Scope, SpendMeaning, SpendPeriod,
    Throttling, Timestamps,
};
use cursor_simulator::events::Tokens;
use cursor_simulator::{Behaviour, CENT, Endpoint, Era, Fault, FaultKind, Simulator, TrueEvent};
use http::Method;

use crate::support::{EVENTS, Row, list, object, page, send, string, text};

const SPEND: &str = "/teams/spend";
const ALL: (i64, i64) = (0, i64::MAX);
/// 5 October 2026, in the billing cycle that began on 14 September.
const NOW: i64 = 1_791_158_400_000;
const HOUR: i64 = 3_600_000;

/// One event with every field, and one of each of the other two spends.
fn sim() -> Simulator {
    let mut full = TrueEvent::new(NOW - HOUR, "gpt-5.2", TrueEvent::USAGE_BASED);
    full.email = Some("zoe@acme.test".to_owned());
    full.service_account_name = Some("Nightly".to_owned());
    full.cloud_agent_id = Some("bc-1".to_owned());
    full.automation_id = Some("a-1".to_owned());
    full.conversation_id = Some("c-1".to_owned());
    full.tokens = Some(Tokens::new(1, 2, 3, u64::MAX / 8));
    full.model_cost = Some(CENT * 75 / 1_000_000 + 100);
    full.discount_percent = Some(10);
    full.token_fee = Some(CENT);
    full.charged = Some(CENT * 1234 / 100);
    let mut included = TrueEvent::new(NOW - 2 * HOUR, "gpt-5.2", TrueEvent::INCLUDED);
    included.email = Some("zoe@acme.test".to_owned());
    included.charged = Some(CENT * 305 / 10);
    let mut last_month = included.clone();
    last_month.timestamp_ms = NOW - 10 * 24 * HOUR;
    last_month.charged = Some(CENT * 100);
    Simulator::of_events(vec![full, included, last_month])
}

fn under(behaviour: Behaviour) -> Simulator {
    let sim = sim();
    sim.adjust(|current| *current = behaviour);
    sim
}

fn adjusted(change: impl FnOnce(&mut Behaviour)) -> Simulator {
    let sim = sim();
    sim.adjust(change);
    sim
}

fn newest(sim: &Simulator) -> Row {
    object(page(sim, ALL, 1, 10).rows[0].get())
}

fn names(row: &Row) -> Vec<&str> {
    row.keys().map(String::as_str).collect()
}

fn spend(sim: &Simulator) -> Row {
    let json = text(&send(sim, Method::POST, SPEND, ""));
    list(&json, "teamMemberSpend").remove(0)
}

fn member(sim: &Simulator) -> Row {
    list(&text(&send(sim, Method::GET, "/teams/members", "")), "teamMembers").remove(0)
}

fn status(sim: &Simulator, path: &str) -> u16 {
    let method = if path.contains("groups") || path.contains("model") { Method::GET } else { Method::POST };
    send(sim, method, path, "").status().as_u16()
}

#[test]
fn events_have_the_fields_of_their_era() {
    let old = under(Behaviour::of(Era::Year2025));
    let expected =
        ["isFreeBugbot", "isTokenBasedCall", "kindLabel", "maxMode", "model", "requestsCosts", "timestamp"];
    assert_eq!(names(&newest(&old)), [&expected[..], &["tokenUsage", "userEmail"]].concat());
    assert!(!newest(&old)["tokenUsage"].get().contains("discountPercentOff"));
    let middle = newest(&under(Behaviour::of(Era::February2026)));
    for name in ["kind", "chargedCents", "cursorTokenFee", "isChargeable", "isHeadless", "isFreeBugbot"] {
        assert!(middle.contains_key(name), "{name}");
    }
    assert!(!middle.contains_key("conversationId") && !middle.contains_key("kindLabel"));
    assert!(middle["tokenUsage"].get().contains("discountPercentOff"));
    let new = newest(&sim());
    for name in ["serviceAccountName", "cloudAgentId", "automationId", "conversationId", "kind"] {
        assert!(new.contains_key(name), "{name}");
    }
    assert!(!new.contains_key("isFreeBugbot"));
}

#[test]
fn people_and_spend_have_the_fields_of_their_era() {
    let old = under(Behaviour::of(Era::Year2025));
    assert_eq!(names(&member(&old)), ["email", "name", "role"]);
    assert_eq!(spend(&old)["spendCents"].get(), "12", "whole cents of the month");
    for name in ["userId", "overallSpendCents", "monthlyLimitDollars"] {
        assert!(!spend(&old).contains_key(name), "{name}");
    }
    let middle = under(Behaviour::of(Era::February2026));
    assert!(member(&middle)["id"].get().parse::<u64>().is_ok());
    assert_eq!(spend(&middle)["spendCents"].get(), "143", "whole cents, included ones too");
    assert_eq!(spend(&middle)["includedSpendCents"].get(), "131");
    assert!(member(&sim())["id"].get().starts_with("\"user_"));
    assert_eq!(spend(&sim())["overallSpendCents"].get(), "142.84");
}

#[test]
fn newer_endpoints_do_not_exist_in_older_eras() {
    let paths = [
        "/teams/daily-usage-data",
        "/teams/groups",
        "/teams/directory-groups",
        "/teams/model-access/providers",
    ];
    for (era, found) in [
        (Era::Year2025, [400, 404, 404, 404]),
        (Era::February2026, [400, 200, 404, 404]),
        (Era::October2026, [400, 200, 200, 200]),
    ] {
        assert_eq!(paths.map(|path| status(&under(Behaviour::of(era)), path)), found, "{era:?}");
    }
}

#[test]
fn kinds_have_two_vocabularies() {
    let sim = adjusted(|behaviour| behaviour.kinds = KindWords::EnumNames);
    let mut words = Vec::new();
    for kind in [
        TrueEvent::USAGE_BASED,
        TrueEvent::INCLUDED,
        TrueEvent::OWN_KEY,
        TrueEvent::ERRORED,
        TrueEvent::ABORTED,
        TrueEvent::FREE,
        "Included in Pro",
        "Included in Pro Plus",
        "Included in Ultra",
        "Loyalty bonus",
    ] {
        sim.set_events(vec![TrueEvent::new(5, "default", kind)]);
        words.push(string(&newest(&sim), "kind").unwrap());
    }
    let names = "USAGE_BASED INCLUDED_IN_BUSINESS USER_API_KEY ERRORED_NOT_CHARGED ABORTED_NOT_CHARGED \
                 CUSTOM_SUBSCRIPTION INCLUDED_IN_PRO INCLUDED_IN_PRO_PLUS INCLUDED_IN_ULTRA";
    let expected = names.split(' ').map(|name| format!("USAGE_EVENT_KIND_{name}"));
    assert_eq!(words, expected.chain(["Loyalty bonus".to_owned()]).collect::<Vec<_>>());
}

#[test]
fn ids_can_be_numbers_and_then_filter() {
    let sim = adjusted(|behaviour| behaviour.ids = Ids::Numbers);
    let id = member(&sim)["id"].get().to_owned();
    assert_eq!(spend(&sim)["userId"].get(), id);
    let found = |id: &str| {
        let json = text(&send(&sim, Method::POST, EVENTS, &format!(r#"{{"userId":{id}}}"#)));
        object(&json)["totalUsageEventsCount"].get().to_owned()
    };
    assert_eq!((found(&id), found("5")), ("3".to_owned(), "0".to_owned()));
}

#[test]
fn timestamps_and_numbers_have_forms() {
    for (form, written) in [
        (Timestamps::Text, "\"1791154800000\""),
        (Timestamps::Number, "1791154800000"),
        (Timestamps::Rfc3339, "\"2026-10-04T23:00:00.000Z\""),
    ] {
        assert_eq!(newest(&adjusted(|behaviour| behaviour.timestamps = form))["timestamp"].get(), written);
    }
    let usage = |notation| {
        newest(&adjusted(|behaviour| behaviour.notation = notation))["tokenUsage"].get().to_owned()
    };
    assert!(usage(Notation::Python).contains(r#""totalCents":7.500000000000001e-05"#));
    assert!(usage(Notation::JavaScript).contains(r#""totalCents":0.00007500000000000001"#));
    assert!(usage(Notation::Python).contains(r#""cacheReadTokens":2305843009213693951"#));
}

#[test]
fn the_list_can_have_the_name_of_the_dashboard() {
    let sim = adjusted(|behaviour| behaviour.display_list = true);
    let json = text(&send(&sim, Method::POST, EVENTS, ""));
    assert_eq!(list(&json, "usageEventsDisplay").len(), 3);
    assert!(!object(&json).contains_key("usageEvents"));
}

#[test]
fn rows_come_in_other_orders_and_each_once() {
    let events = (0..60).map(|n| TrueEvent::new(n, format!("m{n}"), TrueEvent::FREE)).collect();
    let sim = Simulator::of_events(events);
    let read = |order| -> Vec<String> {
        sim.adjust(|behaviour| behaviour.order = order);
        let pages = (1..=7).flat_map(|number| page(&sim, ALL, number, 9).rows);
        pages.map(|row| string(&object(row.get()), "model").unwrap()).collect()
    };
    let newest_first = read(Order::NewestFirst);
    let mut oldest_first = read(Order::OldestFirst);
    oldest_first.reverse();
    assert_eq!(oldest_first, newest_first);
    let (one, two) = (read(Order::Shuffled { seed: 1 }), read(Order::Shuffled { seed: 2 }));
    assert!(one != two && one != newest_first);
    for mut shuffled in [one, two, newest_first.clone()] {
        shuffled.sort();
        shuffled.dedup();
        assert_eq!(shuffled.len(), 60);
    }
}

#[test]
fn spend_has_three_meanings_and_two_periods() {
    let amounts = |meaning, period| {
        let sim = adjusted(|behaviour| (behaviour.spend, behaviour.spend_period) = (meaning, period));
        let row = spend(&sim);
        let amounts = ["spendCents", "overallSpendCents", "includedSpendCents"];
        amounts.map(|name| row.get(name).map(|raw| raw.get().to_owned()).unwrap_or_default()).join(" ")
    };
    assert_eq!(amounts(SpendMeaning::OnDemand, SpendPeriod::Cycle), "12.34 142.84 ");
    assert_eq!(amounts(SpendMeaning::Total, SpendPeriod::Cycle), "142.84  130.5");
    assert_eq!(amounts(SpendMeaning::Pool, SpendPeriod::Cycle), "130.5  ");
    assert_eq!(amounts(SpendMeaning::OnDemand, SpendPeriod::Month), "12.34 42.84 ");
    let whole = adjusted(|behaviour| behaviour.whole_cents = true);
    assert_eq!(spend(&whole)["overallSpendCents"].get(), "143");
}

#[test]
fn large_pages_are_cut_or_refused() {
    let sim = adjusted(|behaviour| (behaviour.usual_page, behaviour.largest_page) = (1, 2));
    let rows = |body: &str| list(&text(&send(&sim, Method::POST, EVENTS, body)), "usageEvents").len();
    assert_eq!((rows(""), rows(r#"{"pageSize":3}"#)), (1, 2));
    sim.adjust(|behaviour| behaviour.oversize = Oversize::Refuse);
    assert_eq!(rows(r#"{"pageSize":2}"#), 2);
    let refused = send(&sim, Method::POST, EVENTS, r#"{"pageSize":3}"#);
    assert_eq!((refused.status().as_u16(), text(&refused).contains("pageSize")), (400, true));
}

#[test]
fn the_ends_of_paging_can_be_otherwise() {
    let sim = adjusted(|behaviour| (behaviour.pages_of_nothing, behaviour.refuse_past_end) = (1, true));
    let nothing = text(&send(&sim, Method::POST, EVENTS, r#"{"endDate":0}"#));
    assert!(nothing.contains(r#""totalUsageEventsCount":0,"pagination":{"numPages":1,"#), "{nothing}");
    assert_eq!(send(&sim, Method::POST, EVENTS, r#"{"page":2}"#).status(), 400);
    assert_eq!(send(&crate::switches::sim(), Method::POST, EVENTS, r#"{"page":2}"#).status(), 200);
}

#[test]
fn plan_and_scope_close_doors() {
    let paths = [EVENTS, "/teams/groups", "/teams/directory-groups", "/teams/model-access/configuration"];
    let statuses = |sim: &Simulator| paths.map(|path| status(sim, path));
    assert_eq!(statuses(&adjusted(|behaviour| behaviour.plan = Plan::Teams)), [200, 403, 200, 200]);
    assert_eq!(statuses(&adjusted(|behaviour| behaviour.scope = Scope::ReadOnly)), [200, 200, 200, 401]);
    let models = adjusted(|behaviour| behaviour.scope = Scope::Models);
    assert_eq!(statuses(&models), [401, 401, 401, 200]);
    let refusal = text(&send(&models, Method::POST, EVENTS, ""));
    assert_eq!(refusal, r#"{"code":"error","message":"API key missing required scope: admin:*"}"#);
}

#[test]
fn a_minute_admits_so_many_requests() {
    let sim = adjusted(|behaviour| behaviour.rate_limits = Some(RateLimits::documented()));
    let admitted = |path: &str| (0..99).take_while(|_| status(&sim, path) != 429).count();
    assert_eq!((admitted(EVENTS), admitted(SPEND), admitted("/teams/groups")), (60, 20, 20));
    let refused = send(&sim, Method::POST, EVENTS, "");
    assert_eq!(refused.headers()["retry-after"], "60");
    assert_eq!(text(&refused), r#"{"code":"error","message":"Rate limit exceeded"}"#);
    sim.advance(TimeDelta::milliseconds(59_998));
    assert_eq!(admitted(EVENTS), 0, "the clock stood one millisecond into a minute");
    sim.advance(TimeDelta::milliseconds(1));
    assert_eq!(admitted(EVENTS), 60);
    sim.set_now(sim.now() + TimeDelta::minutes(1));
    sim.adjust(|behaviour| behaviour.rate_limits = Some(RateLimits::older()));
    assert_eq!(admitted(EVENTS), 20);
    let refused = send(&sim, Method::POST, EVENTS, "");
    assert!(!refused.headers().contains_key("retry-after"));
    assert!(text(&refused).starts_with(r#"{"error":"Too Many Requests","#));
    sim.adjust(|behaviour| behaviour.rate_limits = None);
    assert_eq!(status(&sim, EVENTS), 200);
}

#[test]
fn a_wrong_key_and_a_fault_cost_no_request() {
    let mut limits = RateLimits::documented();
    (limits.usage_events, limits.throttling) = (1, Throttling::Older);
    let sim = adjusted(|behaviour| behaviour.rate_limits = Some(limits));
    let stranger = http::Request::post(EVENTS).body(bytes::Bytes::new()).unwrap();
    assert_eq!(sim.handle(stranger).status(), 401);
    sim.inject(Fault::next(1, FaultKind::BadGateway).at(Endpoint::Any));
    assert_eq!([(); 3].map(|()| status(&sim, EVENTS)), [502, 200, 429]);
}

#[test]
fn the_clock_decides_the_cycle_and_the_staff() {
    let demo = Simulator::demo();
    let begins = |sim: &Simulator| {
        let json = text(&send(sim, Method::POST, SPEND, r#"{"pageSize":1}"#));
        (
            object(&json)["subscriptionCycleStart"].get().to_owned(),
            object(&json)["totalMembers"].get().to_owned(),
        )
    };
    let before = begins(&demo);
    demo.set_now(demo.range().0);
    let after = begins(&demo);
    assert!(before.0 != after.0 && before.1 != after.1, "{before:?} {after:?}");
    demo.run_clock();
    assert!(demo.now() >= demo.range().0);
}
