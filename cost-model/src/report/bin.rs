//! Steps of time.
//!
//! Steps are computed in local time of a fixed offset, so that no hour of a zone is missing or occurs twice.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveDateTime, Timelike};

use crate::error::{Error, Result};
use crate::fault::Fault;
use crate::time::{Timestamp, Window};

/// The length of a report's steps in time. Steps follow the calendar of the query's zone.
///
/// Steps of a report do not overlap and leave no gap.
///
/// ```
/// use chrono::FixedOffset;
/// use cost_model::Timestamp;
/// use cost_model::report::Bin;
///
/// let zone = FixedOffset::east_opt(2 * 3600).ok_or("no such zone")?;
/// let evening: Timestamp = "2026-08-31T22:30:00Z".parse()?;
/// // Half past midnight on the first of September, two hours east.
/// assert_eq!(Bin::Month.start_of(evening, zone).to_string(), "2026-08-31T22:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Bin {
    /// Hours.
    Hour,
    /// Calendar days.
    Day,
    /// Weeks that start on that day.
    Week(Weekday),
    /// Calendar months.
    Month,
    /// Calendar quarters, from January.
    Quarter,
    /// Billing cycles: months counted from that instant. A cycle that would start on a day that its month does not have
    /// starts on the month's last.
    Cycle(Timestamp),
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are seven")]
pub enum Weekday {
    /// ISO weekday 1.
    Monday,
    /// ISO weekday 2.
    Tuesday,
    /// ISO weekday 3.
    Wednesday,
    /// ISO weekday 4.
    Thursday,
    /// ISO weekday 5.
    Friday,
    /// ISO weekday 6.
    Saturday,
    /// ISO weekday 7.
    Sunday,
}

impl FromStr for Bin {
    type Err = Error;

    /// Reads `hour`, `day`, `week` (from Monday), `month` or `quarter`.
    ///
    /// ```
    /// use cost_model::report::{Bin, Weekday};
    ///
    /// assert_eq!("week".parse::<Bin>()?, Bin::Week(Weekday::Monday));
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "hour" => Ok(Self::Hour),
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week(Weekday::Monday)),
            "month" => Ok(Self::Month),
            "quarter" => Ok(Self::Quarter),
            _ => {
                let known = "hour, day, week, month or quarter".to_owned();
                Err(Fault::UnknownWord { what: "there is no step", word: text.to_owned(), known }.into())
            }
        }
    }
}

impl fmt::Display for Bin {
    /// Prints the word that [`str::parse`] reads; weeks and cycles without the day on which they start.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week(_) => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Cycle(_) => "cycle",
        })
    }
}

impl Bin {
    /// Returns the first instant of the step that `at` lies in.
    ///
    /// For an instant whose step begins before the calendar does, the instant itself.
    pub fn start_of(self, at: Timestamp, zone: FixedOffset) -> Timestamp {
        let local = at.to_datetime().with_timezone(&zone).naive_local();
        let date = local.date();
        let start = match self {
            Self::Hour => date.and_hms_opt(local.hour(), 0, 0).unwrap_or(local),
            Self::Day => midnight(date),
            Self::Week(first) => {
                let days = (7 + date.weekday().num_days_from_monday() - first.days_from_monday()) % 7;
                midnight(date.checked_sub_days(Days::new(u64::from(days))).unwrap_or(date))
            }
            Self::Month => midnight(date.with_day(1).unwrap_or(date)),
            Self::Quarter => {
                let month = date.month0() / 3 * 3;
                midnight(date.with_day(1).and_then(|first| first.with_month0(month)).unwrap_or(date))
            }
            Self::Cycle(anchor) => {
                cycle_start(anchor.to_datetime().with_timezone(&zone).naive_local(), local)
            }
        };
        start
            .and_local_timezone(zone)
            .single()
            .map_or(at, |start: DateTime<FixedOffset>| start.to_utc().into())
    }
}

impl Bin {
    /// Returns the first instant after the step that `at` lies in; `None` where the calendar ends before.
    pub fn end_of(self, at: Timestamp, zone: FixedOffset) -> Option<Timestamp> {
        self.next(self.start_of(at, zone), zone)
    }

    /// Returns the first instants of all steps that `window` touches, ascending.
    pub(super) fn starts(self, window: Window, zone: FixedOffset) -> Vec<Timestamp> {
        let mut starts = vec![self.start_of(window.start(), zone)];
        while let Some(next) =
            starts.last().and_then(|start| self.next(*start, zone)).filter(|next| *next < window.end())
        {
            starts.push(next);
        }
        starts
    }

    /// Returns the first instant of the step after the one that starts at `start`.
    pub(super) fn next(self, start: Timestamp, zone: FixedOffset) -> Option<Timestamp> {
        const HOUR: i64 = 3_600_000;
        // Longer than the step and shorter than two of them.
        let inside_next = match self {
            Self::Hour => HOUR,
            Self::Day => 24 * HOUR,
            Self::Week(_) => 7 * 24 * HOUR,
            Self::Month | Self::Cycle(_) => 32 * 24 * HOUR,
            Self::Quarter => 93 * 24 * HOUR,
        };
        let inside_next = Timestamp::from_millis(start.millis().checked_add(inside_next)?).ok()?;
        Some(self.start_of(inside_next, zone)).filter(|next| *next > start)
    }
}

impl Weekday {
    /// Returns 0 for Monday to 6 for Sunday, as chrono counts.
    fn days_from_monday(self) -> u32 {
        match self {
            Self::Monday => 0,
            Self::Tuesday => 1,
            Self::Wednesday => 2,
            Self::Thursday => 3,
            Self::Friday => 4,
            Self::Saturday => 5,
            Self::Sunday => 6,
        }
    }
}

fn midnight(date: NaiveDate) -> NaiveDateTime {
    date.and_time(chrono::NaiveTime::MIN)
}

/// Returns the last of `anchor`, `anchor` plus or minus a month, and so on, that is not after `at`.
fn cycle_start(anchor: NaiveDateTime, at: NaiveDateTime) -> NaiveDateTime {
    let between = month_number(at) - month_number(anchor);
    // A cycle of the same month may start after `at`; then the one before is meant.
    [between, between - 1]
        .into_iter()
        .filter_map(|count| {
            let distance = Months::new(u32::try_from(count.unsigned_abs()).ok()?);
            if count < 0 { anchor.checked_sub_months(distance) } else { anchor.checked_add_months(distance) }
        })
        .find(|start| *start <= at)
        .unwrap_or(at)
}

/// Counts the months from the year 0 to the one that a time is in.
fn month_number(time: NaiveDateTime) -> i64 {
    i64::from(time.year()) * 12 + i64::from(time.month0())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;

    fn at(text: &str) -> Timestamp {
        text.parse::<DateTime<Utc>>().unwrap().into()
    }

    #[track_caller]
    fn starts(bin: Bin, hours_east: i32, time: &str, expected: &str) {
        let zone = FixedOffset::east_opt(hours_east * 1800).unwrap();
        assert_eq!(bin.start_of(at(time), zone).to_string(), expected);
    }

    #[test]
    fn steps_start_where_the_calendar_says() {
        starts(Bin::Hour, 0, "2026-11-01T23:59:59.999Z", "2026-11-01T23:00:00Z");
        starts(Bin::Day, 0, "2026-11-01T23:59:59.999Z", "2026-11-01T00:00:00Z");
        starts(Bin::Week(Weekday::Monday), 0, "2026-11-01T23:59:59.999Z", "2026-10-26T00:00:00Z");
        starts(Bin::Week(Weekday::Sunday), 0, "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z");
        starts(Bin::Week(Weekday::Saturday), 0, "2026-11-01T00:00:00Z", "2026-10-31T00:00:00Z");
        starts(Bin::Month, 0, "2026-11-30T23:59:59.999Z", "2026-11-01T00:00:00Z");
        starts(Bin::Quarter, 0, "2026-12-31T23:59:59.999Z", "2026-10-01T00:00:00Z");
        starts(Bin::Quarter, 0, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    }

    #[test]
    fn steps_follow_the_zone() {
        // Half hours east: 11 is India, -16 the US Pacific coast in winter.
        starts(Bin::Hour, 11, "2026-11-01T00:15:00Z", "2026-10-31T23:30:00Z");
        starts(Bin::Day, 11, "2026-11-01T00:15:00Z", "2026-10-31T18:30:00Z");
        starts(Bin::Month, -16, "2026-11-01T07:59:59Z", "2026-10-01T08:00:00Z");
    }

    #[test]
    fn cycles_count_months_from_their_anchor() {
        let anchor = at("2026-08-14T09:30:00Z");
        starts(Bin::Cycle(anchor), 0, "2026-09-14T09:29:59.999Z", "2026-08-14T09:30:00Z");
        starts(Bin::Cycle(anchor), 0, "2026-09-14T09:30:00Z", "2026-09-14T09:30:00Z");
        starts(Bin::Cycle(anchor), 0, "2026-01-01T00:00:00Z", "2025-12-14T09:30:00Z");
        let last_day = at("2026-01-31T12:00:00Z");
        starts(Bin::Cycle(last_day), 0, "2026-02-28T12:00:00Z", "2026-02-28T12:00:00Z");
        starts(Bin::Cycle(last_day), 0, "2026-02-28T11:59:59Z", "2026-01-31T12:00:00Z");
        starts(Bin::Cycle(last_day), 0, "2026-03-30T12:00:00Z", "2026-02-28T12:00:00Z");
    }

    #[test]
    fn every_step_of_a_window_is_found() {
        let zone = FixedOffset::east_opt(0).unwrap();
        let year = Window::new(at("2026-01-15T00:00:00Z"), at("2027-01-01T00:00:00Z")).unwrap();
        let counts = [
            (Bin::Hour, 351 * 24),
            (Bin::Day, 351),
            (Bin::Week(Weekday::Thursday), 51),
            (Bin::Month, 12),
            (Bin::Quarter, 4),
            (Bin::Cycle(at("2026-01-31T00:00:00Z")), 13),
        ];
        for (bin, count) in counts {
            let starts = bin.starts(year, zone);
            assert_eq!(starts.len(), count, "{bin:?}");
            assert!(starts.iter().all(|start| bin.start_of(*start, zone) == *start));
        }
    }
}
