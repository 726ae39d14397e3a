//! Exact sums over the server's own data.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::date;
use crate::events::event::TrueEvent;

/// Sums over some events. Amounts are counts of 10^-24 US dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sums {
    /// How many events there are.
    pub events: u64,
    /// The sum of [`TrueEvent::billed`] where it is known.
    pub billed: i128,
    /// The sum of [`TrueEvent::effective`] where it is known.
    pub effective: i128,
    /// The sum of [`TrueEvent::list`] where it is known.
    pub list: i128,
    /// The plain sum of `chargedCents`, whatever the kind.
    pub charged: i128,
    /// The sum of `cursorTokenFee`.
    pub fees: i128,
    /// The tokens of all four sorts; `u64::MAX` if there are more.
    pub tokens: u64,
    /// Request units, as a count of 10^-24 units.
    pub requests: i128,
}

impl Sums {
    /// Adds an event. Amounts that cannot be said add nothing.
    fn add(&mut self, event: &TrueEvent) {
        self.events += 1;
        self.billed += event.billed().unwrap_or(0);
        self.effective += event.effective().unwrap_or(0);
        self.list += event.list().unwrap_or(0);
        self.charged += event.charged.unwrap_or(0);
        self.fees += event.token_fee.unwrap_or(0);
        self.tokens = self.tokens.saturating_add(event.tokens.map_or(0, |tokens| tokens.total()));
        self.requests += event.requests;
    }
}

/// Everything that a reader of the API could add up, added up beside the API.
///
/// ```
/// use cursor_simulator::{CENT, TrueEvent, Truth};
///
/// let mut event = TrueEvent::new(0, "gpt-5.4", TrueEvent::USAGE_BASED);
/// event.charged = Some(3 * CENT);
/// let truth = Truth::of([&event, &event]);
/// assert_eq!((truth.total.events, truth.by_model["gpt-5.4"].billed), (2, 6 * CENT));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Truth {
    /// All events.
    pub total: Sums,
    /// By kind label as sent.
    pub by_kind: BTreeMap<String, Sums>,
    /// By email as sent; `None` holds the events without one.
    pub by_user: BTreeMap<Option<String>, Sums>,
    /// By the true person, withheld emails included; `None` holds the service accounts.
    pub by_person: BTreeMap<Option<String>, Sums>,
    /// By the true team at the time of the event; `None` holds those outside any team.
    pub by_team: BTreeMap<Option<String>, Sums>,
    /// By the true department at the time of the event.
    pub by_department: BTreeMap<Option<String>, Sums>,
    /// By model id as sent.
    pub by_model: BTreeMap<String, Sums>,
    /// By UTC day.
    pub by_day: BTreeMap<NaiveDate, Sums>,
}

impl Truth {
    /// Makes the sums over these events, in any order.
    pub fn of<E: Borrow<TrueEvent>>(events: impl IntoIterator<Item = E>) -> Self {
        let mut truth = Self::default();
        for event in events {
            let event = event.borrow();
            truth.total.add(event);
            add(&mut truth.by_kind, &event.kind, event);
            add(&mut truth.by_user, &event.email, event);
            add(&mut truth.by_person, &event.person, event);
            add(&mut truth.by_team, &event.team, event);
            add(&mut truth.by_department, &event.department, event);
            add(&mut truth.by_model, &event.model, event);
            add(&mut truth.by_day, &date(event.timestamp_ms), event);
        }
        truth
    }
}

/// Adds an event to the sums of its key; the key is copied only when it is new.
fn add<K: Clone + Ord>(sums: &mut BTreeMap<K, Sums>, key: &K, event: &TrueEvent) {
    if let Some(found) = sums.get_mut(key) {
        found.add(event);
    } else {
        sums.entry(key.clone()).or_default().add(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::CENT;

    #[test]
    fn every_grouping_adds_up_to_the_total() {
        let mut events = Vec::new();
        for n in 0..20_i64 {
            let mut event = TrueEvent::new(n * 40_000_000, format!("m{}", n % 3), TrueEvent::USAGE_BASED);
            event.email = (n % 4 > 0).then(|| format!("u{}", n % 4));
            event.charged = Some(i128::from(n) * CENT);
            events.push(event);
        }
        let truth = Truth::of(&events);
        let whole = truth.total;
        assert_eq!((whole.events, whole.billed), (20, 190 * CENT));
        assert_eq!(truth.by_user.values().map(|sums| sums.billed).sum::<i128>(), whole.billed);
        assert_eq!(truth.by_model.values().map(|sums| sums.billed).sum::<i128>(), whole.billed);
        assert_eq!(truth.by_day.values().map(|sums| sums.billed).sum::<i128>(), whole.billed);
        assert_eq!(truth.by_user.len(), 4);
        assert_eq!(truth.by_day.len(), 9);
    }
}
