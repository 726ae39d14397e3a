//! Queries over a [`Ledger`](crate::Ledger), and the reports they give.

mod fragments;
mod query;
mod run;
mod totals;

pub use query::{Measure, Query};
pub use run::{Report, Row};
pub use totals::{Sum, Totals};
