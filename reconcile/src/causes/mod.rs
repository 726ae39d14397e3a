//! The causes of differences, each in a file of its own; [`list`] has them in the order of the bridge.

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
