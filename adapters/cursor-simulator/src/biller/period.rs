//! The spans that invoices state.

use chrono::{Days, Months, NaiveDate};

use crate::calendar::{DAY, MINUTE, midnight};

/// A half-open span of time, in milliseconds since 1970.
///
/// Invoices print days, while usage is cut at an instant: a period that is printed as `Sep 14 – Oct 14` ends at some
/// time of day of the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Period {
    /// The first millisecond.
    pub start_ms: i64,
    /// The first millisecond after it.
    pub end_ms: i64,
}

impl Period {
    /// Creates the period from `start_ms` to just before `end_ms`. One that ends before it starts contains nothing.
    pub const fn new(start_ms: i64, end_ms: i64) -> Self {
        Self { start_ms, end_ms }
    }

    /// Makes a calendar month as a zone has it that is `offset_minutes` ahead of UTC. January is month 1; a month that
    /// does not exist gives an empty period.
    pub fn calendar_month(year: i32, month: u32, offset_minutes: i32) -> Self {
        let ahead = i64::from(offset_minutes) * MINUTE;
        let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        match NaiveDate::from_ymd_opt(year, month, 1) {
            Some(_) => Self::new(midnight(year, month, 1) - ahead, midnight(next.0, next.1, 1) - ahead),
            None => Self::new(0, 0),
        }
    }

    /// Makes the billing cycle that begins in this month, on this day and at this time of day (in milliseconds, UTC).
    /// In a month that has no such day, a cycle begins on its last day.
    pub fn cycle(year: i32, month: u32, day: u32, time_of_day_ms: i64) -> Self {
        let time = time_of_day_ms.clamp(0, DAY - 1);
        let Some(first) = NaiveDate::from_ymd_opt(year, month, 1) else { return Self::new(0, 0) };
        let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
        Self::new(anchor(first, day) + time, anchor(next, day) + time)
    }

    /// Returns whether an instant lies inside: the start does, the end does not.
    pub const fn contains(&self, ms: i64) -> bool {
        self.start_ms <= ms && ms < self.end_ms
    }
}

/// Returns the midnight of that day of the month, or of the last one before it.
///
/// A cycle of the 31st begins on the last day of a shorter month.
fn anchor(first_of_month: NaiveDate, day: u32) -> i64 {
    let days = u64::from(day.clamp(1, 31) - 1);
    let next_month = first_of_month.checked_add_months(Months::new(1)).unwrap_or(first_of_month);
    let last = next_month.pred_opt().unwrap_or(first_of_month);
    let date = first_of_month.checked_add_days(Days::new(days)).unwrap_or(last).min(last);
    date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::HOUR;

    #[test]
    fn months_begin_at_the_zones_midnight() {
        let pacific = Period::calendar_month(2026, 12, -480);
        assert_eq!(pacific, Period::new(midnight(2026, 12, 1) + 8 * HOUR, midnight(2027, 1, 1) + 8 * HOUR));
        assert!(pacific.contains(pacific.start_ms) && !pacific.contains(pacific.end_ms));
        assert_eq!(Period::calendar_month(2026, 13, 0), Period::new(0, 0));
    }

    #[test]
    fn cycles_begin_on_the_last_day_where_the_month_is_short() {
        let half_past_nine = 9 * HOUR + HOUR / 2;
        let period = Period::cycle(2026, 1, 31, half_past_nine);
        assert_eq!(period.start_ms, midnight(2026, 1, 31) + half_past_nine);
        assert_eq!(period.end_ms, midnight(2026, 2, 28) + half_past_nine);
        assert_eq!(Period::cycle(2028, 2, 30, 0).start_ms, midnight(2028, 2, 29));
        let demo = Period::cycle(2026, 9, 14, half_past_nine);
        assert_eq!((demo.start_ms, demo.end_ms), {
            let start = crate::calendar::cycle_start(midnight(2026, 9, 20));
            (start, crate::calendar::next_cycle(start))
        });
        assert_eq!(Period::cycle(2026, 0, 1, 0), Period::new(0, 0));
    }
}
