//! The usage side: every charge of the months in exactly one class.

use std::collections::BTreeMap;

use cost_model::{Dimensions, Ledger, LedgerRow, LedgerTuple, Money, Window};

use crate::{BillingRules, Result};

/// Charges and their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) records: u64,
    pub(crate) amount: Money,
}

impl Tally {
    pub(crate) fn add(&mut self, amount: Money) -> Result<()> {
        self.records += 1;
        self.amount = self.amount.checked_add(amount)?;
        Ok(())
    }
}

/// A model and whether it ran in max mode: what a usage line can tell apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    pub(crate) model: String,
    pub(crate) max_mode: bool,
}

/// The charges of the months, by what they mean for the invoice.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    pub(crate) ingested: Tally,
    pub(crate) non_billed: Tally,
    pub(crate) unknown_kind: Tally,
    pub(crate) own_key: Tally,
    pub(crate) own_key_in_period: Tally,
    pub(crate) on_demand_effective: Tally,
    pub(crate) on_demand_billed: Tally,
    pub(crate) before: Tally,
    pub(crate) after: Tally,
    pub(crate) in_period: BTreeMap<Cell, Tally>,
    pub(crate) without_amount: u64,
}

enum Class {
    OnDemand(Cell),
    OwnKey,
    Other,
}

impl Usage {
    pub(crate) fn gather(
        ledger: &Ledger,
        months: Window,
        period: Window,
        rules: &BillingRules,
    ) -> Result<Self> {
        let classes: Vec<Option<Class>> = (0..ledger.tuple_count())
            .map(|number| ledger.tuple(number).map(|tuple| classify(tuple, rules)))
            .collect();
        let mut usage = Self::default();
        for row in ledger.rows().filter(|row| months.contains(row.at)) {
            match classes.get(row.tuple) {
                Some(Some(class)) => usage.add(&row, class, period)?,
                _ => usage.add(&row, &Class::Other, period)?,
            }
        }
        Ok(usage)
    }

    fn add(&mut self, row: &LedgerRow, class: &Class, period: Window) -> Result<()> {
        let effective = row.costs.effective.unwrap_or_default();
        let billed = row.costs.billed.unwrap_or_default();
        self.without_amount += u64::from(row.costs.effective.is_none());
        self.ingested.add(effective)?;
        match class {
            Class::OnDemand(cell) => {
                self.on_demand_effective.add(effective)?;
                self.on_demand_billed.add(billed)?;
                if row.at < period.start() {
                    self.before.add(billed)
                } else if row.at >= period.end() {
                    self.after.add(billed)
                } else {
                    self.in_period.entry(cell.clone()).or_default().add(billed)
                }
            }
            Class::OwnKey => {
                self.own_key.add(effective)?;
                if period.contains(row.at) { self.own_key_in_period.add(billed) } else { Ok(()) }
            }
            Class::Other if row.costs.billed == Some(Money::ZERO) => self.non_billed.add(effective),
            Class::Other => self.unknown_kind.add(effective),
        }
    }
}

fn classify(tuple: LedgerTuple<'_>, rules: &BillingRules) -> Class {
    if rules.on_demand.matches(&tuple) {
        let model = tuple.get(&rules.model).unwrap_or_default().into_owned();
        Class::OnDemand(Cell { model, max_mode: tuple.get(&rules.max_mode).as_deref() == Some("true") })
    } else if rules.own_key.matches(&tuple) {
        Class::OwnKey
    } else {
        Class::Other
    }
}
