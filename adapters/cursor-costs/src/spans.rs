//! Spans for `tracing` of what is asked: which account, and how much it was. They name no person and hold no key.
//!
//! Without the feature `tracing` all of this is nothing.

/// A question or a change that is under way.
pub(crate) struct Span {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

#[cfg(feature = "tracing")]
impl Span {
    pub(crate) fn sync(account: &str) -> Self {
        use tracing::field::Empty;
        Self { span: tracing::info_span!("sync", account, events = Empty, windows = Empty, failed = Empty) }
    }

    pub(crate) fn import(account: &str) -> Self {
        use tracing::field::Empty;
        Self { span: tracing::info_span!("import", account, rows = Empty, stored = Empty) }
    }

    pub(crate) fn report() -> Self {
        use tracing::field::Empty;
        Self { span: tracing::info_span!("report", charges = Empty, rows = Empty) }
    }

    pub(crate) fn reconcile(account: &str) -> Self {
        use tracing::field::Empty;
        Self { span: tracing::info_span!("reconcile", account, lines = Empty, steps = Empty) }
    }

    /// Adds a count to the span.
    pub(crate) fn count(&self, name: &'static str, count: usize) {
        self.span.record(name, u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Does something inside of the span.
    pub(crate) async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        tracing::Instrument::instrument(work, self.span.clone()).await
    }
}

#[cfg(not(feature = "tracing"))]
#[expect(clippy::unused_self, reason = "the same calls as with the feature")]
impl Span {
    pub(crate) fn sync(_: &str) -> Self {
        Self {}
    }

    pub(crate) fn import(_: &str) -> Self {
        Self {}
    }

    pub(crate) fn report() -> Self {
        Self {}
    }

    pub(crate) fn reconcile(_: &str) -> Self {
        Self {}
    }

    pub(crate) fn count(&self, _: &'static str, _: usize) {}

    pub(crate) async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        work.await
    }
}
