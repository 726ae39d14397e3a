//! Pages of usage events, from bytes to typed events: by the client, and by plain serde_json into the same fields with
//! floats for money, which is the floor.

use std::hint::black_box;
use std::sync::Arc;

use bytes::Bytes;
use cursor_admin_client::endpoints::usage_events::UsageEventsPage;
use cursor_admin_client::{Snapshot, UsageEvents};
use cursor_simulator::Simulator;
use http::Request;
use serde::Deserialize;
use tokio::runtime::Runtime;

use crate::Failure;
use crate::company::{InProcess, client_of};

/// Events per page.
pub const PAGE: usize = 1000;

/// The answers of a simulator to everybody who asks for its pages.
pub struct Pages(Vec<Bytes>);

impl Pages {
    /// The newest pages of a simulator, at most so many.
    pub fn newest(simulator: &Simulator, count: usize) -> Result<Self, Failure> {
        let mut bodies = Vec::new();
        for number in 1..=count.min(simulator.snapshot().len().div_ceil(PAGE)) {
            let question = format!(r#"{{"page":{number},"pageSize":{PAGE}}}"#);
            let request = Request::post("/teams/filtered-usage-events")
                .header("authorization", simulator.authorization())
                .body(Bytes::from(question))?;
            bodies.push(simulator.handle(request).into_body());
        }
        Ok(Self(bodies))
    }

    pub fn bytes(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn bodies(&self) -> &[Bytes] {
        &self.0
    }

    /// Reads every page with the client, one after the other.
    pub fn by_client(&self, visit: &mut dyn FnMut(UsageEventsPage)) -> Result<(), Failure> {
        for body in &self.0 {
            visit(UsageEventsPage::from_json(body)?);
        }
        Ok(())
    }

    /// The same with texts that are borrowed from the page, for whoever maps events at once. Gives their number.
    pub fn by_client_borrowed(&self) -> Result<usize, Failure> {
        let mut events = 0;
        for body in &self.0 {
            let page = UsageEventsPage::map_json(body, |event| {
                black_box(event);
            })?;
            events += page.events.len();
        }
        Ok(events)
    }

    /// Reads every page with plain serde, one after the other.
    pub fn by_plain_serde(&self, visit: &mut dyn FnMut(PlainPage)) -> Result<(), Failure> {
        for body in &self.0 {
            visit(serde_json::from_slice(body)?);
        }
        Ok(())
    }
}

/// The client's two ways to read all pages of a simulator.
pub struct AllPages {
    question: UsageEvents,
    runtime: Runtime,
}

impl AllPages {
    pub fn new(simulator: &Simulator) -> Result<Self, Failure> {
        let client = client_of(simulator, Arc::new(InProcess::new(simulator.clone())))?;
        let (start, end) = simulator.range();
        let events = u64::try_from(simulator.snapshot().len())?;
        let question = client.usage_events(start, end).max_events(events);
        Ok(Self { question, runtime: tokio::runtime::Builder::new_current_thread().build()? })
    }

    /// The client's stream of all pages: how many there were, and how many events.
    pub fn stream(&self) -> Result<(usize, usize), Failure> {
        self.runtime.block_on(async {
            let mut pages = self.question.pages();
            let (mut count, mut events) = (0, 0);
            while let Some(page) = next(&mut pages).await {
                count += 1;
                events += page?.events.len();
            }
            Ok((count, events))
        })
    }

    /// The client's snapshot of the window: how many requests it took, and the events.
    pub fn snapshot(&self) -> Result<Snapshot, Failure> {
        Ok(self.runtime.block_on(self.question.snapshot())?)
    }
}

async fn next<S: futures_core::Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| std::pin::Pin::new(&mut *stream).poll_next(context)).await
}

/// What `#[derive(Deserialize)]` makes of a page: inexact money, and nothing said about fields that it does not know.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlainPage {
    pub total_usage_events_count: u64,
    pub pagination: PlainPagination,
    pub usage_events: Vec<PlainEvent>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlainPagination {
    pub num_pages: Option<u64>,
    pub current_page: Option<u64>,
    pub has_next_page: bool,
}

/// The fields of the client's event.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlainEvent {
    pub timestamp: String,
    pub user_email: Option<String>,
    pub service_account_id: Option<String>,
    pub service_account_name: Option<String>,
    pub cloud_agent_id: Option<String>,
    pub automation_id: Option<String>,
    pub conversation_id: Option<String>,
    pub model: String,
    pub kind: Option<String>,
    pub max_mode: Option<bool>,
    pub requests_costs: Option<f64>,
    pub is_token_based_call: Option<bool>,
    pub is_chargeable: Option<bool>,
    pub is_headless: Option<bool>,
    pub is_free_bugbot: Option<bool>,
    pub token_usage: Option<PlainTokens>,
    pub charged_cents: Option<f64>,
    pub cursor_token_fee: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub struct PlainTokens {
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cache_write_tokens: u64,
    pub cache_read_tokens: u64,
    pub total_cents: Option<f64>,
    pub discount_percent_off: Option<f64>,
}
