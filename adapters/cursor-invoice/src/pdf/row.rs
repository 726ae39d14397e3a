//! The columns of figures at the end of a row.
//!
//! A row is read from its end: the amount, then the tax, price and quantity that the headings allow. Only a number with
//! a currency is an amount, which keeps years, days and versions in descriptions from being read as money. Where blanks
//! divide thousands, a quantity and an amount look alike; such rows are marked, and only a printed total proves them.

use cost_model::Money;
use cost_model::input::{Amount, Cell, InputError, NumberReader};
use rust_decimal::Decimal;

use crate::pdf::days::{month, year_of};

/// The columns that headings name, beside the description and the amount.
///
/// Only taxes change how a row is read: quantity and price are known by their figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Headings {
    pub(super) has_tax: bool,
}

/// A row of the table: its description, and the figures behind it.
///
/// The description has the words before the figures, as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) description: String,
    pub(super) quantity: Option<Decimal>,
    pub(super) unit_price: Option<Money>,
    pub(super) amount: Amount,
    /// Whether what was read as a quantity may be the thousands of the amount, as in `1 234.00 USD`.
    pub(super) may_be_thousands: bool,
}

impl Row {
    /// Reads a text that ends in an amount, with nothing behind it but what the columns hold; `None` if it does not.
    ///
    /// # Errors
    /// [`InputError`] for a figure of the columns that the grammar of numbers refuses.
    pub(super) fn read(
        text: &str,
        line: u64,
        headings: Headings,
        numbers: &mut NumberReader,
    ) -> Result<Option<Self>, InputError> {
        let words = words(text);
        let Some((rest, amount)) = money(&words, line, numbers)? else { return Ok(None) };
        let rest = if headings.has_tax { without_tax(rest) } else { rest };
        let plain = Self {
            description: rest.join(" "),
            quantity: None,
            unit_price: None,
            amount,
            may_be_thousands: false,
        };
        // A year at the end of the words is none of a quantity, whose thousands are divided.
        let ends_in_year = rest.last().is_some_and(|word| year_of(word).is_some());
        if let Some((rest, quantity)) = count(rest, line, numbers)?.filter(|_| !ends_in_year) {
            let is_short =
                words.iter().rev().nth(1).is_some_and(|word| word.len() <= 3 && !word.starts_with('0'));
            let may_be_thousands =
                is_short && words.last().is_some_and(|last| last.split(' ').next().is_some_and(is_group));
            let description = rest.join(" ");
            return Ok(Some(Self { description, quantity: Some(quantity), may_be_thousands, ..plain }));
        }
        // A price without a quantity before it is a part of the description.
        let Some((before, price)) = money(rest, line, &mut numbers.clone()).ok().flatten() else {
            return Ok(Some(plain));
        };
        if let Some((before, quantity)) = count(before, line, numbers)? {
            money(rest, line, numbers)?;
            let (quantity, unit_price) = (Some(quantity), Some(price.value));
            return Ok(Some(Self { description: before.join(" "), quantity, unit_price, ..plain }));
        }
        // The tax may be an amount in a column of its own.
        let priced = money(before, line, &mut numbers.clone()).ok().flatten().filter(|_| headings.has_tax);
        let counted =
            priced.and_then(|(before, price)| Some((count(before, line, numbers).ok().flatten()?, price)));
        let Some(((before, quantity), price)) = counted else { return Ok(Some(plain)) };
        let (quantity, unit_price) = (Some(quantity), Some(price.value));
        Ok(Some(Self { description: before.join(" "), quantity, unit_price, ..plain }))
    }
}

/// Returns whether a text ends in what may be an amount, though none that can be read: a row of its own, perhaps, and no words of the
/// next. What follows a colon belongs to the words.
///
/// Such text makes the invoice doubtful unless a printed total proves it.
pub(super) fn may_end_in_amount(text: &str) -> bool {
    let words = words(text);
    let is_behind = words.last().is_some_and(|last| is_currency(last));
    let end = words.len().saturating_sub(usize::from(is_behind));
    let Some((last, before)) = words.get(..end).and_then(<[String]>::split_last) else { return false };
    let has_currency =
        is_behind || last.contains(['$', '\u{20ac}', '\u{a3}']) || last.split(' ').any(is_code);
    let has_decimals = last.rsplit_once(['.', ',']).is_some_and(|(_, decimals)| decimals.len() == 2);
    let is_like = (has_currency && last.contains(|each: char| each.is_ascii_digit()))
        || (has_decimals && is_number(last));
    is_like && !before.last().is_some_and(|word| word.ends_with(':'))
}

/// Returns whether a text holds nothing but figures of columns.
pub(super) fn is_figures(text: &str) -> bool {
    words(text).iter().all(|word| is_money(word) || is_number(word) || is_percentage(word))
}

/// Returns the label of a text that ends in an amount, and the words of that amount, of which blanks may divide thousands.
///
/// `None` where the text ends in no amount or has nothing before it.
pub(super) fn last_amount(text: &str) -> Option<(String, String)> {
    let words = words(text);
    // A sum has no quantity, so numbers before the amount are its thousands, or it cannot be read.
    let numbers = words.iter().rev().take_while(|word| is_money(word) || is_number(word)).count();
    let (label, amount) = words.split_at_checked(words.len().checked_sub(numbers)?)?;
    let is_amount = amount.last().is_some_and(|last| is_money(last)) && !label.is_empty();
    is_amount.then(|| (label.join(" "), amount.join(" ")))
}

/// Returns the words of a text, where a currency that stands beside its number, as in `400,00 $US` or `$2.35 USD`, is one word with
/// it.
///
/// Text copied from a viewer has blanks within amounts, and where depends on the language.
fn words(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split(' ').collect();
    let is_behind = parts.last().is_some_and(|last| is_currency(last));
    let mut words: Vec<String> = Vec::new();
    let mut before: Option<&str> = None;
    for part in parts {
        let joins = words.last().is_some_and(|word| is_number(word) || (is_money(word) && is_code(part)));
        // An amount behind a colon belongs to the words, and a quantity may follow it.
        let is_described = words.iter().rev().nth(1).is_some_and(|word| word.ends_with(':'));
        let goes_on = !is_described && words.last().is_some_and(|word| may_go_on(word)) && is_group(part);
        if goes_on && before.is_none() {
            if let Some(word) = words.last_mut() {
                word.push('\u{a0}');
                word.push_str(part);
            }
        } else if (is_currency(part) && joins && is_behind) || (part == "%" && joins) {
            if let Some(word) = words.last_mut() {
                word.push(' ');
                word.push_str(part);
            }
        } else if is_currency(part) && !is_behind {
            words.extend(before.replace(part).map(str::to_owned));
        } else if let Some(currency) = before.take() {
            words.extend(if is_number(part) {
                vec![format!("{currency} {part}")]
            } else {
                vec![currency.to_owned(), part.to_owned()]
            });
        } else {
            words.push(part.to_owned());
        }
    }
    words.extend(before.map(str::to_owned));
    words
}

/// Returns whether a word is an amount such as `$1`, of which thousands may follow behind a blank.
///
/// The first group has one to three digits.
fn may_go_on(word: &str) -> bool {
    let digits = word.trim_start_matches(|each: char| !each.is_ascii_digit());
    is_money(word)
        && digits.len() < word.len()
        && digits.chars().all(|each| each.is_ascii_digit() || each == '\u{a0}')
        && digits.split('\u{a0}').next().is_some_and(|first| (1..=3).contains(&first.len()))
}

/// Returns whether a word is three digits, with or without decimals.
///
/// It may be the next three digits of a number, or a number by itself.
fn is_group(word: &str) -> bool {
    let whole = word.split(['.', ',']).next().unwrap_or_default();
    whole.len() == 3 && whole.bytes().all(|byte| byte.is_ascii_digit()) && is_number(word)
}

/// Returns whether a word is a currency alone, by code or by sign.
fn is_currency(word: &str) -> bool {
    is_code(word)
        || matches!(word, "$" | "\u{20ac}" | "\u{a3}" | "US$" | "$US" | "CA$" | "$CA" | "A$" | "AU$" | "$AU")
}

/// Returns whether a word is the code of a currency that is known here.
fn is_code(word: &str) -> bool {
    matches!(
        word,
        "USD" | "EUR" | "GBP" | "CAD" | "AUD" | "CHF" | "NZD" | "SGD" | "JPY" | "INR" | "SEK" | "NOK" | "DKK"
    )
}

/// Returns whether a word is a number with a currency: only such a word is an amount.
fn is_money(word: &str) -> bool {
    let has_currency = word.contains(['$', '\u{20ac}', '\u{a3}']) || word.split(' ').any(is_code);
    let plain: String = word
        .chars()
        .filter(|each| {
            !matches!(each, '$' | '\u{20ac}' | '\u{a3}' | ' ' | '(' | ')' | '-' | '+')
                && !each.is_ascii_uppercase()
        })
        .collect();
    has_currency && is_number(&plain)
}

/// Returns whether a word is made of digits and the marks that divide them; what they mean is decided by the reader of
/// numbers.
fn is_number(word: &str) -> bool {
    word.strip_prefix('.').unwrap_or(word).starts_with(|each: char| each.is_ascii_digit())
        && word.ends_with(|each: char| each.is_ascii_digit())
        && word.chars().all(|each| each.is_ascii_digit() || matches!(each, ',' | '.' | '\'' | '\u{a0}'))
}

/// Returns whether a word is a rate such as `20%`.
///
/// A blank before the sign is allowed.
fn is_percentage(word: &str) -> bool {
    word.strip_suffix('%').is_some_and(|number| is_number(number.trim()))
}

/// Returns the words before the rate in a column of taxes, which may be a dash.
fn without_tax(words: &[String]) -> &[String] {
    match words.split_last() {
        Some((last, rest))
            if is_percentage(last) || matches!(last.as_str(), "-" | "\u{2013}" | "\u{2014}") =>
        {
            rest
        }
        _ => words,
    }
}

/// Returns the amount that the last word is, and the words before it.
///
/// `None` where the word is no amount, or stands behind a colon and so belongs to the description.
fn money<'a>(
    words: &'a [String],
    line: u64,
    numbers: &mut NumberReader,
) -> Result<Option<(&'a [String], Amount)>, InputError> {
    let Some((last, rest)) = words.split_last() else { return Ok(None) };
    if !is_money(last) || rest.last().is_some_and(|word| word.ends_with(':')) {
        return Ok(None);
    }
    Ok(Some((rest, numbers.amount(Cell::new(last).on_line(line))?)))
}

/// Returns the quantity that the last word is, and the words before it.
///
/// `None` where the word is no number, or belongs to a day or to a colon.
fn count<'a>(
    words: &'a [String],
    line: u64,
    numbers: &mut NumberReader,
) -> Result<Option<(&'a [String], Decimal)>, InputError> {
    let Some((last, rest)) = words.split_last() else { return Ok(None) };
    if !is_number(last) || is_described(last, rest) {
        return Ok(None);
    }
    Ok(Some((rest, numbers.quantity(Cell::new(last).on_line(line))?)))
}

/// Returns whether a number belongs to the words before it: to a colon, or to a day.
fn is_described(number: &str, before: &[String]) -> bool {
    before.last().is_some_and(|word| {
        word.ends_with(':')
            || month(word).is_some()
            || (year_of(number).is_some() && (is_day(word) || word == "de"))
    })
}

/// Returns whether a word is the day of a date before its year, as in `14,` or `14.`.
fn is_day(word: &str) -> bool {
    word.trim_end_matches(['.', ',']).parse::<u32>().is_ok_and(|day| (1..=31).contains(&day))
        && word.ends_with([',', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Headings = Headings { has_tax: false };
    const TAXED: Headings = Headings { has_tax: true };

    fn read(text: &str, headings: Headings) -> Option<(String, Option<String>, Option<String>, String)> {
        let row = Row::read(text, 1, headings, &mut NumberReader::new(None)).ok().flatten()?;
        let price = row.unit_price.map(|price| price.to_string());
        Some((
            row.description,
            row.quantity.map(|quantity: Decimal| quantity.to_string()),
            price,
            row.amount.value.to_string(),
        ))
    }

    #[test]
    fn figures_behind_the_words_are_columns() {
        for (headings, text, description, quantity, price, amount) in [
            (PLAIN, "Seats 200 $40.00 $8,000.00", "Seats", Some("200"), Some("40"), "8000"),
            (PLAIN, "o3, totalling: $96.10 412 $96.10", "o3, totalling: $96.10", Some("412"), None, "96.1"),
            (PLAIN, "fee, totalling: $0.01 $0.01", "fee, totalling: $0.01", None, None, "0.01"),
            (PLAIN, "tokens: 0 1,200 $0.03 $36.00", "tokens: 0", Some("1200"), Some("0.03"), "36"),
            (PLAIN, "o3, totalling: $96 412 $96.10", "o3, totalling: $96", Some("412"), None, "96.1"),
            (PLAIN, "tokens: 0 $36.00", "tokens: 0", None, None, "36"),
            (PLAIN, "usage paid for May 2025 $-120.00", "usage paid for May 2025", None, None, "-120"),
            (
                PLAIN,
                "Teams Jul 1 \u{2013} Aug 1, 2026 $400.00",
                "Teams Jul 1 \u{2013} Aug 1, 2026",
                None,
                None,
                "400",
            ),
            (PLAIN, "after 10 Sep 2026 2 -$5.00", "after 10 Sep 2026", Some("2"), None, "-5"),
            (PLAIN, "Something of 2026 $5.00", "Something of 2026", None, None, "5"),
            (PLAIN, "Something of 2026 2,026 $5.00", "Something of 2026", Some("2026"), None, "5"),
            (PLAIN, "$5.00", "", None, None, "5"),
            (PLAIN, "Seats 10 US$40.00 US$400.00", "Seats", Some("10"), Some("40"), "400"),
            (PLAIN, "Seats 10 40.00 $US 400.00 $US", "Seats", Some("10"), Some("40"), "400"),
            (PLAIN, "Seats 10 $ 40.00 $ 400.00", "Seats", Some("10"), Some("40"), "400"),
            (PLAIN, "Seats 10 $1 400.00 $14 000.00 USD", "Seats", Some("10"), Some("1400"), "14000"),
            (PLAIN, "Credit ($5.00)", "Credit", None, None, "-5"),
            (PLAIN, "Discount 10% -$5.00", "Discount 10%", None, None, "-5"),
            (TAXED, "Seats 10 $40.00 8.25% $400.00", "Seats", Some("10"), Some("40"), "400"),
            (TAXED, "Seats 10 $40.00 8.25 % $400.00", "Seats", Some("10"), Some("40"), "400"),
            (TAXED, "Seats 10 $40.00 - $400.00", "Seats", Some("10"), Some("40"), "400"),
            (TAXED, "Seats 10 $40.00 $33.00 $400.00", "Seats", Some("10"), Some("40"), "400"),
            (TAXED, "Seats 10 $40.00 $400.00", "Seats", Some("10"), Some("40"), "400"),
            (TAXED, "Minimum fee 0% $2,000.00", "Minimum fee", None, None, "2000"),
        ] {
            let expected = (
                description.to_owned(),
                quantity.map(str::to_owned),
                price.map(str::to_owned),
                amount.to_owned(),
            );
            assert_eq!(read(text, headings), Some(expected), "{text}");
        }
        for text in
            ["", "Seats", "totalling: $96.10", "$36.00. Input", "12", "$", "$1,23", "a $1.2.3", "10 8.25%"]
        {
            assert_eq!(read(text, PLAIN), None, "{text}");
        }
    }
}
