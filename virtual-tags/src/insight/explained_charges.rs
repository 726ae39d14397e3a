//! Explains the charges of somebody in a window.
//!
//! A person asks why their costs went to a team; the answer covers all their charges of a month in a few
//! blocks.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cost_model::ledger::{DimensionSetId, LedgerSet};
use cost_model::output::{counted, for_terminal};
use cost_model::{Dimension, Dimensions, Ledger, Metric, Money, Tagger, Timestamp, Window};

use crate::amounts::format_amount;
use crate::error::{Error, ErrorKind, Result};
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::insight::explain::Explanation;
use crate::names::{canonical_email, lowercase};

/// Charges that have their values for the same reasons. `Display` gives all of it, names included; `Debug` leaves them out.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedCharges {
    /// The number of charges.
    pub records: u64,
    /// The time of the first of them.
    pub first: Timestamp,
    /// The sum of their amounts.
    pub amount: Money,
    /// The dimensions and tags in which they agree.
    pub dimensions: Vec<(Dimension, Arc<str>)>,
    /// The reason for their value of each key, at the time of the first of them.
    pub explanations: Vec<Explanation>,
}

cost_model::masked_debug!(ExplainedCharges { records, amount });

impl ResolvedRules {
    /// Explains the charges of a ledger that a person caused in a window: those in which a field of
    /// [`RuleSet::person`](crate::RuleSet::person) is `who`, or another name of `who` by the directory's aliases, ignoring
    /// differences of spelling that the directory ignores. Charges that have their values for the same reasons are explained
    /// once, those with the largest amount first. The values are those of a report over the same ledger.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Ledger, Metric, Timestamp, Window};
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"Labs\"\nwhen = \"costs.service = 'GPT 5.4'\"\n";
    /// let rules = RuleSet::from_toml(toml, "rules.toml")?.compile(Directory::default())?.tagger()?;
    /// let at = Timestamp::midnight("2026-09-15".parse()?);
    /// let mut record = CostRecord::new(at, "cursor", Currency::USD, Costs::flat("2.5".parse()?));
    /// record.edit(|set| set.resource = Some("ana@acme.test".into()));
    /// record.edit(|set| set.service = Some("GPT 5.4".into()));
    /// let mut ledger = Ledger::builder(Currency::USD);
    /// ledger.push(&record)?;
    /// let day = Window::days("2026-09-15".parse()?, "2026-09-16".parse()?)?;
    /// let explained = rules.explain_charges(&ledger.build(), "Ana@acme.test", day, Metric::Effective)?;
    /// assert_eq!(explained[0].explanations[0].parts[0].answer.to_string(), "`Labs`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Amount`] when their sum leaves the range of [`Money`].
    pub fn explain_charges(
        &self,
        ledger: &Ledger,
        who: &str,
        window: Window,
        metric: Metric,
    ) -> Result<Vec<ExplainedCharges>> {
        let who = lowercase(&canonical_email(who));
        let directory = &self.compiled.directory;
        let theirs: Vec<bool> = ledger
            .set_ids()
            .map(|id| {
                ledger.set(id).is_some_and(|set: LedgerSet<'_>| {
                    self.compiled.charge(&set, window.start()).ids().any(|id| {
                        lowercase(&canonical_email(&id)) == who
                            || lowercase(&directory.name_at(&id, window.start())) == who
                    })
                })
            })
            .collect();
        let mut groups: BTreeMap<(DimensionSetId, usize), (Timestamp, u64, Money)> = BTreeMap::new();
        for row in ledger.rows().filter(|row| window.contains(row.at)) {
            let theirs = theirs.get(row.set.index()).copied().unwrap_or_default();
            let Some(set) = ledger.set(row.set).filter(|_| theirs) else { continue };
            // The rules may answer otherwise after each boundary, so that the charges before and after it are
            // explained apart.
            let epoch = self.boundaries_of(&set).partition_point(|boundary| *boundary <= row.at);
            let (first, records, amount) = groups.entry((row.set, epoch)).or_insert((row.at, 0, Money::ZERO));
            *first = row.at.min(*first);
            *records += 1;
            *amount = amount.checked_add(row.costs.get(metric).unwrap_or_default()).map_err(out_of_range)?;
        }
        let mut explained: Vec<ExplainedCharges> = Vec::new();
        for ((set, _), (first, records, amount)) in groups {
            let Some(set) = ledger.set(set) else { continue };
            let explanations =
                self.keys().iter().filter_map(|key: &Arc<str>| self.explain(key, &set, first)).collect();
            let new =
                ExplainedCharges { records, first, amount, dimensions: set_dimensions(set), explanations };
            match explained.iter_mut().find(|each| each.has_reasons_of(&new)) {
                Some(alike) => alike.merge(new)?,
                None => explained.push(new),
            }
        }
        explained.sort_by_key(|each| (Reverse(each.amount), each.first));
        Ok(explained)
    }
}

impl ExplainedCharges {
    /// Returns whether these charges and others name their person in the same spelling and have their values for the same
    /// reasons, whenever they arose.
    fn has_reasons_of(&self, other: &Self) -> bool {
        let resource = |charges: &Self| {
            charges.dimensions.iter().find(|(field, _)| *field == Dimension::Resource).cloned()
        };
        resource(self) == resource(other)
            && self.explanations.len() == other.explanations.len()
            && self.explanations.iter().zip(&other.explanations).all(|(one, other)| {
                (&one.key, &one.names, &one.parts) == (&other.key, &other.names, &other.parts)
            })
    }

    /// Adds charges that have their values for the same reasons.
    fn merge(&mut self, other: Self) -> Result<()> {
        self.records += other.records;
        self.amount = self.amount.checked_add(other.amount).map_err(out_of_range)?;
        self.dimensions.retain(|dimension| other.dimensions.contains(dimension));
        if other.first < self.first {
            (self.first, self.explanations) = (other.first, other.explanations);
        }
        Ok(())
    }
}

fn out_of_range(error: cost_model::Error) -> Error {
    Error::new(ErrorKind::Amount, None, "the amounts of the charges cannot be summed").with_source(error)
}

/// Returns every field and tag that a set has, fields first and in a fixed order.
pub(crate) fn set_dimensions(set: LedgerSet<'_>) -> Vec<(Dimension, Arc<str>)> {
    let fields = Dimension::FIELDS.into_iter();
    let mut all: Vec<_> = fields.filter_map(|field| set.shared(&field).map(|value| (field, value))).collect();
    set.for_each_tag(&mut |key, value| all.push((Dimension::Tag(key.into()), value.into())));
    all
}

impl fmt::Display for ExplainedCharges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let charges = counted(self.records, "charge");
        writeln!(f, "{charges}, {}, the first at {}", format_amount(self.amount), self.first)?;
        for (dimension, value) in &self.dimensions {
            writeln!(f, "  {dimension} = {}", for_terminal(value))?;
        }
        self.explanations.iter().try_for_each(|explanation| explanation.fmt(f))
    }
}
