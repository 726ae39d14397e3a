//! When a call must be over.
//!
//! It is a moment of the client's clock and not a timer: the connection asks it before each wait, and gives
//! up at once where the wait would not end in time.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// The moment by which a call must be over, if there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deadline(Option<DateTime<Utc>>);

impl Deadline {
    /// Makes the deadline of a call that begins now and may take this long.
    pub(crate) fn starting(now: DateTime<Utc>, allowed: Option<Duration>) -> Self {
        let span = allowed.and_then(|allowed| TimeDelta::from_std(allowed).ok());
        Self(span.and_then(|span| now.checked_add_signed(span)))
    }

    /// Returns whether there is a deadline.
    pub(crate) fn is_set(self) -> bool {
        self.0.is_some()
    }

    /// Returns the time left, or `None` without a deadline.
    pub(crate) fn left(self, now: DateTime<Utc>) -> Option<Duration> {
        self.0.map(|until| (until - now).to_std().unwrap_or_default())
    }

    /// Returns whether there is time left after a wait. Without any the wait would be for nothing.
    pub(crate) fn allows(self, now: DateTime<Utc>, wait: Duration) -> bool {
        self.left(now).is_none_or(|left| wait < left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_waits_are_allowed() {
        let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap();
        let seconds = Duration::from_secs;
        let ten = Some(seconds(10));
        for (allowed, now, wait, expected) in [
            (None, 0, seconds(0), true),
            (None, 0, Duration::MAX, true),
            (ten, 0, seconds(0), true),
            (ten, 0, Duration::from_millis(9_999), true),
            (ten, 0, seconds(10), false),
            (ten, 4, seconds(5), true),
            (ten, 4, seconds(6), false),
            (ten, 10, seconds(0), false),
            (ten, 11, seconds(0), false),
            (Some(Duration::MAX), 0, seconds(1_000_000), true),
        ] {
            let deadline = Deadline::starting(at(0), allowed);
            assert_eq!(deadline.allows(at(now), wait), expected, "{allowed:?} {now} {wait:?}");
        }
        assert_eq!(Deadline::starting(at(0), ten).left(at(25)), Some(Duration::ZERO));
        assert!(!Deadline::default().is_set() && Deadline::default().left(at(0)).is_none());
    }
}
