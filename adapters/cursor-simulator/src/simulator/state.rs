//! What changes while the server runs.
//!
//! Requests read a snapshot; changes make a new revision of it. Lists are shared and copied only when they change, so
//! that a snapshot stays what it was while the simulator goes on.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::behaviour::Behaviour;
use crate::events::Change;
use crate::events::EventList;
use crate::events::Snapshot;
use crate::events::TrueEvent;
use crate::faults::Faults;
use crate::rate_limit::Limiter;
use crate::simulator::clock::Clock;
use crate::simulator::log::LoggedRequest;

/// Everything that can change, behind the simulator's lock.
pub(crate) struct State {
    pub(crate) snapshot: Snapshot,
    /// Every snapshot since somebody asked for it, oldest first.
    history: Option<Vec<Snapshot>>,
    /// The rows of the snapshot, once they have been requested.
    copied: Option<Arc<[TrueEvent]>>,
    pub(crate) faults: Faults,
    pub(crate) log: Vec<LoggedRequest>,
    pub(crate) behaviour: Behaviour,
    pub(crate) clock: Clock,
    pub(crate) limiter: Limiter,
    /// Company emails of those removed by hand, and when.
    pub(crate) removed: Arc<BTreeMap<String, i64>>,
}

impl State {
    /// Starts at revision 0, with a clock that is still.
    pub(crate) fn new(list: EventList, behaviour: Behaviour, now: i64) -> Self {
        Self {
            snapshot: Snapshot { revision: 0, list: Arc::new(list), horizon: None },
            history: None,
            copied: None,
            faults: Faults::default(),
            log: Vec::new(),
            behaviour,
            clock: Clock::Still(now),
            limiter: Limiter::default(),
            removed: Arc::default(),
        }
    }

    /// Returns the events of the snapshot, copied once for each revision.
    pub(crate) fn events(&mut self) -> Arc<[TrueEvent]> {
        let snapshot = &self.snapshot;
        Arc::clone(self.copied.get_or_insert_with(|| snapshot.events().cloned().collect()))
    }

    /// Keeps every snapshot from now on; a second call changes nothing.
    pub(crate) fn keep_history(&mut self) {
        if self.history.is_none() {
            self.history = Some(vec![self.snapshot.clone()]);
        }
    }

    /// Returns the snapshot of a revision; `None` for one before the history began, or in the future.
    pub(crate) fn snapshot_at(&self, revision: u64) -> Option<Snapshot> {
        if revision == self.snapshot.revision {
            return Some(self.snapshot.clone());
        }
        let history = self.history.as_ref()?;
        let first = history.first()?.revision;
        history.get(usize::try_from(revision.checked_sub(first)?).ok()?).cloned()
    }

    /// Makes a change, and returns whether anything changed.
    ///
    /// A change that leaves everything as it was makes no revision.
    pub(crate) fn apply(&mut self, change: &Change) -> bool {
        let changed = match change {
            Change::Insert(event) => {
                self.list().insert((**event).clone());
                true
            }
            Change::Withdraw(place) => self.list().remove(*place).is_some(),
            Change::Reprice { place, charged } => self.reprice(*place, *charged),
            Change::Replace { place, event } => {
                let differs = self.snapshot.get(*place).is_some_and(|old| *old != **event);
                differs && self.list().replace(*place, (**event).clone()).is_some()
            }
            Change::RemoveMember(email) => self.remove_member(email),
            Change::Horizon(at) => {
                let horizon = at.map(|at| at.timestamp_millis());
                std::mem::replace(&mut self.snapshot.horizon, horizon) != horizon
            }
        };
        if changed {
            self.next_revision();
        }
        changed
    }

    /// Replaces all events, in any order, and makes a new revision.
    pub(crate) fn replace_all(&mut self, events: Vec<TrueEvent>) {
        self.snapshot.list = Arc::new(EventList::sorted(events));
        self.next_revision();
    }

    /// Counts the revision on, and drops what was derived from the last one.
    fn next_revision(&mut self) {
        self.snapshot.revision += 1;
        self.copied = None;
        if let Some(history) = &mut self.history {
            history.push(self.snapshot.clone());
        }
    }

    /// Returns the list to change, copied first if a snapshot shares it.
    fn list(&mut self) -> &mut EventList {
        Arc::make_mut(&mut self.snapshot.list)
    }

    /// Sets what an event is charged; returns whether that differs.
    fn reprice(&mut self, place: usize, charged: Option<i128>) -> bool {
        let held = self.snapshot.get(place).filter(|event| event.charged != charged);
        let Some(mut event) = held.cloned() else { return false };
        event.charged = charged;
        self.list().replace(place, event).is_some()
    }

    /// Withholds a member's email on all events, and notes the time of the first
    /// removal.
    fn remove_member(&mut self, email: &str) -> bool {
        let known = self.removed.contains_key(email);
        let now = self.clock.now();
        let events = self.snapshot.events().enumerate();
        let theirs = events.filter(|(_, event)| event.whose() == Some(email) && event.email.is_some());
        let places: Vec<_> = theirs.map(|(place, _)| place).collect();
        for place in &places {
            if let Some(mut event) = self.snapshot.get(*place).cloned() {
                // Where only the email told whose event it is, the truth must keep it.
                event.person = event.person.or(event.email.take());
                event.email = None;
                self.list().replace(*place, event);
            }
        }
        if !known {
            Arc::make_mut(&mut self.removed).insert(email.to_owned(), now);
        }
        !known || !places.is_empty()
    }
}
