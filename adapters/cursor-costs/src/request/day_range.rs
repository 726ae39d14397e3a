use chrono::{FixedOffset, NaiveDate};
use cost_model::Window;
use cost_model::report::Interval;

use crate::error::{Error, Result};

/// The days of a question, in the reporting zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DayRange {
    /// A named range of days before today.
    Interval(Interval),
    /// From a day on, to the day after the last.
    Days {
        /// The first day.
        from: NaiveDate,
        /// The first day that is no longer part of it.
        to: NaiveDate,
    },
}

impl Default for DayRange {
    /// The present month and the two before it up to today would change every day; the last whole month is what most ask for.
    fn default() -> Self {
        Self::Interval(Interval::LastMonths(1))
    }
}

impl DayRange {
    /// Returns the range of a named interval or of two days; the default where neither is stated.
    ///
    /// # Errors
    /// What is wrong, for people: both are stated, only one of the days is, or they are in the wrong order.
    pub fn of(
        interval: Option<Interval>,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> std::result::Result<Self, String> {
        match (interval, from, to) {
            (None, None, None) => Ok(Self::default()),
            (Some(interval), None, None) => Ok(Self::Interval(interval)),
            (None, Some(from), Some(to)) if from < to => Ok(Self::Days { from, to }),
            (None, Some(from), Some(to)) => Err(format!(
                "the days end on {to}, which is not after {from}: the end is the first day that does not count"
            )),
            (Some(_), ..) => Err("an interval and days say the same thing: leave one out".to_owned()),
            (None, ..) => {
                Err("days are stated by their first and by the day after the last: give both".to_owned())
            }
        }
    }

    /// Reads a day, such as `2026-09-15`, as options and configurations state it.
    ///
    /// ```
    /// use cursor_costs::request::DayRange;
    ///
    /// assert!(DayRange::day("2026-09-15").is_ok());
    /// assert!(DayRange::day("26-09-15").is_err(), "that would be a day of the year 26");
    /// ```
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn day(text: &str) -> std::result::Result<NaiveDate, String> {
        let day = text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text);
        day.ok_or_else(|| format!("`{text}` is not a day like 2026-09-15"))
    }

    pub(crate) fn window(self, today: NaiveDate, zone: FixedOffset) -> Result<Window> {
        match self {
            Self::Interval(interval) => interval.window(today, zone).map_err(Error::query),
            Self::Days { from, to } => Window::days_in(zone, from, to).map_err(Error::query),
        }
    }
}
