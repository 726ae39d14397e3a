//! The server's time.
//!
//! Tests use a clock that stands still until it is set; a server can let it run. Both count milliseconds since 1970.

use std::time::Instant;

/// A clock that stands, or one that runs on from an instant as fast as the machine's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// It stands at this instant until it is set.
    Still(i64),
    Running {
        from: i64,
        since: Instant,
    },
}

impl Clock {
    /// Returns the time.
    pub(crate) fn now(self) -> i64 {
        match self {
            Self::Still(ms) => ms,
            Self::Running { from, since } => {
                from.saturating_add(i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX))
            }
        }
    }

    /// Sets the time; a running clock goes on from there.
    pub(crate) fn set(&mut self, ms: i64) {
        *self = match self {
            Self::Still(_) => Self::Still(ms),
            Self::Running { .. } => Self::running(ms),
        };
    }

    /// Starts a clock that runs on from an instant.
    pub(crate) fn running(from: i64) -> Self {
        Self::Running { from, since: Instant::now() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_still_clock_stands_and_a_running_one_goes() {
        let mut clock = Clock::Still(5);
        clock.set(7);
        assert_eq!(clock.now(), 7);
        let mut clock = Clock::running(1000);
        assert!(clock.now() >= 1000);
        clock.set(5_000_000);
        assert!((5_000_000..6_000_000).contains(&clock.now()));
        assert!(matches!(clock, Clock::Running { .. }));
    }
}
