//! List prices of tokens, for estimates.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::money::{Money, TokenCounts, TokenType};
use crate::time::Timestamp;

/// Dated list prices of tokens by service, by which reports split costs by type of token.
///
/// Providers charge a call as a whole; what its input or output cost is an allocation of that charge by these prices,
/// never a charge of its own.
///
/// ```
/// use cost_model::money::{PriceBook, Prices, TokenType};
/// use cost_model::Timestamp;
///
/// let dollars = |text: &str| text.parse();
/// let september = Timestamp::midnight("2026-09-01".parse()?);
/// let mut book = PriceBook::new();
/// let (input, output) = (dollars("1.25")?, dollars("10")?);
/// book.insert("gpt-5", september, Prices { input, output, cache_write: input, cache_read: dollars("0.125")? });
///
/// let prices = book.prices("gpt-5", september).ok_or("no price")?;
/// assert_eq!(prices.get(TokenType::Output), output);
/// let before = Timestamp::midnight("2026-08-31".parse()?);
/// assert_eq!(book.prices("gpt-5", before), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceBook {
    services: BTreeMap<Arc<str>, Vec<(Timestamp, Prices)>>,
}

/// The prices of a million tokens of each type, in the currency's major unit.
///
/// Prices only say how the parts of a charge compare; what its tokens cost in all is the charge's own amount,
/// whatever a price list says.
///
/// ```
/// use cost_model::money::{Prices, TokenType};
///
/// let mut prices = Prices::default();
/// prices.output = "10".parse()?;
/// // A price of zero means that such tokens get no share of a charge, not that the price is unknown.
/// assert!(prices.get(TokenType::Input).is_zero());
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "one price for each type of token")]
pub struct Prices {
    /// Price of a million [`TokenType::Input`].
    pub input: Money,
    /// Price of a million [`TokenType::Output`].
    pub output: Money,
    /// Price of a million [`TokenType::CacheWrite`].
    pub cache_write: Money,
    /// Price of a million [`TokenType::CacheRead`].
    pub cache_read: Money,
}

impl PriceBook {
    /// Makes a book without prices.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the prices of a service, by the provider's own id, that hold from that instant on, in place of any that
    /// begin at the same instant.
    ///
    /// May be called in any order of time.
    pub fn insert(&mut self, service_id: impl Into<Arc<str>>, from: Timestamp, prices: Prices) {
        let dated = self.services.entry(service_id.into()).or_default();
        match dated.binary_search_by_key(&from, |(from, _)| *from) {
            Ok(found) => {
                if let Some(entry) = dated.get_mut(found) {
                    entry.1 = prices;
                }
            }
            Err(place) => dated.insert(place, (from, prices)),
        }
    }

    /// Returns the prices of a service at that instant; `None` if there are none, or only later ones.
    /// A price holds until the next one begins.
    pub fn prices(&self, service_id: &str, at: Timestamp) -> Option<&Prices> {
        let dated = self.services.get(service_id)?;
        let later = dated.partition_point(|(from, _)| *from <= at);
        dated.get(later.checked_sub(1)?).map(|(_, prices)| prices)
    }

    /// Returns the instants at which a price changes.
    pub(crate) fn boundaries(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.services.values().flatten().map(|(from, _)| *from)
    }
}

impl Prices {
    /// Returns the price of a million tokens of one type.
    pub fn get(&self, token_type: TokenType) -> Money {
        match token_type {
            TokenType::Input => self.input,
            TokenType::Output => self.output,
            TokenType::CacheWrite => self.cache_write,
            TokenType::CacheRead => self.cache_read,
        }
    }

    /// Returns what the tokens of each type weigh in the cost of a call, in the order of [`TokenType::ALL`]; `None` if
    /// nothing weighs anything or a price is negative.
    ///
    /// A weight is price times count. It does not have to be divided by a million: only the ratio between the
    /// weights matters. `None` as well where a product leaves 128 bits; the charge is then treated as one
    /// without prices.
    pub(crate) fn weights(&self, tokens: &TokenCounts) -> Option<[u128; 4]> {
        let mut weights = [0; 4];
        for (weight, token_type) in weights.iter_mut().zip(TokenType::ALL) {
            let price = u128::try_from(self.get(token_type).units()).ok()?;
            *weight = price.checked_mul(u128::from(tokens.get(token_type).count()))?;
        }
        weights.iter().any(|weight| *weight > 0).then_some(weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_price_before_an_instant_holds() {
        let at = |millis| Timestamp::from_millis(millis).unwrap();
        let price = |text: &str| Prices { input: text.parse().unwrap(), ..Prices::default() };
        let mut book = PriceBook::new();
        book.insert("m", at(20), price("2"));
        book.insert("m", at(10), price("1"));
        book.insert("m", at(20), price("3"));
        assert_eq!(book.prices("m", at(9)), None);
        assert_eq!(book.prices("m", at(10)), Some(&price("1")));
        assert_eq!(book.prices("m", at(20)), Some(&price("3")));
        assert_eq!(book.prices("n", at(20)), None);
        assert_eq!(book.boundaries().collect::<Vec<_>>(), [at(10), at(20)]);
    }
}
