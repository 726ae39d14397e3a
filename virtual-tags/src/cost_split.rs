//! Splits in proportion to what the values of another key cost.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::Days;
use cost_model::{Dimension, Dimensions, Ledger, Metric, Money, Share, Timestamp, Window};

use crate::charge::text_of;
use crate::compile::Then;
use crate::fragments::parts;
use crate::{Error, ErrorKind, Per, Resolved, Result, Rules, weights};

/// What a charge is shared out by.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct CostSplit {
    /// The number of the key whose values' costs count.
    pub(crate) basis: usize,
    pub(crate) per: Per,
    /// Only charges that have in this field what the charge has there.
    pub(crate) within: Option<Dimension>,
}

/// The shares of each split, as far as costs are known.
pub(crate) type AllCostShares = HashMap<CostSplit, CostShares>;

/// The shares of each period, by its start, with its end.
#[derive(Default)]
pub(crate) struct CostShares(BTreeMap<Timestamp, (Timestamp, ByPart)>);

/// By what charges have in the field within which costs count; `None` without such a field.
type ByPart = BTreeMap<Option<Arc<str>>, Arc<[Share]>>;

/// The sums of one period.
type Sums = BTreeMap<Option<Arc<str>>, BTreeMap<Arc<str>, Money>>;

impl Rules {
    /// The rules with splits by the cost of another key ready: in proportion to what its values cost in these charges, in the
    /// day, calendar month (both in UTC) or billing cycle of the charge that is shared out. `cycles` are the billing cycles, of
    /// which no two may overlap.
    ///
    /// What has no value of the other key, or only its default, gives no weight to anybody, and neither does a value whose
    /// refunds exceed its charges. Where no value has a weight, the rule does not match. The ledger is only read.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Ledger, Metric, Tagger, Timestamp};
    /// use virtual_tags::{Answer, Directory, RuleSet};
    ///
    /// let rules = RuleSet::from_toml(r#"
    /// [[tag]]
    /// key = "Team"
    ///   [[tag.rule]]
    ///   from_directory = "team"
    /// [[tag]]
    /// key = "Payer"
    /// default = "Unallocated"
    ///   [[tag.rule]]
    ///   who = "service_account"
    ///   split = { cost_of = "Team", per = "month" }
    ///   [[tag.rule]]
    ///   from_field = "vtag.Team"
    /// "#, "rules.toml")?;
    /// let people = Directory::from_csv(b"email,team\nana@acme.test,Web\nbo@acme.test,Data\n", "people.csv")?;
    /// let mut ledger = Ledger::builder(Currency::USD);
    /// for (who, dollars) in [("ana@acme.test", "3"), ("bo@acme.test", "1"), ("bugbot", "10")] {
    ///     let at = Timestamp::midnight("2026-09-15".parse()?);
    ///     let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat(dollars.parse()?));
    ///     record.resource = Some(who.into());
    ///     ledger.push(&record)?;
    /// }
    /// let ledger = ledger.build();
    /// let rules = rules.compile(people)?.with_costs(&ledger, Metric::Effective, &[])?;
    /// let bugbot = rules.allocations("Payer", &ledger)?;
    /// let shares: Vec<_> = bugbot.iter().map(|part| (part.value.as_deref(), part.costs.billed.unwrap().to_string())).collect();
    /// assert_eq!(shares, [(Some("Data"), "2.5".to_owned()), (Some("Web"), "7.5".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Rules`] when two cycles overlap, [`ErrorKind::Amount`] when a sum leaves the range of [`Money`].
    pub fn with_costs(&self, ledger: &Ledger, metric: Metric, cycles: &[Window]) -> Result<Self> {
        let mut cycles = cycles.to_vec();
        cycles.sort_unstable();
        if cycles.windows(2).any(|pair| matches!(pair, [before, after] if after.start() < before.end())) {
            return Err(Error::new(
                ErrorKind::Rules,
                None,
                "two billing cycles overlap; give each instant one",
            ));
        }
        let mut rules = self.clone();
        let mut known = AllCostShares::new();
        for tag in self.order.iter().filter_map(|number| self.tags.get(*number)) {
            for rule in tag.rules() {
                let Then::Cost(split) = rule.then else { continue };
                if !known.contains_key(&**split) {
                    // A basis may be shared out by costs as well, which are known by now.
                    rules.costs = Arc::new(known);
                    let shares = rules.cost_shares(split, ledger, metric, &cycles);
                    known = Arc::try_unwrap(std::mem::take(&mut rules.costs)).unwrap_or_default();
                    known.insert(
                        (**split).clone(),
                        shares.map_err(|error| {
                            let message = "the costs that charges are shared out by cannot be summed";
                            Error::new(ErrorKind::Amount, rule.place.cloned(), message).caused_by(error)
                        })?,
                    );
                }
            }
        }
        rules.costs = Arc::new(known);
        rules.find_boundaries();
        Ok(rules)
    }

    fn cost_shares(
        &self,
        split: &CostSplit,
        ledger: &Ledger,
        metric: Metric,
        cycles: &[Window],
    ) -> cost_model::Result<CostShares> {
        let key = self.keys.get(split.basis).map_or("", |key| key);
        let default = self.tags.get(split.basis).and_then(|tag| tag.default.as_ref());
        let resolved = Resolved::new(self, key, ledger);
        let mut sums: BTreeMap<Timestamp, (Timestamp, Sums)> = BTreeMap::new();
        for (row, answer) in ledger.rows().zip(resolved.numbers()) {
            let part = split.within.as_ref().map(|within| ledger.tuple(row.tuple)?.shared(within));
            let Some((start, end)) = period(split.per, row.at, cycles).filter(|_| part != Some(None)) else {
                continue;
            };
            let (_, sums) = sums.entry(start).or_insert((end, Sums::new()));
            let amount = row.costs.get(metric).unwrap_or_default();
            for (value, units) in parts(amount.units(), resolved.shares(answer))? {
                if let Some(value) = value.filter(|value| Some(value) != default) {
                    let sum = sums.entry(part.clone().flatten()).or_default().entry(value).or_default();
                    *sum = sum.checked_add(Money::from_units(units))?;
                }
            }
        }
        let shares = |sums: Sums| -> ByPart {
            let weight = |(value, sum): (_, Money)| (value, u128::try_from(sum.units()).unwrap_or_default());
            let positive =
                |values: BTreeMap<_, Money>| values.into_iter().map(weight).filter(|(_, weight)| *weight > 0);
            let shares = sums.into_iter().map(|(part, values)| (part, weights::shares(positive(values))));
            shares
                .filter(|(_, shares)| !shares.is_empty())
                .map(|(part, shares)| (part, shares.into()))
                .collect()
        };
        Ok(CostShares(sums.into_iter().map(|(start, (end, sums))| (start, (end, shares(sums)))).collect()))
    }
}

impl CostSplit {
    /// The shares of a charge with these dimensions at that instant.
    pub(crate) fn shares<'a>(
        &self,
        known: &'a AllCostShares,
        dimensions: &dyn Dimensions,
        at: Timestamp,
    ) -> Option<&'a [Share]> {
        let (_, (end, parts)) = known.get(self)?.0.range(..=at).next_back()?;
        let part = match &self.within {
            Some(within) => Some(Arc::from(&*text_of(dimensions, within)?)),
            None => None,
        };
        parts.get(&part).filter(|_| at < *end).map(|shares| &**shares)
    }
}

impl CostShares {
    /// The instants at which shares may change.
    pub(crate) fn ends(&self) -> impl Iterator<Item = Timestamp> {
        self.0.iter().flat_map(|(start, (end, _))| [*start, *end])
    }
}

fn period(per: Per, at: Timestamp, cycles: &[Window]) -> Option<(Timestamp, Timestamp)> {
    let window = match per {
        Per::Day => Window::days(at.date(), at.date().checked_add_days(Days::new(1))?).ok()?,
        Per::Month => Window::days(at.date(), at.date().succ_opt()?).ok()?.whole_months(),
        Per::Cycle => *cycles.iter().find(|cycle| cycle.contains(at))?,
    };
    Some((window.start(), window.end()))
}
