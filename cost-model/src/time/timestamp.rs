//! Instants, half-open windows and report bins.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};
use crate::fault::Fault;

/// An instant in UTC, in whole milliseconds since 1970.
///
/// Ordered by time. As text and in serde it is RFC 3339 in UTC.
///
/// ```
/// use cost_model::Timestamp;
///
/// let at: Timestamp = "2026-09-14T09:30:00.250Z".parse()?;
/// assert_eq!(at.millis(), 1_789_378_200_250);
/// assert_eq!(at.date().to_string(), "2026-09-14");
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Makes the instant `millis` milliseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`ErrorKind::Value`](crate::ErrorKind::Value) when no calendar date means it (beyond about 262,000 years).
    pub fn from_millis(millis: i64) -> Result<Self> {
        DateTime::from_timestamp_millis(millis).map(Self::from).ok_or_else(|| Fault::NotADate(millis).into())
    }

    /// Makes the instant of midnight UTC at the start of `date`.
    ///
    /// ```
    /// use cost_model::Timestamp;
    ///
    /// let day = "2026-09-14".parse()?;
    /// assert_eq!(Timestamp::midnight(day).to_string(), "2026-09-14T00:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn midnight(date: NaiveDate) -> Self {
        date.and_time(NaiveTime::MIN).and_utc().into()
    }

    /// Reads a day, whose midnight UTC is meant, or an RFC 3339 instant, as people state where a span begins or ends.
    ///
    /// ```
    /// use cost_model::Timestamp;
    ///
    /// let day = Timestamp::from_day_or_instant("2026-09-14")?;
    /// assert_eq!(day, Timestamp::from_day_or_instant("2026-09-14T02:00:00+02:00")?);
    /// assert!(Timestamp::from_day_or_instant("14.9.2026").is_err());
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Value`](crate::ErrorKind::Value) for any other text.
    pub fn from_day_or_instant(text: &str) -> Result<Self> {
        let day = text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text);
        match day {
            Some(day) => Ok(Self::midnight(day)),
            None => text.parse().map_err(|_: Error| Fault::NeitherDayNorInstant(text.to_owned()).into()),
        }
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z, negative before it.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns the midnight with which a day begins in a zone; at the ends of the calendar that of UTC.
    pub(crate) fn midnight_in(zone: FixedOffset, date: NaiveDate) -> Self {
        let midnight = date.and_time(NaiveTime::MIN).and_local_timezone(zone).single();
        midnight.map_or_else(|| Self::midnight(date), |at: DateTime<FixedOffset>| at.to_utc().into())
    }

    /// Returns the UTC calendar date.
    ///
    /// A day begins at midnight UTC.
    pub fn date(self) -> NaiveDate {
        self.to_datetime().date_naive()
    }

    /// Returns the same instant as a date and time.
    ///
    /// Never fails, since both constructors only accept calendar dates.
    pub fn to_datetime(self) -> DateTime<Utc> {
        // Both constructors only let calendar dates in, so the default never shows.
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

impl From<DateTime<Utc>> for Timestamp {
    /// Cuts to whole milliseconds.
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant.timestamp_millis())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_datetime().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads an RFC 3339 instant, cut to whole milliseconds.
    fn from_str(text: &str) -> Result<Self> {
        text.parse::<DateTime<Utc>>().map(Self::from).map_err(|_| Fault::NotAnInstant(text.to_owned()).into())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A half-open span of time `[start, end)`: an event at `end` belongs to the next window. It is never empty.
///
/// ```
/// use cost_model::Window;
///
/// let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
/// assert!(september.contains(september.start()) && !september.contains(september.end()));
/// let cycle = Window::days("2026-09-14".parse()?, "2026-10-14".parse()?)?;
/// assert_eq!(cycle.minus(september), [Window::days("2026-10-01".parse()?, "2026-10-14".parse()?)?]);
/// assert_eq!(cycle.whole_months(), Window::days("2026-09-01".parse()?, "2026-11-01".parse()?)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Span")]
pub struct Window {
    start: Timestamp,
    end: Timestamp,
}

/// A window as it is written down, before anybody has looked at its order.
#[derive(Deserialize)]
struct Span {
    start: Timestamp,
    end: Timestamp,
}

impl TryFrom<Span> for Window {
    type Error = Error;

    fn try_from(Span { start, end }: Span) -> Result<Self> {
        Self::new(start, end)
    }
}

impl Window {
    /// Makes the span from `start` to just before `end`.
    ///
    /// # Errors
    /// [`ErrorKind::Value`](crate::ErrorKind::Value) when `end` does not lie after `start`.
    pub fn new(start: impl Into<Timestamp>, end: impl Into<Timestamp>) -> Result<Self> {
        let (start, end) = (start.into(), end.into());
        if start < end {
            return Ok(Self { start, end });
        }
        Err(Fault::EmptyWindow { start: start.to_string(), end: end.to_string() }.into())
    }

    /// Makes a window of whole UTC days, from `first` to the day before `end`.
    ///
    /// # Errors
    /// As [`Window::new`].
    pub fn days(first: NaiveDate, end: NaiveDate) -> Result<Self> {
        Self::new(Timestamp::midnight(first), Timestamp::midnight(end))
    }

    /// Makes a window of whole days of a zone, from `first` to the day before `end`.
    ///
    /// ```
    /// use cost_model::Window;
    ///
    /// let day = Window::days_in("+02:00".parse()?, "2026-09-14".parse()?, "2026-09-15".parse()?)?;
    /// assert_eq!(day.start().to_string(), "2026-09-13T22:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Window::new`].
    pub fn days_in(zone: FixedOffset, first: NaiveDate, end: NaiveDate) -> Result<Self> {
        Self::new(Timestamp::midnight_in(zone, first), Timestamp::midnight_in(zone, end))
    }

    /// Returns the first instant inside.
    pub const fn start(&self) -> Timestamp {
        self.start
    }

    /// Returns the first instant no longer inside.
    pub const fn end(&self) -> Timestamp {
        self.end
    }

    /// Returns whether `at` lies inside: the start does, the end does not, so that windows that touch share no
    /// instant.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Returns the instants that both windows hold; `None` if there are none.
    ///
    /// Windows that only touch have none in common.
    ///
    /// ```
    /// use cost_model::Window;
    ///
    /// let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    /// let october = Window::days("2026-10-01".parse()?, "2026-11-01".parse()?)?;
    /// let cycle = Window::days("2026-09-14".parse()?, "2026-10-14".parse()?)?;
    /// let overlap = Window::days("2026-09-14".parse()?, "2026-10-01".parse()?)?;
    /// assert_eq!(cycle.intersection(september), Some(overlap));
    /// assert_eq!(september.intersection(october), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn intersection(&self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end)).ok()
    }

    /// Returns this window without the instants of another: none, one or two windows, ascending.
    ///
    /// Two windows where the other lies inside; the window itself where they do not overlap.
    pub fn minus(&self, other: Self) -> Vec<Self> {
        let before = Self::new(self.start, self.end.min(other.start));
        let after = Self::new(self.start.max(other.end), self.end);
        before.into_iter().chain(after).collect()
    }

    /// Returns the UTC calendar months that the span touches, as one span.
    /// The month of the end is not touched if the span ends at its first instant.
    ///
    /// Used to find the calendar months that a billing cycle lies in. The result holds the whole of this
    /// window.
    pub fn whole_months(&self) -> Self {
        let last = Timestamp(self.end.0.saturating_sub(1)).date();
        let start = self.start.date().with_day(1).unwrap_or(self.start.date());
        let end =
            last.with_day(1).and_then(|day| day.checked_add_months(chrono::Months::new(1))).unwrap_or(last);
        Self { start: Timestamp::midnight(start), end: Timestamp::midnight(end).max(self.end) }
    }
}

impl From<NaiveDate> for Timestamp {
    /// Midnight UTC at the start of the date.
    fn from(date: NaiveDate) -> Self {
        Self::midnight(date)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.start, self.end)
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Window({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse::<DateTime<Utc>>().unwrap().into()
    }

    #[test]
    fn windows_are_half_open() {
        let window = Window::new(at("2026-09-14T09:30:00Z"), at("2026-10-14T09:30:00Z")).unwrap();
        assert!(window.contains(at("2026-09-14T09:30:00Z")));
        assert!(window.contains(at("2026-10-14T09:29:59.999Z")));
        assert!(!window.contains(at("2026-10-14T09:30:00Z")));
        assert!(Window::new(window.start(), window.start()).is_err());
    }

    #[test]
    fn whole_months_cover_every_month_touched() {
        let cases = [
            ("2026-09-14T09:30:00Z", "2026-10-14T09:30:00Z", "2026-09-01", "2026-11-01"),
            ("2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z", "2026-09-01", "2026-10-01"),
            ("2026-12-31T23:59:59Z", "2027-01-01T00:00:00.001Z", "2026-12-01", "2027-02-01"),
        ];
        for (start, end, first, last) in cases {
            let months = Window::new(at(start), at(end)).unwrap().whole_months();
            assert_eq!(months, Window::days(first.parse().unwrap(), last.parse().unwrap()).unwrap());
        }
    }

    #[test]
    fn times_print_as_short_as_they_can() {
        assert_eq!(at("2026-11-01T00:00:00Z").to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(at("2026-11-01T00:00:00.417Z").to_string(), "2026-11-01T00:00:00.417Z");
        assert!(Timestamp::from_millis(i64::MAX).is_err());
    }
}
