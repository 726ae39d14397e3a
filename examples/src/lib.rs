//! What the programs share: the team they read, tables, numbers, errors and progress on a screen.

mod disputes;
mod numbers;
mod outcome;
mod progress;
mod rules_program;
mod shapes;
mod table;
mod team;

pub use disputes::{Trial, Verdict};
pub use numbers::grouped;
pub use outcome::{Failure, main};
pub use progress::{ProgressBar, Waits};
pub use rules_program::rules_program;
pub use shapes::{Shape, ShapeTrial};
pub use table::Table;
pub use team::Team;
