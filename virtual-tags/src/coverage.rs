//! How much the rules say who owns.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use cost_model::{Dimension, Ledger, Metric, Money, Result, Window};

use crate::fragments::{Weighted, parts};
use crate::{LedgerTags, ResolvedRules};

/// What of one calendar month has a value of one key other than its default.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// The key.
    pub key: Arc<str>,
    /// The month, in UTC.
    pub month: Window,
    /// The amounts, and those with a value.
    pub cost: Covered<Money>,
    /// The tokens, and those with a value.
    pub tokens: Covered<u128>,
    /// The people, by resource, and those of whose charges some have a value.
    pub people: Covered<usize>,
}

/// A whole, and the part of it that has a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a whole and a part, by definition")]
pub struct Covered<T> {
    /// The whole.
    pub all: T,
    /// The part with a value.
    pub tagged: T,
}

/// A rule that would give a value to charges that have none. `Debug` leaves out the condition.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suggestion {
    /// The condition, as a sentence in the filter language.
    pub when: String,
    /// The amount that it would reach beyond the suggestions before it.
    pub amount: Money,
}

impl fmt::Debug for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suggestion").field("amount", &self.amount).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Month {
    cost: Covered<Money>,
    tokens: Covered<u128>,
    people: BTreeSet<Arc<str>>,
    tagged_people: BTreeSet<Arc<str>>,
}

impl ResolvedRules {
    /// How much of each month has a value of each key other than the key's default, in the order of keys and months.
    /// Charges without the amount count as nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](cost_model::ErrorKind::Overflow) when a sum leaves the range of [`Money`].
    pub fn coverage(&self, ledger: &Ledger, metric: Metric) -> Result<Vec<Coverage>> {
        let mut coverage = Vec::new();
        for (key, tag) in self.compiled.keys.iter().zip(&self.compiled.tags) {
            let mut months: BTreeMap<Window, Month> = BTreeMap::new();
            let resolved = LedgerTags::new(self, key, ledger);
            for (row, number) in ledger.rows().zip(resolved.numbers()) {
                let day = Window::new(row.at, cost_model::Timestamp::from_millis(row.at.millis() + 1)?)?;
                let month = months.entry(day.whole_months()).or_default();
                let weights = resolved.shares(number);
                let default = tag.default.as_deref();
                let amount = row.costs.get(metric).unwrap_or_default();
                let tagged = tagged_part(amount.units(), weights, default)?;
                month.cost.all = month.cost.all.checked_add(amount)?;
                month.cost.tagged = month.cost.tagged.checked_add(Money::from_units(tagged))?;
                let tokens = u128::from(row.tokens.total()?.count());
                let whole = i128::try_from(tokens).unwrap_or(i128::MAX);
                month.tokens.all += tokens;
                month.tokens.tagged += tagged_part(whole, weights, default)?.unsigned_abs();
                if let Some(person) =
                    ledger.tuple(row.tuple).and_then(|tuple| tuple.shared(&Dimension::Resource))
                {
                    if weights.iter().any(|(value, weight)| *weight > 0 && is_tagged(value.as_ref(), default))
                    {
                        month.tagged_people.insert(Arc::clone(&person));
                    }
                    month.people.insert(person);
                }
            }
            coverage.extend(months.into_iter().map(|(window, month)| Coverage {
                key: Arc::clone(key),
                month: window,
                cost: month.cost,
                tokens: month.tokens,
                people: Covered { all: month.people.len(), tagged: month.tagged_people.len() },
            }));
        }
        Ok(coverage)
    }

    /// What has no value of a key other than its default, by resource, the largest amount first.
    ///
    /// # Errors
    /// As [`ResolvedRules::coverage`].
    pub fn unallocated(&self, ledger: &Ledger, key: &str, metric: Metric) -> Result<Vec<(Arc<str>, Money)>> {
        let mut people: BTreeMap<Arc<str>, Money> = BTreeMap::new();
        self.for_each_unallocated(ledger, key, metric, &mut |tuple, amount| {
            let resource = ledger.tuple(tuple).and_then(|tuple| tuple.shared(&Dimension::Resource));
            let sum = people.entry(resource.unwrap_or_else(|| "(none)".into())).or_default();
            *sum = sum.checked_add(amount)?;
            Ok(())
        })?;
        let mut people: Vec<_> = people.into_iter().filter(|(_, amount)| !amount.is_zero()).collect();
        people.sort_by_key(|(_, amount)| std::cmp::Reverse(amount.units()));
        Ok(people)
    }

    /// The fewest rules, found by always taking the one that reaches most, which would bring the share of cost with a value of a
    /// key to so many percent, or as far as they go: by the domain of the email, by the values of these fields, and by resource.
    ///
    /// # Errors
    /// As [`ResolvedRules::coverage`].
    pub fn suggest(
        &self,
        ledger: &Ledger,
        key: &str,
        metric: Metric,
        by: &[Dimension],
        percent: u8,
    ) -> Result<Vec<Suggestion>> {
        let mut total = Money::ZERO;
        for row in ledger.rows() {
            total = total.checked_add(row.costs.get(metric).unwrap_or_default())?;
        }
        let mut left: BTreeMap<usize, Money> = BTreeMap::new();
        self.for_each_unallocated(ledger, key, metric, &mut |tuple, amount| {
            let sum = left.entry(tuple).or_default();
            *sum = sum.checked_add(amount)?;
            Ok(())
        })?;
        let hundredth = total.split(&[1; 100], cost_model::ZeroWeights::Even)?;
        let allowed = Money::sum(hundredth.into_iter().skip(usize::from(percent)))?;
        let mut suggestions = Vec::new();
        while Money::sum(left.values().copied())? > allowed {
            let mut reached: BTreeMap<String, Money> = BTreeMap::new();
            for (tuple, amount) in &left {
                for when in conditions(ledger, *tuple, by) {
                    let sum = reached.entry(when).or_default();
                    *sum = sum.checked_add(*amount)?;
                }
            }
            let best = reached.into_iter().rev().max_by_key(|(_, amount)| *amount);
            let Some((when, amount)) = best.filter(|(_, amount)| *amount > Money::ZERO) else { break };
            left.retain(|tuple, _| !conditions(ledger, *tuple, by).contains(&when));
            suggestions.push(Suggestion { when, amount });
        }
        Ok(suggestions)
    }

    fn for_each_unallocated(
        &self,
        ledger: &Ledger,
        key: &str,
        metric: Metric,
        visit: &mut dyn FnMut(usize, Money) -> Result<()>,
    ) -> Result<()> {
        let number = self.compiled.number(key);
        let default =
            number.and_then(|number| self.compiled.tags.get(number)).and_then(|tag| tag.default.as_deref());
        let resolved = LedgerTags::new(self, key, ledger);
        for (row, number) in ledger.rows().zip(resolved.numbers()) {
            let amount = row.costs.get(metric).unwrap_or_default();
            let tagged = Money::from_units(tagged_part(amount.units(), resolved.shares(number), default)?);
            visit(row.tuple, amount.checked_sub(tagged)?)?;
        }
        Ok(())
    }
}

fn is_tagged(value: Option<&Arc<str>>, default: Option<&str>) -> bool {
    value.is_some_and(|value| Some(&**value) != default)
}

fn tagged_part(whole: i128, weights: &[Weighted], default: Option<&str>) -> Result<i128> {
    let parts = parts(whole, weights)?;
    Ok(parts.iter().filter(|(value, _)| is_tagged(value.as_ref(), default)).map(|(_, part)| part).sum())
}

/// Conditions that the charges of a tuple meet, broad ones first.
fn conditions(ledger: &Ledger, tuple: usize, by: &[Dimension]) -> Vec<String> {
    let Some(tuple) = ledger.tuple(tuple) else { return Vec::new() };
    let quoted = |text: &str| text.replace('\'', "''");
    let resource = tuple.shared(&Dimension::Resource);
    let domain =
        resource.as_ref().and_then(|id| id.rsplit_once('@')).filter(|(_, domain)| !domain.contains('%'));
    let domain = domain.map(|(_, domain)| format!("{} LIKE '%@{}'", Dimension::Resource, quoted(domain)));
    let fields = by.iter().filter(|field| **field != Dimension::Resource);
    let fields =
        fields.filter_map(|field| tuple.shared(field).map(|value| format!("{field} = '{}'", quoted(&value))));
    let person = resource.iter().map(|id| format!("{} = '{}'", Dimension::Resource, quoted(id)));
    domain.into_iter().chain(fields).chain(person).collect()
}
