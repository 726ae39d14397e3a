//! A call that is dropped at any point leaves the client as good as before.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use async_trait::async_trait;
use bytes::Bytes;
use cursor_admin_client::http::{RateLimits, TransportError};
use cursor_admin_client::{Client, Clock, ManualClock, Transport};
use http::{Request, Response};

use crate::support::{KEY, at, first_day, row};

/// Makes everybody wait once before each answer; every fourth answer is a 503.
#[derive(Debug, Default)]
struct Slow(AtomicUsize);

#[async_trait]
impl Transport for Slow {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        tokio::task::yield_now().await;
        let asked: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        let page = asked["page"].as_u64().unwrap();
        if self.0.fetch_add(1, Ordering::SeqCst) % 4 == 3 {
            return Ok(Response::builder().status(503).body(Bytes::new()).unwrap());
        }
        Ok(Response::new(Bytes::from(format!(
            r#"{{"totalUsageEventsCount":3,"usageEvents":[{}],"pagination":{{"currentPage":{page},"hasNextPage":{}}}}}"#,
            row(page),
            page < 3
        ))))
    }
}

/// Waits once too, so that a call can be dropped asleep.
#[derive(Debug)]
struct Drowsy(ManualClock);

#[async_trait]
impl Clock for Drowsy {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.0.now()
    }
    async fn sleep(&self, duration: std::time::Duration) {
        tokio::task::yield_now().await;
        self.0.sleep(duration).await;
    }
}

#[test]
fn a_call_may_be_dropped_at_any_point() {
    let clock = Arc::new(Drowsy(ManualClock::new(at("2026-10-05T10:00:00Z"))));
    let client = Client::builder().api_key(KEY).transport(Arc::new(Slow::default())).clock(clock);
    let client = client.rate_limits(RateLimits::default().usage_events(2)).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut dropped = 0;
    for polls in 0..12 {
        {
            let question = first_day(&client);
            let mut call = pin!(question.snapshot());
            let _inside = runtime.enter();
            for _ in 0..polls {
                if call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
                dropped += 1;
            }
        }
        let snapshot = runtime.block_on(first_day(&client).snapshot()).unwrap();
        assert_eq!((snapshot.events.len(), snapshot.rereads), (3, 0), "after {polls} polls");
    }
    assert!(dropped > 20, "{dropped}");
}
