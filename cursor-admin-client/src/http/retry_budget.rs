//! The share of requests that may be retries.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

/// A limit on the retries that a client and its clones may make together, so that retries do not keep an overloaded server
/// overloaded.
///
/// The default is a fifth of the requests of the last minute, and 10 a minute in any case. A call
/// that finds the budget used up returns its error at once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryBudget {
    percent: Option<u32>,
    per_minute: u32,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { percent: Some(20), per_minute: 10 }
    }
}

impl RetryBudget {
    /// Returns a budget without a limit: only the [`RetryPolicy`](crate::http::RetryPolicy) limits retries.
    pub fn unlimited() -> Self {
        Self { percent: None, per_minute: 0 }
    }

    /// Sets the part of the last minute's requests that may be retries.
    ///
    /// Values above 100 are accepted. With 0 only the number a minute counts.
    #[must_use]
    pub fn percent(mut self, percent: u32) -> Self {
        self.percent = Some(percent);
        self
    }

    /// Sets the retries a minute that are allowed however few requests there are.
    ///
    /// The larger of this number and the share applies.
    #[must_use]
    pub fn per_minute(mut self, retries: u32) -> Self {
        self.per_minute = retries;
        self
    }

    /// Returns whether one more retry is allowed after that many requests and retries within a minute.
    ///
    /// A pure function; the retries count as requests too.
    pub fn allows(&self, requests: u64, retries: u64) -> bool {
        let Some(percent) = self.percent else { return true };
        let share = requests.saturating_mul(u64::from(percent)) / 100;
        retries < share.max(u64::from(self.per_minute))
    }
}

/// Counts the requests and retries of the last minute, second by second.
///
/// Sixty counts at most, however many requests are sent.
#[derive(Debug)]
pub(crate) struct RetryMeter {
    budget: RetryBudget,
    seconds: Mutex<VecDeque<Second>>,
}

/// The counts of one second, by the client's clock.
#[derive(Clone, Copy, Debug)]
struct Second {
    epoch: i64,
    requests: u64,
    retries: u64,
}

impl RetryMeter {
    /// Starts without any request.
    pub(crate) fn new(budget: RetryBudget) -> Self {
        Self { budget, seconds: Mutex::default() }
    }

    /// Counts a request, a retry or not.
    pub(crate) fn request_sent(&self, now: DateTime<Utc>) {
        self.with(now, |second, _| second.requests += 1);
    }

    /// Counts a retry, or says that there may be none.
    pub(crate) fn take(&self, now: DateTime<Utc>) -> bool {
        self.with(now, |second, (requests, retries)| {
            let allowed = self.budget.allows(requests, retries);
            second.retries += u64::from(allowed);
            allowed
        })
    }

    /// Hands over the current second and the sums of requests and retries of the last minute.
    fn with<T>(&self, now: DateTime<Utc>, change: impl FnOnce(&mut Second, (u64, u64)) -> T) -> T {
        let epoch = now.timestamp();
        let mut seconds = self.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        // A second in the future is dropped as well: the clock was set back, and it would count for too long.
        seconds.retain(|second| (0..60).contains(&epoch.saturating_sub(second.epoch)));
        let sums = seconds.iter().fold((0, 0), |(a, b), second| (a + second.requests, b + second.retries));
        let empty = Second { epoch, requests: 0, retries: 0 };
        let mut current = match seconds.back() {
            Some(last) if last.epoch == epoch => seconds.pop_back().unwrap_or(empty),
            _ => empty,
        };
        let result = change(&mut current, sums);
        seconds.push_back(current);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_budget_allows() {
        let default = RetryBudget::default();
        for (budget, requests, retries, expected) in [
            (&default, 0, 0, true),
            (&default, 1, 9, true),
            (&default, 20, 10, false),
            (&default, 54, 10, false),
            (&default, 55, 10, true),
            (&default, 1000, 199, true),
            (&default, 1000, 200, false),
            (&default, u64::MAX, u64::MAX, false),
            (&default.clone().per_minute(0), 4, 0, false),
            (&default.clone().per_minute(0), 5, 0, true),
            (&default.clone().percent(0), 1000, 9, true),
            (&default.clone().percent(0), 1000, 10, false),
            (&RetryBudget::unlimited(), 0, u64::MAX, true),
            (&RetryBudget::unlimited().percent(50), 4, 1, true),
            (&RetryBudget::unlimited().percent(50), 4, 2, false),
        ] {
            assert_eq!(budget.allows(requests, retries), expected, "{budget:?} {requests} {retries}");
        }
    }

    #[test]
    fn a_minute_later_nothing_counts() {
        let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap();
        let meter = RetryMeter::new(RetryBudget::default().per_minute(2));
        assert!(meter.take(at(0)) && meter.take(at(30)));
        assert!(!meter.take(at(30)) && !meter.take(at(59)));
        assert!(meter.take(at(60)));
        assert!(!meter.take(at(89)) && meter.take(at(90)));
    }

    #[test]
    fn more_requests_allow_more_retries_and_little_is_kept() {
        let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap();
        let meter = RetryMeter::new(RetryBudget::default());
        for number in 0..1_000 {
            meter.request_sent(at(number / 10));
        }
        let retries = (0..1_000).filter(|_| meter.take(at(99))).count();
        assert_eq!(retries, 120);
        assert!(meter.seconds.lock().unwrap().len() <= 60);
    }
}
