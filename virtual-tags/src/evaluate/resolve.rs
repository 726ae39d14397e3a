//! Turns compiled rules into a tagger.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Days;
use cost_model::tagger::TagCache;
use cost_model::{Ledger, Metric, Money, Timestamp, Window};

use crate::compile::cost_split::CostSplit;
use crate::compile::rules::Rules;
use crate::error::{Error, ErrorKind, Result};
use crate::evaluate::cost_shares::AllCostShares;
use crate::evaluate::cost_sums::{CostBasis, CostSum, CostSums};
use crate::evaluate::fragments::split_amount;
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::rules::assign::SplitPeriod;

/// The start and end of a period, the value of the field within which costs count, and the value of the key.
///
/// Ordered, so that sums come in the same order from every run.
type SumKey = (Timestamp, Timestamp, Option<Arc<str>>, Arc<str>);

impl Rules {
    /// Returns the rules ready to evaluate, if no rule splits by cost.
    ///
    /// # Errors
    /// [`ErrorKind::NeedsCosts`] if a rule does, with its place.
    pub fn tagger(&self) -> Result<ResolvedRules> {
        self.resolve_with(&CostSums::default())
    }

    /// Returns the rules ready to evaluate, with every split by the cost of another key in proportion to the costs of its
    /// values in these charges, in the day, calendar month (both in UTC) or billing cycle of the charge that is split.
    ///
    /// `cycles` are the billing cycles, of which no two may overlap; only rules that split by cycle need them, and such a
    /// rule does not match a charge outside of all cycles. The ledger should hold the whole of every period: half a month
    /// gives the proportions of that half. It is only read.
    ///
    /// Charges without a value of the other key, or with only its default, give no weight to anybody, and neither does a
    /// value whose refunds exceed its charges. Where no value has a weight, the rule does not match.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Ledger, Metric, Timestamp};
    /// use virtual_tags::{Directory, RuleSet};
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
    ///     record.edit(|set| set.resource = Some(who.into()));
    ///     ledger.push(&record)?;
    /// }
    /// let ledger = ledger.build();
    /// let tagger = rules.compile(people)?.resolve(&ledger, Metric::Effective, &[])?;
    /// let bugbot = tagger.allocations("Payer", &ledger)?;
    /// let shares: Vec<_> = bugbot.iter().map(|part| (part.value.as_deref(), part.costs.billed.unwrap().to_string())).collect();
    /// assert_eq!(shares, [(Some("Data"), "2.5".to_owned()), (Some("Web"), "7.5".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Rules::cost_sums`].
    pub fn resolve(&self, ledger: &Ledger, metric: Metric, cycles: &[Window]) -> Result<ResolvedRules> {
        self.resolve_with(&self.cost_sums(ledger, metric, cycles)?)
    }

    /// Returns the rules ready to evaluate, with the costs that splits need taken from sums: for callers that hold no
    /// ledger, or that keep the sums of a closed period.
    ///
    /// # Errors
    /// [`ErrorKind::NeedsCosts`] when the sums lack the basis that a rule splits by; a basis without sums is enough and means
    /// that nothing was spent. [`ErrorKind::Rules`] when two periods of a basis overlap or one ends before it starts,
    /// [`ErrorKind::Amount`] when a sum leaves the range of [`Money`](cost_model::Money).
    pub fn resolve_with(&self, sums: &CostSums) -> Result<ResolvedRules> {
        let mut costs = AllCostShares::new();
        for (place, split) in self.0.cost_splits() {
            // Rules that split in the same way share one basis.
            if !costs.contains_key(split) {
                let Some(basis) = sums.find_basis(&self.0, split) else {
                    return Err(self.0.needs_costs(
                        place,
                        split,
                        "no costs are given; give the charges, or sums of them",
                    ));
                };
                costs.insert(split.clone(), basis.to_shares(self.0.tags.get(split.basis), place)?);
            }
        }
        Ok(ResolvedRules::new(Arc::clone(&self.0), costs))
    }
}

impl Rules {
    /// Sums up the costs of the values of every key that rules split by, in the periods of those rules; see
    /// [`Rules::resolve`].
    ///
    /// # Errors
    /// [`ErrorKind::NeedsCosts`] when a rule splits by billing cycle and no cycles are given, [`ErrorKind::Rules`] when two cycles
    /// overlap, [`ErrorKind::Amount`] when a sum leaves the range of [`Money`].
    pub fn cost_sums(&self, ledger: &Ledger, metric: Metric, cycles: &[Window]) -> Result<CostSums> {
        let mut cycles = cycles.to_vec();
        cycles.sort_unstable();
        if cycles.windows(2).any(|pair| matches!(pair, [before, after] if after.start() < before.end())) {
            let message = "two billing cycles overlap; give each instant one";
            return Err(Error::new(ErrorKind::Rules, None, message));
        }
        let mut known = AllCostShares::new();
        let mut sums = CostSums::default();
        for (place, split) in self.0.cost_splits() {
            if known.contains_key(split) {
                continue;
            }
            if split.per == SplitPeriod::Cycle && cycles.is_empty() {
                return Err(self.0.needs_costs(place, split, "no billing cycles are given"));
            }
            // The values of a key may be shared out by costs as well, which are known by now.
            let resolved = ResolvedRules::new(Arc::clone(&self.0), known.clone());
            let basis = resolved.sum_costs(split, ledger, metric, &cycles).map_err(|error| {
                let message = "the costs that charges are shared out by cannot be summed";
                Error::new(ErrorKind::Amount, place.cloned(), message).with_source(error)
            })?;
            known.insert(split.clone(), basis.to_shares(self.0.tags.get(split.basis), place)?);
            sums.bases.push(basis);
        }
        Ok(sums)
    }
}

impl ResolvedRules {
    /// Sums the costs of one split's values over a ledger, without those of the default.
    ///
    /// Charges outside of every period and, with `within`, charges without that field are left out.
    fn sum_costs(
        &self,
        split: &CostSplit,
        ledger: &Ledger,
        metric: Metric,
        cycles: &[Window],
    ) -> cost_model::Result<CostBasis> {
        let key = self.compiled.keys.get(split.basis).map_or("", |key| key);
        let default = self.compiled.tags.get(split.basis).and_then(|tag| tag.default.as_ref());
        let tags = TagCache::new(ledger, self, &[key.into()])?;
        let mut sums: BTreeMap<SumKey, Money> = BTreeMap::new();
        for (row, answer) in ledger.rows().zip(tags.answers(ledger)?) {
            let part = match &split.within {
                None => None,
                // A charge without the field belongs to no part.
                Some(within) => match ledger.set(row.set).and_then(|set| set.shared(within)) {
                    Some(part) => Some(part),
                    None => continue,
                },
            };
            let Some((start, end)) = find_period(split.per, row.at, cycles) else { continue };
            let amount = row.costs.get(metric).unwrap_or_default();
            for (value, units) in split_amount(amount.units(), tags.parts(answer))? {
                if let Some(value) = value.filter(|value| Some(value) != default) {
                    let sum = sums.entry((start, end, part.clone(), value)).or_default();
                    *sum = sum.checked_add(Money::from_units(units))?;
                }
            }
        }
        let mut basis = CostBasis::new(key, split.per);
        basis.within = split.within.as_ref().map(ToString::to_string);
        basis.sums = sums
            .into_iter()
            .map(|((start, end, part, value), amount): (SumKey, _)| CostSum {
                start,
                end,
                part: part.as_deref().map(str::to_owned),
                value: value.as_ref().to_owned(),
                amount,
            })
            .collect();
        Ok(basis)
    }
}

/// Returns the period around an instant; `None` outside of all cycles, or at the end of the calendar.
fn find_period(per: SplitPeriod, at: Timestamp, cycles: &[Window]) -> Option<(Timestamp, Timestamp)> {
    let window = match per {
        SplitPeriod::Day => Window::days(at.date(), at.date().checked_add_days(Days::new(1))?).ok()?,
        SplitPeriod::Month => Window::days(at.date(), at.date().succ_opt()?).ok()?.whole_months(),
        SplitPeriod::Cycle => *cycles.iter().find(|cycle| cycle.contains(at))?,
    };
    Some((window.start(), window.end()))
}
