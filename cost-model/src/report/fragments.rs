//! How a charge falls into parts, by the shares of its virtual tags.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{
    Assignment, Costs, Dimension, Dimensions, Filter, LedgerRow, LedgerTuple, Money, RequestUnits, Result,
    Tagger, Timestamp, TokenCounts, Tokens, ZeroWeights, split,
};

/// The parts that every charge of one tuple and epoch falls into: the cross product of the shares of each key.
pub(super) struct Plan {
    /// The weights of each key that shares the charge out, outermost first.
    levels: Vec<Vec<u128>>,
    /// The group of each part, in order; `None` where the filter leaves the part out.
    pub(super) groups: Vec<Option<usize>>,
}

/// The amounts and quantities of a charge, or of one part of it.
#[derive(Clone, Copy)]
pub(super) struct Fragment {
    pub(super) costs: Costs,
    pub(super) tokens: TokenCounts,
    pub(super) requests: RequestUnits,
}

impl Plan {
    /// Asks the tagger about `keys`, and places each part into a group by `group`, which is given the part's
    /// dimensions.
    pub(super) fn new(
        tuple: LedgerTuple<'_>,
        at: Timestamp,
        tagger: &dyn Tagger,
        keys: &[Arc<str>],
        filter: Option<&Filter>,
        mut group: impl FnMut(&Tagged<'_>) -> usize,
    ) -> Self {
        let mut levels = Vec::new();
        let mut parts: Vec<Vec<Option<Arc<str>>>> = vec![Vec::new()];
        for key in keys {
            let values = match tagger.assign(key, &tuple, at) {
                Assignment::Value(value) => vec![Some(Arc::from(&*value))],
                Assignment::Unset => vec![None],
                Assignment::Shares(shares) if shares.is_empty() => vec![None],
                Assignment::Shares(shares) => {
                    levels.push(shares.iter().map(|share| share.weight).collect());
                    shares.iter().map(|share| Some(Arc::clone(&share.value))).collect()
                }
            };
            parts = cross(&parts, &values);
        }
        let groups = parts
            .iter()
            .map(|values| Tagged { tuple, keys, values })
            .map(|tagged| filter.is_none_or(|filter| filter.matches(&tagged)).then(|| group(&tagged)))
            .collect();
        Self { levels, groups }
    }

    /// What of one charge falls into each group, a group at a time: several parts in one group are one fragment, so
    /// that the charge counts once.
    pub(super) fn fragments(&self, row: &LedgerRow) -> Result<BTreeMap<usize, Fragment>> {
        let whole =
            Fragment { costs: row.costs, tokens: row.tokens, requests: row.requests.unwrap_or_default() };
        let parts = self.levels.iter().try_fold(vec![whole], |parts, weights| {
            parts.into_iter().try_fold(Vec::new(), |mut all, part| {
                all.extend(part.split(weights)?);
                Ok::<_, crate::Error>(all)
            })
        })?;
        let mut fragments = BTreeMap::new();
        for (part, group) in parts.into_iter().zip(&self.groups) {
            let Some(group) = group else { continue };
            let joined = match fragments.get(group) {
                Some(other) => part.join(other)?,
                None => part,
            };
            fragments.insert(*group, joined);
        }
        Ok(fragments)
    }

    /// Whether charges stay in one piece.
    pub(super) fn is_whole(&self) -> bool {
        self.levels.is_empty()
    }
}

impl Fragment {
    /// Two parts of one charge as one. Each amount is known in both or in neither.
    pub(super) fn join(&self, other: &Self) -> Result<Self> {
        let join = |a: Option<Money>, b: Option<Money>| a.zip(b).map(|(a, b)| a.checked_add(b)).transpose();
        Ok(Self {
            costs: Costs {
                billed: join(self.costs.billed, other.costs.billed)?,
                effective: join(self.costs.effective, other.costs.effective)?,
                list: join(self.costs.list, other.costs.list)?,
                contracted: join(self.costs.contracted, other.costs.contracted)?,
                derived: self.costs.derived,
            },
            tokens: self.tokens.checked_add(&other.tokens)?,
            requests: self.requests.checked_add(other.requests)?,
        })
    }

    fn split(&self, weights: &[u128]) -> Result<Vec<Self>> {
        let money = |amount: Option<Money>| {
            amount.map(|amount| amount.split(weights, ZeroWeights::Even)).transpose().map(Parts)
        };
        let count = |tokens: Tokens| {
            let parts = split(i128::from(tokens.count()), weights, ZeroWeights::Even)?;
            Ok::<_, crate::Error>(Parts(Some(parts)))
        };
        let (billed, effective) = (money(self.costs.billed)?, money(self.costs.effective)?);
        let (list, contracted) = (money(self.costs.list)?, money(self.costs.contracted)?);
        let (input, output) = (count(self.tokens.input)?, count(self.tokens.output)?);
        let (cache_write, cache_read) = (count(self.tokens.cache_write)?, count(self.tokens.cache_read)?);
        let requests = split(self.requests.units(), weights, ZeroWeights::Even)?;
        let tokens = |parts: &Parts<i128>, index| {
            Tokens::new(parts.get(index).and_then(|part| u64::try_from(part).ok()).unwrap_or_default())
        };
        let part = |(index, requests)| Self {
            costs: Costs {
                billed: billed.get(index),
                effective: effective.get(index),
                list: list.get(index),
                contracted: contracted.get(index),
                derived: self.costs.derived,
            },
            tokens: TokenCounts {
                input: tokens(&input, index),
                output: tokens(&output, index),
                cache_write: tokens(&cache_write, index),
                cache_read: tokens(&cache_read, index),
            },
            requests: RequestUnits::from_units(requests),
        };
        Ok(requests.into_iter().enumerate().map(part).collect())
    }
}

/// The parts of one figure, if there is such a figure.
struct Parts<T>(Option<Vec<T>>);

impl<T: Copy> Parts<T> {
    fn get(&self, index: usize) -> Option<T> {
        self.0.as_ref()?.get(index).copied()
    }
}

/// A tuple with one value for each virtual tag key asked about.
pub(super) struct Tagged<'a> {
    tuple: LedgerTuple<'a>,
    keys: &'a [Arc<str>],
    values: &'a [Option<Arc<str>>],
}

impl Tagged<'_> {
    fn assigned(&self, key: &str) -> Option<&Arc<str>> {
        let index = self.keys.iter().position(|each| **each == *key)?;
        self.values.get(index)?.as_ref()
    }

    pub(super) fn shared(&self, dimension: &Dimension) -> Option<Arc<str>> {
        match dimension {
            Dimension::VirtualTag(key) => self.assigned(key).map(Arc::clone),
            Dimension::Tag(key) => {
                self.assigned(key).map(Arc::clone).or_else(|| self.tuple.shared(dimension))
            }
            _ => self.tuple.shared(dimension),
        }
    }
}

impl Dimensions for Tagged<'_> {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        let assigned = |key| self.assigned(key).map(|value| Cow::Borrowed(&**value));
        match dimension {
            Dimension::VirtualTag(key) => assigned(key),
            Dimension::Tag(key) => assigned(key).or_else(|| self.tuple.get(dimension)),
            _ => self.tuple.get(dimension),
        }
    }

    /// Provider tags and virtual tags; a virtual tag covers a provider's tag of the same key.
    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        self.tuple.for_each_tag(&mut |key, value| {
            if self.assigned(key).is_none() {
                visit(key, value);
            }
        });
        for (key, value) in self.keys.iter().zip(self.values) {
            if let Some(value) = value {
                visit(key, value);
            }
        }
    }
}

fn cross(parts: &[Vec<Option<Arc<str>>>], values: &[Option<Arc<str>>]) -> Vec<Vec<Option<Arc<str>>>> {
    let extended = |part: &Vec<Option<Arc<str>>>, value: &Option<Arc<str>>| {
        let mut longer = part.clone();
        longer.push(value.clone());
        longer
    };
    parts.iter().flat_map(|part| values.iter().map(move |value| extended(part, value))).collect()
}
