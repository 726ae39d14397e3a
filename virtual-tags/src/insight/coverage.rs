//! Measures which part of the cost has an owner, and suggests rules for the rest.
//!
//! Whoever introduces chargeback wants to see how much has an owner, month by month, and which rule to write
//! next. Each question is a report over the ledger, so that its figures are those of any other report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::{FixedOffset, NaiveDate};
use cost_model::ledger::DimensionSetId;
use cost_model::output::{for_terminal, grouped};
use cost_model::report::Bin;
use cost_model::report::Query;
use cost_model::tagger::TagCache;
use cost_model::{Dimension, Ledger, Metric, Money, Result, Timestamp};

use crate::amounts::format_amount;
use crate::evaluate::fragments::split_amount;
use crate::evaluate::resolved_rules::ResolvedRules;

/// The part of one calendar month that has a value of one key other than its default: of the cost, of the tokens and of
/// the people.
///
/// `Display` gives one line, with two decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// The key.
    pub key: Arc<str>,
    /// The first day of the month.
    pub month: NaiveDate,
    /// The cost, and the part of it that has a value.
    pub cost: CoveredPart<Money>,
    /// The tokens, and the part of them that has a value.
    pub tokens: CoveredPart<u128>,
    /// The people, told apart by resource, and those of them with at least one charge that has a value.
    pub people: CoveredPart<usize>,
}

/// A total, and the part of it that has a value.
///
/// A percentage is left to whoever shows it, since a total may be zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a whole and a part, by definition")]
pub struct CoveredPart<T> {
    /// The total.
    pub total: T,
    /// The part with a value.
    pub tagged: T,
}

/// A rule that would give a value to charges without one. It is a proposal: nothing applies it.
///
/// `Debug` leaves out the condition.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suggestion {
    /// The condition, as a sentence in the filter language.
    pub when: String,
    /// The cost that it would reach beyond the suggestions before it.
    pub amount: Money,
}

cost_model::masked_debug!(Suggestion { amount });

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, month, cost, tokens, people } = self;
        write!(
            f,
            "{} {}: cost {} of {}, tokens {} of {}, people {} of {}",
            for_terminal(key),
            month.format("%Y-%m"),
            format_amount(cost.tagged),
            format_amount(cost.total),
            grouped(tokens.tagged),
            grouped(tokens.total),
            grouped(people.tagged),
            grouped(people.total)
        )
    }
}

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} reaches {}", for_terminal(&self.when), format_amount(self.amount))
    }
}

/// Sums over a month.
///
/// People are kept by name until they are counted: someone with and someone without a value may be the same.
#[derive(Default)]
struct MonthTotals {
    cost: CoveredPart<Money>,
    tokens: CoveredPart<u128>,
    people: BTreeSet<Arc<str>>,
    tagged_people: BTreeSet<Arc<str>>,
}

impl ResolvedRules {
    /// Computes for each key and month which part has a value other than the key's default, in the order of keys and
    /// months. Months are those of `zone`, and charges without an amount of the metric count as zero.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Ledger, Metric, Timestamp};
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"Web\"\nemail.local = \"ana\"\n";
    /// let rules = RuleSet::from_toml(toml, "rules.toml")?.compile(Directory::default())?.tagger()?;
    /// let mut ledger = Ledger::builder(Currency::USD);
    /// for (who, dollars) in [("ana@acme.test", "1500"), ("bo@acme.test", "500")] {
    ///     let at = Timestamp::midnight("2026-09-15".parse()?);
    ///     let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(dollars.parse()?));
    ///     record.edit(|set| set.resource = Some(who.into()));
    ///     ledger.push(&record)?;
    /// }
    /// let ledger = ledger.build();
    /// let coverage = rules.coverage(&ledger, Metric::Effective, chrono::Offset::fix(&chrono::Utc))?;
    /// assert_eq!(
    ///     coverage[0].to_string(),
    ///     "Team 2026-09: cost 1,500.00 of 2,000.00, tokens 0 of 0, people 1 of 2"
    /// );
    /// assert_eq!(&*rules.unallocated(&ledger, "Team", Metric::Effective)?[0].0, "bo@acme.test");
    /// let suggestions = rules.suggest_rules(&ledger, "Team", Metric::Effective, &[], 100)?;
    /// assert_eq!(suggestions[0].to_string(), "costs.resource_id = 'bo@acme.test' reaches 500.00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](cost_model::ErrorKind::Overflow) when a sum leaves the range of [`Money`].
    pub fn coverage(&self, ledger: &Ledger, metric: Metric, zone: FixedOffset) -> Result<Vec<Coverage>> {
        let mut coverage = Vec::new();
        for (key, tag) in self.compiled.keys.iter().zip(&self.compiled.tags) {
            let query = by_value_and_resource(key).bin(Bin::Month).zone(zone);
            let mut months: BTreeMap<Timestamp, MonthTotals> = BTreeMap::new();
            for row in query.run(ledger, self)?.rows {
                let [value, person] = row.keys.as_slice() else { continue };
                let Some(start) = row.bin else { continue };
                let month = months.entry(start).or_default();
                let amount = row.totals.get(metric).amount;
                let tokens = u128::from(row.totals.tokens.total()?.count());
                month.cost.total = month.cost.total.checked_add(amount)?;
                month.tokens.total += tokens;
                if is_tagged(value.as_ref(), tag.default.as_deref()) {
                    month.cost.tagged = month.cost.tagged.checked_add(amount)?;
                    month.tokens.tagged += tokens;
                    month.tagged_people.extend(person.clone());
                }
                month.people.extend(person.clone());
            }
            coverage.extend(months.into_iter().map(|(start, month)| Coverage {
                key: Arc::clone(key),
                month: start.to_datetime().with_timezone(&zone).date_naive(),
                cost: month.cost,
                tokens: month.tokens,
                people: CoveredPart { total: month.people.len(), tagged: month.tagged_people.len() },
            }));
        }
        Ok(coverage)
    }

    /// Sums up the cost without a value of a key other than its default, by resource, the largest amount first.
    ///
    /// # Errors
    /// As [`ResolvedRules::coverage`].
    pub fn unallocated(&self, ledger: &Ledger, key: &str, metric: Metric) -> Result<Vec<(Arc<str>, Money)>> {
        let default = self.default_of(key);
        let mut people: BTreeMap<Arc<str>, Money> = BTreeMap::new();
        for row in by_value_and_resource(&key.into()).run(ledger, self)?.rows {
            let [value, person] = row.keys.as_slice() else { continue };
            if !is_tagged(value.as_ref(), default) {
                let sum = people.entry(person.clone().unwrap_or_else(|| "(none)".into())).or_default();
                *sum = sum.checked_add(row.totals.get(metric).amount)?;
            }
        }
        let mut people: Vec<_> = people.into_iter().filter(|(_, amount)| !amount.is_zero()).collect();
        people.sort_by_key(|(_, amount)| std::cmp::Reverse(amount.units()));
        Ok(people)
    }

    /// Suggests rules that would bring the share of cost with a value of a key to a percentage, or as far as they reach:
    /// by the domain of the email, by the values of the fields `by`, and by resource.
    ///
    /// Each suggestion is the one that reaches most of what is left, so that there are few of them. `percent` is of the
    /// total cost, from 0 to 100.
    ///
    /// # Errors
    /// As [`ResolvedRules::coverage`].
    pub fn suggest_rules(
        &self,
        ledger: &Ledger,
        key: &str,
        metric: Metric,
        by: &[Dimension],
        percent: u8,
    ) -> Result<Vec<Suggestion>> {
        let total = Query::all_resources().run(ledger, self)?.total.get(metric).amount;
        let tags = TagCache::new(ledger, self, &[key.into()])?;
        let mut left: BTreeMap<DimensionSetId, Money> = BTreeMap::new();
        for (row, answer) in ledger.rows().zip(tags.answers(ledger)?) {
            let sum = left.entry(row.set).or_default();
            for (value, part) in
                split_amount(row.costs.get(metric).unwrap_or_default().units(), tags.parts(answer))?
            {
                if !is_tagged(value.as_ref(), self.default_of(key)) {
                    *sum = sum.checked_add(Money::from_units(part))?;
                }
            }
        }
        // Split into hundredths instead of multiplied, which is exact and cannot overflow.
        let hundredth = total.split(&[1; 100], cost_model::money::ZeroWeights::Even)?;
        let allowed = Money::sum(hundredth.into_iter().skip(usize::from(percent)))?;
        let mut suggestions = Vec::new();
        while Money::sum(left.values().copied())? > allowed {
            let mut reached: BTreeMap<String, Money> = BTreeMap::new();
            for (set, amount) in &left {
                for when in conditions(ledger, *set, by) {
                    let sum = reached.entry(when).or_default();
                    *sum = sum.checked_add(*amount)?;
                }
            }
            // `max_by_key` takes the last of equals; reversed, that is the first in order, so that suggestions do not
            // change from run to run.
            let best = reached.into_iter().rev().max_by_key(|(_, amount)| *amount);
            let Some((when, amount)) = best.filter(|(_, amount)| *amount > Money::ZERO) else { break };
            // What the suggestion reaches is not to be reached twice.
            left.retain(|set, _| !conditions(ledger, *set, by).contains(&when));
            suggestions.push(Suggestion { when, amount });
        }
        Ok(suggestions)
    }

    /// Returns the value that a key has where no rule gives another.
    fn default_of(&self, key: &str) -> Option<&str> {
        self.compiled.tags.get(self.compiled.key_id(key)?)?.default.as_deref()
    }
}

/// Returns the query for totals by a key's value and by resource.
fn by_value_and_resource(key: &Arc<str>) -> Query {
    Query::all_resources().group_by(Dimension::VirtualTag(Arc::clone(key))).group_by(Dimension::Resource)
}

/// Returns whether a value is one, and not the default of its key.
fn is_tagged(value: Option<&Arc<str>>, default: Option<&str>) -> bool {
    value.is_some_and(|value| Some(&**value) != default)
}

/// Returns the conditions that the charges of a set meet, broad ones first: by domain, by each field, by
/// resource.
///
/// A domain with a `%` is left out, which LIKE would read as a wildcard.
fn conditions(ledger: &Ledger, set: DimensionSetId, by: &[Dimension]) -> Vec<String> {
    let Some(set) = ledger.set(set) else { return Vec::new() };
    let resource = set.shared(&Dimension::Resource);
    let domain =
        resource.as_ref().and_then(|id| id.rsplit_once('@')).filter(|(_, domain)| !domain.contains('%'));
    let domain =
        domain.map(|(_, domain)| format!("{} LIKE '%@{}'", Dimension::Resource, double_quotes(domain)));
    let fields = by.iter().filter(|field| **field != Dimension::Resource);
    let fields = fields
        .filter_map(|field| set.shared(field).map(|value| format!("{field} = '{}'", double_quotes(&value))));
    let person = resource.iter().map(|id| format!("{} = '{}'", Dimension::Resource, double_quotes(id)));
    domain.into_iter().chain(fields).chain(person).collect()
}

/// Returns a text as it is written between single quotes of a condition.
fn double_quotes(text: &str) -> String {
    text.replace('\'', "''")
}
