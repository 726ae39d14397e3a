//! The one place that sends a call: as often as the policy says and no faster than the limits allow.
//!
//! Three things may hold a request back: the pacer (the rate limit of its endpoint), the retry policy with its
//! budget, and the deadline of the call. They are asked in an order that neither uses up a budget for a request that
//! is not sent nor sleeps towards a deadline that cannot be met. All time comes from the client's [`Clock`].

use std::collections::hash_map::RandomState;
use std::future::Future;
use std::hash::{BuildHasher, Hasher};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::{HeaderValue, Request, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};

use super::base_url::BaseUrl;
use super::call::Call;
use super::clock::Clock;
use super::deadline::Deadline;
use super::gate::Gate;
use super::observer::{AnswerReceived, Observer, PageRead, RateLimitWait, RequestSent, RetryPlanned};
use super::pacing::Pacer;
use super::refusal;
use super::retry::{Outcome, RetryPolicy};
use super::retry_budget::RetryMeter;
use super::server::ServerNotes;
use super::transport::{TransportError, TransportErrorKind};
use crate::decode::{Decoded, Notes};
use crate::error::{Error, ErrorKind, Result};

/// The `User-Agent` of every request.
const USER_AGENT: &str = concat!("cursor-admin-client/", env!("CARGO_PKG_VERSION"));

/// Sends calls. Cheap to clone; the clones share one transport and one count of requests.
#[derive(Clone)]
pub(crate) struct Connection {
    inner: Arc<Inner>,
    /// Of the call that this clone was made for. Unset in the client itself, where each call has a deadline of its
    /// own.
    running: Deadline,
    /// Whether rows that cannot be read are noted instead of failing the answer.
    lenient: bool,
}

crate::redact::masked_debug!(Connection { base_url: |it| it.base_url() });

/// The state that the clones of a client share.
pub(crate) struct Inner {
    pub(crate) gate: Gate,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) policy: RetryPolicy,
    pub(crate) retries: RetryMeter,
    /// How long one call may take. All attempts, their waits and, for a listing, all pages are included; `None` is no
    /// limit.
    pub(crate) deadline: Option<Duration>,
    pub(crate) pacer: Pacer,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) base: BaseUrl,
    pub(crate) key: SecretString,
    pub(crate) authorization: HeaderValue,
    /// The key as it is in the header, to be masked in what a server says.
    pub(crate) encoded_key: SecretString,
    pub(crate) jitter: Jitter,
}

/// A decoded answer, how many requests and how much waiting between them it took, and what was noticed in it. The
/// counts are those of this call alone, for the snapshot of a window to add up.
pub(crate) struct Answer<T> {
    pub(crate) value: T,
    pub(crate) attempts: u32,
    pub(crate) waited: Duration,
    pub(crate) notes: Notes,
    pub(crate) server: ServerNotes,
}

/// An attempt that failed, and what the policy should know of it.
struct Failure {
    outcome: Outcome,
    error: Error,
}

impl Connection {
    /// Makes a connection without a running deadline, which fails at rows that cannot be read.
    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), running: Deadline::default(), lenient: false }
    }

    /// Returns a clone for a call of several requests, which share one deadline from now on.
    pub(crate) fn started(&self) -> Self {
        Self { running: self.deadline(), ..self.clone() }
    }

    /// Returns a clone that keeps rows that cannot be read apart, or one that fails.
    pub(crate) fn with_lenience(&self, lenient: bool) -> Self {
        Self { lenient, ..self.clone() }
    }

    /// Returns the address of the API, which holds no secret.
    pub(crate) fn base_url(&self) -> &str {
        &self.inner.base.text
    }

    /// Returns the deadline that is running, or starts one now.
    fn deadline(&self) -> Deadline {
        if self.running.is_set() {
            return self.running;
        }
        Deadline::starting(self.inner.clock.now(), self.inner.deadline)
    }

    /// Sends a call until it is answered, refused or out of attempts, in a span of its own if spans
    /// are wanted.
    pub(crate) async fn call<T: Send>(
        &self,
        call: &Call,
        decode: impl FnMut(&[u8], &mut Notes) -> Decoded<T> + Send,
    ) -> Result<Answer<T>> {
        let work = self.attempts(call, decode);
        #[cfg(feature = "tracing")]
        let work = {
            use tracing::Instrument as _;
            work.instrument(crate::http::tracing::call_span(call.route.operation(), call.page))
        };
        work.await
    }

    /// Sends a call until it succeeds or its retries end. A text that ends early counts as a broken connection.
    async fn attempts<T: Send>(
        &self,
        call: &Call,
        mut decode: impl FnMut(&[u8], &mut Notes) -> Decoded<T> + Send,
    ) -> Result<Answer<T>> {
        let deadline = self.deadline();
        let mut attempt = 1;
        let mut last = None;
        let mut waited = Duration::ZERO;
        loop {
            match self.pace(call, deadline).await {
                Ok(paced) => waited = waited.saturating_add(paced),
                Err(wait) => return Err(self.timed_out(call, attempt - 1, Some(wait), last)),
            }
            let work = self.attempt(call, attempt, &mut decode);
            let failure = match self.within(deadline, work).await {
                Some(Ok((value, notes, server))) => {
                    return Ok(Answer { value, attempts: attempt, waited, notes, server });
                }
                Some(Err(failure)) => failure,
                None => return Err(self.timed_out(call, attempt, None, last)),
            };
            let error = failure.error.at(call.page, attempt);
            let delay = self.inner.policy.next_delay(attempt, failure.outcome, self.inner.jitter.next());
            // The policy decides before the budget: a failure that is not retried must not use up the budget.
            let Some(wait) = delay else { return Err(error) };
            let now = self.inner.clock.now();
            // Fails at once instead of sleeping up to a deadline that is bound to pass.
            if !deadline.allows(now, wait) {
                return Err(self.timed_out(call, attempt, Some(wait), Some(error)));
            }
            if !self.inner.retries.take(now) {
                return Err(error.noting(OVER_BUDGET));
            }
            let (operation, page, reason) = (call.route.operation(), call.page, failure.outcome);
            self.inner.observer.retry_planned(&RetryPlanned { operation, page, attempt, reason, wait });
            self.inner.clock.sleep(wait).await;
            waited = waited.saturating_add(wait);
            // Kept for the case that time runs out: the error then says what the call was tried again for.
            last = Some(error);
            attempt += 1;
        }
    }

    /// Waits until the endpoint's limit lets one more request through, counts it, and returns how long that took. A
    /// wait beyond the deadline is not begun but returned as the error. Several clones may wait for one limit, so
    /// after each wait the pacer is asked again.
    async fn pace(&self, call: &Call, deadline: Deadline) -> std::result::Result<Duration, Duration> {
        let mut now = self.inner.clock.now();
        let mut waited = Duration::ZERO;
        while let Some(until) = self.inner.pacer.take(call.route, now) {
            let wait = (until - now).to_std().unwrap_or_default();
            if !deadline.allows(now, wait) {
                return Err(wait);
            }
            let (operation, page) = (call.route.operation(), call.page);
            self.inner.observer.rate_limit_wait(&RateLimitWait { operation, page, wait });
            self.inner.clock.sleep(wait).await;
            waited = waited.saturating_add(wait);
            // What was slept has passed, even if somebody has set the clock back meanwhile.
            now = self.inner.clock.now().max(until);
        }
        Ok(waited)
    }

    /// Returns what the work returns, or `None` if the deadline comes first.
    async fn within<T>(&self, deadline: Deadline, work: impl Future<Output = T> + Send) -> Option<T> {
        // The client's clock, not a timer of the runtime: any runtime may drive the client, and tests move the time themselves.
        let Some(left) = deadline.left(self.inner.clock.now()) else { return Some(work.await) };
        if left.is_zero() {
            return None;
        }
        match select(pin!(work), self.inner.clock.sleep(left)).await {
            Either::Left((done, _)) => Some(done),
            Either::Right(((), _)) => None,
        }
    }

    /// Makes the error of a call that ran out of time: `wait` is the wait that there was no time for, and `last` the
    /// failure that the call would have been tried again for.
    fn timed_out(&self, call: &Call, attempts: u32, wait: Option<Duration>, last: Option<Error>) -> Error {
        let allowed = self.inner.deadline.unwrap_or_default();
        let detail = match wait {
            Some(wait) => format!("the deadline of {allowed:?} leaves no time for a wait of {wait:?}"),
            None => format!("the deadline of {allowed:?} is over"),
        };
        let error = Error::new(ErrorKind::TimedOut, call.route.operation(), detail).at(call.page, attempts);
        match last {
            Some(last) => error.with_last(last),
            None => error,
        }
    }

    /// Sends one request and decodes its answer. The observer hears of it before and after; the budget counts every
    /// request that is sent, retries included.
    async fn attempt<T>(
        &self,
        call: &Call,
        attempt: u32,
        decode: &mut (impl FnMut(&[u8], &mut Notes) -> Decoded<T> + Send),
    ) -> std::result::Result<(T, Notes, ServerNotes), Failure> {
        let (operation, page) = (call.route.operation(), call.page);
        let request = self.request(call).map_err(|_| Failure {
            outcome: FINAL,
            error: Error::config(operation, "the request cannot be built"),
        })?;
        // Counted before the answer, since a request without an answer is one too.
        self.inner.retries.request_sent(self.inner.clock.now());
        self.inner.observer.request_sent(&RequestSent { operation, page, attempt });
        let response =
            self.inner.gate.send(request).await.map_err(|error| self.unanswered(operation, error))?;
        let status = response.status();
        self.inner.observer.answer_received(&AnswerReceived {
            operation,
            page,
            attempt,
            status: status.as_u16(),
            bytes: length(response.body()),
        });
        if !status.is_success() {
            let secrets = [self.inner.key.expose_secret(), self.inner.encoded_key.expose_secret()];
            // The pacer's own count was too low, perhaps because another program uses the same key.
            if status == StatusCode::TOO_MANY_REQUESTS {
                self.inner.pacer.refused(call.route);
            }
            let error = refusal::error(operation, &response, self.inner.clock.now(), &secrets);
            let outcome = Outcome::Status { status: status.as_u16(), retry_after: error.retry_after() };
            return Err(Failure { outcome, error });
        }
        // New for each attempt: what an answer that ended early had shown must not be counted twice.
        let mut notes = Notes::new(self.lenient, page);
        match decode(response.body(), &mut notes) {
            Ok(value) => Ok((value, notes, ServerNotes::of(response.headers()))),
            Err(fault) => Err(Failure {
                outcome: if fault.is_cut() { Outcome::Transport } else { FINAL },
                error: Error::decode(operation, fault).with_status(status.as_u16(), None),
            }),
        }
    }

    /// Tells the observer what an answer held.
    pub(crate) fn page_read<T>(&self, call: &Call, rows: &[T], announced: Option<u64>) {
        let (operation, page) = (call.route.operation(), call.page);
        self.inner.observer.page_read(&PageRead { operation, page, rows: length(rows), announced });
    }

    /// Builds the request from the route alone: method and path come from the allow-list, never from a caller.
    fn request(&self, call: &Call) -> http::Result<Request<Bytes>> {
        let (method, _) = call.route.method_and_path();
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("{}{}", self.inner.base.text, call.path_and_query()))
            .header(header::AUTHORIZATION, self.inner.authorization.clone())
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, USER_AGENT);
        if !call.body.is_empty() {
            builder = builder.header(header::CONTENT_TYPE, "application/json");
        }
        builder.body(call.body.clone())
    }

    /// Makes the failure of a request without an answer. The message names the server, and never the path's query or
    /// the key.
    fn unanswered(&self, operation: &'static str, error: TransportError) -> Failure {
        let server = &self.inner.base.host_and_port;
        let detail = match error.kind() {
            TransportErrorKind::Connect => format!("cannot connect to {server}"),
            TransportErrorKind::Timeout => format!("no answer from {server} in time"),
            TransportErrorKind::Interrupted => format!("the connection to {server} broke"),
            TransportErrorKind::TooLarge => format!("the answer of {server} is too large"),
            TransportErrorKind::Refused => format!("nothing was sent to {server}"),
        };
        // What would fail again, such as a request that the gate refused, is not sent again.
        let outcome = if error.is_retryable() { Outcome::Transport } else { FINAL };
        Failure { outcome, error: Error::new(ErrorKind::Transport, operation, detail).with_source(error) }
    }
}

/// Returns the length of a list as observers have it.
fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

/// What is added to the error of a call that the budget stopped.
const OVER_BUDGET: &str = "not tried again, since many of the last minute's requests were retries";

/// What the policy never tries again.
///
/// A status of 0 is one that no server sends.
const FINAL: Outcome = Outcome::Status { status: 0, retry_after: None };

/// Random numbers for waits: splitmix64, seeded by the standard library. They guard nothing.
pub(crate) struct Jitter(AtomicU64);

impl Jitter {
    /// Seeds the numbers anew for each client.
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(RandomState::new().build_hasher().finish()))
    }

    /// Returns the next number; clones share the state without a lock.
    pub(crate) fn next(&self) -> u32 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(u32::MAX)
    }
}
