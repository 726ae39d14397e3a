//! The routes of the Admin API, one file each: what a request may ask, and the JSON that answers it.
//!
//! What Cursor documents is answered as documented; where it says nothing, the doc of the endpoint says what
//! was chosen, or [`Behaviour`](crate::Behaviour) has a switch for it.

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
