//! The client never causes a 429 by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use cursor_admin_client::http::{RateLimits, RetryPolicy, TransportError};
use cursor_admin_client::{Client, Clock, ErrorKind, ManualClock, Transport};
use http::{Request, Response};

use crate::support::{KEY, at, busy, first_day, page, seconds, stage, status};

/// Keeps Cursor's limits by the minute of the clock, whose minutes begin at `offset` seconds.
#[derive(Debug)]
struct Strict {
    clock: Arc<ManualClock>,
    offset: i64,
    usage_events_max: usize,
    seen: Mutex<Vec<(String, DateTime<Utc>, u16)>>,
}

#[async_trait]
impl Transport for Strict {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let path = request.uri().path().to_owned();
        let now = self.clock.now();
        let minute = |moment: DateTime<Utc>| (moment.timestamp() - self.offset).div_euclid(60);
        let mut seen = self.seen.lock().unwrap();
        let usage_events = path.ends_with("usage-events");
        let limit = if usage_events { self.usage_events_max } else { 20 };
        let before = seen.iter().filter(|(p, t, _)| *p == path && minute(*t) == minute(now)).count();
        let status = if before < limit { 200 } else { 429 };
        seen.push((path, now, status));
        drop(seen);
        // A request takes some time, so that not all of them lie on one instant.
        self.clock.advance(std::time::Duration::from_millis(137));
        let body = match (status, usage_events) {
            (429, _) => "{}",
            (_, true) => r#"{"totalUsageEventsCount":0,"usageEvents":[],"pagination":{"hasNextPage":false}}"#,
            _ => r#"{"teamMembers":[]}"#,
        };
        Ok(Response::builder().status(status).body(body.into()).unwrap())
    }
}

fn strict(offset: i64, usage_events_max: usize) -> (Client, Arc<Strict>) {
    let clock = Arc::new(ManualClock::new(at("2026-10-05T10:00:00Z")));
    let seen = Mutex::default();
    let server = Arc::new(Strict { clock: clock.clone(), offset, usage_events_max, seen });
    let client = Client::builder().api_key(KEY).transport(server.clone()).clock(clock).build().unwrap();
    (client, server)
}

fn most_in_a_span(times: &[DateTime<Utc>]) -> usize {
    let span = |first: &DateTime<Utc>| {
        times.iter().filter(|t| **t >= *first && **t < *first + TimeDelta::seconds(61)).count()
    };
    times.iter().map(span).max().unwrap_or(0)
}

#[tokio::test]
async fn clones_together_stay_below_the_limits() {
    for offset in [0, 7, 31, 59] {
        let (client, server) = strict(offset, 60);
        let mut tasks = Vec::new();
        for _ in 0..8 {
            let client = client.clone();
            tasks.push(tokio::spawn(async move {
                for _ in 0..25 {
                    client.members().await.unwrap();
                    first_day(&client).snapshot().await.unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let mut times: HashMap<String, Vec<DateTime<Utc>>> = HashMap::new();
        for (path, time, status) in server.seen.lock().unwrap().iter() {
            assert_eq!(*status, 200, "{path} at {time}");
            times.entry(path.clone()).or_default().push(*time);
        }
        assert_eq!(times["/teams/members"].len(), 200);
        assert_eq!(most_in_a_span(&times["/teams/members"]), 20);
        assert!(most_in_a_span(&times["/teams/filtered-usage-events"]) <= 60);
    }
}

#[tokio::test]
async fn a_server_with_the_older_limit_refuses_once() {
    let (client, server) = strict(0, 20);
    for _ in 0..200 {
        first_day(&client).snapshot().await.unwrap();
    }
    let seen = server.seen.lock().unwrap();
    assert_eq!(seen.iter().filter(|(_, _, status)| *status == 429).count(), 1);
    let later: Vec<_> = seen.iter().skip(22).map(|(_, time, _)| *time).collect();
    assert_eq!(most_in_a_span(&later), 20);
}

#[tokio::test]
async fn retries_count_and_the_wait_is_as_long_as_needed() {
    let steps = [status(500, ""), page(0, 1, false, &[]), page(0, 1, false, &[])];
    let stage = stage(steps);
    let limits = RateLimits::default().usage_events(2);
    let client = Client::builder()
        .api_key(KEY)
        .transport(stage.script.clone())
        .clock(stage.clock.clone())
        .retry(RetryPolicy::default().delay_min(seconds(0)))
        .rate_limits(limits)
        .build()
        .unwrap();
    first_day(&client).snapshot().await.unwrap();
    first_day(&client.clone()).snapshot().await.unwrap();
    assert_eq!(stage.clock.sleeps(), [seconds(0), seconds(61)]);
}

#[tokio::test]
async fn without_limits_only_the_server_makes_us_wait() {
    let mut steps = vec![page(0, 1, false, &[]); 100];
    steps.push(busy("5"));
    steps.extend(vec![page(0, 1, false, &[]); 100]);
    let stage = stage(steps);
    let client = Client::builder()
        .api_key(KEY)
        .transport(stage.script.clone())
        .clock(stage.clock.clone())
        .rate_limits(RateLimits::none())
        .build()
        .unwrap();
    for _ in 0..200 {
        first_day(&client).snapshot().await.unwrap();
    }
    assert_eq!(stage.clock.sleeps(), [seconds(5)]);
}

#[test]
fn a_limit_of_zero_is_refused() {
    for limits in [RateLimits::default().usage_events(0), RateLimits::none().after_refusal(0)] {
        let error = Client::builder().api_key(KEY).rate_limits(limits).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("at least one request a minute"), "{error}");
    }
}
