//! Spans of time around a billing period.

use cost_model::{Timestamp, Window};

/// One day in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// The reach of the search for a cut-off around its stated instant, in milliseconds, unless the invoice is one of several of
/// its cycle.
pub(crate) const REACH: i64 = 3 * DAY;

/// Returns the span and as much around it, in milliseconds.
///
/// Where that leaves the range of [`Timestamp`], the span is returned as it is.
pub(crate) fn widened(window: Window, reach: i64) -> Window {
    let start = Timestamp::from_millis(window.start().millis().saturating_sub(reach));
    let wide = start.ok().zip(Timestamp::from_millis(window.end().millis().saturating_add(reach)).ok());
    wide.and_then(|(start, end)| Window::new(start, end).ok()).unwrap_or(window)
}
