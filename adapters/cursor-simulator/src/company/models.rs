//! The demo company's models and what they cost.
//!
//! They are data of tests and demos: a client must not depend on any id or price of them.

use crate::amount::DOLLAR;
use crate::events::Tokens;

/// How often a model's calls run in max mode.
///
/// A model that always runs in max mode has one line on an invoice, without an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MaxMode {
    Never,
    /// As often as the habits of the company say.
    Sometimes,
    Always,
}

/// A model: its id, its prices in thousandths of a dollar per million tokens, and how often it is called.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) id: &'static str,
    /// The price of a million input tokens in thousandths of a dollar; likewise the three below.
    input: i128,
    cache_write: i128,
    cache_read: i128,
    output: i128,
    /// Whether Cursor adds its token fee.
    pub(crate) third_party: bool,
    /// How often its calls run in max mode.
    pub(crate) max_mode: MaxMode,
    /// How popular it is when the range begins, and when it ends.
    pub(crate) popularity: (u64, u64),
}

/// Cursor's token fee: a quarter of a dollar per million tokens of any kind.
pub(crate) const FEE_PER_TOKEN: i128 = DOLLAR / 4_000_000;
/// A thousandth of a dollar per million tokens, as the price of one token.
const PRICE_UNIT: i128 = DOLLAR / 1_000_000_000;

impl Model {
    /// Makes a model of a third party, which people may run in max mode.
    const fn new(id: &'static str, prices: [i128; 4], popularity: (u64, u64)) -> Self {
        let [input, cache_write, cache_read, output] = prices;
        Self {
            id,
            input,
            cache_write,
            cache_read,
            output,
            third_party: true,
            max_mode: MaxMode::Sometimes,
            popularity,
        }
    }

    /// Returns the same model as one of Cursor's own, without a token fee.
    const fn first_party(mut self) -> Self {
        self.third_party = false;
        self
    }

    /// Returns the same model with another use of max mode.
    const fn max(mut self, max_mode: MaxMode) -> Self {
        self.max_mode = max_mode;
        self
    }

    /// Returns whether cache writes have a price; models without one write no cache.
    pub(crate) const fn writes_cache(&self) -> bool {
        self.cache_write > 0
    }

    /// Returns the list price of these tokens, without discount and fee.
    pub(crate) fn price(&self, tokens: &Tokens) -> i128 {
        let cost = i128::from(tokens.input) * self.input
            + i128::from(tokens.cache_write) * self.cache_write
            + i128::from(tokens.cache_read) * self.cache_read
            + i128::from(tokens.output) * self.output;
        cost * PRICE_UNIT
    }

    /// Returns the token fee, where it applies.
    pub(crate) fn fee(&self, tokens: &Tokens) -> Option<i128> {
        self.third_party.then(|| i128::from(tokens.total()) * FEE_PER_TOKEN)
    }

    /// Returns how popular it is over the whole range.
    pub(crate) const fn popular(&self) -> u64 {
        self.popularity.0 + self.popularity.1
    }

    /// Returns how popular it is after so much of the range, on a straight line between both ends.
    pub(crate) fn popularity_at(&self, elapsed: u64, whole: u64) -> u64 {
        let (first, last) = self.popularity;
        (first * whole.saturating_sub(elapsed) + last * elapsed) / whole.max(1)
    }
}

/// The demo company's models.
pub(crate) static MODELS: [Model; 12] = [
    Model::new("claude-4.5-sonnet", [3000, 3750, 300, 15_000], (260, 90)),
    Model::new("claude-4.5-opus-high-thinking", [5000, 6250, 500, 25_000], (40, 70)).max(MaxMode::Always),
    Model::new("claude-sonnet-5-thinking", [2000, 2500, 200, 10_000], (60, 230)),
    Model::new("claude-4.5-haiku", [1000, 1250, 100, 5000], (60, 60)).max(MaxMode::Never),
    Model::new("gpt-5.1-codex", [1250, 0, 125, 10_000], (110, 40)),
    Model::new("gpt-5.2", [1750, 0, 175, 14_000], (90, 70)),
    Model::new("gpt-5.4", [2500, 0, 250, 15_000], (30, 120)),
    Model::new("gemini-3.1-pro", [2000, 0, 200, 12_000], (60, 70)),
    Model::new("grok-4.5", [2000, 0, 500, 6000], (30, 40)).first_party().max(MaxMode::Never),
    Model::new("composer-2.5", [500, 0, 200, 2500], (120, 150)).first_party().max(MaxMode::Never),
    Model::new("composer-1", [1250, 0, 125, 10_000], (60, 10)).first_party().max(MaxMode::Never),
    Model::new("default", [1250, 1250, 250, 6000], (140, 120)).first_party().max(MaxMode::Never),
];

/// What large companies use beside [`MODELS`].
pub(crate) static MORE_MODELS: [Model; 18] = [
    Model::new("claude-4.5-sonnet-thinking", [3000, 3750, 300, 15_000], (120, 60)),
    Model::new("claude-4.6-opus-high-thinking-fast", [30_000, 37_500, 3000, 150_000], (4, 8))
        .max(MaxMode::Always),
    Model::new("claude-4.5-opus-high", [5000, 6250, 500, 25_000], (20, 30)),
    Model::new("claude-4.1-opus", [15_000, 18_750, 1500, 75_000], (8, 2)),
    Model::new("claude-4-sonnet", [3000, 3750, 300, 15_000], (40, 10)),
    Model::new("gpt-5.1", [1250, 0, 125, 10_000], (40, 15)),
    Model::new("gpt-5.1-codex-max-high", [1250, 0, 125, 10_000], (30, 25)),
    Model::new("gpt-5.2-high", [1750, 0, 175, 14_000], (35, 45)),
    Model::new("gpt-5.3-codex-xhigh-fast", [3500, 0, 350, 28_000], (15, 40)),
    Model::new("gpt-5-mini", [250, 0, 25, 2000], (20, 20)).max(MaxMode::Never),
    Model::new("gpt-5-codex", [1250, 0, 125, 10_000], (15, 5)),
    Model::new("gpt-4.1", [2000, 0, 500, 8000], (6, 2)),
    Model::new("o3", [2000, 0, 500, 8000], (8, 3)),
    Model::new("gemini-3-flash", [500, 0, 50, 3000], (20, 25)).max(MaxMode::Never),
    Model::new("gemini-2.5-flash", [300, 0, 75, 2500], (10, 4)).max(MaxMode::Never),
    Model::new("grok-code-fast-1", [200, 0, 20, 1500], (30, 20)),
    Model::new("kimi-k2-instruct", [600, 0, 150, 2500], (6, 6)).max(MaxMode::Never),
    Model::new("deepseek-v3.1", [560, 0, 70, 1680], (5, 5)).max(MaxMode::Never),
];

/// The model that is ten percent off for a while.
pub(crate) const DISCOUNTED: &str = "gpt-5.2";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Notation;

    fn cents_json(amount: i128) -> String {
        crate::amount::cents_json(amount, Notation::JavaScript)
    }

    #[test]
    fn a_call_costs_what_the_price_list_says() {
        let tokens = Tokens { input: 1200, output: 900, cache_write: 8000, cache_read: 52_000 };
        let sonnet = &MODELS[0];
        assert_eq!(cents_json(sonnet.price(&tokens)), "6.27");
        assert_eq!(sonnet.fee(&tokens).map(cents_json).as_deref(), Some("1.5525"));
        let composer = &MODELS[9];
        let tokens = Tokens { input: 10_000, output: 2000, cache_write: 0, cache_read: 100_000 };
        assert_eq!(cents_json(composer.price(&tokens)), "3");
        assert_eq!(composer.fee(&tokens), None);
    }

    #[test]
    fn ids_are_unique_and_the_discounted_one_exists() {
        let ids: std::collections::BTreeSet<_> =
            MODELS.iter().chain(&MORE_MODELS).map(|model| model.id).collect();
        assert_eq!(ids.len(), 30);
        assert!(ids.contains(DISCOUNTED));
    }
}
