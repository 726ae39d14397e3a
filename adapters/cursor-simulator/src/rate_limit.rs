//! How many requests a minute admits.

use std::collections::BTreeMap;

use crate::endpoint::Endpoint;

/// Which of its two known refusals the server gives to a request too many.
///
/// Source: the pages "Admin API" and "API overview", <https://cursor.com/docs/account/teams/admin-api> and
/// <https://cursor.com/docs/api>, in their versions before and after September 2026.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Throttling {
    /// `{"code":"error","message":"Rate limit exceeded"}` with `Retry-After: 60`.
    #[default]
    Current,
    /// `{"error":"Too Many Requests","message":"Rate limit exceeded. Please try again later."}` without `Retry-After`.
    Older,
}

/// How many requests per minute the server answers. Each endpoint has a count of its own, and all counts begin again
/// with each whole minute of the server's clock; that it is the whole minute is our choice.
///
/// Source: the table of rate limits on <https://cursor.com/docs/api>. Requests without the right key are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimits {
    /// Requests per minute to usage events: 60, and 20 until mid-2026.
    pub usage_events: u32,
    /// Requests per minute to every other endpoint: 20.
    pub others: u32,
    /// How a request too many is refused.
    pub throttling: Throttling,
}

impl RateLimits {
    /// Returns the limits of October 2026: 60 requests per minute to usage events, 20 to every other endpoint, and a
    /// refusal that says when to come back.
    pub const fn documented() -> Self {
        Self { usage_events: 60, others: 20, throttling: Throttling::Current }
    }

    /// Returns the limits until mid-2026: 20 requests per minute to each endpoint, and a refusal without
    /// `Retry-After`, after which a client has to choose its own delay.
    pub const fn older() -> Self {
        Self { usage_events: 20, others: 20, throttling: Throttling::Older }
    }

    /// Returns how many requests a minute an endpoint admits.
    const fn of(&self, endpoint: Endpoint) -> u32 {
        match endpoint {
            Endpoint::UsageEvents => self.usage_events,
            _ => self.others,
        }
    }
}

/// The requests of the current minute.
/// Refused requests are not counted: a client that repeats too soon does not move its own way back.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    /// The minute that the counts are of, since 1970.
    minute: i64,
    /// How many requests of each endpoint were admitted in it.
    counts: BTreeMap<Endpoint, u32>,
}

impl Limiter {
    /// Counts a request at `now`, in milliseconds since 1970, if its minute admits it; says whether it does.
    pub(crate) fn admits(&mut self, endpoint: Endpoint, now: i64, limits: &RateLimits) -> bool {
        let minute = now.div_euclid(60_000);
        if minute != self.minute {
            self.minute = minute;
            self.counts.clear();
        }
        let count = self.counts.entry(endpoint).or_default();
        let admitted = *count < limits.of(endpoint);
        *count += u32::from(admitted);
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_endpoint_counts_for_itself_until_the_minute_ends() {
        let limits = RateLimits { usage_events: 3, others: 1, throttling: Throttling::Current };
        let mut limiter = Limiter::default();
        let mut admits = |endpoint, now| limiter.admits(endpoint, now, &limits);
        assert_eq!([(); 4].map(|()| admits(Endpoint::UsageEvents, 59_999)), [true, true, true, false]);
        assert_eq!([(); 2].map(|()| admits(Endpoint::Spend, 59_999)), [true, false]);
        assert!(admits(Endpoint::Members, 59_999));
        assert!(admits(Endpoint::UsageEvents, 60_000));
        assert!(admits(Endpoint::Spend, 60_000));
    }
}
