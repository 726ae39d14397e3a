//! `POST /teams/filtered-usage-events`: the request and its answer.

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
