//! Queries over a [`Ledger`](crate::Ledger), and the reports they give.

mod allocation;
mod answers;
mod bin;
mod comparison;
mod fragments;
mod groups;
mod interval;
mod keys;
mod measure;
mod mixed;
mod output;
mod part;
mod plan;
mod query;
mod rows;
mod run;
mod seen;
mod settings;
mod spans;
mod sums;
mod totals;
mod unknown;
mod whole;

pub use allocation::Allocation;
pub use bin::{Bin, Weekday};
pub(crate) use fragments::Fragment;
pub use interval::Interval;
pub use measure::Measure;
pub use output::Column;
pub use query::Query;
pub use rows::{Previous, Report, Row, RowKind};
pub use settings::Settings;
pub use totals::{Sum, Totals};
