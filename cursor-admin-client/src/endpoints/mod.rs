//! The endpoints: the request of each, and how its answer is read. Nothing here sends.
//!
//! Each file has the public types of an endpoint, the request that it takes, and the fields of its answer. A
//! field that Cursor adds is counted as unknown until it has a place here.

pub mod billing_groups;
pub mod daily_usage;
pub mod directory_groups;
pub mod members;
pub mod model_access;
pub mod spend;
pub mod usage_events;
