//! Staying below Cursor's limits: how many requests a minute, and when the next one may go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::gate::Route;

/// The limits on requests a minute to each endpoint; requests beyond them wait for their turn.
///
/// The default is what Cursor allows (<https://cursor.com/docs/api>): 60 for usage events and 20 for
/// every other endpoint. The limit for usage events was 20 until mid-2026, and a proxy may set its
/// own, so the first 429 of an endpoint lowers its limit to 20 for the rest of the client's life.
///
/// The count is a sliding window: no span of 61 seconds, which is Cursor's minute and a second for
/// requests that are slow on the way, begins more than the limit. Retries count like all others.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimits {
    usage_events: Option<u32>,
    others: Option<u32>,
    after_refusal: Option<u32>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { usage_events: Some(60), others: Some(20), after_refusal: Some(20) }
    }
}

impl RateLimits {
    /// Returns limits that never wait, for programs that pace their requests themselves.
    /// A 429 then does not lower anything either.
    pub fn none() -> Self {
        Self { usage_events: None, others: None, after_refusal: None }
    }

    /// Sets the requests a minute for usage events.
    /// 60 by default.
    #[must_use]
    pub fn usage_events(mut self, per_minute: u32) -> Self {
        self.usage_events = Some(per_minute);
        self
    }

    /// Sets the requests a minute for each other endpoint.
    /// Each has a count of its own. 20 by default.
    #[must_use]
    pub fn others(mut self, per_minute: u32) -> Self {
        self.others = Some(per_minute);
        self
    }

    /// Sets the requests a minute for an endpoint that has answered with a 429. It lowers a limit and never raises one.
    /// 20 by default.
    #[must_use]
    pub fn after_refusal(mut self, per_minute: u32) -> Self {
        self.after_refusal = Some(per_minute);
        self
    }

    /// Returns whether every limit lets at least one request through; a client with a limit of 0 would wait
    /// for ever.
    pub(crate) fn allow_any(&self) -> bool {
        [self.usage_events, self.others, self.after_refusal].iter().all(|limit| *limit != Some(0))
    }

    /// Returns the limit of a route; `None` for no limit.
    fn of(&self, route: Route, refused: bool) -> Option<u32> {
        let own = if route == Route::UsageEvents { self.usage_events } else { self.others };
        let lowered = self.after_refusal.filter(|_| refused);
        own.into_iter().chain(lowered).min()
    }
}

/// Cursor's minute, and a second of slack.
const SPAN: TimeDelta = TimeDelta::seconds(61);

/// Returns when one more request may go, given the earlier ones in order, or `None` if it may go now.
///
/// With a limit of ten, it is the tenth last request that has to be older than the span.
fn wait_until(sends: &VecDeque<DateTime<Utc>>, now: DateTime<Utc>, limit: u32) -> Option<DateTime<Utc>> {
    let back = usize::try_from(limit.checked_sub(1)?).ok()?;
    let free = sends.iter().nth_back(back)?.checked_add_signed(SPAN)?;
    (free > now).then_some(free)
}

/// Counts the requests of a client and its clones, endpoint by endpoint.
///
/// Requests of other clients with the same key are not known here: they show only when Cursor answers 429.
#[derive(Debug)]
pub(crate) struct Pacer {
    limits: RateLimits,
    lanes: Mutex<HashMap<Route, Lane>>,
}

/// The requests of one endpoint that still count, in order of time.
#[derive(Debug, Default)]
struct Lane {
    sends: VecDeque<DateTime<Utc>>,
    refused: bool,
}

impl Pacer {
    /// Starts without any request.
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits, lanes: Mutex::default() }
    }

    /// Counts a request that goes now, or says until when it must wait and counts nothing.
    pub(crate) fn take(&self, route: Route, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.with(route, |lane| {
            let limit = self.limits.of(route, lane.refused)?;
            lane.forget(now);
            let until = wait_until(&lane.sends, now, limit);
            // Counted when it goes, not when it waits: a call that gives up while it waits takes nobody's turn.
            if until.is_none() {
                lane.sends.push_back(now);
            }
            until
        })
    }

    /// Notes that an endpoint has answered with a 429.
    pub(crate) fn refused(&self, route: Route) {
        // For good, not for a time: whoever lowered the limit, such as a proxy, will refuse again.
        self.with(route, |lane| lane.refused = true);
    }

    /// Changes the lane of an endpoint, under the lock.
    fn with<T>(&self, route: Route, change: impl FnOnce(&mut Lane) -> T) -> T {
        // The counts are valid after a panic elsewhere, and a library must not spread that panic to every clone.
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        change(lanes.entry(route).or_default())
    }
}

impl Lane {
    /// Drops what no longer counts. A clock that was set back must not make anyone wait for the time
    /// that it lost, so what seems to lie ahead counts as sent now.
    fn forget(&mut self, now: DateTime<Utc>) {
        while self.sends.front().is_some_and(|sent: &DateTime<Utc>| now.signed_duration_since(sent) >= SPAN) {
            self.sends.pop_front();
        }
        for sent in self.sends.iter_mut().rev().take_while(|sent| **sent > now) {
            *sent = now;
        }
    }
}

#[cfg(test)]
mod tests;
