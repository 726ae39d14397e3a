//! What changes while the server runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::behaviour::Behaviour;
use crate::book::Book;
use crate::change::Change;
use crate::clock::Clock;
use crate::event::TrueEvent;
use crate::fault::Faults;
use crate::rate_limit::Limiter;
use crate::simulator::LoggedRequest;
use crate::snapshot::Snapshot;

pub(crate) struct State {
    pub(crate) snapshot: Snapshot,
    /// Every snapshot since somebody asked for it, oldest first.
    history: Option<Vec<Snapshot>>,
    /// The rows of the snapshot, once somebody has asked for them.
    unpacked: Option<Arc<[TrueEvent]>>,
    pub(crate) faults: Faults,
    pub(crate) log: Vec<LoggedRequest>,
    pub(crate) behaviour: Behaviour,
    pub(crate) clock: Clock,
    pub(crate) limiter: Limiter,
    /// Company emails of those removed by hand, and when.
    pub(crate) removed: Arc<BTreeMap<String, i64>>,
}

impl State {
    pub(crate) fn new(book: Book, behaviour: Behaviour, now: i64) -> Self {
        Self {
            snapshot: Snapshot { revision: 0, book: Arc::new(book), horizon: None },
            history: None,
            unpacked: None,
            faults: Faults::default(),
            log: Vec::new(),
            behaviour,
            clock: Clock::Still(now),
            limiter: Limiter::default(),
            removed: Arc::default(),
        }
    }

    pub(crate) fn events(&mut self) -> Arc<[TrueEvent]> {
        let snapshot = &self.snapshot;
        Arc::clone(self.unpacked.get_or_insert_with(|| snapshot.events().collect()))
    }

    pub(crate) fn keep_history(&mut self) {
        if self.history.is_none() {
            self.history = Some(vec![self.snapshot.clone()]);
        }
    }

    pub(crate) fn snapshot_at(&self, revision: u64) -> Option<Snapshot> {
        if revision == self.snapshot.revision {
            return Some(self.snapshot.clone());
        }
        let history = self.history.as_ref()?;
        let first = history.first()?.revision;
        history.get(usize::try_from(revision.checked_sub(first)?).ok()?).cloned()
    }

    /// Whether anything changed.
    pub(crate) fn apply(&mut self, change: &Change) -> bool {
        let changed = match change {
            Change::Insert(event) => {
                self.book().insert(event);
                true
            }
            Change::Withdraw(place) => self.book().remove(*place).is_some(),
            Change::Reprice { place, charged } => self.reprice(*place, *charged),
            Change::Replace { place, event } => {
                let differs = self.snapshot.get(*place).is_some_and(|old| old != **event);
                differs && self.book().replace(*place, event).is_some()
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

    pub(crate) fn replace_all(&mut self, events: Vec<TrueEvent>) {
        self.snapshot.book = Arc::new(Book::of(events));
        self.next_revision();
    }

    fn next_revision(&mut self) {
        self.snapshot.revision += 1;
        self.unpacked = None;
        if let Some(history) = &mut self.history {
            history.push(self.snapshot.clone());
        }
    }

    fn book(&mut self) -> &mut Book {
        Arc::make_mut(&mut self.snapshot.book)
    }

    fn reprice(&mut self, place: usize, charged: Option<i128>) -> bool {
        let Some(mut event) = self.snapshot.get(place).filter(|event| event.charged != charged) else {
            return false;
        };
        event.charged = charged;
        self.book().replace(place, &event).is_some()
    }

    fn remove_member(&mut self, email: &str) -> bool {
        let known = self.removed.contains_key(email);
        let now = self.clock.now();
        let theirs = |event: &TrueEvent| event.whose() == Some(email) && event.email.is_some();
        let events = self.snapshot.events();
        let places: Vec<_> =
            events.enumerate().filter(|(_, event)| theirs(event)).map(|(place, _)| place).collect();
        for place in &places {
            if let Some(mut event) = self.snapshot.get(*place) {
                // Where only the email told whose event it is, the truth must keep it.
                event.person = event.person.or(event.email.take());
                event.email = None;
                self.book().replace(*place, &event);
            }
        }
        if !known {
            Arc::make_mut(&mut self.removed).insert(email.to_owned(), now);
        }
        !known || !places.is_empty()
    }
}
