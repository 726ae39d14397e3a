//! The client: one call, tried as often as the policy says.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderValue, Request, header};
use secrecy::{ExposeSecret, SecretString};

use crate::base_url::BaseUrl;
use crate::builder::ClientBuilder;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::{Gate, Route};
use crate::members::{self, Member};
use crate::refusal;
use crate::retry::{Outcome, RetryPolicy};
use crate::spend::{self, Spend};
use crate::transport::{TransportError, TransportErrorKind};
use crate::usage_events::UsageEvents;
use crate::wire::Decoded;

const USER_AGENT: &str = concat!("cursor-admin-client/", env!("CARGO_PKG_VERSION"));

/// A client of Cursor's Admin API for one team's key. It can only read.
///
/// Cheap to clone; the clones share one transport. Its `Debug` shows the base URL and nothing else.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) gate: Gate,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) policy: RetryPolicy,
    pub(crate) base: BaseUrl,
    pub(crate) key: SecretString,
    pub(crate) authorization: HeaderValue,
    /// The key as it stands in the header, to be masked in what a server says.
    pub(crate) encoded_key: SecretString,
    pub(crate) jitter: Jitter,
}

/// A decoded answer and how many requests it took.
pub(crate) struct Answer<T> {
    pub(crate) value: T,
    pub(crate) attempts: u32,
}

/// One call: what to ask, and of which page.
pub(crate) struct Call {
    pub(crate) route: Route,
    pub(crate) page: Option<u32>,
    pub(crate) body: Bytes,
}

/// An attempt that failed, and what the policy should know of it.
struct Failure {
    outcome: Outcome,
    error: Error,
}

impl Client {
    /// Starts a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The team's members, by `GET /teams/members`
    /// (<https://cursor.com/docs/account/teams/admin-api>). People who have left are usually missing.
    ///
    /// # Errors
    /// Of every kind that a call can have, see [`ErrorKind`].
    pub async fn members(&self) -> Result<Vec<Member>> {
        members::read(self).await
    }

    /// What each member spent in the current billing cycle, by `POST /teams/spend`, all pages.
    ///
    /// # Errors
    /// Of every kind that a call can have, see [`ErrorKind`]; [`ErrorKind::Incomplete`] if the pages
    /// do not add up to the announced count in three reads.
    pub async fn spend(&self) -> Result<Spend> {
        spend::read(self).await
    }

    /// The usage events of the half-open window `[start, end)`, by
    /// `POST /teams/filtered-usage-events`. Nothing is sent until one of its functions is called.
    ///
    /// Cursor's bounds are inclusive milliseconds; the window is sent as the first millisecond that
    /// lies in it and the last one. Cursor says that the data are gathered by the hour, and allows 60
    /// requests a minute. An empty old window does not prove that nothing was used: how long events
    /// are kept is not promised.
    pub fn usage_events(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> UsageEvents {
        UsageEvents::new(self.clone(), start, end)
    }

    /// Sends a call until it is answered, refused or out of attempts. A text that ends early counts
    /// as a broken connection.
    pub(crate) async fn call<T: Send>(
        &self,
        call: &Call,
        decode: impl Fn(&[u8]) -> Decoded<T> + Send + Sync,
    ) -> Result<Answer<T>> {
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(call, &decode).await {
                Ok(value) => return Ok(Answer { value, attempts: attempt }),
                Err(failure) => failure,
            };
            let delay = self.0.policy.next_delay(attempt, failure.outcome, self.0.jitter.next());
            let Some(delay) = delay else { return Err(failure.error.at(call.page, attempt)) };
            self.0.clock.sleep(delay).await;
            attempt += 1;
        }
    }

    async fn attempt<T>(
        &self,
        call: &Call,
        decode: &(impl Fn(&[u8]) -> Decoded<T> + Send + Sync),
    ) -> std::result::Result<T, Failure> {
        let operation = call.route.operation();
        let request = self.request(call).map_err(|_| Failure {
            outcome: FINAL,
            error: Error::config(operation, "the request cannot be built"),
        })?;
        let response = self.0.gate.send(request).await.map_err(|error| self.unanswered(operation, error))?;
        let status = response.status();
        if !status.is_success() {
            let secrets = [self.0.key.expose_secret(), self.0.encoded_key.expose_secret()];
            let error = refusal::error(operation, &response, self.0.clock.now(), &secrets);
            let outcome = Outcome::Status { status: status.as_u16(), retry_after: error.retry_after() };
            return Err(Failure { outcome, error });
        }
        decode(response.body()).map_err(|fault| Failure {
            outcome: if fault.cut { Outcome::Transport } else { FINAL },
            error: Error::decode(operation, fault).with_status(status.as_u16(), None),
        })
    }

    fn request(&self, call: &Call) -> http::Result<Request<Bytes>> {
        let (method, path) = call.route.method_and_path();
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.0.base.text))
            .header(header::AUTHORIZATION, self.0.authorization.clone())
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, USER_AGENT);
        if !call.body.is_empty() {
            builder = builder.header(header::CONTENT_TYPE, "application/json");
        }
        builder.body(call.body.clone())
    }

    fn unanswered(&self, operation: &'static str, error: TransportError) -> Failure {
        let server = &self.0.base.host_and_port;
        let detail = match error.kind() {
            TransportErrorKind::Connect => format!("cannot connect to {server}"),
            TransportErrorKind::Timeout => format!("no answer from {server} in time"),
            TransportErrorKind::Interrupted => format!("the connection to {server} broke"),
            TransportErrorKind::TooLarge => format!("the answer of {server} is too large"),
            TransportErrorKind::Refused => format!("nothing was sent to {server}"),
        };
        let outcome = if error.is_retryable() { Outcome::Transport } else { FINAL };
        Failure { outcome, error: Error::new(ErrorKind::Transport, operation, detail).with_source(error) }
    }
}

/// What the policy never tries again.
const FINAL: Outcome = Outcome::Status { status: 0, retry_after: None };

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.0.base.text).finish_non_exhaustive()
    }
}

/// Random numbers for waits: splitmix64, seeded by the standard library. They guard nothing.
pub(crate) struct Jitter(AtomicU64);

impl Jitter {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(RandomState::new().build_hasher().finish()))
    }

    fn next(&self) -> u32 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(u32::MAX)
    }
}
