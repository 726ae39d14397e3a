//! Days as files write them.
//!
//! Rules files and directories read days with the same function, so that a text is a day in both or in
//! neither.

use chrono::{Datelike, NaiveDate};

/// A clock at midnight, as spreadsheets and databases add it to a day.
const MIDNIGHTS: [&str; 4] = ["00:00:00", "00:00:00.000", "00:00:00Z", "00:00:00.000Z"];

/// Reads a day such as `2026-09-15`: the year first and with four digits, so that no part can be taken for another. A midnight
/// may follow, as in `2026-09-15T00:00:00Z`. Anything else is no day, above all `26-12-31`, which is no day of the year 26.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let (date, clock) = match text.split_once(['T', ' ']) {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    if clock.is_some_and(|clock| !MIDNIGHTS.contains(&clock)) {
        return None;
    }
    let separator = if date.contains('/') { '/' } else { '-' };
    let mut parts = date.split(separator);
    let year = number(parts.next()?, 4..=4)?;
    let (month, day) = (number(parts.next()?, 1..=2)?, number(parts.next()?, 1..=2)?);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    // Spreadsheets show the day 0 of an empty cell as 1899-12-30, which is nobody's first day.
    (parts.next().is_none() && date.year() >= 1900).then_some(date)
}

/// Returns a number of plain digits: `parse` alone would take a sign as well.
///
/// The count of digits is checked too, which refuses `026` as a month.
fn number(part: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let is_plain = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { part.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_year_first_and_with_four_digits() {
        let day = NaiveDate::from_ymd_opt(2026, 9, 5);
        for text in ["2026-09-05", "2026-9-5", "2026/09/05", "2026-09-05T00:00:00Z", "2026-09-05 00:00:00"] {
            assert_eq!(parse_date(text), day, "{text}");
        }
        for text in [
            "26-12-31",
            "0026-12-31",
            "026-12-31",
            "12026-12-31",
            "2026-13-01",
            "2026-02-30",
            "31.12.2026",
            "12/31/2026",
            "2026-12",
            "2026-12-31-1",
            "2026-12-31T10:00:00Z",
            "2026 - 12 - 31",
            "+2026-12-31",
            "",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }
}
