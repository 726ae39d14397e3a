//! A page of a thousand usage events, from bytes to typed events: by the client, and by plain serde_json into the same
//! fields with floats for money, which is the floor.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::DateTime;
use cursor_admin_client::{
    Client, ManualClock, RateLimits, Snapshot, Transport, TransportError, UsageEvents, UsageEventsPage,
};
use http::{Request, Response};
use serde::Deserialize;

use crate::Failure;

/// Events per page.
pub const PAGE: u64 = 1000;

/// A server of pages that are all alike but for their numbers, and a client of it.
pub struct Pages {
    body: Bytes,
    question: UsageEvents,
    runtime: tokio::runtime::Runtime,
}

impl Pages {
    /// A window of `events` events, a multiple of a page.
    pub fn new(events: u64) -> Result<Self, Failure> {
        let mut server = Server { rows: rows()?, events, first: Bytes::new() };
        server.first = server.page(1);
        let (body, server) = (server.first.clone(), Arc::new(server));
        let clock = ManualClock::new(DateTime::UNIX_EPOCH);
        let client = Client::builder().api_key("bench").transport(server).clock(Arc::new(clock));
        let client = client.rate_limits(RateLimits::none()).build()?;
        let end = DateTime::from_timestamp(4_000_000_000, 0).ok_or("no such time")?;
        let question = client.usage_events(DateTime::UNIX_EPOCH, end);
        Ok(Self { body, question, runtime: tokio::runtime::Builder::new_current_thread().build()? })
    }

    pub fn bytes(&self) -> usize {
        self.body.len()
    }

    /// The whole way through the client: the request, the transport, the answer.
    pub fn by_client(&self) -> Result<UsageEventsPage, Failure> {
        Ok(self.runtime.block_on(self.question.page(1))?)
    }

    pub fn by_plain_serde(&self) -> Result<PlainPage, Failure> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The client's stream of all pages: how many there were, and how many events.
    pub fn stream(&self) -> Result<(u64, u64), Failure> {
        self.runtime.block_on(async {
            let mut pages = self.question.pages();
            let (mut count, mut events) = (0, 0);
            while let Some(page) = next(&mut pages).await {
                count += 1;
                events += u64::try_from(page?.events.len())?;
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

#[derive(Debug)]
struct Server {
    rows: String,
    events: u64,
    /// Page 1, ready: making it is no work of a client.
    first: Bytes,
}

impl Server {
    fn page(&self, number: u64) -> Bytes {
        let (events, rows) = (self.events, &self.rows);
        let pages = events.div_ceil(PAGE);
        let (more, before) = (number < pages, number > 1);
        Bytes::from(format!(
            r#"{{"totalUsageEventsCount":{events},"pagination":{{"numPages":{pages},"currentPage":{number},"pageSize":{PAGE},"hasNextPage":{more},"hasPreviousPage":{before}}},"usageEvents":[{rows}],"period":{{"startDate":0,"endDate":3999999999999}}}}"#
        ))
    }
}

#[async_trait]
impl Transport for Server {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let asked: Asked = serde_json::from_slice(request.body()).unwrap_or(Asked { page: 1 });
        let body = if asked.page == 1 { self.first.clone() } else { self.page(asked.page) };
        Ok(Response::new(body))
    }
}

#[derive(Deserialize)]
struct Asked {
    page: u64,
}

const MODELS: [&str; 8] = [
    "claude-4.5-sonnet",
    "claude-4.6-opus-high-thinking",
    "gpt-5.1-codex",
    "default",
    "composer-2.5",
    "gemini-3-pro-preview",
    "gpt-5.3-codex-xhigh-fast",
    "grok-code-fast-1",
];
const KINDS: [&str; 4] = ["Usage-based", "Included in Business", "Usage-based", "User API Key"];

/// The rows of a page, as Cursor sends them in October 2026: about 420 bytes each, every twentieth without tokens, one
/// amount in twenty with the noise of a float.
fn rows() -> Result<String, Failure> {
    let mut random = 88_172_645_463_325_252_u64;
    let mut next = |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let mut rows = String::new();
    for row in 0..PAGE {
        let separator = if row == 0 { "" } else { "," };
        let pick = |list: &[&'static str], at: u64| {
            usize::try_from(at).ok().and_then(|at| list.get(at).copied()).unwrap_or_default()
        };
        let (model, kind) = (pick(&MODELS, next(8)), pick(&KINDS, next(4)));
        let noise = if next(20) == 0 { "0000000003" } else { "" };
        write!(
            rows,
            r#"{separator}{{"timestamp":"{}","userEmail":"user{}@team{}.example.com","conversationId":"0d4b6a52-33a1-4f0e-9a44-{:012x}","model":"{model}","kind":"{kind}","maxMode":{},"requestsCosts":{}.{},"isTokenBasedCall":true,"isChargeable":true,"isHeadless":false,"#,
            1_785_492_000_000 - row * 1_234,
            next(5000),
            next(40),
            next(1 << 48),
            next(2) == 0,
            next(4),
            next(10),
        )?;
        if next(20) != 0 {
            write!(
                rows,
                r#""tokenUsage":{{"inputTokens":{},"outputTokens":{},"cacheWriteTokens":{},"cacheReadTokens":{},"totalCents":{}.{:05}{noise}}},"#,
                next(20_000),
                next(4_000),
                next(30_000),
                next(200_000),
                next(90),
                next(100_000),
            )?;
        }
        write!(
            rows,
            r#""chargedCents":{}.{:04}{noise},"cursorTokenFee":{}.{:04}}}"#,
            next(99),
            next(10_000),
            next(3),
            next(10_000)
        )?;
    }
    Ok(rows)
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
