//! Named ranges of days, and the range that a report is compared with.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, FixedOffset, Months, NaiveDate};

use crate::error::{Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::time::{Timestamp, Window};

/// A range of whole days by name, relative to a day called today.
///
/// Text forms are those of Vantage's API, such as `this_month`, `last_7_days` or `last_3_months`, with any number.
///
/// ```
/// use chrono::{FixedOffset, NaiveDate};
/// use cost_model::report::Interval;
/// let utc = FixedOffset::east_opt(0).ok_or("zone")?;
/// let today: NaiveDate = "2026-11-22".parse()?;
/// let window = "last_month".parse::<Interval>()?.window(today, utc)?;
/// assert_eq!(window.to_string(), "2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Interval {
    /// The calendar month of today.
    ThisMonth,
    /// That many days, the last of them today.
    LastDays(u32),
    /// That many whole calendar months before that of today.
    LastMonths(u32),
    /// That many whole calendar months after that of today.
    NextMonths(u32),
    /// From the first of January to today, both included.
    YearToDate,
}

impl Interval {
    /// Returns the range as a window, whose days begin at midnight in `zone`. `today` is a date in `zone`.
    ///
    /// # Errors
    /// [`ErrorKind::Value`] when it is empty or leaves the calendar.
    pub fn window(self, today: NaiveDate, zone: FixedOffset) -> Result<Window> {
        let this_month = today.with_day(1).unwrap_or(today);
        let tomorrow = today.checked_add_days(Days::new(1));
        let (first, end) = match self {
            Self::ThisMonth => (Some(this_month), this_month.checked_add_months(Months::new(1))),
            Self::LastDays(days) => (
                tomorrow.and_then(|tomorrow| tomorrow.checked_sub_days(Days::new(u64::from(days)))),
                tomorrow,
            ),
            Self::LastMonths(months) => {
                (this_month.checked_sub_months(Months::new(months)), Some(this_month))
            }
            Self::NextMonths(months) => {
                let next = this_month.checked_add_months(Months::new(1));
                (next, next.and_then(|next| next.checked_add_months(Months::new(months))))
            }
            Self::YearToDate => (this_month.with_month(1), tomorrow),
        };
        let (first, end) = first.zip(end).ok_or_else(|| Fault::LeavesCalendar(self.to_string()))?;
        Window::days_in(zone, first, end)
    }
}

impl FromStr for Interval {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "this_month" => Ok(Self::ThisMonth),
            "last_month" => Ok(Self::LastMonths(1)),
            "next_month" => Ok(Self::NextMonths(1)),
            "year_to_date" => Ok(Self::YearToDate),
            _ => {
                if let Some(days) = text.strip_prefix("last_").and_then(|rest| rest.strip_suffix("_days")) {
                    return Ok(Self::LastDays(positive(days, text)?));
                }
                if let Some(months) = text.strip_prefix("last_").and_then(|rest| rest.strip_suffix("_months"))
                {
                    return Ok(Self::LastMonths(positive(months, text)?));
                }
                let months = text.strip_prefix("next_").and_then(|rest| rest.strip_suffix("_months"));
                Ok(Self::NextMonths(positive(months.ok_or_else(|| unknown_interval(text))?, text)?))
            }
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ThisMonth => f.write_str("this_month"),
            Self::LastDays(days) => write!(f, "last_{days}_days"),
            Self::LastMonths(1) => f.write_str("last_month"),
            Self::LastMonths(months) => write!(f, "last_{months}_months"),
            Self::NextMonths(1) => f.write_str("next_month"),
            Self::NextMonths(months) => write!(f, "next_{months}_months"),
            Self::YearToDate => f.write_str("year_to_date"),
        }
    }
}

/// Returns the range before `window`: as many whole months if it is made of whole months, else as much time.
pub(super) fn previous(window: Window, zone: FixedOffset) -> Result<Window> {
    let [start, end] =
        [window.start(), window.end()].map(|at| at.to_datetime().with_timezone(&zone).naive_local());
    let whole = [start, end].iter().all(|at| at.day() == 1 && at.time() == chrono::NaiveTime::MIN);
    let before = if whole {
        let months =
            i64::from(end.year() - start.year()) * 12 + i64::from(end.month()) - i64::from(start.month());
        let months = u32::try_from(months).ok();
        let first = months.and_then(|months| start.date().checked_sub_months(Months::new(months)));
        first.map(|first| Timestamp::midnight_in(zone, first))
    } else {
        let (start, end) = (window.start().millis(), window.end().millis());
        end.checked_sub(start).and_then(|length| Timestamp::from_millis(start.checked_sub(length)?).ok())
    };
    let before =
        before.ok_or_else(|| Error::new(ErrorKind::Value, "the previous period leaves the calendar"))?;
    Window::new(before, window.start())
}

fn unknown_interval(text: &str) -> Error {
    let known = "one like this_month, last_month, last_7_days, last_3_months, year_to_date, next_month, next_3_months";
    Fault::UnknownWord { what: "unknown interval", word: text.to_owned(), known: known.to_owned() }.into()
}

/// Reads how many days or months the interval `text` covers.
fn positive(number: &str, text: &str) -> Result<u32> {
    let number = number.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| unknown_interval(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_whole_days() {
        let table = [
            ("this_month", "2026-11-01", "2026-12-01"),
            ("last_month", "2026-10-01", "2026-11-01"),
            ("last_7_days", "2026-11-16", "2026-11-23"),
            ("last_3_months", "2026-08-01", "2026-11-01"),
            ("last_36_months", "2023-11-01", "2026-11-01"),
            ("year_to_date", "2026-01-01", "2026-11-23"),
            ("next_month", "2026-12-01", "2027-01-01"),
            ("next_3_months", "2026-12-01", "2027-03-01"),
        ];
        let utc = FixedOffset::east_opt(0).unwrap();
        for (name, first, end) in table {
            let interval: Interval = name.parse().unwrap();
            assert_eq!(interval.to_string(), name);
            let window = interval.window("2026-11-22".parse().unwrap(), utc).unwrap();
            assert_eq!(window, Window::days(first.parse().unwrap(), end.parse().unwrap()).unwrap(), "{name}");
        }
        for name in ["", "last_0_days", "last_x_days", "last_days", "yesterday", "next_0_months"] {
            assert!(name.parse::<Interval>().is_err(), "{name}");
        }
    }

    #[test]
    fn the_previous_period_is_as_long() {
        let utc = FixedOffset::east_opt(0).unwrap();
        let days =
            |first: &str, end: &str| Window::days(first.parse().unwrap(), end.parse().unwrap()).unwrap();
        assert_eq!(
            previous(days("2026-03-01", "2026-04-01"), utc).unwrap(),
            days("2026-02-01", "2026-03-01")
        );
        assert_eq!(
            previous(days("2026-01-01", "2026-04-01"), utc).unwrap(),
            days("2025-10-01", "2026-01-01")
        );
        assert_eq!(
            previous(days("2026-03-02", "2026-03-09"), utc).unwrap(),
            days("2026-02-23", "2026-03-02")
        );
    }
}
