//! What the server holds: usage events, how they change, and exact sums over them.
//!
//! All of it is plain data without a server: a test can make events, keep a snapshot, and compare sums.

mod change;
mod event;
mod event_list;
mod snapshot;
mod truth;

pub use change::Change;
pub use event::{Tokens, TrueEvent};
pub(crate) use event_list::EventList;
pub use snapshot::Snapshot;
pub use truth::{Sums, Truth};
