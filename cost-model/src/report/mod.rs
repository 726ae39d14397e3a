//! Queries over a [`Ledger`](crate::ledger::Ledger), and the reports they give.

mod allocation;
mod answer;
mod bin;
mod comparison;
mod engine;
mod fragments;
mod interval;
mod keys;
mod measure;
mod output;
mod part;
mod query;
mod rows;
mod settings;
mod totals;
mod unknown;

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
