//! The trait for observers of the client.

use std::fmt;
use std::time::Duration;

use super::retry::Outcome;

/// Observes what a client does, for progress bars, metrics and logs. Every function does nothing by default.
///
/// The functions are called in the middle of the work, perhaps from several threads at once, and
/// should return soon. No event holds a key, an email or a text of a request or an answer.
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// A request is about to be sent.
    ///
    /// Retries are requests, too.
    fn request_sent(&self, _event: &RequestSent) {}

    /// A whole answer came, of whatever status.
    ///
    /// Refusals are answers; a connection that breaks brings none.
    fn answer_received(&self, _event: &AnswerReceived) {}

    /// An attempt failed and will be repeated.
    ///
    /// Called before the wait, so that it shows why nothing happens for a while.
    fn retry_planned(&self, _event: &RetryPlanned) {}

    /// A request waits because of [`RateLimits`](crate::http::RateLimits).
    fn rate_limit_wait(&self, _event: &RateLimitWait) {}

    /// A list or a page of it was read.
    ///
    /// An endpoint without pages reads one.
    fn page_read(&self, _event: &PageRead) {}
}

/// The observer that does nothing.
impl Observer for () {}

/// A request is about to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestSent {
    /// The operation, such as `reading usage events`.
    pub operation: &'static str,
    /// The page requested, if the endpoint has pages.
    pub page: Option<u32>,
    /// The number of the attempt, from 1.
    pub attempt: u32,
}

/// A whole answer came, of whatever status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerReceived {
    /// The operation, such as `reading usage events`.
    pub operation: &'static str,
    /// The page requested, if the endpoint has pages.
    pub page: Option<u32>,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The HTTP status.
    pub status: u16,
    /// The length of the body, after decompression.
    pub bytes: u64,
}

/// An attempt failed and will be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPlanned {
    /// The operation, such as `reading usage events`.
    pub operation: &'static str,
    /// The page requested, if the endpoint has pages.
    pub page: Option<u32>,
    /// The number of the attempt that failed, from 1.
    pub attempt: u32,
    /// The way in which it failed.
    pub reason: Outcome,
    /// The time that the client waits before the next attempt.
    pub wait: Duration,
}

/// A request waits because of [`RateLimits`](crate::http::RateLimits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimitWait {
    /// The operation, such as `reading usage events`.
    pub operation: &'static str,
    /// The page requested, if the endpoint has pages.
    pub page: Option<u32>,
    /// The time that it waits. Clones that wait for the same turn may have to wait again.
    pub wait: Duration,
}

/// A list or a page of it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageRead {
    /// The operation, such as `reading usage events`.
    pub operation: &'static str,
    /// The page, if the endpoint has pages.
    pub page: Option<u32>,
    /// The number of its rows.
    pub rows: u64,
    /// The number of rows of all pages, as the server said on this page.
    pub announced: Option<u64>,
}
