//! Any bytes are a page of `POST /teams/filtered-usage-events` whose rows are all accounted for, or an error.
#![no_main]

use chrono::{DateTime, TimeDelta};
use cursor_admin_client::endpoints::usage_events::UsageEventsPage;
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
struct Rows {
    #[serde(rename = "usageEvents")]
    rows: Vec<IgnoredAny>,
}

fuzz_target!(|body: &[u8]| {
    let (start, end) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::days(30));
    cost_fuzz::read(body, async |client| client.usage_events(start, end).page(1).await);
    cost_fuzz::read(body, async |client| client.usage_events(start, end).snapshot().await);
    let page = cost_fuzz::ask(200, body, true, async |client| client.usage_events(start, end).page(1).await);
    let asked =
        cost_fuzz::ask(200, body, false, async |client| client.usage_events(start, end).page(1).await);
    let mut handed_over = Vec::new();
    let read = UsageEventsPage::map_json(body, |event| handed_over.push(event.into()));
    assert_eq!((read.is_ok(), read.is_ok()), (UsageEventsPage::from_json(body).is_ok(), asked.is_ok()));
    if let (Ok(asked), Ok(read)) = (asked, read) {
        assert_eq!((&asked.events, asked.announced), (&handed_over, read.announced));
        assert_eq!(asked.unknown_fields, read.unknown_fields);
    }
    if let (Ok(page), Ok(sent)) = (page, serde_json::from_slice::<Rows>(body)) {
        assert_eq!(page.events.len() + page.bad_rows.len(), sent.rows.len());
        for bad in &page.bad_rows {
            assert!(serde_json::from_str::<IgnoredAny>(&bad.text).is_ok(), "{}", bad.text);
            assert!(!bad.to_string().is_empty());
        }
    }
});
