//! All events of the server, oldest first.
//!
//! Requests look for spans of time, so that the list is sorted and found by bisection. Places are positions in the
//! list: they change when an older event is inserted or removed.

use std::ops::Range;
use std::sync::Arc;

use crate::events::event::TrueEvent;

/// Events sorted by time; events of the same millisecond keep the order in which they came.
///
/// A copy shares the events, so that a revision of a list costs one pointer an event.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventList {
    events: Vec<Arc<TrueEvent>>,
}

impl EventList {
    /// Sorts events by time.
    pub(crate) fn sorted(mut events: Vec<TrueEvent>) -> Self {
        events.sort_by_key(|event| event.timestamp_ms);
        Self { events: events.into_iter().map(Arc::new).collect() }
    }

    /// Appends an event that is not older than the last one.
    pub(crate) fn push(&mut self, event: TrueEvent) {
        self.events.push(Arc::new(event));
    }

    /// Adds an event behind all that are not newer, and returns its place.
    pub(crate) fn insert(&mut self, event: TrueEvent) -> usize {
        let later = event.timestamp_ms.checked_add(1);
        let place = later.map_or(self.len(), |later| self.older_than(later));
        self.events.insert(place, Arc::new(event));
        place
    }

    /// Removes the event at a place, if there is one.
    pub(crate) fn remove(&mut self, place: usize) -> Option<Arc<TrueEvent>> {
        (place < self.len()).then(|| self.events.remove(place))
    }

    /// Puts another event in place of one. An event of the same millisecond keeps the place; another goes where its time
    /// belongs.
    pub(crate) fn replace(&mut self, place: usize, event: TrueEvent) -> Option<Arc<TrueEvent>> {
        let held = self.events.get_mut(place)?;
        if held.timestamp_ms == event.timestamp_ms {
            return Some(std::mem::replace(held, Arc::new(event)));
        }
        // At another instant, the event has another place.
        let replaced = self.remove(place);
        self.insert(event);
        replaced
    }

    /// Returns how many events there are.
    pub(crate) const fn len(&self) -> usize {
        self.events.len()
    }

    /// Counts the events that are older than `ms`.
    pub(crate) fn older_than(&self, ms: i64) -> usize {
        self.events.partition_point(|event| event.timestamp_ms < ms)
    }

    /// Returns the event at a place, if there is one.
    pub(crate) fn get(&self, place: usize) -> Option<&TrueEvent> {
        self.events.get(place).map(|event| &**event)
    }

    /// Returns the events at these places, oldest first.
    pub(crate) fn events(&self, places: Range<usize>) -> impl DoubleEndedIterator<Item = &TrueEvent> {
        self.events.get(places).unwrap_or_default().iter().map(|event| &**event)
    }

    /// Returns the events of the half-open span, oldest first.
    pub(crate) fn between(&self, start: i64, end: i64) -> impl DoubleEndedIterator<Item = &TrueEvent> {
        let from = self.older_than(start);
        self.events(from..self.older_than(end).max(from))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(at: i64, name: u32) -> TrueEvent {
        TrueEvent::new(at, format!("m{name}"), TrueEvent::FREE)
    }

    fn held(list: &EventList) -> Vec<TrueEvent> {
        list.events(0..list.len()).cloned().collect()
    }

    #[test]
    fn many_events_of_one_millisecond_stay_in_the_order_in_which_they_came() {
        let mut list = EventList::sorted((0..700).map(|n| event(n, 0)).collect());
        for n in 0..1500 {
            list.insert(event(100, n));
        }
        assert!(held(&list).is_sorted_by_key(|event| event.timestamp_ms));
        assert_eq!((list.older_than(100), list.older_than(101), list.len()), (100, 1601, 2200));
        assert_eq!(list.get(1600).unwrap().model, "m1499");
        assert_eq!(list.get(2200), None);
    }

    #[test]
    fn a_copy_does_not_see_changes_and_shares_what_did_not_change() {
        let mut list = EventList::sorted((0..700).map(|n| event(n, 0)).collect());
        let before = list.clone();
        list.remove(300);
        list.insert(event(5, 1));
        assert_eq!((before.len(), list.len()), (700, 700));
        assert_ne!(held(&before), held(&list));
        assert!(Arc::ptr_eq(&before.events[600], &list.events[600]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Against a list that finds its places one event after the other.
        #[test]
        fn agrees_with_a_plain_list(changes in prop::collection::vec((0_u8..4, 0_i64..40, 0_usize..40), 0..60)) {
            let (mut list, mut plain) = (EventList::default(), Vec::<TrueEvent>::new());
            for (number, (change, at, place)) in (0..).zip(changes) {
                let event = event(at, number);
                let spot = plain.iter().take_while(|other| other.timestamp_ms <= at).count();
                match change {
                    0 | 1 => {
                        prop_assert_eq!(list.insert(event.clone()), spot);
                        plain.insert(spot, event);
                    }
                    2 => {
                        let expected = (place < plain.len()).then(|| plain.remove(place));
                        prop_assert_eq!(list.remove(place).map(Arc::unwrap_or_clone), expected);
                    }
                    _ => {
                        let old = plain.get(place).cloned();
                        prop_assert_eq!(list.replace(place, event.clone()).map(Arc::unwrap_or_clone), old.clone());
                        match old {
                            Some(old) if old.timestamp_ms == at => plain[place] = event,
                            Some(_) => {
                                plain.remove(place);
                                let spot = plain.iter().take_while(|other| other.timestamp_ms <= at).count();
                                plain.insert(spot, event);
                            }
                            None => {}
                        }
                    }
                }
            }
            prop_assert_eq!(held(&list), plain.clone());
            for ms in [-1, 0, 7, 20, 40] {
                let older = plain.iter().filter(|event| event.timestamp_ms < ms).count();
                prop_assert_eq!(list.older_than(ms), older);
            }
        }
    }
}
