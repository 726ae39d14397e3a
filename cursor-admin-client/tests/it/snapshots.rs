//! A window comes whole or not at all.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::DateTime;
use cursor_admin_client::endpoints::usage_events::UsageEventRef;
use cursor_admin_client::http::{RetryPolicy, TransportError};
use cursor_admin_client::{ErrorKind, ManualClock, Snapshot, Transport, UsageEvent};
use http::{Request, Response};
use proptest::prelude::*;

use crate::support::{at, client_over, first_day, ok, page, row, stage, status};

fn times(snapshot: &Snapshot) -> Vec<i64> {
    snapshot.events.iter().map(|event| event.timestamp.timestamp_millis()).collect()
}

#[tokio::test]
async fn pages_add_up() {
    let stage = stage([page(5, 1, true, &[9, 8]), page(5, 2, true, &[7, 6]), page(5, 3, false, &[5])]);
    let snapshot = first_day(&stage.client).page_size(2).snapshot().await.unwrap();
    assert_eq!(times(&snapshot), [9, 8, 7, 6, 5]);
    assert_eq!((snapshot.announced, snapshot.requests, snapshot.retries, snapshot.rereads), (5, 3, 0, 0));
    let bodies: Vec<_> = stage.script.sent().into_iter().map(|sent| sent.body.to_string()).collect();
    let expected: serde_json::Value =
        serde_json::from_str(r#"{"startDate":0,"endDate":86399999,"page":3,"pageSize":2}"#).unwrap();
    assert_eq!(bodies[2], expected.to_string());
}

#[tokio::test]
async fn an_empty_window_costs_one_request() {
    let stage = stage([page(0, 1, false, &[])]);
    let snapshot = first_day(&stage.client).snapshot().await.unwrap();
    assert_eq!((snapshot.announced, snapshot.requests, snapshot.events.len()), (0, 1, 0));
}

#[tokio::test]
async fn an_empty_page_is_no_end() {
    let stage = stage([page(2, 1, true, &[9]), page(2, 2, true, &[]), page(2, 3, false, &[8])]);
    assert_eq!(times(&first_day(&stage.client).snapshot().await.unwrap()), [9, 8]);
}

#[tokio::test]
async fn a_wrong_count_is_read_again() {
    let stage = stage([page(3, 1, false, &[9, 8]), page(2, 1, false, &[9, 8])]);
    let snapshot = first_day(&stage.client).snapshot().await.unwrap();
    assert_eq!((times(&snapshot), snapshot.rereads, snapshot.requests), (vec![9, 8], 1, 2));
}

#[tokio::test]
async fn a_wrong_count_that_stays_is_an_error() {
    let stage = stage(vec![page(3, 1, false, &[9, 8]); 3]);
    let error = first_day(&stage.client).snapshot().await.unwrap_err();
    assert!(error.is_incomplete() && error.is_retryable());
    assert_eq!((error.announced(), error.received(), stage.script.left()), (Some(3), Some(2), 0));
    assert!(error.to_string().contains("2 of 3 announced events"), "{error}");
}

#[tokio::test]
async fn a_count_that_moves_is_read_again_at_once() {
    let stage = stage([
        page(4, 1, true, &[9, 8]),
        page(5, 2, true, &[7, 6]),
        page(5, 1, true, &[10, 9]),
        page(5, 2, true, &[8, 7]),
        page(5, 3, false, &[6]),
    ]);
    let snapshot = first_day(&stage.client).snapshot().await.unwrap();
    assert_eq!((times(&snapshot), snapshot.rereads), (vec![10, 9, 8, 7, 6], 1));
}

#[tokio::test]
async fn a_shift_that_keeps_the_count_is_noticed() {
    let stage = stage([
        page(4, 1, true, &[9, 8]),
        page(4, 2, false, &[8, 7]),
        page(4, 1, true, &[10, 9]),
        page(4, 2, false, &[8, 7]),
    ]);
    let snapshot = first_day(&stage.client).snapshot().await.unwrap();
    assert_eq!((times(&snapshot), snapshot.rereads), (vec![10, 9, 8, 7], 1));
}

#[tokio::test]
async fn twins_on_an_edge_are_proven_by_a_second_read() {
    let twins = [page(4, 1, true, &[9, 8]), page(4, 2, false, &[8, 7])];
    let stage = stage([twins.clone(), twins].concat());
    let snapshot = first_day(&stage.client).snapshot().await.unwrap();
    assert_eq!((times(&snapshot), snapshot.rereads, snapshot.requests), (vec![9, 8, 8, 7], 1, 4));
}

#[tokio::test]
async fn what_is_made_of_events_takes_their_place() {
    let twins = [page(4, 1, true, &[9, 8]), page(4, 2, false, &[8, 86_400_000])];
    let stage1 = stage([twins.clone(), twins].concat());
    let mut made = 0;
    let snapshot = first_day(&stage1.client)
        .snapshot_map(|event| {
            made += 1;
            event.timestamp.timestamp_millis()
        })
        .await
        .unwrap();
    assert_eq!((&snapshot.events[..], &snapshot.outside[..]), (&[9, 8, 8][..], &[86_400_000][..]));
    assert_eq!((snapshot.announced, snapshot.rereads, snapshot.requests), (4, 1, 4));
    assert_eq!(made, 8, "those of the first read too");
}

#[tokio::test]
async fn events_that_are_not_told_apart_may_have_moved() {
    let pages = [page(4, 1, true, &[9, 8]), page(4, 2, false, &[7, 6])];
    let stage1 = stage(pages.clone());
    let snapshot = first_day(&stage1.client).snapshot_map(UsageEvent::from_ref).await.unwrap();
    assert_eq!((snapshot.rereads, times(&snapshot)), (0, vec![9, 8, 7, 6]));
    let stage2 = stage([pages.clone(), pages].concat());
    let snapshot = first_day(&stage2.client).snapshot_map(|event| event.model.len()).await.unwrap();
    assert_eq!((snapshot.rereads, snapshot.events), (1, vec![1; 4]));
}

#[tokio::test]
async fn a_bad_row_of_a_lenient_client_is_made_nothing_of() {
    let bad = r#"{"timestamp":"5","maxMode":7}"#;
    let body = format!(
        r#"{{"totalUsageEventsCount":3,"usageEvents":[{},{bad},{}],"pagination":{{"hasNextPage":false}}}}"#,
        row(9),
        row(8)
    );
    let mut made = Vec::new();
    let map = |event: &UsageEventRef<'_>| made.push(event.timestamp.timestamp_millis());
    let stage = stage([ok(body)]);
    let snapshot = first_day(&stage.client.lenient()).snapshot_map(map).await.unwrap();
    assert_eq!((snapshot.events.len(), snapshot.bad_rows.len(), made), (2, 1, vec![9, 8]));
}

#[tokio::test]
async fn a_page_that_is_gone_is_a_window_that_shrank() {
    let gone = status(400, r#"{"error":"Bad Request","message":"page is behind the last page"}"#);
    let stage1 = stage([page(3, 1, true, &[9, 8]), gone.clone(), page(2, 1, false, &[9, 8])]);
    let snapshot = first_day(&stage1.client).snapshot().await.unwrap();
    assert_eq!((times(&snapshot), snapshot.rereads), (vec![9, 8], 1));
    assert_eq!((snapshot.requests, snapshot.retries), (3, 0));
}

#[tokio::test]
async fn a_page_that_stays_refused_is_told_as_refused() {
    let gone = status(400, r#"{"error":"Bad Request","message":"too deep"}"#);
    let refused = [page(3, 1, true, &[9, 8]), gone.clone()];
    let stage1 = stage([refused.clone(), refused.clone(), refused].concat());
    let error = first_day(&stage1.client).snapshot().await.unwrap_err();
    assert_eq!((error.kind(), error.page(), error.status()), (ErrorKind::Rejected, Some(2), Some(400)));
    assert_eq!((error.server_message(), stage1.script.left()), (Some("too deep"), 0));
    let stage2 = stage([gone]);
    assert_eq!(first_day(&stage2.client).snapshot().await.unwrap_err().kind(), ErrorKind::Rejected);
    let stage3 = stage([page(3, 1, true, &[9, 8]), status(404, "")]);
    assert_eq!(first_day(&stage3.client).snapshot().await.unwrap_err().status(), Some(404));
}

#[tokio::test]
async fn twins_inside_a_page_cost_nothing() {
    let stage = stage([page(3, 1, false, &[8, 8, 8])]);
    assert_eq!(times(&first_day(&stage.client).snapshot().await.unwrap()), [8, 8, 8]);
}

#[tokio::test]
async fn reads_that_never_agree_are_an_error() {
    let stage = stage([
        page(4, 1, true, &[9, 8]),
        page(4, 2, false, &[8, 7]),
        page(4, 1, true, &[10, 9]),
        page(4, 2, false, &[9, 8]),
        page(4, 1, true, &[11, 10]),
        page(4, 2, false, &[10, 9]),
    ]);
    let error = first_day(&stage.client).snapshot().await.unwrap_err();
    assert!(error.is_incomplete() && error.to_string().contains("disagree"), "{error}");
}

#[tokio::test]
async fn a_server_that_ignores_the_page_number_is_not_believed() {
    let stage = stage(vec![page(4, 1, true, &[9, 8]); 6]);
    assert!(first_day(&stage.client).snapshot().await.unwrap_err().is_incomplete());
}

#[tokio::test]
async fn more_events_than_announced_end_a_read_at_once() {
    let read = [page(3, 1, true, &[9, 8]), page(3, 2, true, &[7, 6])];
    let stage = stage([read.clone(), read.clone(), read].concat());
    let error = first_day(&stage.client).snapshot().await.unwrap_err();
    assert_eq!((error.announced(), error.received(), stage.script.left()), (Some(3), Some(4), 0));
}

#[tokio::test]
async fn events_outside_of_the_window_are_handed_over_apart() {
    let stage = stage([page(3, 1, false, &[86_400_000, 86_399_999, 0])]);
    let snapshot = first_day(&stage.client).snapshot().await.unwrap();
    assert_eq!((times(&snapshot), snapshot.announced, snapshot.outside.len()), (vec![86_399_999, 0], 3, 1));
}

#[tokio::test]
async fn too_many_events_are_refused_after_the_first_page() {
    let stage1 = stage([page(50_001, 1, true, &[9])]);
    let error = first_day(&stage1.client).max_events(50_000).snapshot().await.unwrap_err();
    assert!(error.is_too_large() && !error.is_retryable());
    assert_eq!((error.announced(), error.received()), (Some(50_001), None));
    let stage2 = stage([page(1, 1, false, &[9])]);
    first_day(&stage2.client).max_events(1).snapshot().await.unwrap();
}

/// A server that holds these rows and serves pages of what was requested.
#[derive(Debug)]
struct Rows {
    rows: Vec<u64>,
    requests: Mutex<u64>,
}

#[async_trait]
impl Transport for Rows {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        *self.requests.lock().unwrap() += 1;
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        let ask = |name: &str| usize::try_from(body[name].as_u64().unwrap()).unwrap();
        let (page, size) = (ask("page"), ask("pageSize"));
        let inside: Vec<u64> = self
            .rows
            .iter()
            .copied()
            .filter(|r| (ask("startDate")..=ask("endDate")).contains(&usize::try_from(*r).unwrap()))
            .collect();
        let rows: Vec<String> = inside.iter().skip((page - 1) * size).take(size).map(|r| row(*r)).collect();
        let more = page * size < inside.len();
        Ok(Response::new(Bytes::from(format!(
            r#"{{"totalUsageEventsCount":{},"usageEvents":[{}],"pagination":{{"currentPage":{page},"hasNextPage":{more}}}}}"#,
            inside.len(),
            rows.join(",")
        ))))
    }
}

proptest! {
    #[test]
    fn a_snapshot_is_the_servers_multiset(
        mut rows in proptest::collection::vec(0_u64..40, 0..60),
        size in 1_u32..20,
        edge in 0_i64..41,
        sorted: bool,
    ) {
        if sorted {
            rows.sort_unstable();
        }
        let server = Arc::new(Rows { rows: rows.clone(), requests: Mutex::new(0) });
        let clock = Arc::new(ManualClock::new(at("2026-10-05T10:00:00Z")));
        let client = client_over(server.clone(), clock, RetryPolicy::never());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let milli = |m: i64| DateTime::from_timestamp_millis(m).unwrap();
        let mut got = Vec::new();
        let mut requests = 0;
        for (start, end) in [(0, edge), (edge, 41)] {
            if start < end {
                let window = client.usage_events(milli(start), milli(end)).page_size(size);
                let snapshot = runtime.block_on(window.snapshot()).unwrap();
                let size = u64::from(size);
                prop_assert_eq!(snapshot.requests, snapshot.announced.div_ceil(size).max(1) * u64::from(snapshot.rereads + 1));
                requests += snapshot.requests;
                got.extend(times(&snapshot));
            }
        }
        got.sort_unstable();
        rows.sort_unstable();
        let expected: Vec<i64> = rows.iter().map(|r| i64::try_from(*r).unwrap()).collect();
        prop_assert_eq!(got, expected);
        prop_assert_eq!(*server.requests.lock().unwrap(), requests);
    }
}

#[tokio::test]
async fn a_body_without_rows_is_not_read_as_no_cost() {
    let stage = stage([ok(r#"{"error":"temporarily unavailable"}"#)]);
    let error = first_day(&stage.client).snapshot().await.unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("`usageEvents`"), "{error}");
}
