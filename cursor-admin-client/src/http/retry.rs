//! When to try again, and how long to wait before.
//!
//! The policy is a pure function of the attempt, its outcome and a random number. Whether a retry fits the deadline
//! and the budget is decided by the connection.

use std::time::Duration;

/// The policy of retries: how often a request is sent, and how long to wait in between.
///
/// All calls of this client are reads, so all of them may be repeated. A 429 waits as long as
/// `Retry-After` asks, or else a minute and a little more, since Cursor counts requests by the
/// minute (<https://cursor.com/docs/api>). A 5xx and a failed transport wait a random time below a bound that doubles each time. A
/// longer requested wait than `delay_max` is not slept: the error says how long it was.
///
/// ```
/// use cursor_admin_client::http::RetryPolicy;
///
/// let patient = RetryPolicy::default().attempts_max(8);
/// assert_ne!(patient, RetryPolicy::never());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    attempts_max: u32,
    delay_min: Duration,
    delay_max: Duration,
}

/// The way in which an attempt failed, as far as retrying is concerned.
///
/// A text that ends early counts as no whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// An answer other than 2xx.
    Status {
        /// Its status.
        status: u16,
        /// The wait it asked for.
        retry_after: Option<Duration>,
    },
    /// No whole answer.
    Transport,
}

/// What a 429 without `Retry-After` waits: Cursor's limits are reset every minute.
const RATE_LIMIT_DELAY: Duration = Duration::from_secs(60);
/// How much is added to that at random, so that callers do not return all at once.
const RATE_LIMIT_JITTER: Duration = Duration::from_secs(10);

impl Default for RetryPolicy {
    /// 5 attempts, waits from half a second up, none beyond 2 minutes.
    fn default() -> Self {
        Self { attempts_max: 5, delay_min: Duration::from_millis(500), delay_max: Duration::from_secs(120) }
    }
}

impl RetryPolicy {
    /// Returns a policy of a single attempt.
    /// Use it where something else repeats the call, so that two layers do not multiply their attempts.
    pub fn never() -> Self {
        Self::default().attempts_max(1)
    }

    /// Sets how many requests one call may send, the first included; 0 counts as 1.
    /// 5 by default.
    #[must_use]
    pub fn attempts_max(mut self, attempts: u32) -> Self {
        self.attempts_max = attempts.max(1);
        self
    }

    /// Sets the shortest wait that a server may ask for, and the first bound of the waits after a 5xx.
    /// Half a second by default.
    #[must_use]
    pub fn delay_min(mut self, delay: Duration) -> Self {
        self.delay_min = delay;
        self
    }

    /// Sets the longest wait.
    ///
    /// A server that asks for more ends the call.
    #[must_use]
    pub fn delay_max(mut self, delay: Duration) -> Self {
        self.delay_max = delay;
        self
    }

    /// Returns how long to wait after attempt number `attempt` (from 1), or `None` to give up.
    ///
    /// A pure function: `unit` is a random number in parts of 2^32, which tests fix.
    pub fn next_delay(&self, attempt: u32, outcome: Outcome, unit: u32) -> Option<Duration> {
        if attempt >= self.attempts_max {
            return None;
        }
        let asked = match outcome {
            Outcome::Status { status: 429 | 500.., retry_after } => retry_after,
            Outcome::Transport => None,
            // Any other status is about the request itself, and would be the same again.
            Outcome::Status { .. } => return None,
        };
        if let Some(asked) = asked {
            // A longer wait is not shortened: a retry before the requested time would only be refused again.
            // Not below the shortest wait either: a server that asks for 0 seconds would be asked without a pause.
            return (asked <= self.delay_max).then_some(asked.max(self.delay_min).min(self.delay_max));
        }
        if matches!(outcome, Outcome::Status { status: 429, .. }) {
            return Some((RATE_LIMIT_DELAY + part(RATE_LIMIT_JITTER, unit)).min(self.delay_max));
        }
        // Random over the whole bound ("full jitter"), so that clients that failed together do not return together.
        let doublings = attempt.saturating_sub(1).min(31);
        let bound = self.delay_min.saturating_mul(1 << doublings).min(self.delay_max);
        Some(part(bound, unit))
    }
}

/// Returns `unit` parts of 2^32 of a time.
fn part(whole: Duration, unit: u32) -> Duration {
    let nanos = whole.as_nanos().saturating_mul(u128::from(unit)) >> 32;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: u32 = 1 << 31;

    fn status(status: u16, seconds: Option<u64>) -> Outcome {
        Outcome::Status { status, retry_after: seconds.map(Duration::from_secs) }
    }

    #[test]
    fn next_delay_table() {
        let policy = RetryPolicy::default();
        let ms = Duration::from_millis;
        for (attempt, outcome, unit, expected) in [
            (1, status(429, Some(60)), HALF, Some(ms(60_000))),
            (1, status(429, Some(120)), HALF, Some(ms(120_000))),
            (1, status(429, Some(121)), HALF, None),
            (1, status(429, Some(0)), HALF, Some(ms(500))),
            (1, status(429, None), 0, Some(ms(60_000))),
            (4, status(429, None), HALF, Some(ms(65_000))),
            (5, status(429, None), HALF, None),
            (5, status(429, Some(1)), HALF, None),
            (1, status(503, Some(7)), HALF, Some(ms(7_000))),
            (1, status(503, Some(u64::MAX)), HALF, None),
            (1, status(500, None), HALF, Some(ms(250))),
            (2, status(502, None), HALF, Some(ms(500))),
            (3, status(503, None), HALF, Some(ms(1_000))),
            (4, status(504, None), HALF, Some(ms(2_000))),
            (1, status(599, None), 0, Some(ms(0))),
            (1, Outcome::Transport, HALF, Some(ms(250))),
            (4, Outcome::Transport, HALF, Some(ms(2_000))),
            (5, Outcome::Transport, HALF, None),
            (1, status(400, None), HALF, None),
            (1, status(401, None), HALF, None),
            (1, status(403, Some(1)), HALF, None),
            (1, status(302, None), HALF, None),
        ] {
            assert_eq!(policy.next_delay(attempt, outcome, unit), expected, "{attempt} {outcome:?}");
        }
    }

    #[test]
    fn waits_are_bounded() {
        let policy = RetryPolicy::default().attempts_max(u32::MAX).delay_max(Duration::from_secs(20));
        for attempt in [1, 2, 31, 32, 33, 1_000_000] {
            let delay = policy.next_delay(attempt, Outcome::Transport, u32::MAX).unwrap();
            assert!(delay <= Duration::from_secs(20), "{delay:?}");
        }
        assert_eq!(policy.next_delay(1, status(429, None), 0), Some(Duration::from_secs(20)));
        assert_eq!(RetryPolicy::never().next_delay(1, Outcome::Transport, 0), None);
        assert_eq!(RetryPolicy::default().attempts_max(0), RetryPolicy::never());
    }
}
