//! Spans and events for `tracing`: what an [`Observer`] hears, and no more.

use std::sync::Arc;

use tracing::{Span, debug, info_span, warn};

use super::observer::{AnswerReceived, Observer, PageRead, RateLimitWait, RequestSent, RetryPlanned};

/// Returns the span of one call: the pages of a list are calls of their own. It names the operation and the
/// page, never a person or a key.
pub(crate) fn call_span(operation: &'static str, page: Option<u32>) -> Span {
    info_span!("cursor_admin_api", operation, page)
}

/// Tells `tracing` what another observer hears.
///
/// Levels are `debug`, but for retries, which somebody may have to look at.
#[derive(Debug)]
pub(crate) struct Traced(pub(crate) Arc<dyn Observer>);

impl Observer for Traced {
    fn request_sent(&self, event: &RequestSent) {
        debug!(attempt = event.attempt, "request sent");
        self.0.request_sent(event);
    }

    fn answer_received(&self, event: &AnswerReceived) {
        debug!(attempt = event.attempt, status = event.status, bytes = event.bytes, "answer received");
        self.0.answer_received(event);
    }

    fn retry_planned(&self, event: &RetryPlanned) {
        warn!(attempt = event.attempt, reason = ?event.reason, wait = ?event.wait, "retry planned");
        self.0.retry_planned(event);
    }

    fn rate_limit_wait(&self, event: &RateLimitWait) {
        debug!(wait = ?event.wait, "waiting for the rate limit");
        self.0.rate_limit_wait(event);
    }

    fn page_read(&self, event: &PageRead) {
        let (operation, page) = (event.operation, event.page);
        debug!(operation, page, rows = event.rows, announced = event.announced, "page read");
        self.0.page_read(event);
    }
}
