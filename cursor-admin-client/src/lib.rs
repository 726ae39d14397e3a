#![doc = include_str!("../README.md")]

mod builder;
mod client;
pub mod decode;
pub mod endpoints;
mod error;
pub mod http;
mod listing;
mod redact;
mod snapshot;
mod usage_events;
mod window;

#[doc = include_str!("promises.md")]
pub mod not_promised {}

pub use builder::ClientBuilder;
pub use client::Client;
#[doc(no_inline)]
pub use decode::Cents;
#[doc(no_inline)]
pub use endpoints::usage_events::UsageEvent;
pub use error::{Error, ErrorKind, Result};
#[cfg(feature = "tokio")]
#[doc(no_inline)]
pub use http::SystemClock;
#[doc(no_inline)]
pub use http::{Clock, ManualClock, Transport};
pub use listing::Listing;
pub use snapshot::Snapshot;
pub use usage_events::UsageEvents;
