//! What the server held at one moment.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::calendar::instant;
use crate::events::event::TrueEvent;
use crate::events::event_list::EventList;
use crate::events::truth::Truth;

/// The server's usage events under one revision.
///
/// It is cheap to clone and to keep, as it shares with the server what did not change. A test compares it with what
/// an ingest stored while the server went on.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) revision: u64,
    pub(crate) list: Arc<EventList>,
    /// The first millisecond that is still served; older events are held and not served.
    pub(crate) horizon: Option<i64>,
}

impl Snapshot {
    /// Returns the number of the revision: 0 for the data as built; each change of events, people or horizon adds 1.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns the instant before which events are held, but not served; `None` if all are served.
    ///
    /// It stands for the retention of the provider, which is not documented: a request for an earlier time is
    /// answered as if nothing had happened then.
    pub fn horizon(&self) -> Option<DateTime<Utc>> {
        self.horizon.map(instant)
    }

    /// Returns how many events are held, served or not.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Returns whether no event is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the event at a place, from 0, oldest first, among all that are held.
    pub fn get(&self, place: usize) -> Option<&TrueEvent> {
        self.list.get(place)
    }

    /// Returns all events held, oldest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &TrueEvent> {
        self.list.events(0..self.list.len())
    }

    /// Returns the events that a request without filter is answered from, oldest first.
    pub fn served(&self) -> impl DoubleEndedIterator<Item = &TrueEvent> {
        self.list.events(self.first_served()..self.list.len())
    }

    /// Returns the exact sums over [`events`](Self::events), whether the horizon lets them be served or not.
    pub fn truth(&self) -> Truth {
        Truth::of(self.events())
    }

    /// Returns the place of the first event that is served.
    pub(crate) fn first_served(&self) -> usize {
        self.horizon.map_or(0, |ms| self.list.older_than(ms))
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("revision", &self.revision)
            .field("events", &self.len())
            .field("horizon", &self.horizon())
            .finish_non_exhaustive()
    }
}
