//! Answers of three eras of the API, served byte for byte.

use std::borrow::Cow;

use cursor_admin_client::endpoints::usage_events::{EventKind, UsageEventRef, UsageEventsPage};
use cursor_admin_client::{ErrorKind, UsageEvent};

use crate::support::{at, first_day, ok, stage};

async fn read(fixture: &'static str) -> UsageEventsPage {
    let stage = stage([ok(fixture)]);
    first_day(&stage.client).page(1).await.unwrap()
}

fn amounts(event: &UsageEvent) -> [Option<String>; 3] {
    let model = event.token_usage.as_ref().and_then(|usage| usage.total_cents);
    [event.charged_cents, event.cursor_token_fee, model].map(|cents| cents.map(|cents| cents.to_string()))
}

fn tokens(event: &UsageEvent) -> [u64; 4] {
    let usage = event.token_usage.unwrap();
    [usage.input_tokens, usage.output_tokens, usage.cache_write_tokens, usage.cache_read_tokens]
}

#[expect(clippy::unnecessary_wraps, reason = "it is what the fields hold")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn mid_2025() {
    let page = read(include_str!("fixtures/mid-2025.json")).await;
    assert_eq!((page.announced, page.has_next, page.echoed_page, page.attempts), (3, false, Some(1), 1));
    assert_eq!(page.unknown_fields, []);
    let [opus, included, bugbot] = page.events.try_into().unwrap();

    assert_eq!(opus.timestamp, at("2025-06-26T10:00:00.250Z"));
    assert_eq!(opus.kind, text("Usage-based"));
    assert_eq!(opus.event_kind(), EventKind::UsageBased);
    assert_eq!(amounts(&opus), [None, None, text("17.366010009765625")]);
    assert_eq!(tokens(&opus), [118, 431, 5877, 11730]);
    assert_eq!((opus.max_mode, opus.is_free_bugbot, opus.is_chargeable), (Some(true), Some(false), None));

    assert_eq!((included.user_email, included.token_usage), (None, None));
    assert_eq!(included.requests_costs.unwrap().to_string(), "1.4");

    assert_eq!(bugbot.is_free_bugbot, Some(true));
    assert_eq!(amounts(&bugbot), [None, None, text("40.16699999999999")]);
    assert_eq!(tokens(&bugbot), [0, 12, 0, 0]);
}

#[tokio::test]
async fn february_2026() {
    let page = read(include_str!("fixtures/feb-2026.json")).await;
    assert_eq!((page.announced, page.has_next), (3, false));
    let unknown: Vec<_> =
        page.unknown_fields.iter().map(|f| (f.path.as_str(), f.json_type, f.count)).collect();
    assert_eq!(
        unknown,
        [("usageEvents[].owningUser", "string", 2), ("usageEvents[].usageBasedCosts", "string", 1)]
    );
    let [codex, pro, free] = page.events.try_into().unwrap();

    assert_eq!(codex.kind, text("USAGE_EVENT_KIND_USAGE_BASED"));
    assert_eq!(codex.event_kind().label(), "Usage-based");
    assert_eq!(amounts(&codex), [text("7.822500000000001"), None, text("6.27")]);
    assert_eq!(tokens(&codex), [1200, 900, 0, 52000]);
    assert_eq!(codex.requests_costs.unwrap().to_string(), "91.5");

    assert_eq!(pro.timestamp, at("2026-02-11T08:00:00.456Z"));
    assert_eq!(pro.event_kind().label(), "Included in Pro Plus");
    assert_eq!(amounts(&pro), [text("0"), None, None]);
    assert_eq!((tokens(&pro), pro.max_mode, pro.requests_costs), ([0; 4], None, None));

    assert_eq!(free.event_kind(), EventKind::Free);
    assert_eq!(
        (free.model.as_str(), free.user_email, free.charged_cents, free.token_usage),
        ("", None, None, None)
    );
}

#[tokio::test]
async fn october_2026() {
    let page = read(include_str!("fixtures/oct-2026.json")).await;
    assert_eq!(page.unknown_fields.len(), 1);
    let [sonnet, agent, errored, gift] = page.events.try_into().unwrap();

    assert_eq!(amounts(&sonnet), [text("7.1955"), text("1.5525"), text("6.27")]);
    assert_eq!(sonnet.token_usage.unwrap().discount_percent_off.unwrap().to_string(), "10");
    assert_eq!(sonnet.service_account_id, None);
    assert_eq!(sonnet.conversation_id, text("3f1d6f0e-4b1c-4a53-9d1e-1c9a0c6f7b11"));
    assert_eq!((sonnet.is_chargeable, sonnet.is_headless), (Some(true), Some(false)));

    assert_eq!(agent.event_kind(), EventKind::Included { plan: "Business".into() });
    assert_eq!(agent.user_email, text("agent-7@example.com"));
    assert_eq!(agent.service_account_id, text("sa_night1"));
    assert!(agent.service_account_name.clone().unwrap().starts_with("Nightly "));
    assert_eq!(agent.cloud_agent_id, text("bc-7f6a9d40-52c8-4f3b-8a53-0f86ad1f6c02"));
    assert_eq!(agent.automation_id, text("b0d6c7c4-20a1-4c62-9fb4-9f2a4cf5a801"));
    assert_eq!(amounts(&agent), [text("3"), None, text("3")]);

    assert_eq!(errored.event_kind(), EventKind::Errored);
    assert_eq!((errored.user_email.clone(), amounts(&errored)), (None, [text("0"), None, None]));

    assert_eq!(gift.event_kind(), EventKind::Unknown("Seasonal Gift 2027".into()));
    assert_eq!(amounts(&gift), [text("0.30000000000000004"), text("0"), text("123.4567890123456789012346")]);
    assert_eq!(gift.rounded_amounts, 1);
    assert_eq!(tokens(&gift), [u64::MAX, 0, 0, 0]);
    assert_eq!(gift.requests_costs.unwrap().to_string(), "0.1");
}

#[tokio::test]
async fn a_page_is_read_without_a_client_too() {
    for fixture in [
        include_str!("fixtures/mid-2025.json"),
        include_str!("fixtures/feb-2026.json"),
        include_str!("fixtures/oct-2026.json"),
    ] {
        let (asked, read) = (read(fixture).await, UsageEventsPage::from_json(fixture.as_bytes()).unwrap());
        assert_eq!((&asked.events, asked.announced), (&read.events, read.announced));
        assert_eq!((asked.has_next, &asked.unknown_fields), (read.has_next, &read.unknown_fields));
        let mut events = asked.events.iter();
        let mapped = UsageEventsPage::map_json(fixture.as_bytes(), |event| {
            let owned = events.next().unwrap();
            assert_eq!((&UsageEvent::from(event), &owned.borrowed()), (owned, event));
            assert_eq!(event.event_kind(), owned.event_kind());
        });
        assert_eq!(mapped.unwrap().events, vec![(); asked.events.len()]);
    }
    let bad = r#"{"totalUsageEventsCount":1,"usageEvents":[{"timestamp":1,"maxMode":7}]}"#;
    let error = UsageEventsPage::from_json(bad.as_bytes()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Decode, Some("usageEvents[0].maxMode")));
}

#[test]
fn texts_are_borrowed_unless_something_in_them_is_escaped() {
    let row = r#"{"timestamp":"1","model":"gpt-5","kind":"caf\u00e9","userEmail":"nora@example.com"}"#;
    let event = UsageEventRef::borrowed_from_json(row).unwrap();
    assert!(matches!((&event.model, &event.user_email), (Cow::Borrowed(_), Some(Cow::Borrowed(_)))));
    assert!(matches!(&event.kind, Some(Cow::Owned(kind)) if kind == "caf\u{e9}"));
    assert!(!format!("{event:?}").contains("nora"));
}
