//! Instants, spans between them, and sets of spans.

mod timestamp;
mod window_set;

pub use timestamp::{Timestamp, Window};
pub use window_set::WindowSet;
