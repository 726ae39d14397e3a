//! The trait between the client and the network.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

#[cfg(feature = "reqwest")]
pub(crate) mod reqwest;

/// Sends one request once. An answer other than 2xx is `Ok`: judging it is the client's work, as are
/// retries.
///
/// The requests carry the API key in an `Authorization` header that is marked sensitive. An
/// implementation sends them as they are, follows no redirect, and bounds the time and the size of
/// an answer.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends the request and returns the whole answer.
    ///
    /// # Errors
    /// [`TransportError`] where no whole answer came.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError>;
}

/// The error of a transport that received no whole answer.
///
/// An answer of any status is not one: only what happened on the way is.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    kind: TransportErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kinds of [`TransportError`].
/// They decide whether a request is sent again: what is too large or refused would be so again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The server could not be reached.
    Connect,
    /// The answer did not come in time.
    Timeout,
    /// The connection broke before the whole answer came.
    Interrupted,
    /// The answer is larger than the transport takes.
    TooLarge,
    /// The transport does not send such a request.
    Refused,
}

impl TransportError {
    /// Creates an error of a kind, with words that hold no secret: no key, and no URL with a query.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Returns the same with the error that caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the kind of error.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Returns whether the same request may get an answer later.
    /// That is the case of everything but [`TooLarge`](TransportErrorKind::TooLarge) and
    /// [`Refused`](TransportErrorKind::Refused).
    pub fn is_retryable(&self) -> bool {
        !matches!(self.kind, TransportErrorKind::TooLarge | TransportErrorKind::Refused)
    }
}
