//! Pages and items as streams, and the questions that are refused.

use cursor_admin_client::endpoints::usage_events::HostingType;
use cursor_admin_client::{Client, ErrorKind, Snapshot, UsageEvent};
use futures_util::{StreamExt, TryStreamExt};

use crate::support::{at, first_day, page, stage, status};

#[tokio::test]
async fn items_come_in_order_and_end_on_the_servers_word() {
    let stage = stage([page(3, 1, true, &[9, 8]), page(3, 2, true, &[]), page(3, 3, false, &[7])]);
    let events: Vec<UsageEvent> = first_day(&stage.client).items().try_collect().await.unwrap();
    let times: Vec<i64> = events.iter().map(|event| event.timestamp.timestamp_millis()).collect();
    assert_eq!((times, stage.script.left()), (vec![9, 8, 7], 0));
}

#[tokio::test]
async fn a_stream_asks_for_no_page_before_it_is_polled() {
    let stage = stage([page(4, 1, true, &[9, 8])]);
    let mut pages = first_day(&stage.client).pages();
    assert!(stage.script.sent().is_empty());
    assert_eq!(pages.next().await.unwrap().unwrap().events.len(), 2);
    assert_eq!(stage.script.sent().len(), 1);
}

#[tokio::test]
async fn a_stream_ends_after_an_error() {
    let stage = stage([page(4, 1, true, &[9, 8]), status(400, "")]);
    let mut items = first_day(&stage.client).items();
    assert!(items.next().await.unwrap().is_ok());
    assert!(items.next().await.unwrap().is_ok());
    assert_eq!(items.next().await.unwrap().unwrap_err().page(), Some(2));
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn pages_without_end_are_cut() {
    let stage = stage((1..=20).map(|number| page(4, number, true, &[])));
    let error = first_day(&stage.client).pages().try_collect::<Vec<_>>().await.unwrap_err();
    assert!(error.is_incomplete() && error.to_string().contains("without end"), "{error}");
    assert_eq!(stage.script.sent().len(), 11);
}

#[tokio::test]
async fn the_limit_on_events_is_for_the_first_page() {
    let stage = stage([page(3, 2, false, &[9]), page(3, 1, false, &[9])]);
    let question = first_day(&stage.client).max_events(2);
    assert_eq!(question.page(2).await.unwrap().events.len(), 1);
    let error = question.items().try_collect::<Vec<_>>().await.unwrap_err();
    assert!(error.is_too_large() && error.to_string().contains("narrower"), "{error}");
}

#[tokio::test]
async fn the_email_is_sent_as_json() {
    let stage = stage([page(0, 1, false, &[])]);
    first_day(&stage.client).email("a\"b@example.com").page(1).await.unwrap();
    assert_eq!(stage.script.sent()[0].body["email"], "a\"b@example.com");
}

#[tokio::test]
async fn every_filter_is_sent_as_documented() {
    let stage = stage([page(0, 1, false, &[])]);
    let question = first_day(&stage.client)
        .user_id(42)
        .service_account("sa_1")
        .cloud_agent("*")
        .automation("9a3f0d55-0f0b-4c44-9d38-2f2f9a0e6b11")
        .hosting(HostingType::SelfHostedPool);
    question.page(1).await.unwrap();
    let expected: serde_json::Value = serde_json::from_str(
        r#"{"startDate":0,"endDate":86399999,"page":1,"pageSize":1000,"userId":42,"serviceAccountId":"sa_1",
            "cloudAgentId":"*","automationId":"9a3f0d55-0f0b-4c44-9d38-2f2f9a0e6b11","hostingType":"SELF_HOSTED_POOL"}"#,
    )
    .unwrap();
    assert_eq!(stage.script.sent()[0].body, expected);
    let shown = format!("{question:?}");
    assert!(shown.contains("serviceAccountId") && !shown.contains("sa_1"), "{shown}");
}

#[tokio::test]
async fn a_snapshot_has_a_largest_size() {
    let million = usize::try_from(Snapshot::EVENTS_MAX).unwrap();
    let stage1 = stage([page(million + 1, 1, true, &[9])]);
    let error = first_day(&stage1.client).snapshot().await.unwrap_err();
    assert_eq!((error.is_too_large(), error.announced()), (true, Some(Snapshot::EVENTS_MAX + 1)));
    let stage2 = stage([page(million + 1, 1, false, &[9]), page(1, 1, false, &[9])]);
    let question = first_day(&stage2.client).max_events(u64::MAX);
    assert_eq!(question.snapshot().await.unwrap().rereads, 1, "it was read, and did not add up");
    let stage3 = stage([page(million + 1, 1, false, &[9])]);
    assert_eq!(first_day(&stage3.client).pages().try_collect::<Vec<_>>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn bounds_are_the_milliseconds_inside() {
    let stage = stage([page(0, 1, false, &[])]);
    let (start, end) = (at("2026-07-31T00:00:00.0001Z"), at("2026-08-01T00:00:00Z"));
    stage.client.usage_events(start, end).page(1).await.unwrap();
    let body = &stage.script.sent()[0].body;
    assert_eq!(
        (body["startDate"].to_string(), body["endDate"].to_string()),
        ("1785456000001".into(), "1785542399999".into())
    );
    assert_eq!((body["page"].to_string(), body["pageSize"].to_string()), ("1".into(), "1000".into()));
}

#[tokio::test]
async fn questions_that_make_no_sense_are_not_sent() {
    let stage = stage([]);
    let day = first_day(&stage.client);
    let (early, late) = (at("2026-07-31T00:00:00Z"), at("2026-08-01T00:00:00Z"));
    for question in [
        day.page(0).await,
        day.clone().page_size(0).page(1).await,
        day.clone().page_size(1001).page(1).await,
        stage.client.usage_events(late, early).page(1).await,
        stage.client.usage_events(early, early).page(1).await,
    ] {
        let error = question.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Config, 0));
    }
    assert!(stage.script.sent().is_empty());
}

#[test]
fn futures_and_streams_can_cross_threads() {
    fn is_send<T: Send>(_: T) {}
    fn is_shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    let stage = stage([]);
    let day = first_day(&stage.client);
    is_shared(&stage.client);
    is_shared(&day);
    is_send(day.snapshot());
    is_send(day.page(1));
    is_send(day.items());
    is_send(stage.client.members());
    is_send(stage.client.spend());
    is_send(stage.client.billing_groups(None));
    is_send(stage.client.billing_group("g", None));
    is_send(stage.client.directory_groups());
    is_send(stage.client.directory_group_members("g"));
    is_send(stage.client.daily_usage(at("1970-01-01T00:00:00Z"), at("1970-01-02T00:00:00Z")));
    is_send(stage.client.model_access());
}

#[test]
fn a_builder_refuses_what_cannot_work() {
    let refused = |builder: cursor_admin_client::ClientBuilder| {
        let error = builder.build().unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Config, "building the client"));
        error.to_string()
    };
    assert_eq!(refused(Client::builder()), "building the client: there is no api key");
    refused(Client::builder().api_key("  "));
    refused(Client::builder().api_key("a:b"));
    refused(Client::builder().api_key("a\nb"));
    let insecure = refused(Client::builder().api_key("k").base_url("http://api.cursor.com"));
    assert!(insecure.contains("https"), "{insecure}");
    refused(Client::builder().api_key("k").base_url("not a url"));
    refused(Client::builder().api_key("k").timeout(std::time::Duration::ZERO));
    refused(Client::builder().api_key("k").deadline(std::time::Duration::ZERO));
}
