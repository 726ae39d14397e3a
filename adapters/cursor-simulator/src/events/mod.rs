//! What the server holds: usage events, how they change, and exact sums over them.

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
