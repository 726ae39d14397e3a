//! The client over the simulator, which knows the API on its own.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use cursor_admin_client::http::{READ_ROUTES, RetryPolicy, TransportError, TransportErrorKind};
use cursor_admin_client::{Cents, Client, ErrorKind, ManualClock, Transport, UsageEvent};
use cursor_simulator::faults::DROPPED;
use cursor_simulator::{Endpoint, Fault, FaultKind, Simulator, TrueEvent};
use futures_util::TryStreamExt;
use http::{Request, Response};

use crate::support::{at, seconds};

#[derive(Debug)]
struct InProcess(Simulator);

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let response = self.0.handle(request);
        if response.headers().contains_key(DROPPED) {
            return Err(TransportError::new(TransportErrorKind::Interrupted, "the server hung up"));
        }
        Ok(response)
    }
}

fn company() -> Simulator {
    let (start, end) = (at("2026-10-01T00:00:00Z"), at("2026-10-11T00:00:00Z"));
    Simulator::builder().developers(30).range(start, end).events_per_day(180).build()
}

fn client(simulator: &Simulator) -> (Client, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(simulator.now()));
    let client = Client::builder()
        .api_key(simulator.api_key())
        .transport(Arc::new(InProcess(simulator.clone())))
        .clock(clock.clone())
        .build()
        .unwrap();
    (client, clock)
}

/// What both sides can say of an event, in the same words.
fn as_read(event: &UsageEvent) -> String {
    let usage = event.token_usage;
    let tokens =
        usage.as_ref().map(|t| [t.input_tokens, t.output_tokens, t.cache_write_tokens, t.cache_read_tokens]);
    let cost = usage.as_ref().and_then(|t| t.total_cents).map(Cents::units);
    let discount = usage.and_then(|t| t.discount_percent_off).map(|d| d.to_string());
    format!(
        "{} {:?} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?} {:?} {:?} {:?} {tokens:?} {cost:?} {discount:?} {:?} {:?}",
        event.timestamp.timestamp_millis(),
        event.user_email,
        event.service_account_id,
        event.service_account_name,
        event.cloud_agent_id,
        event.automation_id,
        event.conversation_id,
        event.model,
        event.kind,
        event.max_mode,
        event.is_token_based_call,
        event.is_chargeable,
        event.is_headless,
        event.cursor_token_fee.map(Cents::units),
        event.charged_cents.map(Cents::units),
    )
}

fn as_true(event: &TrueEvent) -> String {
    let tokens = event.tokens.map(|t| [t.input, t.output, t.cache_write, t.cache_read]);
    let discount = event.discount_percent.map(|d| d.to_string());
    format!(
        "{} {:?} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?} {:?} {:?} {:?} {tokens:?} {:?} {discount:?} {:?} {:?}",
        event.timestamp_ms,
        event.email,
        event.service_account_id,
        event.service_account_name,
        event.cloud_agent_id,
        event.automation_id,
        event.conversation_id,
        event.model,
        Some(&event.kind),
        Some(event.max_mode),
        Some(event.is_token_based),
        Some(event.is_chargeable),
        Some(event.is_headless),
        event.model_cost,
        event.token_fee,
        event.charged,
    )
}

#[tokio::test]
async fn every_field_of_every_event_arrives() {
    let simulator = company();
    let (client, _) = client(&simulator);
    let (start, end) = simulator.range();
    let snapshot = client.usage_events(start, end).page_size(100).snapshot().await.unwrap();
    let read: Vec<String> = snapshot.events.iter().map(as_read).collect();
    let truth: Vec<String> = simulator.events().iter().rev().map(as_true).collect();
    assert!(truth.len() > 1000, "{}", truth.len());
    assert_eq!(read, truth);
    assert_eq!((snapshot.unknown_fields, snapshot.outside), (vec![], vec![]));
    let charged: i128 =
        snapshot.events.iter().filter_map(|event| event.charged_cents).map(Cents::units).sum();
    assert_eq!(charged, simulator.truth().total.charged);
    let whole_pages = snapshot.announced.div_ceil(100);
    assert_eq!(snapshot.requests, whole_pages * u64::from(snapshot.rereads + 1));
}

#[tokio::test]
async fn adjoining_windows_share_no_event_and_lose_none() {
    let simulator = company();
    let (client, _) = client(&simulator);
    let (mut start, end) = simulator.range();
    let mut read = Vec::new();
    while start < end {
        let next = (start + TimeDelta::hours(7)).min(end);
        read.extend(client.usage_events(start, next).snapshot().await.unwrap().events);
        start = next;
    }
    assert_eq!(read.len(), simulator.events().len());
}

#[tokio::test]
async fn a_storm_of_faults_changes_nothing() {
    let simulator = company();
    let (client, clock) = client(&simulator);
    let (start, end) = simulator.range();
    let calm = client.usage_events(start, end).page_size(200).snapshot().await.unwrap();
    for (request, kind) in [
        (0, FaultKind::TooManyRequests { retry_after: Some(20) }),
        (2, FaultKind::TooManyRequests { retry_after: None }),
        (4, FaultKind::BadGateway),
        (5, FaultKind::DropConnection),
        (6, FaultKind::TruncatedBody),
    ] {
        simulator.inject(Fault::on_request(request, kind));
    }
    let stormy = client.usage_events(start, end).page_size(200).snapshot().await.unwrap();
    assert_eq!(stormy.events, calm.events);
    assert_eq!((stormy.retries, stormy.requests), (5, calm.requests + 5));
    let slept = clock.sleeps();
    assert_eq!(slept[0], seconds(20));
    assert!(slept[1] >= seconds(60) && slept.len() == 5, "{slept:?}");
}

#[tokio::test]
async fn rows_that_shift_while_they_are_read() {
    let simulator = company();
    let (client, _) = client(&simulator);
    let (start, end) = simulator.range();
    let newest = simulator.events().last().unwrap().clone();
    simulator.inject(Fault::on_request(1, FaultKind::ShiftedRows(Box::new(newest))));
    let snapshot = client.usage_events(start, end).page_size(200).snapshot().await.unwrap();
    assert_eq!(snapshot.events.len(), simulator.events().len());
    assert_eq!(snapshot.rereads, 1);
}

#[tokio::test]
async fn a_count_that_is_wrong_once_or_always() {
    let simulator = company();
    let (client, _) = client(&simulator);
    let (start, end) = simulator.range();
    simulator.inject(Fault::on_request(0, FaultKind::WrongCount));
    let snapshot = client.usage_events(start, end).snapshot().await.unwrap();
    assert_eq!((snapshot.events.len(), snapshot.rereads), (simulator.events().len(), 1));
    simulator.inject(Fault::always(FaultKind::WrongCount));
    let error = client.usage_events(start, end).snapshot().await.unwrap_err();
    assert_eq!(error.announced(), error.received().map(|received| received + 1));
}

#[tokio::test]
async fn the_servers_log_shows_reads_only() {
    let simulator = company();
    let (client, _) = client(&simulator);
    let (start, end) = simulator.range();
    simulator.inject(Fault::on_request(1, FaultKind::BadGateway));
    client.members().await.unwrap();
    client.spend().await.unwrap();
    let snapshot = client.usage_events(start, end).page_size(500).snapshot().await.unwrap();
    client.usage_events(start, end).page_size(500).pages().try_collect::<Vec<_>>().await.unwrap();
    let log = simulator.log();
    let events = log.iter().filter(|sent| sent.path == "/teams/filtered-usage-events").count();
    let pages = snapshot.announced.div_ceil(500);
    assert_eq!(u64::try_from(events).unwrap(), snapshot.requests + pages, "nothing was sent unseen");
    assert_eq!(log.len(), events + 2);
    for sent in log {
        assert!(READ_ROUTES.contains(&(sent.method.as_str(), sent.path.as_str())), "{sent:?}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let simulator = company();
    let (client, clock) = client(&simulator);
    let any = |kind| Fault::next(1, kind).at(Endpoint::Any);
    simulator.inject(any(FaultKind::PlanRefusal));
    assert_eq!(client.members().await.unwrap_err().kind(), ErrorKind::PlanOrScope);
    simulator.inject(any(FaultKind::ScopeRefusal));
    assert_eq!(client.spend().await.unwrap_err().kind(), ErrorKind::PlanOrScope);
    simulator.inject(any(FaultKind::KeyRevoked));
    assert_eq!(client.members().await.unwrap_err().kind(), ErrorKind::Auth);
    assert_eq!(clock.sleeps(), []);
    simulator.clear_faults();
    let policy = RetryPolicy::never();
    let stranger = Client::builder().api_key("key_other").retry(policy).clock(clock);
    let stranger = stranger.transport(Arc::new(InProcess(simulator))).build().unwrap();
    assert!(stranger.members().await.unwrap_err().is_auth());
}

#[tokio::test]
async fn members_and_spend() {
    let simulator = company();
    let (client, _) = client(&simulator);
    let members = client.members().await.unwrap().rows;
    let spend = client.spend().await.unwrap();
    assert!(
        members.len() >= 30 && members.iter().all(|member| member.id.is_some() && member.email.is_some())
    );
    assert_eq!(spend.members.len(), members.len());
    assert!(spend.cycle_start.is_some_and(|start| start <= simulator.now()));
    assert!(spend.members.iter().any(|member| member.overall_spend_cents > member.spend_cents));
}
