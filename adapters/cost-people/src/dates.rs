//! Days as exports write them: by a stated form, or refused.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// How a file writes days.
///
/// `2026-09-15`, with or without a time behind it, is read in any case. `03/04/2026` may mean two days, so that form has to be
/// stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DateForm {
    /// The year, the month, the day: `2026-09-15`.
    #[default]
    YearFirst,
    /// The day, the month, the year: `15.09.2026`, `15/09/2026`.
    DayFirst,
    /// The month, the day, the year: `09/15/2026`.
    MonthFirst,
}

impl fmt::Display for DateForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::YearFirst => "year first",
            Self::DayFirst => "day first",
            Self::MonthFirst => "month first",
        })
    }
}

impl DateForm {
    /// Reads a day.
    ///
    /// A time behind it is left out: who left at ten in the morning was there that day.
    pub(crate) fn read(self, text: &str) -> Option<NaiveDate> {
        if let Some(date) = year_first(text) {
            return Some(date);
        }
        let date = text.split([' ', 'T']).next().unwrap_or(text);
        let mut parts = date.split(['.', '/', '-']);
        let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || year.len() != 4 {
            return None;
        }
        let (first, second) = (number(first)?, number(second)?);
        let (month, day) = match self {
            Self::YearFirst => return None,
            Self::DayFirst => (second, first),
            Self::MonthFirst => (first, second),
        };
        let year = i32::try_from(number(year)?).ok()?;
        NaiveDate::from_ymd_opt(year, month, day).filter(|date| is_plausible(*date))
    }

    /// Says why a text is no day, with what to state if that would help.
    pub(crate) fn refusal(self, text: &str) -> String {
        let fitting: Vec<Self> = [Self::DayFirst, Self::MonthFirst]
            .into_iter()
            .filter(|form| *form != self && form.read(text).is_some())
            .collect();
        let shown: String = text.chars().take(24).collect();
        match fitting[..] {
            _ if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() == 5 => {
                format!(
                    "`{shown}` is the number of a day in a spreadsheet: format the column as a date, such as 2026-09-15"
                )
            }
            [one] => format!("`{shown}` is a day only if written with the {one}: state that form of dates"),
            [_, _] => {
                format!(
                    "`{shown}` may be two days: state whether dates are written with the day first or the month first"
                )
            }
            _ => format!("`{shown}` is not a day such as 2026-09-15"),
        }
    }
}

/// Reads a day that begins with its year, with or without a time behind it.
fn year_first(text: &str) -> Option<NaiveDate> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.date_naive()).filter(|date| is_plausible(*date));
    }
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    if time.bytes().any(|byte| !(byte.is_ascii_digit() || b":.Z+-".contains(&byte))) {
        return None;
    }
    let mut parts = date.split(['-', '/', '.']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let year = i32::try_from(number(year)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?).filter(|date| is_plausible(*date))
}

/// Years outside of these are how systems write that there is no day: `0001-01-01`, `1899-12-30`, `9999-12-31`.
fn is_plausible(date: NaiveDate) -> bool {
    (1901..=9000).contains(&date.year())
}

fn number(text: &str) -> Option<u32> {
    let is_plain = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_by_its_form_alone() {
        let day = NaiveDate::from_ymd_opt(2026, 4, 3);
        for text in [
            "2026-04-03",
            "2026/4/3",
            "2026-04-03T10:15:00Z",
            "2026-04-03 00:00:00",
            "2026-04-03T00:00:00.000+02:00",
        ] {
            for form in [DateForm::YearFirst, DateForm::DayFirst, DateForm::MonthFirst] {
                assert_eq!(form.read(text), day, "{text}");
            }
        }
        assert_eq!(DateForm::DayFirst.read("3.4.2026"), day);
        assert_eq!(DateForm::DayFirst.read("03/04/2026 00:00"), day);
        assert_eq!(DateForm::MonthFirst.read("04/03/2026"), day);
        for text in [
            "03/04/2026",
            "3.4.26",
            "03-04",
            "0001-01-01",
            "45000",
            "soon",
            "",
            "2026-02-30",
            "2026-04-03Tea",
        ] {
            assert_eq!(DateForm::YearFirst.read(text), None, "{text}");
        }
        assert_eq!(DateForm::DayFirst.read("3.4.26"), None, "a year has four digits");
    }

    #[test]
    fn a_refusal_says_what_to_state() {
        for (text, words) in [
            ("03/04/2026", "may be two days"),
            ("15/04/2026", "with the day first"),
            ("04/15/2026", "with the month first"),
            ("45000", "spreadsheet"),
            ("soon", "is not a day"),
        ] {
            let refusal = DateForm::YearFirst.refusal(text);
            assert!(refusal.contains(words), "{refusal}");
        }
    }
}
