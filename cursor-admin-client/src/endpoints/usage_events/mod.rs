//! `POST /teams/filtered-usage-events`: the request and its answer.
//!
//! A window may have a million events, so that pages are read with as little copying as can be: `page` hands
//! each event over while its texts are still those of the body.

mod event;
mod filter;
mod kind;
mod page;
mod request;

pub use event::{TokenUsage, UsageEvent, UsageEventRef};
pub use filter::HostingType;
pub use kind::EventKind;
pub use page::UsageEventsPage;
pub(crate) use page::{Row, decode};
pub(crate) use request::EventQuery;
