//! What the programs share: tables, numbers, errors and progress on a screen.

mod disputes;
mod numbers;
mod outcome;
mod progress;
mod table;

pub use disputes::{Trial, Verdict};
pub use numbers::grouped;
pub use outcome::{Failure, main};
pub use progress::{ProgressBar, Waits};
pub use table::Table;
