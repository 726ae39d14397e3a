//! What can happen to the server's data.

use chrono::{DateTime, Utc};

use crate::events::event::TrueEvent;

/// A change of the server's data, at once or, as [`FaultKind::Then`](crate::FaultKind::Then), after a request.
///
/// Events have no id, so a place counts them as [`Simulator::events`](crate::Simulator::events) lists them: from 0,
/// oldest first, among all that are held. A place behind the last event changes nothing.
///
/// ```
/// use cursor_simulator::{Change, Simulator, TrueEvent};
///
/// let simulator = Simulator::of_events(vec![TrueEvent::new(0, "gpt-5.4", TrueEvent::USAGE_BASED)]);
/// simulator.keep_history();
/// assert!(simulator.apply(&Change::Withdraw(0)));
/// let revision = |number| simulator.events_at(number).map(|events| events.len());
/// assert_eq!((revision(0), revision(1)), (Some(1), Some(0)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Adds an event; among events of the same millisecond it is the newest.
    Insert(Box<TrueEvent>),
    /// Takes an event away.
    Withdraw(usize),
    /// Another `chargedCents`; `None` leaves the field out.
    Reprice {
        /// Which event.
        place: usize,
        /// A count of 10^-24 US dollars.
        charged: Option<i128>,
    },
    /// Another event in its place, or where its time belongs.
    Replace {
        /// Which event.
        place: usize,
        /// What stands there from now on.
        event: Box<TrueEvent>,
    },
    /// Removes the person with this email of the directory ([`TrueEvent::person`], or where that is not known
    /// [`TrueEvent::email`]): gone from members and spend, and the email vanishes from all their events.
    RemoveMember(String),
    /// Moves the retention horizon: events older than it are held, but not served. `None` serves all.
    ///
    /// How long Cursor keeps events is not documented, and users report anything from a week to more than a year.
    Horizon(Option<DateTime<Utc>>),
}
