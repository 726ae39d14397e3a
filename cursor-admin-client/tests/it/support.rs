//! A transport that answers by script, and a client over it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use cursor_admin_client::http::{RetryPolicy, TransportError, TransportErrorKind};
use cursor_admin_client::{Client, ManualClock, Transport, UsageEvents};
use http::{Request, Response};

pub(crate) const KEY: &str = "crsr_CANARY0123456789";

/// One scripted answer.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: Bytes },
    Fail(TransportErrorKind),
}

pub(crate) fn ok(body: impl Into<Bytes>) -> Step {
    status(200, body)
}

pub(crate) fn status(status: u16, body: impl Into<Bytes>) -> Step {
    Step::Answer { status, headers: Vec::new(), body: body.into() }
}

pub(crate) fn busy(retry_after: &str) -> Step {
    let headers = vec![("retry-after", retry_after.to_owned())];
    Step::Answer { status: 429, headers, body: r#"{"code":"error","message":"Rate limit exceeded"}"#.into() }
}

/// A request as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) authorization: String,
    pub(crate) body: serde_json::Value,
    pub(crate) debug: String,
}

#[derive(Debug, Default)]
pub(crate) struct Script {
    steps: Mutex<std::collections::VecDeque<Step>>,
    sent: Mutex<Vec<Sent>>,
}

impl Script {
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    pub(crate) fn left(&self) -> usize {
        self.steps.lock().unwrap().len()
    }
}

pub(crate) fn record(request: &Request<Bytes>) -> Sent {
    Sent {
        method: request.method().to_string(),
        uri: request.uri().to_string(),
        authorization: request.headers()["authorization"].to_str().unwrap().to_owned(),
        body: serde_json::from_slice(request.body()).unwrap_or_default(),
        debug: format!("{request:?}"),
    }
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.sent.lock().unwrap().push(record(&request));
        let step = self.steps.lock().unwrap().pop_front().expect("a request beyond the script");
        match step {
            Step::Fail(kind) => Err(TransportError::new(kind, "as scripted")),
            Step::Answer { status, headers, body } => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                Ok(response.body(body).unwrap())
            }
        }
    }
}

/// A client, its script and its clock.
pub(crate) struct Stage {
    pub(crate) client: Client,
    pub(crate) script: Arc<Script>,
    pub(crate) clock: Arc<ManualClock>,
}

pub(crate) fn stage(steps: impl IntoIterator<Item = Step>) -> Stage {
    stage_with(RetryPolicy::default(), steps)
}

pub(crate) fn stage_with(policy: RetryPolicy, steps: impl IntoIterator<Item = Step>) -> Stage {
    let script = Arc::new(Script { steps: Mutex::new(steps.into_iter().collect()), sent: Mutex::default() });
    let clock = Arc::new(ManualClock::new(at("2026-10-05T10:00:00Z")));
    let client = client_over(script.clone(), clock.clone(), policy);
    Stage { client, script, clock }
}

pub(crate) fn client_over(
    transport: Arc<dyn Transport>,
    clock: Arc<ManualClock>,
    policy: RetryPolicy,
) -> Client {
    Client::builder().api_key(KEY).transport(transport).clock(clock).retry(policy).build().unwrap()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A window that holds the milliseconds from 0 to 86399999.
pub(crate) fn first_day(client: &Client) -> UsageEvents {
    client.usage_events(at("1970-01-01T00:00:00Z"), at("1970-01-02T00:00:00Z"))
}

pub(crate) fn row(milli: u64) -> String {
    format!(r#"{{"timestamp":"{milli}","model":"m","chargedCents":{milli}.5}}"#)
}

/// A page of events with these times.
pub(crate) fn page(announced: usize, number: usize, has_next: bool, rows: &[u64]) -> Step {
    let rows: Vec<String> = rows.iter().map(|milli| row(*milli)).collect();
    ok(format!(
        r#"{{"totalUsageEventsCount":{announced},"usageEvents":[{}],
            "pagination":{{"currentPage":{number},"hasNextPage":{has_next}}}}}"#,
        rows.join(",")
    ))
}

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// An error with all its layers, as text.
pub(crate) fn layers(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut layer = error.source();
    while let Some(source) = layer {
        text = format!("{text} <- {source}");
        layer = source.source();
    }
    text
}
