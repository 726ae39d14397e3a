//! Causes of differences: the name of each, its place in a report, and what to do about it.
//!
//! Each cause is a file of this module and a row of one list, which is the bridge from top to bottom; see
//! [`CauseSpec::all`].

pub(crate) mod bridge_builder;
pub(crate) mod context;
pub(crate) mod fees;
mod invoice_lines;
pub(crate) mod list;
mod scope;
pub(crate) mod spec;
mod timing;
mod usage_lines;

pub(crate) use invoice_lines::equal_lines;
pub(crate) use invoice_lines::netting::credited;
pub use spec::{CauseSpec, Theme};
