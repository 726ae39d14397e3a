//! The source over the simulator, without a socket.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use cost_model::{CostSource, ErrorKind, Window};
use cursor_admin_client::{Client, ManualClock, Transport, TransportError};
use cursor_cost_source::{CursorCostSource, NO_USER};
use cursor_simulator::{Fault, FaultKind, Simulator, TrueEvent};

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
    let record = read.records.iter().find(|record| record.service_id.as_deref() == Some("claude-9")).unwrap();
    assert_eq!(record.resource.as_deref(), Some(NO_USER));
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
