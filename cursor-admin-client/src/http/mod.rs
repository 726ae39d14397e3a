//! Sending a call and getting its answer: the allow-list, limits, retries, deadlines and what an answer says of
//! its server.
//!
//! `connection` puts the parts together for each request; every other file has one part and none of them
//! sends, except the transport behind `gate`.

pub(crate) mod base_url;
pub(crate) mod call;
pub(crate) mod clock;
pub(crate) mod connection;
mod deadline;
pub(crate) mod gate;
pub(crate) mod network;
pub(crate) mod observer;
pub(crate) mod pacing;
mod refusal;
pub(crate) mod retry;
pub(crate) mod retry_budget;
pub(crate) mod server;
#[cfg(feature = "tracing")]
pub(crate) mod tracing;
pub(crate) mod transport;

#[cfg(feature = "tokio")]
pub use clock::SystemClock;
pub use clock::{Clock, ManualClock};
pub use gate::READ_ROUTES;
pub use observer::{AnswerReceived, Observer, PageRead, RateLimitWait, RequestSent, RetryPlanned};
pub use pacing::RateLimits;
pub use retry::{Outcome, RetryPolicy};
pub use retry_budget::RetryBudget;
pub use transport::{Transport, TransportError, TransportErrorKind};
