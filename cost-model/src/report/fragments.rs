//! Parts of a charge, which sum to it exactly.
//!
//! Every split distributes each amount and each count by itself and to the last unit, so that the parts of a charge
//! add up to it in every figure. An amount that is not stated is absent in every part.

use crate::error::Result;
use crate::ledger::LedgerRow;
use crate::money::{
    Costs, Metric, Money, Prices, Quantity, RequestUnits, TokenCounts, TokenType, Tokens, ZeroWeights, split,
};
use crate::record::CostRecord;

use super::Allocation;

/// The amounts and quantities of a charge, or of one part of it.
#[derive(Clone, Copy)]
pub(crate) struct Fragment {
    pub(crate) costs: Costs,
    pub(crate) tokens: TokenCounts,
    pub(crate) requests: RequestUnits,
    /// Usage that neither tokens nor requests tell.
    pub(crate) quantity: Quantity,
    /// The provider's fee within the costs.
    fee: Option<Money>,
}

/// One way in which charges are split. Levels are applied one after the other, each to every part of the one before.
pub(super) enum Level {
    /// In proportion to weights.
    Shares(Vec<u128>),
    /// Only a share counts.
    Allocation(Allocation),
    /// By [`TokenPart`], with these prices.
    TokenTypes(Option<Prices>),
}

/// What a part of a charge is for, when charges are split by type of token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenPart {
    Tokens(TokenType),
    /// The provider's fee.
    Fee,
    /// Charges that count requests, not tokens.
    Request,
    /// Charges for tokens of a service that the price book does not know.
    Unpriced,
}

impl TokenPart {
    pub(super) const ALL: [Self; 7] = [
        Self::Tokens(TokenType::Input),
        Self::Tokens(TokenType::Output),
        Self::Tokens(TokenType::CacheWrite),
        Self::Tokens(TokenType::CacheRead),
        Self::Fee,
        Self::Request,
        Self::Unpriced,
    ];

    /// Every one, as the purpose of a part.
    pub(super) const EACH: [Option<Self>; 7] = [
        Some(Self::Tokens(TokenType::Input)),
        Some(Self::Tokens(TokenType::Output)),
        Some(Self::Tokens(TokenType::CacheWrite)),
        Some(Self::Tokens(TokenType::CacheRead)),
        Some(Self::Fee),
        Some(Self::Request),
        Some(Self::Unpriced),
    ];

    /// Returns its place in [`Self::ALL`], counted from 1.
    pub(super) fn code(self) -> u32 {
        (1..).zip(Self::ALL).find(|(_, each)| *each == self).map_or(0, |(code, _)| code)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tokens(token_type) => token_type.name(),
            Self::Fee => "fee",
            Self::Request => "request",
            Self::Unpriced => "unpriced",
        }
    }
}

impl Level {
    /// Returns the parts of one fragment, always as many; `None` where a part holds nothing of it.
    pub(super) fn parts(&self, whole: &Fragment) -> Result<Vec<Option<Fragment>>> {
        match self {
            Self::Shares(weights) => Ok(whole.split(weights)?.into_iter().map(Some).collect()),
            Self::Allocation(allocation) => {
                // Split into what counts and what does not, so that both add up to the charge; then the second is
                // dropped.
                Ok(whole.split(&allocation.weights())?.into_iter().take(1).map(Some).collect())
            }
            Self::TokenTypes(prices) => whole.by_token_type(prices.as_ref()),
        }
    }
}

impl Fragment {
    /// Makes a charge of a ledger as a whole; figures that it does not state count nothing.
    pub(super) fn whole(row: &LedgerRow) -> Self {
        Self {
            costs: row.costs,
            tokens: row.tokens,
            requests: row.requests.unwrap_or_default(),
            quantity: row.quantity.unwrap_or_default(),
            fee: row.fee,
        }
    }

    /// Makes a stored charge as a whole.
    pub(crate) fn of_record(record: &CostRecord) -> Self {
        Self {
            costs: record.costs,
            tokens: record.tokens,
            requests: record.requests.unwrap_or_default(),
            quantity: record.quantity.unwrap_or_default(),
            fee: record.stated.fee,
        }
    }

    /// Returns what many charges are together. No part is taken of it, so that the fee within does not matter.
    pub(crate) fn of_many(costs: Costs, tokens: TokenCounts, requests: RequestUnits) -> Self {
        Self { costs, tokens, requests, quantity: Quantity::ZERO, fee: None }
    }

    /// Two parts of one charge as one. Each amount is known in both or in neither.
    pub(crate) fn join(&self, other: &Self) -> Result<Self> {
        Ok(Self {
            costs: Costs {
                billed: add_known(self.costs.billed, other.costs.billed)?,
                effective: add_known(self.costs.effective, other.costs.effective)?,
                list: add_known(self.costs.list, other.costs.list)?,
                contracted: add_known(self.costs.contracted, other.costs.contracted)?,
                derived: self.costs.derived,
            },
            tokens: self.tokens.checked_add(&other.tokens)?,
            requests: self.requests.checked_add(other.requests)?,
            quantity: self.quantity.checked_add(other.quantity)?,
            fee: add_known(self.fee, other.fee)?,
        })
    }

    /// Returns the parts in proportion to weights, which add up to the whole.
    pub(crate) fn split(&self, weights: &[u128]) -> Result<Vec<Self>> {
        let costs =
            each_amount(&self.costs, weights.len(), |amount| amount.split(weights, ZeroWeights::Even))?;
        let fees = self.fee.map(|fee| fee.split(weights, ZeroWeights::Even)).transpose()?;
        let (input, output) =
            (split_tokens(self.tokens.input, weights)?, split_tokens(self.tokens.output, weights)?);
        let (cache_write, cache_read) =
            (split_tokens(self.tokens.cache_write, weights)?, split_tokens(self.tokens.cache_read, weights)?);
        let requests = split(self.requests.units(), weights, ZeroWeights::Even)?;
        let quantities = split(self.quantity.units(), weights, ZeroWeights::Even)?;
        let parts = costs.into_iter().zip(requests).zip(quantities).enumerate();
        Ok(parts
            .map(|(part, ((costs, requests), quantity))| Self {
                costs,
                tokens: TokenCounts {
                    input: tokens_of(&input, part),
                    output: tokens_of(&output, part),
                    cache_write: tokens_of(&cache_write, part),
                    cache_read: tokens_of(&cache_read, part),
                },
                requests: RequestUnits::from_units(requests),
                quantity: Quantity::from_units(quantity),
                fee: amount_of(fees.as_ref(), part),
            })
            .collect())
    }

    /// Tokens go to their own part; of each amount, the fee goes to the fee's and the rest to the tokens' in
    /// proportion to their list prices. Without prices the model's share is unpriced, or that of requests where no
    /// tokens were used. A fee beyond the amount is not separated.
    fn by_token_type(&self, prices: Option<&Prices>) -> Result<Vec<Option<Self>>> {
        let used = TokenType::ALL.into_iter().any(|each| self.tokens.get(each) != Tokens::ZERO);
        let weights = prices.and_then(|prices| prices.weights(&self.tokens));
        let rest = if used { TokenPart::Unpriced } else { TokenPart::Request };
        let costs = each_amount(&self.costs, TokenPart::ALL.len(), |amount| {
            // An amount that the fee exceeds, such as a billed cost of zero, does not hold the fee.
            let fee = self.fee.filter(|fee| Money::ZERO <= *fee && *fee <= amount).unwrap_or_default();
            let model = amount.checked_sub(fee)?;
            let by_type = match &weights {
                Some(weights) => model.split(weights, ZeroWeights::Even)?,
                None => Vec::new(),
            };
            // The parts for tokens are in the order of the types, which is that of the weights.
            let mut of_types = by_type.iter().copied();
            let parts = TokenPart::ALL.into_iter().map(|part| match part {
                TokenPart::Tokens(_) => of_types.next().unwrap_or_default(),
                TokenPart::Fee => fee,
                _ if part == rest && by_type.is_empty() => model,
                TokenPart::Request | TokenPart::Unpriced => Money::ZERO,
            });
            Ok(parts.collect())
        })?;
        let parts = TokenPart::ALL.into_iter().zip(costs);
        Ok(parts.map(|(part, costs)| self.part_for(part, rest, costs)).collect())
    }

    /// Returns the part for one purpose with its share of the costs; `None` where it holds nothing. `rest` is the
    /// purpose of what no token price divides.
    fn part_for(&self, part: TokenPart, rest: TokenPart, costs: Costs) -> Option<Self> {
        let mut tokens = TokenCounts::default();
        if let TokenPart::Tokens(token_type) = part {
            tokens.set(token_type, self.tokens.get(token_type));
        }
        let requests = if part == TokenPart::Request { self.requests } else { RequestUnits::ZERO };
        // A quantity that neither tokens nor requests tell goes with the cost that has no type either.
        let quantity = if part == rest { self.quantity } else { Quantity::ZERO };
        let fee = if part == TokenPart::Fee { self.fee } else { None };
        let holds_something = tokens != TokenCounts::default()
            || requests != RequestUnits::ZERO
            || quantity != Quantity::ZERO
            || Metric::ALL.into_iter().any(|metric| costs.get(metric).is_some_and(|each| !each.is_zero()))
            // A charge of nothing at all still counts as one, and so needs a part.
            || (part == TokenPart::Request && part == rest);
        holds_something.then_some(Self { costs, tokens, requests, quantity, fee })
    }
}

/// Takes each of the four amounts apart by itself; an absent amount is absent in every part.
fn each_amount(
    costs: &Costs,
    count: usize,
    parts: impl Fn(Money) -> Result<Vec<Money>>,
) -> Result<Vec<Costs>> {
    let [billed, effective, list, contracted] = [costs.billed, costs.effective, costs.list, costs.contracted]
        .map(|amount| amount.map(&parts).transpose());
    let (billed, effective, list, contracted) = (billed?, effective?, list?, contracted?);
    Ok((0..count)
        .map(|part| Costs {
            billed: amount_of(billed.as_ref(), part),
            effective: amount_of(effective.as_ref(), part),
            list: amount_of(list.as_ref(), part),
            contracted: amount_of(contracted.as_ref(), part),
            derived: costs.derived,
        })
        .collect())
}

/// Splits a count of tokens into whole tokens, in proportion to weights.
fn split_tokens(tokens: Tokens, weights: &[u128]) -> Result<Vec<i128>> {
    split(tokens.count().into(), weights, ZeroWeights::Even)
}

/// Adds two amounts; the sum with an amount that is not known is not known.
fn add_known(one: Option<Money>, other: Option<Money>) -> Result<Option<Money>> {
    one.zip(other).map(|(one, other)| one.checked_add(other)).transpose()
}

/// Returns the tokens of one part.
fn tokens_of(parts: &[i128], part: usize) -> Tokens {
    Tokens::new(parts.get(part).and_then(|count| u64::try_from(*count).ok()).unwrap_or_default())
}

/// Returns the amount of one part, where amounts are known.
fn amount_of(amounts: Option<&Vec<Money>>, part: usize) -> Option<Money> {
    amounts.and_then(|all| all.get(part).copied())
}
