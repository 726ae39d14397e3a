#![doc = include_str!("../README.md")]

mod arguments;
mod disputes;
mod files;
mod numbers;
mod outcome;
pub mod printer;
mod progress;
mod pseudonyms;
mod remarks;
mod rules_program;
mod shapes;
mod team;

pub use arguments::whole_number;
pub use cost_model::output::TextTable;
pub use disputes::{Trial, Verdict};
pub use files::{NewFiles, write_file};
pub use numbers::{counted, grouped, percent, seconds};
pub use outcome::{Failure, chain, main};
pub use printer::print_indented;
pub use progress::{ProgressBar, Waits};
pub use pseudonyms::pseudonyms;
pub use remarks::{print_invoice_remarks, print_run_remarks};
pub use rules_program::{NamedText, Refusal, rules_program};
pub use shapes::{Shape, ShapeTrial};
pub use team::Team;
