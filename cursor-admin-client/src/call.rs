//! One call, tried as often as the policy says and no faster than the limits allow.

use bytes::Bytes;
use http::{Request, StatusCode, header};
use secrecy::ExposeSecret;

use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::Route;
use crate::observer::{AnswerReceived, PageRead, RateLimitWait, RequestSent, RetryPlanned};
use crate::refusal;
use crate::retry::Outcome;
use crate::transport::{TransportError, TransportErrorKind};
use crate::wire::Decoded;

const USER_AGENT: &str = concat!("cursor-admin-client/", env!("CARGO_PKG_VERSION"));

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
    /// Sends a call until it is answered, refused or out of attempts. A text that ends early counts
    /// as a broken connection.
    pub(crate) async fn call<T: Send>(
        &self,
        call: &Call,
        decode: impl Fn(&[u8]) -> Decoded<T> + Send + Sync,
    ) -> Result<Answer<T>> {
        let mut attempt = 1;
        loop {
            self.pace(call).await;
            let failure = match self.attempt(call, attempt, &decode).await {
                Ok(value) => return Ok(Answer { value, attempts: attempt }),
                Err(failure) => failure,
            };
            let delay = self.0.policy.next_delay(attempt, failure.outcome, self.0.jitter.next());
            let Some(delay) = delay else { return Err(failure.error.at(call.page, attempt)) };
            self.0.observer.retry_planned(&RetryPlanned {
                operation: call.route.operation(),
                page: call.page,
                attempt,
                reason: failure.outcome,
                wait: delay,
            });
            self.0.clock.sleep(delay).await;
            attempt += 1;
        }
    }

    /// Waits until the endpoint's limit lets one more request through, and counts it.
    async fn pace(&self, call: &Call) {
        let mut now = self.0.clock.now();
        while let Some(until) = self.0.pacer.take(call.route, now) {
            let wait = (until - now).to_std().unwrap_or_default();
            let (operation, page) = (call.route.operation(), call.page);
            self.0.observer.rate_limit_wait(&RateLimitWait { operation, page, wait });
            self.0.clock.sleep(wait).await;
            // What was slept has passed, even if somebody has set the clock back meanwhile.
            now = self.0.clock.now().max(until);
        }
    }

    async fn attempt<T>(
        &self,
        call: &Call,
        attempt: u32,
        decode: &(impl Fn(&[u8]) -> Decoded<T> + Send + Sync),
    ) -> std::result::Result<T, Failure> {
        let (operation, page) = (call.route.operation(), call.page);
        let request = self.request(call).map_err(|_| Failure {
            outcome: FINAL,
            error: Error::config(operation, "the request cannot be built"),
        })?;
        self.0.observer.request_sent(&RequestSent { operation, page, attempt });
        let response = self.0.gate.send(request).await.map_err(|error| self.unanswered(operation, error))?;
        let status = response.status();
        self.0.observer.answer_received(&AnswerReceived {
            operation,
            page,
            attempt,
            status: status.as_u16(),
            bytes: length(response.body()),
        });
        if !status.is_success() {
            let secrets = [self.0.key.expose_secret(), self.0.encoded_key.expose_secret()];
            if status == StatusCode::TOO_MANY_REQUESTS {
                self.0.pacer.refused(call.route);
            }
            let error = refusal::error(operation, &response, self.0.clock.now(), &secrets);
            let outcome = Outcome::Status { status: status.as_u16(), retry_after: error.retry_after() };
            return Err(Failure { outcome, error });
        }
        decode(response.body()).map_err(|fault| Failure {
            outcome: if fault.cut { Outcome::Transport } else { FINAL },
            error: Error::decode(operation, fault).with_status(status.as_u16(), None),
        })
    }

    /// Tells the observer what an answer held.
    pub(crate) fn page_read<T>(&self, call: &Call, rows: &[T], announced: Option<u64>) {
        let (operation, page) = (call.route.operation(), call.page);
        self.0.observer.page_read(&PageRead { operation, page, rows: length(rows), announced });
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

fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

/// What the policy never tries again.
const FINAL: Outcome = Outcome::Status { status: 0, retry_after: None };
