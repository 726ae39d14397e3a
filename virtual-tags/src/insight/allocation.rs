//! The parts of split charges, in a table of their own.
//!
//! Accounting systems want split charges as rows and not as weights. FOCUS 1.3 has columns for it, and the
//! billed charge stays what it was: the table is beside it, not in its place.

use std::sync::Arc;

use cost_model::ledger::LedgerRow;
use cost_model::money::{TokenCounts, TokenType, Tokens, ZeroWeights, split};
use cost_model::tagger::TagCache;
use cost_model::{Costs, Dimension, Ledger, Money, Timestamp};
use serde_json::json;

use crate::compile::charge::Charge;
use crate::error::{Error, ErrorKind, Result};
use crate::evaluate::fragments::first_value;
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::ids::Id;

/// As many units as 1 has in [`Money`]: the ratios of a charge's parts sum to it exactly.
///
/// The unit of [`Money`] is 10^-24.
const ONE: i128 = 1_000_000_000_000_000_000_000_000;

/// One part of a charge that a key splits: a row of a table beside the billed charges, which stay as they are.
///
/// The costs and tokens of a charge's parts sum to those of the charge, each to the last digit. `Debug` leaves out the
/// value and the resource.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allocation {
    /// The number of the charge in the ledger, counted from 0 in the order of [`Ledger::rows`].
    pub row: usize,
    /// When the charge arose.
    pub at: Timestamp,
    /// The resource that caused it.
    pub resource: Option<Arc<str>>,
    /// The key.
    pub key: Arc<str>,
    /// The value to which the part is allocated; `None` is no value.
    pub value: Option<Arc<str>>,
    /// The rule that splits: the key and the rule's number in it counted from 1, or the key alone where keys that it
    /// reads split.
    pub method: String,
    /// The part of the whole, rounded at 24 decimals so that those of a charge sum to 1.
    pub ratio: Money,
    /// The part of each cost.
    pub costs: Costs,
    /// The part of each count of tokens.
    pub tokens: TokenCounts,
}

cost_model::masked_debug!(Allocation { row, key, ratio });

impl Allocation {
    /// Returns the columns of FOCUS for a split cost allocation, as text; a cost that the charge does not have is empty.
    ///
    /// The names are those of FOCUS 1.3, "Split Cost Allocation".
    pub fn focus_columns(&self) -> [(&'static str, String); 9] {
        let resource = self.resource.as_deref().unwrap_or_default();
        let details = json!({ "Elements": [{ "AllocatedRatio": self.ratio.to_string() }] });
        let tags = match &self.value {
            Some(value) => json!({ &*self.key: &**value }),
            None => json!({}),
        };
        [
            ("AllocatedMethodId", self.method.clone()),
            ("AllocatedMethodDetails", details.to_string()),
            ("AllocatedResourceId", resource.to_owned()),
            ("AllocatedResourceName", resource.to_owned()),
            ("AllocatedTags", tags.to_string()),
            ("BilledCost", every_digit(self.costs.billed)),
            ("EffectiveCost", every_digit(self.costs.effective)),
            ("ListCost", every_digit(self.costs.list)),
            ("ContractedCost", every_digit(self.costs.contracted)),
        ]
    }
}

/// Returns the error of amounts that are too long to be divided.
fn overflow(error: cost_model::Error) -> Error {
    Error::new(ErrorKind::Amount, None, "a charge cannot be shared out").with_source(error)
}

/// Returns an amount without rounding; an absent one is an empty cell.
fn every_digit(amount: Option<Money>) -> String {
    amount.map(|amount| amount.to_string()).unwrap_or_default()
}

impl ResolvedRules {
    /// Returns every part of every charge that a key splits, in the order of the ledger. Unsplit charges are left out,
    /// and the ledger is only read.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Ledger, Timestamp};
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nsplit = [\"Web\", \"Data\", \"Ops\"]\n";
    /// let rules = RuleSet::from_toml(toml, "rules.toml")?.compile(Directory::default())?.tagger()?;
    /// let mut ledger = Ledger::builder(Currency::USD);
    /// let at = Timestamp::midnight("2026-09-15".parse()?);
    /// ledger.push(&CostRecord::new(at, "cursor", Currency::USD, Costs::flat("1".parse()?)))?;
    ///
    /// let parts = rules.allocations("Team", &ledger.build())?;
    /// let billed: Vec<_> = parts.iter().map(|part| part.costs.billed.unwrap()).collect();
    /// assert_eq!(cost_model::Money::sum(billed)?, "1".parse()?);
    /// assert_eq!(parts[0].focus_columns()[0], ("AllocatedMethodId", "Team rule 1".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Amount`] when a weight is too long to compute with.
    pub fn allocations(&self, key: &str, ledger: &Ledger) -> Result<Vec<Allocation>> {
        let tags = TagCache::new(ledger, self, &[key.into()]).map_err(overflow)?;
        let mut allocations = Vec::new();
        for (number, (row, answer)) in ledger.rows().zip(tags.answers(ledger).map_err(overflow)?).enumerate()
        {
            let shares = tags.parts(answer);
            let Some(set) = ledger.set(row.set).filter(|_| shares.len() > 1) else { continue };
            let weights: Vec<u128> = shares.iter().map(|share| share.weight).collect();
            let split = AllocatedPart::split_row(&row, &weights).map_err(overflow)?;
            let method = self.allocation_method(key, &self.compiled.charge(&set, row.at));
            let resource = set.shared(&Dimension::Resource);
            for (share, part) in shares.iter().zip(split) {
                allocations.push(Allocation {
                    row: number,
                    at: row.at,
                    resource: resource.clone(),
                    key: key.into(),
                    value: first_value(share).cloned(),
                    method: method.clone(),
                    ratio: part.ratio,
                    costs: part.costs,
                    tokens: part.tokens,
                });
            }
        }
        Ok(allocations)
    }

    /// Returns what split a charge: the rule that decides, or the key alone where the keys that it reads
    /// split it.
    fn allocation_method(&self, key: &str, charge: &Charge<'_>) -> String {
        let tag = self
            .compiled
            .key_id(key)
            .and_then(|id| self.compiled.tags.get(id))
            // With keys that are read, each part may have another winner.
            .filter(|tag| tag.reads.is_empty());
        let winner = tag.and_then(|tag| self.find_winner(tag, charge, charge.dimensions));
        match winner {
            Some((rule, _)) => format!("{key} rule {}", rule.index() + 1),
            None => key.to_owned(),
        }
    }
}

/// One of the costs.
///
/// A function and not a name, so that the four costs are split by the same lines.
type Field = fn(&mut Costs) -> &mut Option<Money>;

/// The amounts of one part of a charge, before they have a row.
#[derive(Clone, Copy, Default)]
struct AllocatedPart {
    ratio: Money,
    costs: Costs,
    tokens: TokenCounts,
}

impl AllocatedPart {
    /// Divides every amount of a charge by weights.
    ///
    /// Each cost is split by itself, so that each sums to its own whole.
    fn split_row(row: &LedgerRow, weights: &[u128]) -> cost_model::Result<Vec<Self>> {
        let mut parts = vec![Self::default(); weights.len()];
        for (part, ratio) in parts.iter_mut().zip(Money::from_units(ONE).split(weights, ZeroWeights::Even)?) {
            part.ratio = ratio;
            part.costs.derived = row.costs.derived;
        }
        let costs: [(Option<Money>, Field); 4] = [
            (row.costs.billed, |costs| &mut costs.billed),
            (row.costs.effective, |costs| &mut costs.effective),
            (row.costs.list, |costs| &mut costs.list),
            (row.costs.contracted, |costs| &mut costs.contracted),
        ];
        for (whole, field) in costs {
            let Some(whole) = whole else { continue };
            for (part, amount) in parts.iter_mut().zip(whole.split(weights, ZeroWeights::Even)?) {
                *field(&mut part.costs) = Some(amount);
            }
        }
        for token_type in TokenType::ALL {
            let counts = split(row.tokens.get(token_type).count().into(), weights, ZeroWeights::Even)?;
            for (part, count) in parts.iter_mut().zip(counts) {
                part.tokens.set(token_type, Tokens::new(u64::try_from(count).unwrap_or_default()));
            }
        }
        Ok(parts)
    }
}
