//! The days that a text names.
//!
//! Lines of usage are divided by days, such as one line for each. Months are read in English alone, as the
//! forms of such lines are.

use chrono::NaiveDate;
use regex_lite::Regex;

/// Full names; the first three letters of each are one as well, and `sept`.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// The forms of days, as patterns with the groups `year`, `month` and `day`.
const FORMS: [&str; 3] = [
    r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b",
    r"\b(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})\b",
    r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)? (?P<month>[a-z]{3,9})\.?,? (?P<year>\d{4})\b",
];

/// Returns the days that a text names with their years, in order of the forms, and what is left of the text. A day that is given
/// in figures with slashes may be read in two ways and is none.
pub(super) fn dates(text: &str) -> (Vec<NaiveDate>, String) {
    let (mut found, mut left) = (Vec::new(), text.to_owned());
    for form in FORMS {
        let Ok(form) = Regex::new(&format!("(?i){form}")) else { continue };
        found.extend(form.captures_iter(&left).filter_map(|groups| {
            let (year, written) =
                (groups.name("year")?.as_str().parse().ok()?, groups.name("month")?.as_str());
            let month = written.parse().ok().or_else(|| month(written))?;
            NaiveDate::from_ymd_opt(year, month, groups.name("day")?.as_str().parse().ok()?)
        }));
        left = form.replace_all(&left, " ").into_owned();
    }
    (found, left)
}

/// Returns whether a word in small letters is the name of a month.
pub(super) fn is_month(word: &str) -> bool {
    month(word).is_some()
}

/// Returns the number of a month, by its full or its short name.
fn month(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    let found =
        MONTHS.iter().position(|name| *name == word || (word.len() >= 3 && name.get(..3) == Some(&word)));
    found.or_else(|| (word == "sept").then_some(8)).and_then(|place| u32::try_from(place + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_found_in_several_forms() {
        for text in [
            "2026-09-14",
            "Sep 14, 2026",
            "September 14th 2026",
            "14 Sept. 2026",
            "usage of 14 September 2026",
        ] {
            let (days, _) = dates(text);
            assert_eq!(days, [NaiveDate::from_ymd_opt(2026, 9, 14).unwrap()], "{text}");
        }
        for text in ["09/14/2026", "2026-13-14", "Foo 14, 2026", "September 2026", ""] {
            assert_eq!(dates(text).0, [], "{text}");
        }
        assert_eq!(dates("Sep 14, 2026 to Oct 14, 2026").0.len(), 2);
    }
}
