//! What stands above and below the table, by the words it begins with.

use chrono::NaiveDate;
use cost_model::{Currency, Money, Timestamp, Window};
use reconcile::reading;

use super::row::month;

/// A figure or field that a line of the text states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    /// Says nothing of this invoice: its first word, headings, page numbers.
    Furniture,
    /// The headings of the table.
    Headings,
    Number(String),
    Issued(Timestamp),
    Period(Window),
    Subtotal,
    Total(Money, Option<Currency>),
    Due(Money, Option<Currency>),
    /// A span of days below a line, or when what is due, on every page.
    Aside,
}

/// What a line states; `None` for a row or for text that nobody knows.
pub(super) fn stated(line: &str) -> Option<Stated> {
    let lower = line.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(' ').collect();
    match words[..] {
        ["invoice"] | ["page", ..] if is_furniture(&words) => return Some(Stated::Furniture),
        ["description", ..] if are_headings(&words) => return Some(Stated::Headings),
        ["qty" | "quantity" | "unit" | "price" | "amount", ..] if are_headings(&words) => {
            return Some(Stated::Furniture);
        }
        [.., "due", _, _, _] if line.contains('$') && after(line, "due ").and_then(day).is_some() => {
            return Some(Stated::Aside);
        }
        _ => {}
    }
    let behind = |label: &str| lower.starts_with(label).then(|| line.get(label.len()..)).flatten();
    if let Some(number) = behind("invoice number ") {
        return Some(Stated::Number(number.to_owned()));
    }
    if let Some(date) = behind("date of issue ").and_then(day) {
        return Some(Stated::Issued(Timestamp::midnight(date)));
    }
    if let Some(span) = behind("billing period ").and_then(span) {
        return Some(Stated::Period(span));
    }
    if let Some((amount, currency)) = behind("amount due ").and_then(money) {
        return Some(Stated::Due(amount, currency));
    }
    if behind("subtotal ").or(behind("total excluding tax ")).and_then(money).is_some() {
        return Some(Stated::Subtotal);
    }
    if let Some((amount, currency)) = behind("total ").and_then(money) {
        return Some(Stated::Total(amount, currency));
    }
    span(line).map(|_| Stated::Aside)
}

/// An amount such as `$2,202.35` or `$2,202.35 USD`.
fn money(text: &str) -> Option<(Money, Option<Currency>)> {
    match text.split_once(' ') {
        Some((amount, code)) => Some((reading::amount(amount).ok()?, Some(code.parse().ok()?))),
        None => Some((reading::amount(text).ok()?, None)),
    }
}

fn is_furniture(words: &[&str]) -> bool {
    matches!(words, ["invoice"])
        || matches!(words, ["page", page, "of", pages] if number(page) && number(pages))
}

fn number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

fn are_headings(words: &[&str]) -> bool {
    let heading = |word: &&str| {
        matches!(*word, "description" | "qty" | "quantity" | "unit" | "price" | "tax" | "amount")
    };
    words.iter().all(heading)
}

fn after<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    line.rsplit_once(word).map(|(_, rest)| rest)
}

/// A day such as `October 15, 2026` or `Oct 15, 2026`.
fn day(text: &str) -> Option<NaiveDate> {
    let (month_and_day, year) = text.split_once(", ")?;
    in_year(month_and_day, year.parse().ok()?)
}

/// A day such as `October 15` of a year.
fn in_year(text: &str, year: i32) -> Option<NaiveDate> {
    let (name, day) = text.split_once(' ')?;
    NaiveDate::from_ymd_opt(year, month(name)?, day.parse().ok()?)
}

/// Two days such as `Sep 14 – Oct 14, 2026`, of which only the last must tell its year.
fn span(text: &str) -> Option<Window> {
    let (start, end) = text.split_once(['\u{2013}', '\u{2014}', '-'])?;
    let (start, end) = (start.trim(), day(end.trim())?);
    let start = day(start).or_else(|| {
        let year = end.format("%Y").to_string().parse().ok()?;
        in_year(start, year).filter(|start| *start < end).or_else(|| in_year(start, year.checked_sub(1)?))
    })?;
    Window::days(start, end).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_may_leave_out_their_first_year() {
        for (text, expected) in [
            ("Sep 14 \u{2013} Oct 14, 2026", "2026-09-14 to 2026-10-14"),
            ("September 14, 2026 - October 14, 2026", "2026-09-14 to 2026-10-14"),
            ("Dec 14 \u{2013} Jan 14, 2027", "2026-12-14 to 2027-01-14"),
        ] {
            let days = span(text).map(|days| format!("{} to {}", days.start().date(), days.end().date()));
            assert_eq!(days.as_deref(), Some(expected), "{text}");
        }
        for text in
            ["Sep 14", "Sep 14 - Oct 14", "Oct 14, 2026 - Sep 14, 2026", "Foo 1 - Oct 1, 2026", "2020-10-10"]
        {
            assert_eq!(span(text), None, "{text}");
        }
    }

    #[test]
    fn labels_are_told_from_rows() {
        let money = |text: &str| text.parse().unwrap();
        assert_eq!(stated("Total $2,202.35"), Some(Stated::Total(money("2202.35"), None)));
        assert_eq!(stated("Amount due $2.35 USD"), Some(Stated::Due(money("2.35"), Some(Currency::USD))));
        assert_eq!(stated("Total excluding tax $2.35"), Some(Stated::Subtotal));
        assert_eq!(stated("Subtotal $2,034.50"), Some(Stated::Subtotal));
        assert_eq!(stated("INV-0006 $2,202.35 due October 15, 2026"), Some(Stated::Aside));
        assert_eq!(stated("Description Qty Unit price Amount"), Some(Stated::Headings));
        assert_eq!(stated("Page 1 of 12"), Some(Stated::Furniture));
        for row in [
            "Total cost of ownership $5.00",
            "Amount of seats 3 $5.00",
            "Pages $5.00",
            "Description of it $1",
        ] {
            assert_eq!(stated(row), None, "{row}");
        }
    }
}
