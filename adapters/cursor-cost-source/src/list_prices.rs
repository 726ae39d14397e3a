//! Cursor's list prices of tokens.
//!
//! They are data of one date, kept as text so that each is parsed exactly. A price that changes is a new entry from
//! its day on, beside the old one.

use cost_model::money::{PriceBook, Prices};
use cost_model::{Result, Timestamp};

/// The first day of the month in which these prices were published: 2026-08-01 in UTC.
///
/// In milliseconds, since a date cannot be parsed in a constant.
const SINCE_MILLIS: i64 = 1_785_542_400_000;

/// Model ids, and US dollars per million tokens: input, cache write, cache read, output.
///
/// A model whose cache writes have no price of their own has 0 there, and its cache writes cost nothing in an
/// estimate.
type Entry = (&'static [&'static str], [&'static str; 4]);

/// By family; ids of one line share their prices.
const PRICES: [Entry; 18] = [
    (
        &[
            "claude-4.5-sonnet",
            "claude-4.5-sonnet-thinking",
            "claude-4.6-sonnet-low",
            "claude-4.6-sonnet-medium",
            "claude-4.6-sonnet-high",
            "claude-4.6-sonnet-low-thinking",
            "claude-4.6-sonnet-medium-thinking",
            "claude-4.6-sonnet-high-thinking",
        ],
        ["3", "3.75", "0.30", "15"],
    ),
    (
        &[
            "claude-4.5-opus",
            "claude-4.5-opus-low",
            "claude-4.5-opus-medium",
            "claude-4.5-opus-high",
            "claude-4.5-opus-high-thinking",
            "claude-4.6-opus-low",
            "claude-4.6-opus-medium",
            "claude-4.6-opus-high",
            "claude-4.6-opus-max",
            "claude-4.6-opus-high-thinking",
            "claude-4.7-opus",
            "claude-opus-4-7-thinking-high",
            "claude-opus-4-8",
            "claude-opus-4-8-thinking-high",
            "claude-opus-5",
            "claude-opus-5-thinking-max",
        ],
        ["5", "6.25", "0.50", "25"],
    ),
    (
        &["claude-sonnet-5", "claude-sonnet-5-thinking", "claude-sonnet-5-thinking-high"],
        ["2", "2.50", "0.20", "10"],
    ),
    (&["claude-4.5-haiku", "claude-4.5-haiku-thinking"], ["1", "1.25", "0.10", "5"]),
    (&["claude-fable-5"], ["10", "12.50", "1", "50"]),
    (&["composer-1"], ["1.25", "0", "0.125", "10"]),
    (&["composer-2.5"], ["0.50", "0", "0.20", "2.50"]),
    (&["composer-2.5-fast"], ["3", "0", "0.50", "15"]),
    (&["grok-4.5", "grok-4.5-high", "cursor-grok-4.5-high", "cursor-grok-4.6-high"], ["2", "0", "0.50", "6"]),
    (
        &["grok-4.5-fast-high", "cursor-grok-4.5-high-fast", "cursor-grok-4.6-high-fast"],
        ["4", "0", "1", "12"],
    ),
    (
        &[
            "gpt-5",
            "gpt-5-high",
            "gpt-5-codex",
            "gpt-5.1",
            "gpt-5.1-high",
            "gpt-5.1-codex",
            "gpt-5.1-codex-high",
        ],
        ["1.25", "0", "0.125", "10"],
    ),
    (
        &["gpt-5.2", "gpt-5.2-low", "gpt-5.2-high", "gpt-5.2-codex", "gpt-5.3-codex", "gpt-5.3-codex-high"],
        ["1.75", "0", "0.175", "14"],
    ),
    (&["gpt-5.4", "gpt-5.4-medium"], ["2.50", "0", "0.25", "15"]),
    (&["gpt-5.6-luna", "gpt-5.6-luna-medium", "gpt-5.6-luna-high"], ["0.20", "0.25", "0.02", "1.20"]),
    (&["gpt-5.6-terra", "gpt-5.6-terra-medium", "gpt-5.6-terra-high"], ["2", "2.50", "0.20", "12"]),
    (&["gpt-5.6-sol", "gpt-5.6-sol-medium", "gpt-5.6-sol-high"], ["5", "6.25", "0.50", "30"]),
    (&["gemini-3.1-pro", "gemini-3.1-pro-high", "gemini-3.1-pro-low"], ["2", "0", "0.20", "12"]),
    (&["default", "auto"], ["1.25", "1.25", "0.25", "6"]),
];

/// Returns the list prices that Cursor's pricing page gave in August and September 2026, for the models it named.
///
/// For estimates only: what a call cost is what its event says. Models that are not listed, and charges before August
/// 2026, have no price here and are reported as unpriced. `default` (Auto) has the prices that it was last listed with.
///
/// ```
/// use cost_model::Timestamp;
/// use cost_model::money::TokenType;
///
/// let prices = cursor_cost_source::list_prices()?;
/// let september = Timestamp::midnight("2026-09-14".parse()?);
/// let of_model = prices.prices("gpt-5", september);
/// assert!(of_model.is_none_or(|prices| prices.get(TokenType::Output) > prices.get(TokenType::Input)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// None in practice: the table is constant and tested.
pub fn list_prices() -> Result<PriceBook> {
    let since = Timestamp::from_millis(SINCE_MILLIS)?;
    let mut book = PriceBook::new();
    for (models, [input, cache_write, cache_read, output]) in PRICES {
        let prices = Prices {
            input: input.parse()?,
            output: output.parse()?,
            cache_write: cache_write.parse()?,
            cache_read: cache_read.parse()?,
        };
        for model in models {
            book.insert(*model, since, prices);
        }
    }
    Ok(book)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_model_has_prices_from_its_first_day() {
        let book = list_prices().unwrap();
        let first = Timestamp::midnight("2026-08-01".parse().unwrap());
        let before = Timestamp::from_millis(first.millis() - 1).unwrap();
        for model in PRICES.iter().flat_map(|(models, _)| *models) {
            assert!(book.prices(model, first).is_some(), "{model}");
            assert!(book.prices(model, before).is_none(), "{model}");
        }
        assert_eq!(book.prices("claude-4.5-sonnet", first).unwrap().cache_write, "3.75".parse().unwrap());
    }
}
