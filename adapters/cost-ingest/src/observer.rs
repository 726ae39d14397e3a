//! The trait for observers of a run.
//!
//! A run calls its observer on its own task and waits for it, so an observer should be quick.

use std::fmt;

use cost_model::Window;

/// Observes the progress of a run, for progress bars, metrics and logs.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use cost_ingest::{Observer, Progress};
///
/// /// A gauge of the records stored so far.
/// #[derive(Debug, Default)]
/// struct Gauge(AtomicU64);
///
/// impl Observer for Gauge {
///     fn stored(&self, progress: &Progress) {
///         self.0.store(progress.records, Ordering::Relaxed);
///     }
/// }
/// ```
pub trait Observer: fmt::Debug + Send + Sync {
    /// A window has been stored.
    fn stored(&self, progress: &Progress);
}

/// The observer that does nothing.
impl Observer for () {
    fn stored(&self, _: &Progress) {}
}

/// The progress of a run.
///
/// Counts are those of the run so far, this window included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The window just stored.
    pub window: Window,
    /// Windows stored so far.
    pub done: usize,
    /// Windows of the run; grows when a window turns out too large and is split.
    pub planned: usize,
    /// Records stored so far.
    pub records: u64,
}
