//! The causes of differences, each with its steps, in the order of the bridge.

pub(crate) mod bridge_builder;
pub(crate) mod circumstances;
pub(crate) mod fee_lines;
pub(crate) mod invoice_only;
pub(crate) mod outcome;
pub(crate) mod own_key;
pub(crate) mod scope;
pub(crate) mod timing;
pub(crate) mod token_fee;
pub(crate) mod usage_lines;
