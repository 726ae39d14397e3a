//! Days and spans of days as invoices print them.
//!
//! Only days with a year are read, or such whose year follows from the other end of a span; a day such as
//! `14/10/2026` may be read in two ways and is none.

use chrono::NaiveDate;
use cost_model::Window;

/// The names of months, in full and in short, in the languages in which invoices come. The first three letters of a name of
/// the first row are one as well.
const MONTHS: [&str; 12] = [
    "january jan janvier janv januar jänner enero ene gennaio gen januari janeiro",
    "february feb février févr fevr februar febrero febbraio febbr februari fevereiro fev",
    "march mar mars märz mär mrz marzo maart mrt março",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag mei maio",
    "june jun juin juni junio giugno giu junho",
    "july jul juillet juil juli julio luglio lug julho",
    "august aug août aout agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct octobre oktober okt octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec décembre déc dezember dez diciembre dic dicembre dezembro",
];

/// Returns the number of a month by its name.
///
/// Letter case and a point or comma behind the word do not matter.
pub(super) fn month(word: &str) -> Option<u32> {
    let word = word.trim_end_matches(['.', ',']).to_lowercase();
    (1..).zip(MONTHS).find(|(_, names)| names.split(' ').any(|name| name == word)).map(|(number, _)| number)
}

/// Returns a day such as `October 15, 2026`, `15 juillet 2026`, `1. Juli 2026`, `15 de julio de 2026` or `2026-10-15`.
///
/// `None` for anything else, also for a year outside of 2000 to 2199, which is another number.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    if let Ok(day) = text.trim().parse::<NaiveDate>() {
        return in_our_time(day);
    }
    let (month_and_day, year) = text.trim().rsplit_once(' ')?;
    let year = year_of(year)?;
    in_year(month_and_day, year)
}

/// Returns the day, if its year is one in which an invoice can be.
fn in_our_time(day: NaiveDate) -> Option<NaiveDate> {
    let year: i32 = day.format("%Y").to_string().parse().ok()?;
    (2000..2200).contains(&year).then_some(day)
}

/// Returns a year of four digits.
pub(super) fn year_of(word: &str) -> Option<i32> {
    let is_year = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|year| is_year && (2000..2200).contains(year))
}

/// Returns a day such as `October 15` or `15 octobre` of a year.
///
/// Day and month may be in either order, since the month is a word.
fn in_year(text: &str, year: i32) -> Option<NaiveDate> {
    let words: Vec<_> = text.split(' ').filter(|word| *word != "de" && !word.is_empty()).collect();
    let [one, other] = words.as_slice() else { return None };
    let month_first = month(one).zip(day_number(other));
    let (month, day) = month_first.or_else(|| month(other).zip(day_number(one)))?;
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Returns two days such as `Sep 14 – Oct 14, 2026`, of which only the last must have its year.
///
/// A first day without a year is in the year of the last one, or in the year before where it would not be
/// earlier.
pub(super) fn span(text: &str) -> Option<Window> {
    let words: Vec<_> = text.split(' ').collect();
    // The words around a dash of its own, else what a dash inside a word divides.
    let split = words.iter().position(|word| is_dash(word)).and_then(|at| {
        let (start, end) = words.split_at_checked(at)?;
        Some((start.join(" "), end.get(1..)?.join(" ")))
    });
    let (start, end) = match split {
        Some(split) => split,
        None => text
            .split_once(['\u{2013}', '\u{2014}'])
            .map(|(start, end)| (start.to_owned(), end.to_owned()))?,
    };
    let (start, end) = (start.trim(), day(&end)?);
    let start = day(start).or_else(|| {
        let year = end.format("%Y").to_string().parse().ok()?;
        in_year(start, year).filter(|start| *start < end).or_else(|| in_year(start, year.checked_sub(1)?))
    })?;
    Window::days(start, end).ok()
}

/// Reads the number of a day, with the mark that may follow it.
fn day_number(word: &str) -> Option<u32> {
    word.trim_end_matches(['.', ',']).parse().ok()
}

/// Returns whether a word stands between two days: a dash, or the word for "to" in one of the languages.
fn is_dash(word: &str) -> bool {
    matches!(word, "\u{2013}" | "\u{2014}" | "-" | "to" | "bis" | "au" | "a" | "al")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_may_leave_out_their_first_year_and_be_of_any_language() {
        for (text, expected) in [
            ("Sep 14 \u{2013} Oct 14, 2026", "2026-09-14 to 2026-10-14"),
            ("September 14, 2026 - October 14, 2026", "2026-09-14 to 2026-10-14"),
            ("Dec 14 \u{2013} Jan 14, 2027", "2026-12-14 to 2027-01-14"),
            ("1 juil. \u{2013} 1 ao\u{fb}t 2026", "2026-07-01 to 2026-08-01"),
            ("1. Juli 2026 bis 1. August 2026", "2026-07-01 to 2026-08-01"),
            ("1 de julio \u{2013} 1 de agosto de 2026", "2026-07-01 to 2026-08-01"),
            ("2026-07-01 \u{2013} 2026-08-01", "2026-07-01 to 2026-08-01"),
            ("2026-07-01 - 2026-08-01", "2026-07-01 to 2026-08-01"),
            ("Jul 1\u{2013}Aug 1, 2026", "2026-07-01 to 2026-08-01"),
        ] {
            let days = span(text).map(|days| format!("{} to {}", days.start().date(), days.end().date()));
            assert_eq!(days.as_deref(), Some(expected), "{text}");
        }
        for text in [
            "Sep 14",
            "Sep 14 - Oct 14",
            "Oct 14, 2026 - Sep 14, 2026",
            "Foo 1 - Oct 1, 2026",
            "2020-10-10",
            "07/01/2026 - 08/01/2026",
            "Jul 1 - Aug 1, 26",
        ] {
            assert_eq!(span(text), None, "{text}");
        }
    }
}
