#![doc = include_str!("../README.md")]

mod base_url;
mod billing_groups;
mod builder;
mod call;
mod cents;
mod client;
mod clock;
mod daily_usage;
mod deadline;
mod directory_groups;
mod error;
mod event_filter;
mod events;
mod events_page;
mod fault;
mod gate;
mod kind;
mod listing;
mod members;
mod model_access;
mod notes;
mod number;
mod observer;
mod pacing;
mod redact;
mod refusal;
mod retry;
mod retry_budget;
mod rows;
mod scan;
mod snapshot;
mod spend;
mod spend_query;
#[cfg(feature = "tracing")]
mod tracing;
mod transport;
mod unknown;
mod usage_events;
mod wire;

#[doc = include_str!("promises.md")]
pub mod not_promised {}

pub use billing_groups::{
    BillingCycle, BillingGroup, BillingGroupDetails, BillingGroupMember, BillingGroups, DailySpend,
};
pub use builder::ClientBuilder;
pub use cents::{Cents, ParseCentsError};
pub use client::Client;
#[cfg(feature = "tokio")]
pub use clock::SystemClock;
pub use clock::{Clock, ManualClock};
pub use daily_usage::DailyUsage;
pub use directory_groups::{DirectoryGroup, DirectoryGroupMember};
pub use error::{Error, ErrorKind, Result};
pub use event_filter::HostingType;
pub use events::{TokenUsage, UsageEvent};
pub use events_page::UsageEventsPage;
pub use gate::READ_ROUTES;
pub use kind::EventKind;
pub use listing::Listing;
pub use members::Member;
pub use model_access::{CatalogModel, ModelAccess, ModelProvider};
pub use notes::BadRow;
pub use observer::{AnswerReceived, Observer, PageRead, RateLimitWait, RequestSent, RetryPlanned};
pub use pacing::RateLimits;
pub use retry::{Outcome, RetryPolicy};
pub use retry_budget::RetryBudget;
pub use snapshot::Snapshot;
pub use spend::{MemberSpend, Spend};
pub use spend_query::{SpendOrder, SpendQuery};
pub use transport::{Transport, TransportError, TransportErrorKind};
pub use unknown::UnknownField;
pub use usage_events::UsageEvents;
