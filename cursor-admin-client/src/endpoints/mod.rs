//! The endpoints: the request of each, and how its answer is read. Nothing here sends.

pub mod billing_groups;
pub mod daily_usage;
pub mod directory_groups;
pub mod members;
pub mod model_access;
pub mod spend;
pub mod usage_events;
