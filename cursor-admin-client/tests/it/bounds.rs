//! How long a call may take and how many retries there may be.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use cursor_admin_client::http::{RateLimits, RetryBudget, RetryPolicy, TransportError, TransportErrorKind};
use cursor_admin_client::{Client, ClientBuilder, ErrorKind, ManualClock, Transport};
use http::{Request, Response};

use crate::support::{KEY, Stage, Step, at, busy, first_day, layers, page, seconds, stage, status};

fn bounded(steps: Vec<Step>, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> (Client, Stage) {
    let stage = stage(steps);
    let builder = Client::builder().api_key(KEY).transport(stage.script.clone()).clock(stage.clock.clone());
    (set(builder).build().unwrap(), stage)
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let (client, stage) = bounded(vec![busy("20"), busy("20")], |builder| builder.deadline(seconds(30)));
    let error = first_day(&client).snapshot().await.unwrap_err();
    assert_eq!(stage.clock.sleeps(), [seconds(20)]);
    assert!(error.is_timeout() && error.is_retryable(), "{error:?}");
    assert_eq!((error.kind(), error.attempts(), error.status()), (ErrorKind::TimedOut, 2, Some(429)));
    assert_eq!(error.retry_after(), Some(seconds(20)));
    assert!(
        layers(&error).starts_with(
            "reading usage events, page 1: the deadline of 30s leaves no time for a wait of 20s \
             (status 429, attempt 2); wait 20 s before the next call; try again later, or allow more time \
             <- reading usage events, page 1: too many requests"
        ),
        "{}",
        layers(&error)
    );
}

#[tokio::test]
async fn the_pages_of_a_call_share_a_deadline_and_calls_do_not() {
    let steps = vec![busy("20"), page(2, 1, true, &[2]), busy("20")];
    let (client, stage) = bounded(steps, |builder| builder.deadline(seconds(30)));
    let error = first_day(&client).snapshot().await.unwrap_err();
    assert_eq!((error.kind(), error.page(), stage.script.left()), (ErrorKind::TimedOut, Some(2), 0));

    let steps = vec![busy("20"), page(0, 1, false, &[]), busy("20"), page(0, 1, false, &[])];
    let (client, stage) = bounded(steps, |builder| builder.deadline(seconds(30)));
    for _ in 0..2 {
        first_day(&client).snapshot().await.unwrap();
    }
    assert_eq!(stage.clock.sleeps(), [seconds(20), seconds(20)]);
}

#[tokio::test]
async fn a_turn_that_comes_too_late_is_not_waited_for() {
    let steps = vec![page(0, 1, false, &[])];
    let limits = RateLimits::default().usage_events(1);
    let (client, stage) = bounded(steps, |builder| builder.deadline(seconds(61)).rate_limits(limits));
    first_day(&client).snapshot().await.unwrap();
    let error = first_day(&client).snapshot().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::TimedOut, 0));
    assert!(error.to_string().contains("no time for a wait of 61s"), "{error}");
    assert_eq!(stage.clock.sleeps(), []);
}

#[derive(Debug)]
struct Silent;

#[async_trait]
impl Transport for Silent {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_at_the_deadline() {
    let clock = Arc::new(ManualClock::new(at("2026-10-05T10:00:00Z")));
    let builder = Client::builder().api_key(KEY).transport(Arc::new(Silent)).clock(clock.clone());
    let client = builder.deadline(seconds(45)).build().unwrap();
    let error = client.members().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::TimedOut, 1));
    assert_eq!(
        error.to_string(),
        "reading members: the deadline of 45s is over (attempt 1); try again later, or allow more time"
    );
    assert_eq!(clock.sleeps(), [seconds(45)]);
}

#[tokio::test]
async fn an_attempt_that_ran_out_of_time_is_a_timeout_too() {
    let (client, _) =
        bounded(vec![Step::Fail(TransportErrorKind::Timeout)], |builder| builder.retry(RetryPolicy::never()));
    let error = client.members().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Transport && error.is_timeout());
}

#[tokio::test]
async fn clones_share_the_budget_for_retries() {
    let (client, stage) = bounded(vec![status(503, ""); 100], |builder| {
        builder.rate_limits(RateLimits::none()).retry(RetryPolicy::default().delay_min(seconds(0)))
    });
    let mut attempts = Vec::new();
    for _ in 0..5 {
        let error = client.clone().members().await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Server, true));
        assert_eq!(error.to_string().contains("not tried again"), error.attempts() < 5, "{error}");
        attempts.push(error.attempts());
    }
    assert_eq!(attempts, [5, 5, 3, 1, 1]);
    stage.clock.advance(seconds(60));
    assert_eq!(client.members().await.unwrap_err().attempts(), 5);
}

#[tokio::test]
async fn a_budget_may_be_without_end() {
    let (client, _) = bounded(vec![status(503, ""); 100], |builder| {
        builder
            .rate_limits(RateLimits::none())
            .retry(RetryPolicy::default().delay_min(seconds(0)))
            .retry_budget(RetryBudget::unlimited())
    });
    for _ in 0..20 {
        assert_eq!(client.members().await.unwrap_err().attempts(), 5);
    }
}
