//! How many requests a window takes: exactly as many as it has full pages, begun ones included.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use cursor_admin_client::http::{RetryPolicy, TransportError};
use cursor_admin_client::{Client, Clock, ManualClock, Transport};
use futures_util::TryStreamExt;
use http::{Request, Response};

use crate::support::{at, client_over, first_day};

/// Serves any number of events without holding them: all full pages have the same rows.
#[derive(Debug)]
struct Endless {
    events: u64,
    clock: Arc<ManualClock>,
    /// The rows of a full page, with a comma after each, and where each row ends.
    rows: String,
    ends: Vec<usize>,
    requests: AtomicU64,
    sent_at: Mutex<Vec<DateTime<Utc>>>,
}

impl Endless {
    fn new(events: u64, clock: Arc<ManualClock>) -> Self {
        let (mut rows, mut ends) = (String::new(), vec![0]);
        for milli in 0..1000 {
            write!(rows, r#"{{"timestamp":{milli}}},"#).unwrap();
            ends.push(rows.len());
        }
        Self { events, clock, rows, ends, requests: AtomicU64::new(0), sent_at: Mutex::default() }
    }
}

#[async_trait]
impl Transport for Endless {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        self.sent_at.lock().unwrap().push(self.clock.now());
        let asked: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        let (page, size) = (asked["page"].as_u64().unwrap(), asked["pageSize"].as_u64().unwrap());
        assert_eq!(size, 1000);
        let here = self.events.saturating_sub((page - 1) * size).min(size);
        let rows = self.rows[..self.ends[usize::try_from(here).unwrap()]].trim_end_matches(',');
        let (total, more) = (self.events, page * size < self.events);
        Ok(Response::new(Bytes::from(format!(
            r#"{{"totalUsageEventsCount":{total},"usageEvents":[{rows}],"pagination":{{"currentPage":{page},"hasNextPage":{more}}}}}"#
        ))))
    }
}

fn server(events: u64) -> (Client, Arc<Endless>) {
    let clock = Arc::new(ManualClock::new(at("2026-10-05T10:00:00Z")));
    let server = Arc::new(Endless::new(events, clock.clone()));
    (client_over(server.clone(), clock, RetryPolicy::never()), server)
}

const FLOORS: [(u64, u64); 7] =
    [(0, 1), (1, 1), (999, 1), (1000, 1), (1001, 2), (20_000, 20), (1_000_000, 1000)];

#[tokio::test]
async fn a_snapshot_takes_the_least_requests() {
    for (events, floor) in FLOORS {
        let (client, server) = server(events);
        let snapshot = first_day(&client).snapshot().await.unwrap();
        assert_eq!(snapshot.events.len(), usize::try_from(events).unwrap());
        assert_eq!((snapshot.requests, snapshot.rereads), (floor, 0), "{events} events");
        assert_eq!(server.requests.load(Ordering::SeqCst), floor, "{events} events");
    }
}

#[tokio::test]
async fn a_stream_takes_the_least_requests_in_the_least_time() {
    for (events, floor) in FLOORS {
        let (client, server) = server(events);
        let pages = first_day(&client).pages();
        let received =
            pages.try_fold(0, |sum, page| async move { Ok(sum + page.events.len()) }).await.unwrap();
        assert_eq!(received, usize::try_from(events).unwrap());
        assert_eq!(server.requests.load(Ordering::SeqCst), floor, "{events} events");
        let times = server.sent_at.lock().unwrap();
        assert!(times.windows(61).all(|span| span[60] - span[0] >= TimeDelta::seconds(61)));
        let waits = i64::try_from((floor - 1) / 60).unwrap();
        assert_eq!(*times.last().unwrap() - times[0], TimeDelta::seconds(61) * i32::try_from(waits).unwrap());
    }
}
