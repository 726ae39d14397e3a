//! Instants, spans between them, and sets of spans.
//!
//! Everything is in UTC and in whole milliseconds, as Cursor's API states its events. A span is always
//! half-open, `[start, end)`, so that neighbouring spans share no instant and leave none out; a provider's
//! inclusive bounds are turned into such spans where its answers are read. Time zones matter in two places
//! only: where a day begins ([`Window::days_in`]) and where a report's steps do
//! ([`Bin`](crate::report::Bin)).

mod timestamp;
mod window_set;

pub use timestamp::{Timestamp, Window};
pub use window_set::WindowSet;
