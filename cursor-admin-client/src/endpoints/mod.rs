//! The endpoints: what each is asked, and how its answer is read. Nothing here sends.

pub(crate) mod billing_groups;
pub(crate) mod daily_usage;
pub(crate) mod directory_groups;
pub(crate) mod members;
pub(crate) mod model_access;
pub(crate) mod spend;
pub(crate) mod spend_query;
pub(crate) mod usage_events;
