#![doc = include_str!("../README.md")]

mod builder;
mod client;
mod decode;
mod endpoints;
mod error;
mod http;
mod listing;
mod redact;
mod snapshot;
mod usage_events;
mod window;

#[doc = include_str!("promises.md")]
pub mod not_promised {}

pub use builder::ClientBuilder;
pub use client::Client;
pub use decode::{BadRow, Cents, ParseCentsError, UnknownField};
pub use endpoints::billing_groups::{
    BillingCycle, BillingGroup, BillingGroupDetails, BillingGroupMember, BillingGroups, DailySpend,
};
pub use endpoints::daily_usage::DailyUsage;
pub use endpoints::directory_groups::{DirectoryGroup, DirectoryGroupMember};
pub use endpoints::members::Member;
pub use endpoints::model_access::{CatalogModel, ModelAccess, ModelProvider};
pub use endpoints::spend::{MemberSpend, Spend};
pub use endpoints::spend_query::{SpendOrder, SpendQuery};
pub use endpoints::usage_events::{
    EventKind, HostingType, TokenUsage, UsageEvent, UsageEventRef, UsageEventsPage,
};
pub use error::{Error, ErrorKind, Result};
#[cfg(feature = "tokio")]
pub use http::clock::SystemClock;
pub use http::clock::{Clock, ManualClock};
pub use http::gate::READ_ROUTES;
pub use http::observer::{AnswerReceived, Observer, PageRead, RateLimitWait, RequestSent, RetryPlanned};
pub use http::pacing::RateLimits;
pub use http::retry::{Outcome, RetryPolicy};
pub use http::retry_budget::RetryBudget;
pub use http::transport::{Transport, TransportError, TransportErrorKind};
pub use listing::Listing;
pub use snapshot::Snapshot;
pub use usage_events::UsageEvents;
