//! Compares charges with what the provider itself states of people and groups.
//!
//! This check needs no invoice: during a cycle, it shows whether the ledger holds what the provider counts. Where the
//! cycle's invoice is there as well, `TieOut::three_way_match` puts the three totals side by side.

use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::source::{ObservedSpend, ProviderSnapshot};
use cost_model::{Dimension, Dimensions, Ledger, Money, Rounding, Window};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::billing_rules::BillingRules;
use crate::model::bridge::{Reconciliation, SubtotalName};

/// On-demand charges of a cycle against what the provider stated of people and billing groups at an instant.
///
/// A provider states such figures of the current cycle only; a store keeps them as [`ProviderSnapshot`]. The stated spend may
/// be on-demand spend alone, or everything used. Each person is compared by both readings, and [`TieOut::reading`] is the one
/// that the figures support.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TieOut {
    /// From the cycle's start to the instant of the observation.
    pub window: Window,
    /// The reading of the stated spend that holds for the most people.
    /// `Reading::Undecided` is treated as `Reading::OnDemand` in sums.
    pub reading: Reading,
    /// Everyone with charges or a stated spend, ascending.
    pub people: Vec<PersonTieOut>,
    /// The billing groups, in the order in which they were stated.
    /// A person in several groups counts in each of them.
    pub groups: Vec<GroupTieOut>,
    /// The on-demand charges of the window.
    pub charged: Money,
    /// The stated spend of all people together, by the reading that holds.
    pub stated: Money,
}

cost_model::masked_debug!(TieOut { window, reading, people: |it| it.people.len(), charged, stated });

/// The reading of a provider's stated spend.
///
/// Providers name one figure "spend" and mean different things by it. The reading that leaves nothing for more people
/// is taken; see [`ObservedSpend`] for the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reading {
    /// The spend is on-demand spend alone.
    OnDemand,
    /// The spend holds what the plan includes as well.
    Total,
    /// The figures support neither reading more than the other.
    Undecided,
}

/// A person's charges and what the provider states of them, in the current billing cycle.
///
/// Only one of both differences is meaningful, by the [`Reading`] that holds. `Debug` shows the charges alone, as the
/// person is a name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PersonTieOut {
    /// The person, as the charges name them.
    pub person: String,
    /// Their on-demand charges.
    pub charged: Money,
    /// The stated spend minus the charges, if it is on-demand spend alone.
    /// Absent where no spend is stated. Positive where the provider states more than the ledger holds.
    pub if_on_demand: Option<Money>,
    /// The same if it holds what the plan includes.
    pub if_total: Option<Money>,
}

cost_model::masked_debug!(PersonTieOut { charged });

/// A billing group's charges and what the provider states of it, in the current billing cycle.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupTieOut {
    /// The provider's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The on-demand charges of its members.
    pub charged: Money,
    /// The stated spend minus those charges.
    /// Absent where no spend is stated. Members without charges count as zero.
    pub difference: Option<Money>,
}

cost_model::masked_debug!(GroupTieOut { charged });

impl TieOut {
    /// Compares the charges of a ledger with a provider's snapshot; `None` if the snapshot does not state when the cycle began.
    ///
    /// ```
    /// # use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Timestamp, Window};
    /// # use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
    /// # use reconcile::{BillingRules, Case, Invoice};
    /// # let filter = |kind: &str| Filter::parse(&format!("costs.subcategory = '{kind}'"));
    /// # let rules = BillingRules::new(filter("On-demand")?, filter("Own key")?);
    /// # let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    /// # let at = Timestamp::midnight("2026-09-20".parse()?);
    /// # let mut charge = CostRecord::new(at, "acme", Currency::USD, Costs::flat("0.6175".parse()?));
    /// # charge.edit(|set| set.subcategory = Some("On-demand".into()));
    /// # charge.edit(|set| set.service_id = Some("model-a".into()));
    /// # let mut ledger = Ledger::builder(Currency::USD);
    /// # ledger.push(&charge)?;
    /// # let ledger = ledger.build();
    /// # let mut invoice = Invoice::new("INV-7", september, Currency::USD);
    /// # let usage = LineKind::Usage(UsageLine::of_model("model-a"));
    /// # invoice.lines.push(InvoiceLine::new(1, "Usage of model-a", "0.62".parse()?, usage));
    /// # invoice.lines.push(InvoiceLine::new(2, "Tax", "0.05".parse()?, LineKind::Tax));
    /// use cost_model::source::{ObservedSpend, ProviderSnapshot};
    /// use reconcile::tie_out::{Reading, TieOut};
    ///
    /// charge.edit(|set| set.resource = Some("ann".into()));
    /// let mut of_ann = Ledger::builder(Currency::USD);
    /// of_ann.push(&charge)?;
    /// let mut observed = ProviderSnapshot::at("2026-09-21T00:00:00Z".parse()?);
    /// observed.cycle_start = Some(september.start());
    /// let mut spend = ObservedSpend::default();
    /// spend.person = "ann".into();
    /// spend.spend = Some("0.6175".parse()?);
    /// observed.spend = vec![spend];
    /// let tie_out = TieOut::compare(&of_ann.build(), &observed, &rules)?.expect("the cycle is known");
    /// assert_eq!((tie_out.charged, tie_out.stated), ("0.6175".parse()?, "0.6175".parse()?));
    /// assert_eq!(tie_out.differing().count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn compare(
        ledger: &Ledger,
        observed: &ProviderSnapshot,
        rules: &BillingRules,
    ) -> Result<Option<Self>> {
        let Some(window) = observed.cycle_start.and_then(|start| Window::new(start, observed.at).ok()) else {
            return Ok(None);
        };
        let mut charged = on_demand_by_person(ledger, window, rules)?;
        let groups = observed.groups.iter().map(|group| {
            let members = group.members.iter().filter_map(|member| charged.get(&member.person).copied());
            let sum = Money::sum(members)?;
            let difference = group.spend.map(|spend| spend.checked_sub(sum)).transpose()?;
            Ok(GroupTieOut {
                id: group.id.to_string(),
                name: group.name.to_string(),
                charged: sum,
                difference,
            })
        });
        let groups = groups.collect::<Result<_>>()?;
        let total = Money::sum(charged.values().copied())?;
        // After the sums of groups and the total: people without charges are listed, but add nothing.
        for spend in &observed.spend {
            charged.entry(Arc::clone(&spend.person)).or_default();
        }
        let stated: BTreeMap<&Arc<str>, &ObservedSpend> =
            observed.spend.iter().map(|spend| (&spend.person, spend)).collect();
        let people = charged
            .iter()
            .map(|(person, charged)| PersonTieOut::compare(person, *charged, stated.get(person).copied()))
            .collect::<Result<Vec<_>>>()?;
        let reading = reading(&people);
        let stated = stated.values().filter_map(|spend| match reading {
            Reading::Total => spend.on_demand_if_total(),
            _ => spend.on_demand_if_apart(),
        });
        Ok(Some(Self { window, reading, groups, charged: total, stated: Money::sum(stated)?, people }))
    }

    /// Returns the people whose stated spend is not their charges by the reading that holds, or of whom nothing is stated.
    pub fn differing(&self) -> impl Iterator<Item = &PersonTieOut> {
        self.people.iter().filter(|person| match self.reading {
            Reading::Total => person.if_total != Some(Money::ZERO),
            _ => person.if_on_demand != Some(Money::ZERO),
        })
    }

    /// Returns the three totals of a three-way match: charges, what is stated of people, and the invoice's on-demand usage. They
    /// are about the same span only if the observation was made at the end of the invoice's period.
    pub fn three_way_match(&self, reconciliation: &Reconciliation) -> ThreeWayMatch {
        ThreeWayMatch {
            charged: self.charged,
            stated: self.stated,
            invoiced: reconciliation.subtotal(SubtotalName::OnDemandUsage).unwrap_or_default(),
            same_span: self.window.start() == reconciliation.period.start()
                && self.window.end() >= reconciliation.period.end(),
        }
    }
}

/// The totals of a three-way match: charges, what the provider states of people, and the invoice.
///
/// Three independent figures of the same usage: if two agree, the third is the one to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThreeWayMatch {
    /// The on-demand charges from the cycle's start to the observation.
    pub charged: Money,
    /// The stated on-demand spend of all people.
    pub stated: Money,
    /// The invoice's on-demand usage.
    pub invoiced: Money,
    /// Whether all three are about the same span.
    /// That is so if the cycle began with the invoice's period, and the observation was made at its end or later.
    pub same_span: bool,
}

impl PersonTieOut {
    /// Compares one person's charges with what is stated of them under both readings; which one holds is decided over
    /// all people.
    fn compare(person: &Arc<str>, charged: Money, stated: Option<&ObservedSpend>) -> Result<Self> {
        Ok(Self {
            person: person.to_string(),
            charged,
            if_on_demand: left_of(stated.and_then(ObservedSpend::on_demand_if_apart), charged)?,
            if_total: left_of(stated.and_then(ObservedSpend::on_demand_if_total), charged)?,
        })
    }
}

/// Sums the billed cost of on-demand charges in a window by the resource that they name. Charges that name none are
/// under an empty name, so that the sum over all people is that of the window.
fn on_demand_by_person(
    ledger: &Ledger,
    window: Window,
    rules: &BillingRules,
) -> Result<BTreeMap<Arc<str>, Money>> {
    let people: Vec<Option<Arc<str>>> = ledger
        .set_ids()
        .map(|id| -> Option<Arc<str>> {
            let set = ledger.set(id).filter(|set| rules.on_demand.matches(set))?;
            Some(set.get(&Dimension::Resource).unwrap_or_default().into())
        })
        .collect();
    let mut charged = BTreeMap::new();
    for row in ledger.rows().filter(|row| window.contains(row.at)) {
        if let Some(Some(person)) = people.get(row.set.index()) {
            let sum: &mut Money = charged.entry(Arc::clone(person)).or_default();
            *sum = sum.checked_add(row.costs.billed.unwrap_or_default())?;
        }
    }
    Ok(charged)
}

/// Returns the reading that holds for more people: one holds for a person if it leaves nothing.
fn reading(people: &[PersonTieOut]) -> Reading {
    let (mut on_demand, mut total) = (0_usize, 0_usize);
    // People without charges decide nothing: where zero is stated of them, both readings hold.
    for person in people.iter().filter(|person| !person.charged.is_zero()) {
        on_demand += usize::from(is_nothing(person.if_on_demand));
        total += usize::from(is_nothing(person.if_total));
    }
    match on_demand.cmp(&total) {
        std::cmp::Ordering::Greater => Reading::OnDemand,
        std::cmp::Ordering::Less => Reading::Total,
        std::cmp::Ordering::Equal => Reading::Undecided,
    }
}

/// Returns what is left of a stated amount after the charges, if one is stated.
fn left_of(stated: Option<Money>, charged: Money) -> Result<Option<Money>> {
    Ok(stated.map(|stated| stated.checked_sub(charged)).transpose()?)
}

/// Returns whether nothing is left, or what rounds to no cent: a provider may state whole cents.
fn is_nothing(left: Option<Money>) -> bool {
    left.and_then(|left| left.rounded(2, Rounding::HalfUp).ok()).is_some_and(Money::is_zero)
}

#[cfg(test)]
mod tests {
    use cost_model::source::ObservedGroup;
    use cost_model::{CostRecord, Costs, Currency, Filter, Timestamp};

    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn at(day: &str) -> Timestamp {
        Timestamp::midnight(day.parse().unwrap())
    }

    fn rules() -> BillingRules {
        BillingRules::new(
            Filter::parse("costs.subcategory = 'Usage-based'").unwrap(),
            Filter::parse("costs.subcategory = 'User API Key'").unwrap(),
        )
    }

    fn ledger() -> Ledger {
        let mut ledger = Ledger::builder(Currency::USD);
        let charges = [
            ("ann", "2026-09-13", "9", "Usage-based"),
            ("ann", "2026-09-14", "1.25", "Usage-based"),
            ("ann", "2026-09-15", "2", "Usage-based"),
            ("ann", "2026-09-15", "7", "Included"),
            ("bob", "2026-09-16", "0.5", "Usage-based"),
            ("bob", "2026-09-20", "4", "Usage-based"),
        ];
        for (person, day, amount, kind) in charges {
            let mut record = CostRecord::new(at(day), "p", Currency::USD, Costs::flat(money(amount)));
            record.edit(|set| set.subcategory = Some(kind.into()));
            record.edit(|set| set.resource = Some(person.into()));
            ledger.push(&record).unwrap();
        }
        ledger.build()
    }

    fn observed(spend: &[(&str, &str, Option<&str>)]) -> ProviderSnapshot {
        let mut observed = ProviderSnapshot::at(at("2026-09-20"));
        observed.cycle_start = Some(at("2026-09-14"));
        let spend = spend.iter().map(|(person, amount, included)| {
            let mut spend = ObservedSpend::default();
            spend.person = (*person).into();
            spend.spend = Some(money(amount));
            spend.included = included.map(money);
            spend
        });
        observed.spend = spend.collect();
        observed
    }

    #[test]
    fn each_reading_is_found_from_the_figures() {
        let on_demand = observed(&[("ann", "3.25", Some("7")), ("bob", "0.5", None), ("eve", "1", None)]);
        let tie_out = TieOut::compare(&ledger(), &on_demand, &rules()).unwrap().unwrap();
        assert_eq!(
            (tie_out.reading, tie_out.charged, tie_out.stated),
            (Reading::OnDemand, money("3.75"), money("4.75"))
        );
        let differing: Vec<_> =
            tie_out.differing().map(|person| (person.person.as_str(), person.if_on_demand)).collect();
        assert_eq!(differing, [("eve", Some(money("1")))]);

        let total = observed(&[("ann", "10.25", Some("7")), ("bob", "0.5", Some("0"))]);
        let tie_out = TieOut::compare(&ledger(), &total, &rules()).unwrap().unwrap();
        assert_eq!((tie_out.reading, tie_out.stated), (Reading::Total, money("3.75")));
        assert_eq!(tie_out.differing().count(), 0);

        let neither = observed(&[("ann", "5", None)]);
        let tie_out = TieOut::compare(&ledger(), &neither, &rules()).unwrap().unwrap();
        assert_eq!(tie_out.reading, Reading::Undecided);
        assert_eq!(tie_out.differing().count(), 2, "of bob nothing is stated");
    }

    #[test]
    fn groups_are_held_against_their_members() {
        let mut observed = observed(&[]);
        let mut group = ObservedGroup::default();
        group.members = vec!["ann".into(), "nobody".into()];
        group.spend = Some(money("4"));
        observed.groups = vec![group];
        let tie_out = TieOut::compare(&ledger(), &observed, &rules()).unwrap().unwrap();
        assert_eq!(
            (tie_out.groups[0].charged, tie_out.groups[0].difference),
            (money("3.25"), Some(money("0.75")))
        );
        assert!(!format!("{tie_out:?}{:?}", tie_out.people).contains("ann"));
    }

    #[test]
    fn without_a_cycle_there_is_nothing_to_hold_against() {
        let nothing = ProviderSnapshot::at(at("2026-09-20"));
        assert!(TieOut::compare(&ledger(), &nothing, &rules()).unwrap().is_none());
    }
}
