//! The crate's one error type.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::decode::DecodeFault;
use crate::http::transport::{TransportError, TransportErrorKind};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a failed call: its kind, the operation, the page, the attempts made and the last status.
///
/// `Display` says what happened and what to do; [`source`](std::error::Error::source) says what lay
/// beneath. Neither holds the key, an email or a value of the answer, so an error can be logged.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Inner>);

/// What an error holds, behind a pointer so that a `Result` stays small.
#[derive(Debug, thiserror::Error)]
struct Inner {
    kind: ErrorKind,
    operation: &'static str,
    page: Option<u32>,
    attempts: u32,
    status: Option<u16>,
    retry_after: Option<Duration>,
    announced: Option<u64>,
    received: Option<u64>,
    detail: Cow<'static, str>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kinds of [`Error`].
/// They are what a caller decides by: whether to correct the set-up, to ask for another key, to come back later, or
/// to split a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client or a request was set up wrongly; nothing was sent.
    Config,
    /// The key was refused.
    Auth,
    /// The key is known, but its plan or scope does not cover the call. Cursor answers so with 403,
    /// and with a 401 whose text refers to a scope, a plan or the like (<https://cursor.com/docs/api>).
    PlanOrScope,
    /// Too many requests (429), also after the last retry.
    RateLimited,
    /// Another refusal: a 4xx, or a redirect, which is not followed.
    Rejected,
    /// A 5xx, also after the last retry.
    Server,
    /// The request could not be sent, or no whole answer was received.
    Transport,
    /// The answer is not what the API is known to send.
    Decode,
    /// The pages did not add up to what was announced, however often they were read.
    Incomplete,
    /// More events were announced than the caller allows.
    TooLarge,
    /// The call took longer than the client's deadline.
    TimedOut,
}

impl Error {
    /// Makes an error that knows only what was done and what is wrong.
    pub(crate) fn new(
        kind: ErrorKind,
        operation: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            operation,
            page: None,
            attempts: 0,
            status: None,
            retry_after: None,
            announced: None,
            received: None,
            detail: detail.into(),
            source: None,
        }))
    }

    /// Makes the error of a setting or a request that is wrong before anything is sent.
    pub(crate) fn config(operation: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, operation, detail)
    }

    /// Makes the error of an answer that cannot be read; it names the field, and never what the field holds.
    pub(crate) fn decode(operation: &'static str, fault: DecodeFault) -> Self {
        let detail: Cow<'static, str> = match fault.path() {
            "" => "the answer cannot be read".into(),
            path => format!("cannot read `{path}`").into(),
        };
        Self::new(ErrorKind::Decode, operation, detail).with_source(fault)
    }

    /// Returns the same with the error that caused it.
    pub(crate) fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    /// Returns the same with the error of the last attempt beneath it.
    pub(crate) fn with_last(mut self, last: Self) -> Self {
        self.0.status = last.0.status;
        self.0.retry_after = last.0.retry_after;
        self.with_source(last)
    }

    /// Returns the same with more words.
    pub(crate) fn noting(mut self, words: &'static str) -> Self {
        self.0.detail = format!("{}; {words}", self.0.detail).into();
        self
    }

    /// Returns the same with what the server said, which must be masked already.
    pub(crate) fn with_server_message(self, text: String) -> Self {
        if text.is_empty() { self } else { self.with_source(ServerMessage(text)) }
    }

    /// Returns the same with the status of the answer and the wait that it asked for.
    pub(crate) fn with_status(mut self, status: u16, retry_after: Option<Duration>) -> Self {
        self.0.status = Some(status);
        self.0.retry_after = retry_after;
        self
    }

    /// Returns the same with its page and the number of requests sent.
    pub(crate) fn at(mut self, page: Option<u32>, attempts: u32) -> Self {
        self.0.page = page;
        self.0.attempts = attempts;
        self
    }

    /// Returns the same with how many rows were announced and how many came.
    pub(crate) fn with_counts(mut self, announced: u64, received: Option<u64>) -> Self {
        self.0.announced = Some(announced);
        self.0.received = received;
        self
    }

    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the operation that failed, such as `reading usage events`.
    /// It is a phrase of this crate, and holds nothing of the request.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// Returns the page that was being read.
    /// Pages count from 1; `None` for endpoints without pages.
    pub fn page(&self) -> Option<u32> {
        self.0.page
    }

    /// Returns how many requests the failed call sent, retries included; 0 if it sent none.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the HTTP status of the last answer; `None` if none came.
    ///
    /// A 200 is possible: the answer came and could not be read.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the wait that the server requested (`Retry-After`). It is set on errors after which the client did not wait,
    /// because the wait was longer than the policy allows or the attempts were used up.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the server's error message, masked and truncated.
    ///
    /// Cursor answers errors in at least five shapes; the message is what `message` or `error` says, else the text of
    /// the answer. What may name a person, and the key, are masked: messages end in logs.
    pub fn server_message(&self) -> Option<&str> {
        self.source_as::<ServerMessage>().map(|message| message.0.as_str())
    }

    /// Returns how many rows were announced, for [`ErrorKind::Incomplete`] and [`ErrorKind::TooLarge`].
    /// For the second, it says how finely to split the window.
    pub fn announced(&self) -> Option<u64> {
        self.0.announced
    }

    /// Returns how many rows came, for [`ErrorKind::Incomplete`].
    /// Rows that could not be read count as well.
    pub fn received(&self) -> Option<u64> {
        self.0.received
    }

    /// Returns the field that could not be read, such as `usageEvents[17].chargedCents`, for
    /// [`ErrorKind::Decode`]; missing if the answer could not be read at all.
    pub fn path(&self) -> Option<&str> {
        self.source_as().map(DecodeFault::path).filter(|path| !path.is_empty())
    }

    /// Returns the layer beneath, if it is of that type.
    fn source_as<E: std::error::Error + 'static>(&self) -> Option<&E> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// Returns whether the key was refused.
    /// It is unknown, revoked or of another kind; a retry does not help.
    pub fn is_auth(&self) -> bool {
        self.0.kind == ErrorKind::Auth
    }

    /// Returns whether the plan or the key's scope does not cover the call.
    /// Cursor answers a missing scope with 401, not 403, so that the status alone does not tell it from a wrong key.
    pub fn is_plan_or_scope(&self) -> bool {
        self.0.kind == ErrorKind::PlanOrScope
    }

    /// Returns whether there were too many requests.
    /// [`Error::retry_after`] says how long the server asked to wait, if it said so.
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimited
    }

    /// Returns whether the same call may succeed later. A text that ends early counts as a failed transfer.
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::RateLimited | ErrorKind::Server | ErrorKind::Incomplete | ErrorKind::TimedOut => true,
            ErrorKind::Transport => self.source_as().is_none_or(TransportError::is_retryable),
            ErrorKind::Decode => self.source_as().is_some_and(DecodeFault::is_cut),
            _ => false,
        }
    }

    /// Returns whether the time of the call or of its last attempt ran out.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::TimedOut
            || self.source_as().map(TransportError::kind) == Some(TransportErrorKind::Timeout)
    }

    /// Returns whether the answer could not be read.
    /// [`Error::path`] names the field, if the fault is in one.
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// Returns whether the pages did not add up.
    /// Paging is by offset over data that move, so that rows shift while a window is read; see
    /// [`UsageEvents::snapshot`](crate::UsageEvents::snapshot).
    pub fn is_incomplete(&self) -> bool {
        self.0.kind == ErrorKind::Incomplete
    }

    /// Returns whether more events were announced than allowed.
    /// Read the two halves of the window instead; [`Error::announced`] says how many there are.
    pub fn is_too_large(&self) -> bool {
        self.0.kind == ErrorKind::TooLarge
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation)?;
        if let Some(page) = self.page {
            write!(f, ", page {page}")?;
        }
        write!(f, ": {}", self.detail)?;
        match (self.status, self.attempts) {
            (None, 0) => {}
            (None, attempts) => write!(f, " (attempt {attempts})")?,
            (Some(status), attempts) => write!(f, " (status {status}, attempt {attempts})")?,
        }
        if let Some(wait) = self.retry_after {
            write!(f, "; wait {} s before the next call", wait.as_secs())?;
        }
        f.write_str(advice(self.kind))
    }
}

/// Returns what a user can do about an error of that kind, as the end of a message; nothing where nothing
/// helps.
fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Auth => "; check the key: it must be a team's admin key that has not expired",
        ErrorKind::PlanOrScope => "; use a key with read access on a plan that has the admin api",
        ErrorKind::Server | ErrorKind::Transport => "; try again later",
        ErrorKind::Incomplete => "; the data changes while it is read, so read it again later",
        ErrorKind::TimedOut => "; try again later, or allow more time",
        ErrorKind::TooLarge => "; read a narrower window",
        _ => "",
    }
}

/// The masked words of the server, as the layer beneath an error.
#[derive(Debug, thiserror::Error)]
#[error("the server said `{0}`")]
struct ServerMessage(String);
