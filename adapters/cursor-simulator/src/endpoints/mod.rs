//! The routes of the Admin API, one file each: what a request may ask, and the JSON that answers it.

mod api;
mod billing_groups;
mod daily_usage;
mod directory_groups;
mod groups;
mod listing;
mod members;
mod model_access;
mod request;
mod spend;
mod usage_events;
mod view;

pub(crate) use api::{Guard, answer};
pub(crate) use view::View;
