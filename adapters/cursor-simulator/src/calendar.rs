//! Milliseconds since 1970, UTC days, and billing cycles.
//!
//! Cycles begin on the 14th of a month at 09:30 UTC, so that they agree with neither months nor days. Instants out of
//! the range of dates become 1970, since none of the simulated ones are.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};

/// The milliseconds of a minute.
pub(crate) const MINUTE: i64 = 60_000;
/// The milliseconds of an hour.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// The milliseconds of a UTC day, which has no leap second here.
pub(crate) const DAY: i64 = 24 * HOUR;

/// The day of the month on which the demo company's cycles begin.
const ANCHOR_DAY: u32 = 14;
/// The time of day at which they do.
const ANCHOR_TIME: i64 = 9 * HOUR + 30 * MINUTE;

/// Returns the instant as a date and time in UTC.
pub(crate) fn instant(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// Returns the UTC day that holds `ms`.
pub(crate) fn date(ms: i64) -> NaiveDate {
    instant(ms).date_naive()
}

/// Returns the start of a UTC day.
pub(crate) fn midnight(year: i32, month: u32, day: u32) -> i64 {
    NaiveDate::from_ymd_opt(year, month, day).map_or(0, start_of)
}

/// Returns the first millisecond of a UTC day.
fn start_of(date: NaiveDate) -> i64 {
    date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis()
}

/// Returns the last millisecond of a UTC day.
pub(crate) fn last_ms(date: NaiveDate) -> i64 {
    start_of(date) + DAY - 1
}

/// Returns the start of the UTC day that holds `ms`.
pub(crate) const fn floor_day(ms: i64) -> i64 {
    ms.div_euclid(DAY) * DAY
}

/// Returns the start of the calendar month that holds `ms`, in UTC.
pub(crate) fn month_start(ms: i64) -> i64 {
    start_of(date(ms).with_day(1).unwrap_or_default())
}

/// Returns the day of the week in UTC, counted from 0 for Sunday: the first of January 1970 was a Thursday.
pub(crate) const fn weekday(ms: i64) -> i64 {
    (ms.div_euclid(DAY) + 4).rem_euclid(7)
}

/// Returns the same day, or the Monday after a weekend.
pub(crate) const fn working_day(midnight: i64) -> i64 {
    match weekday(midnight) {
        6 => midnight + 2 * DAY,
        0 => midnight + DAY,
        _ => midnight,
    }
}

/// Returns the anchor of the calendar month `offset` months after the one of `ms`.
fn anchor(ms: i64, offset: i32) -> i64 {
    let day = date(ms).with_day(ANCHOR_DAY).unwrap_or_default();
    let months = Months::new(offset.unsigned_abs());
    let moved = if offset < 0 { day.checked_sub_months(months) } else { day.checked_add_months(months) };
    start_of(moved.unwrap_or(day)) + ANCHOR_TIME
}

/// Returns the start of the billing cycle that holds `ms`.
pub(crate) fn cycle_start(ms: i64) -> i64 {
    let this_month = anchor(ms, 0);
    if this_month <= ms { this_month } else { anchor(ms, -1) }
}

/// Returns the start of the cycle after the one that holds `ms`.
pub(crate) fn next_cycle(ms: i64) -> i64 {
    anchor(cycle_start(ms), 1)
}

/// Returns the cycles that lie wholly inside `[start, end)`, oldest first.
///
/// Only such cycles can be billed: of any other the range lacks some usage.
pub(crate) fn closed_cycles(start: i64, end: i64) -> Vec<(i64, i64)> {
    let mut cycles = Vec::new();
    let mut from = if cycle_start(start) == start { start } else { next_cycle(start) };
    loop {
        let to = next_cycle(from);
        // Instants out of the range of dates become 1970, which must not make this loop for ever.
        if to > end || to <= from {
            return cycles;
        }
        cycles.push((from, to));
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_turn_on_the_14th_at_half_past_nine() {
        let edge = midnight(2026, 9, 14) + ANCHOR_TIME;
        assert_eq!(cycle_start(edge), edge);
        assert_eq!(cycle_start(edge - 1), midnight(2026, 8, 14) + ANCHOR_TIME);
        assert_eq!(next_cycle(edge), midnight(2026, 10, 14) + ANCHOR_TIME);
        assert_eq!(cycle_start(midnight(2027, 1, 3)), midnight(2026, 12, 14) + ANCHOR_TIME);
    }

    #[test]
    fn only_whole_cycles_are_closed() {
        let cycles = closed_cycles(midnight(2026, 8, 1), midnight(2026, 11, 1));
        let edge = |month| midnight(2026, month, 14) + ANCHOR_TIME;
        assert_eq!(cycles, [(edge(8), edge(9)), (edge(9), edge(10))]);
        assert_eq!(closed_cycles(edge(8), edge(9)), [(edge(8), edge(9))]);
        assert_eq!(closed_cycles(edge(8) + 1, edge(9)), []);
    }

    #[test]
    fn months_begin_on_the_first() {
        assert_eq!(month_start(midnight(2026, 9, 30) + DAY - 1), midnight(2026, 9, 1));
        assert_eq!(month_start(midnight(2026, 9, 1)), midnight(2026, 9, 1));
    }

    #[test]
    fn weekends_are_known() {
        let saturday = midnight(2026, 8, 1);
        assert_eq!(weekday(saturday), 6);
        assert_eq!(working_day(saturday), midnight(2026, 8, 3));
        assert_eq!(working_day(saturday + DAY), midnight(2026, 8, 3));
        assert_eq!(floor_day(saturday + DAY - 1), saturday);
    }
}
