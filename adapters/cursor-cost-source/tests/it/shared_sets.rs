//! Records of one mapping share their dimensions, and are those that each event alone would give.

use std::sync::Arc;

use cursor_admin_client::UsageEvent;
use cursor_admin_client::endpoints::usage_events::TokenUsage;
use cursor_cost_source::Mapping;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(vec!["a", "b"]).prop_map(str::to_owned))
}

fn flag() -> impl Strategy<Value = Option<bool>> {
    prop::option::of(any::<bool>())
}

/// Events that agree in most of what dimensions are made of, and differ in the rest.
fn event() -> impl Strategy<Value = UsageEvent> {
    let kinds = vec!["Usage-based", "Included in Business", "USAGE_EVENT_KIND_USAGE_BASED", "new"];
    let kind = prop::option::of(prop::sample::select(kinds).prop_map(str::to_owned));
    let discount = prop::option::of(prop::sample::select(vec!["10", "10.0", "12.5"]));
    let usage = prop::option::of((0_u64..2, discount));
    let texts = (text(), text(), text(), text(), text(), text(), text());
    let flags = (flag(), flag(), flag(), flag());
    (texts, flags, kind, usage).prop_map(|(texts, flags, kind, usage)| {
        let mut event = UsageEvent::default();
        event.kind = kind;
        let model;
        (
            event.user_email,
            event.service_account_id,
            event.service_account_name,
            event.cloud_agent_id,
            event.automation_id,
            event.conversation_id,
            model,
        ) = texts;
        event.model = model.unwrap_or_default();
        (event.max_mode, event.is_headless, event.is_token_based_call, event.is_free_bugbot) = flags;
        event.token_usage = usage.map(|(tokens, discount)| {
            let mut usage = TokenUsage::default();
            usage.input_tokens = tokens;
            usage.discount_percent_off = discount.map(|percent| percent.parse().unwrap());
            usage
        });
        event
    })
}

proptest! {
    #[test]
    fn sharing_sets_changes_no_record(events in prop::collection::vec(event(), 0..40)) {
        let mut mapping = Mapping::new("Acme");
        let records: Vec<_> = events.iter().map(|event| mapping.record(event)).collect();
        for (event, record) in events.iter().zip(&records) {
            prop_assert!(*record == Mapping::new("Acme").record(event), "the key of a set lacks something: {:?}", event);
            prop_assert!(*record == mapping.record(&event.borrowed()), "a borrowed event is another");
            for other in &records {
                let same = Arc::ptr_eq(&record.dimensions, &other.dimensions);
                prop_assert_eq!(same, record.dimensions == other.dimensions);
            }
        }
    }
}
