//! The trait for time, so that no test waits.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

/// Returns the time and waits.
///
/// The client uses it for rate limits, deadlines and waits before retries, so that tests of all of them run without
/// waiting.
#[async_trait]
pub trait Clock: Debug + Send + Sync + 'static {
    /// Returns the time now.
    fn now(&self) -> DateTime<Utc>;

    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// The system's clock, waiting with tokio.
/// It needs a tokio runtime with its time driver.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SystemClock;

#[cfg(feature = "tokio")]
impl SystemClock {
    /// Makes the system's clock.
    pub const fn new() -> Self {
        Self
    }
}

#[cfg(feature = "tokio")]
#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A clock for tests: a sleep returns at once, moves the time on and is recorded.
///
/// ```
/// use std::time::Duration;
///
/// use chrono::DateTime;
/// use cursor_admin_client::{Clock, ManualClock};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let clock = ManualClock::new(DateTime::UNIX_EPOCH);
/// clock.sleep(Duration::from_secs(60)).await;
/// assert_eq!(clock.now().timestamp(), 60);
/// assert_eq!(clock.sleeps(), [Duration::from_secs(60)]);
/// # }
/// ```
#[derive(Debug)]
pub struct ManualClock(Mutex<State>);

/// The time of a clock for tests, and what was slept.
#[derive(Debug)]
struct State {
    now: DateTime<Utc>,
    sleeps: Vec<Duration>,
}

impl ManualClock {
    /// Makes a clock that shows `now` until it is told to move or to sleep.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(State { now, sleeps: Vec::new() }))
    }

    /// Moves the time on without recording a sleep.
    /// This is time that passes elsewhere, such as in a slow answer.
    pub fn advance(&self, duration: Duration) {
        self.with(|state| state.now = later(state.now, duration));
    }

    /// Returns the sleeps so far, in order.
    /// Tests read from it how long a client would have waited.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.with(|state| state.sleeps.clone())
    }

    /// Changes the state, also after a panic of another thread.
    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.with(|state| state.now)
    }

    async fn sleep(&self, duration: Duration) {
        self.with(|state| {
            state.sleeps.push(duration);
            state.now = later(state.now, duration);
        });
    }
}

/// Returns the instant after a duration, or the last one there is.
fn later(now: DateTime<Utc>, duration: Duration) -> DateTime<Utc> {
    let delta = TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(delta).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
