//! The columns of figures at the end of a row.

use cost_model::Money;
use reconcile::reading;
use rust_decimal::Decimal;

/// A row of the table: its description, and the figures behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) description: String,
    pub(super) quantity: Option<Decimal>,
    pub(super) unit_price: Option<Money>,
    pub(super) amount: Money,
}

impl Row {
    /// Reads a text that ends in an amount, with nothing behind it but what the columns hold; `None` if it does not.
    pub(super) fn read(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split(' ').collect();
        let (rest, amount) = dollars(&words)?;
        let plain = Self { description: rest.join(" "), quantity: None, unit_price: None, amount };
        if let Some((rest, quantity)) = count(rest) {
            return Some(Self { description: rest.join(" "), quantity: Some(quantity), ..plain });
        }
        // A price without a quantity before it is a part of the description.
        let priced = dollars(rest).and_then(|(rest, price)| Some((count(rest)?, price)));
        let Some(((rest, quantity), price)) = priced else { return Some(plain) };
        Some(Self { description: rest.join(" "), quantity: Some(quantity), unit_price: Some(price), amount })
    }
}

/// Whether a text holds nothing but figures of columns.
pub(super) fn is_figures(text: &str) -> bool {
    text.split(' ').all(|word| is_dollars(word) || is_number(word))
}

/// The amount that the last word is, and the words before it.
fn dollars<'a, 'b>(words: &'a [&'b str]) -> Option<(&'a [&'b str], Money)> {
    let (last, rest) = words.split_last()?;
    let stands_alone = is_dollars(last) && !rest.last().is_some_and(|word| word.ends_with(':'));
    Some((rest, stands_alone.then(|| reading::amount(last).ok())??))
}

/// The quantity that the last word is, and the words before it.
fn count<'a, 'b>(words: &'a [&'b str]) -> Option<(&'a [&'b str], Decimal)> {
    let (last, rest) = words.split_last()?;
    let described = rest.last().is_some_and(|word| word.ends_with(':') || month(word).is_some());
    let stands_alone = is_number(last) && !described;
    Some((rest, stands_alone.then(|| reading::quantity(last).ok())??))
}

fn is_dollars(word: &str) -> bool {
    let digits = word.trim_start_matches(['-', '$']);
    let signs = word.len().saturating_sub(digits.len());
    word.contains('$') && signs <= 2 && is_number(digits)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|each: char| each.is_ascii_digit())
        && word.ends_with(|each: char| each.is_ascii_digit())
        && word.chars().all(|each| each.is_ascii_digit() || matches!(each, ',' | '.'))
}

/// The number of a month by its name, in full or in short.
pub(super) fn month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
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
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let named =
        |name: &str| name == word || name.get(..3) == Some(&word) || (name == "september" && word == "sept");
    (1..).zip(NAMES).find(|(_, name)| named(name)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, Option<String>, Option<String>, String)> {
        let row = Row::read(text)?;
        let text = |quantity: Decimal| quantity.to_string();
        let price = row.unit_price.map(|price| price.to_string());
        Some((row.description, row.quantity.map(text), price, row.amount.to_string()))
    }

    #[test]
    fn figures_behind_the_words_are_columns() {
        for (text, description, quantity, price, amount) in [
            ("Seats 200 $40.00 $8,000.00", "Seats", Some("200"), Some("40"), "8000"),
            ("o3, totalling: $96.10 412 $96.10", "o3, totalling: $96.10", Some("412"), None, "96.1"),
            ("fee, totalling: $0.01 $0.01", "fee, totalling: $0.01", None, None, "0.01"),
            ("tokens: 0 1,200 $0.03 $36.00", "tokens: 0", Some("1200"), Some("0.03"), "36"),
            ("tokens: 0 $36.00", "tokens: 0", None, None, "36"),
            ("usage paid for May 2025 $-120.00", "usage paid for May 2025", None, None, "-120"),
            ("after 10 Sep 2026 2 -$5.00", "after 10 Sep 2026", Some("2"), None, "-5"),
            ("$5.00", "", None, None, "5"),
        ] {
            let expected = (
                description.to_owned(),
                quantity.map(str::to_owned),
                price.map(str::to_owned),
                amount.to_owned(),
            );
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in
            ["", "Seats", "totalling: $96.10", "$36.00. Input", "12", "$", "$1,23", "--$1", "a $1.2.3"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
