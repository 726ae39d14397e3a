//! What the programs share: tables, numbers, errors and progress on a screen.

mod causes;
mod numbers;
mod progress;
mod table;

pub use causes::chain;
pub use numbers::grouped;
pub use progress::{ProgressBar, Waits};
pub use table::Table;
