//! The source over the simulator, without a socket.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use cost_model::{CostSource, ErrorKind, Money, Timestamp, Window};
use cursor_admin_client::http::TransportError;
use cursor_admin_client::{Client, ManualClock, Transport};
use cursor_cost_source::{CursorCostSource, NO_USER};
use cursor_simulator::{Endpoint, Fault, FaultKind, Simulator, TrueEvent};

#[derive(Debug)]
struct InProcess(Simulator);

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        Ok(self.0.handle(request))
    }
}

fn source(simulator: &Simulator) -> CursorCostSource {
    let client = Client::builder()
        .api_key(simulator.api_key())
        .base_url("http://localhost")
        .transport(Arc::new(InProcess(simulator.clone())))
        .clock(Arc::new(ManualClock::new(simulator.now())))
        .build();
    CursorCostSource::new(client.unwrap(), "Acme")
}

fn small() -> Simulator {
    let at = |text: &str| text.parse().unwrap();
    Simulator::builder()
        .developers(8)
        .events_per_day(40)
        .range(at("2026-09-01T00:00:00Z"), at("2026-09-11T00:00:00Z"))
        .build()
}

fn window(simulator: &Simulator) -> Window {
    let (start, end) = simulator.range();
    Window::new(start, end).unwrap()
}

#[tokio::test]
async fn a_window_holds_what_the_server_holds() {
    let simulator = small();
    let read = source(&simulator).read(window(&simulator)).await.unwrap();
    let truth = simulator.truth();
    assert_eq!(read.announced, truth.total.events);
    assert_eq!(u64::try_from(read.records.len()).unwrap(), truth.total.events);
    assert_eq!((read.unknown_kinds, read.retries), (0, 0));
    let charged: i128 =
        read.records.iter().filter_map(|record| record.stated.charged).map(cost_model::Money::units).sum();
    assert_eq!(charged, truth.total.charged);
}

#[tokio::test]
async fn an_unknown_kind_is_kept_and_counted() {
    let simulator = small();
    let mut event = TrueEvent::new(window(&simulator).start().millis(), "claude-9", "Loyalty bonus 2027");
    event.charged = Some(cursor_simulator::CENT);
    simulator.insert_event(event);
    let read = source(&simulator).read(window(&simulator)).await.unwrap();
    assert_eq!(read.unknown_kinds, 1);
    let record = read
        .records
        .iter()
        .find(|record| record.dimensions.service_id.as_deref() == Some("claude-9"))
        .unwrap();
    assert_eq!(record.dimensions.resource.as_deref(), Some(NO_USER));
    assert_eq!((record.costs.billed, record.costs.effective), (None, Some("0.01".parse().unwrap())));
}

#[tokio::test]
async fn refusals_keep_their_cause() {
    let simulator = small();
    simulator.inject(Fault::always(FaultKind::PlanRefusal));
    let error = source(&simulator).read(window(&simulator)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Source);
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("plan or scope"), "{cause}");
    assert!(!format!("{error:?}").contains(simulator.api_key()));
}

#[tokio::test]
async fn a_count_takes_one_request_for_one_event() {
    let simulator = small();
    let counted = source(&simulator).count(window(&simulator)).await.unwrap();
    assert_eq!((counted.announced, counted.requests), (simulator.truth().total.events, 1));
    let newest = simulator.events().last().unwrap().timestamp_ms;
    assert_eq!(counted.oldest.unwrap().millis(), newest, "one event came, the newest");
    let log = simulator.log();
    assert!(log[0].body.contains(r#""pageSize":1,"#) || log[0].body.contains(r#""pageSize":1}"#));
}

#[tokio::test]
async fn totals_are_observed_in_neutral_terms() {
    let simulator = small();
    let now = Timestamp::from(simulator.now());
    let observed = source(&simulator).observe(now).await.unwrap();
    assert_eq!(observed.at, now);
    assert!(observed.cycle_start.unwrap() <= now && observed.cycle_end.is_none_or(|end| end > now));
    assert!(!observed.members.is_empty() && !observed.spend.is_empty());
    let cycle = observed.cycle_start.unwrap().millis();
    let spent: i128 = observed.spend.iter().filter_map(|each| each.spend).map(Money::units).sum();
    let events = simulator.events();
    let on_demand = events.iter().filter(|event| {
        let listed = observed.spend.iter().any(|each| Some(&*each.person) == event.email.as_deref());
        event.timestamp_ms >= cycle && &*event.kind == "Usage-based" && listed
    });
    assert_eq!(spent, on_demand.map(|event| event.charged.unwrap_or_default()).sum::<i128>());
    for each in &observed.spend {
        let (spend, overall) = (each.spend.unwrap(), each.overall.unwrap());
        assert_eq!(each.included, overall.checked_sub(spend).ok());
    }
}

#[tokio::test]
async fn a_plan_without_billing_groups_still_has_its_totals() {
    let simulator = small();
    simulator.inject(Fault::always(FaultKind::PlanRefusal).at(Endpoint::BillingGroups));
    let observed = source(&simulator).observe(simulator.now().into()).await.unwrap();
    assert!(observed.groups.is_empty() && !observed.spend.is_empty());
    simulator.inject(Fault::always(FaultKind::PlanRefusal).at(Endpoint::Spend));
    let error = source(&simulator).observe(simulator.now().into()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Source);
}
