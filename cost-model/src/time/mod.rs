//! Instants, spans between them, and sets of spans.

mod spans;
mod timestamp;

pub use spans::Spans;
pub use timestamp::{Timestamp, Window};
