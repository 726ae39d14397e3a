//! The charges of a case: every charge of the months in exactly one class, and the on-demand charges one by one.
//!
//! `gather` reads the ledger once. Charges are classified by the rules of the biller: on demand, on the customer's own
//! keys, not billed, or of unknown kind. The sums cover the whole months that the period touches; the list of on-demand
//! charges reaches further, so that the search can move the ends of the period. Places in that list are in order of
//! time.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use cost_model::ledger::{DimensionSetId, LedgerRow, LedgerSet};
use cost_model::money::TokenCounts;
use cost_model::{Dimensions, Ledger, Money, Timestamp, Window};

use crate::error::Result;
use crate::model::billing_rules::BillingRules;
use crate::model::bridge::ChargeStatus;
use crate::model::invoice::{Invoice, LineKind};

/// Charges and their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) records: u64,
    pub(crate) amount: Money,
}

impl Tally {
    /// Counts a charge and adds its amount; an amount out of the range of money is an error.
    pub(crate) fn add_charge(&mut self, amount: Money) -> Result<()> {
        self.records += 1;
        self.amount = self.amount.checked_add(amount)?;
        Ok(())
    }
}

/// A group of charges that usage lines can tell from others: a model and whether it ran in the mode of the rules; the user and the
/// day only where some line names one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UsageGroup {
    pub(crate) model: String,
    pub(crate) mode: bool,
    pub(crate) user: Option<String>,
    pub(crate) day: Option<NaiveDate>,
}

/// An on-demand charge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge {
    pub(crate) at: Timestamp,
    /// Its place in the ledger.
    pub(crate) row: usize,
    pub(crate) set: DimensionSetId,
    pub(crate) usage_group: usize,
    pub(crate) billed: Money,
    pub(crate) fee: Money,
    pub(crate) tokens: TokenCounts,
}

impl Charge {
    /// Returns what tells it from other charges of its instant.
    pub(crate) fn content(&self) -> (DimensionSetId, Money, Money, TokenCounts) {
        (self.set, self.billed, self.fee, self.tokens)
    }
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
    pub(crate) without_amount: u64,
    pub(crate) groups: Vec<UsageGroup>,
    /// The on-demand charges of the months and a few days around them, by time.
    pub(crate) charges: Vec<Charge>,
    /// The status of each charge of the ledger, in its order, as far as scope decides it.
    pub(crate) statuses: Vec<ChargeStatus>,
}

/// The class of all charges with one set of dimensions; for on-demand charges, with the number of their usage group.
#[derive(Clone, Copy)]
enum ChargeClass {
    OnDemand(usize),
    OwnKey,
    Other,
}

impl Usage {
    /// Classifies the charges of a ledger for an invoice.
    pub(crate) fn gather(ledger: &Ledger, invoice: &Invoice, rules: &BillingRules) -> Result<Self> {
        let (period, months, near) =
            (invoice.period, invoice.period.whole_months(), invoice.window_of_charges());
        let named = LineDetail::by(invoice);
        let mut usage_groups = UsageGroups::default();
        // Classes depend on dimensions only: deciding them for each set of dimensions saves a filter run for each
        // charge.
        let classes: Vec<ChargeClass> = ledger
            .set_ids()
            .filter_map(|id| ledger.set(id))
            .map(|set| classify_set(set, rules, named, &mut usage_groups))
            .collect();
        let mut usage = Self { statuses: Vec::with_capacity(ledger.len()), ..Self::default() };
        for (row, charge) in ledger.rows().enumerate() {
            let class = classes.get(charge.set.index()).copied().unwrap_or(ChargeClass::Other);
            if let (ChargeClass::OnDemand(usage_group), true) = (class, near.contains(charge.at)) {
                // A day is no dimension, so that groups of days are made from the time of each charge.
                let usage_group = if named.days {
                    usage_groups.group_of_day(usage_group, charge.at.date())
                } else {
                    usage_group
                };
                usage.charges.push(on_demand(&charge, row, usage_group));
            }
            let status = if months.contains(charge.at) {
                usage.add_row(&charge, class, period)?
            } else {
                ChargeStatus::OutsideMonths
            };
            usage.statuses.push(status);
        }
        usage.groups = usage_groups.all;
        Ok(usage)
    }

    /// Returns the billed cost of the on-demand charges of the stated period.
    pub(crate) fn on_demand_in_period(&self) -> Result<Money> {
        Ok(self.on_demand_billed.amount.checked_sub(self.before.amount)?.checked_sub(self.after.amount)?)
    }

    /// Adds a charge of the months to the sums of its class, and returns its status. The period includes its start and
    /// excludes its end. A charge without a billed cost counts as zero there.
    fn add_row(&mut self, row: &LedgerRow, class: ChargeClass, period: Window) -> Result<ChargeStatus> {
        let effective = row.costs.effective.unwrap_or_default();
        let billed = row.costs.billed.unwrap_or_default();
        self.without_amount += u64::from(row.costs.effective.is_none());
        self.ingested.add_charge(effective)?;
        Ok(match class {
            ChargeClass::OnDemand(_) => {
                self.on_demand_effective.add_charge(effective)?;
                self.on_demand_billed.add_charge(billed)?;
                if row.at < period.start() {
                    self.before.add_charge(billed)?;
                    ChargeStatus::BeforePeriod
                } else if row.at >= period.end() {
                    self.after.add_charge(billed)?;
                    ChargeStatus::AfterPeriod
                } else {
                    ChargeStatus::Unclaimed
                }
            }
            ChargeClass::OwnKey => {
                self.own_key.add_charge(effective)?;
                if period.contains(row.at) {
                    self.own_key_in_period.add_charge(billed)?;
                }
                ChargeStatus::OwnKey
            }
            // A known cost of zero is not billed. One without a billed cost stays of unknown kind: nothing says that it
            // is free.
            ChargeClass::Other if row.costs.billed == Some(Money::ZERO) => {
                self.non_billed.add_charge(effective)?;
                ChargeStatus::NonBilled
            }
            ChargeClass::Other => {
                self.unknown_kind.add_charge(effective)?;
                ChargeStatus::UnknownKind
            }
        })
    }
}

/// Makes an on-demand charge of a row; amounts that are absent count as zero.
fn on_demand(charge: &LedgerRow, row: usize, usage_group: usize) -> Charge {
    Charge {
        at: charge.at,
        row,
        set: charge.set,
        usage_group,
        billed: charge.costs.billed.unwrap_or_default(),
        fee: charge.fee.unwrap_or_default(),
        tokens: charge.tokens,
    }
}

/// The details that lines of an invoice name beside models.
///
/// Usage groups are divided by a user or a day only if some line names one: fewer groups make the search faster.
#[derive(Clone, Copy)]
struct LineDetail {
    users: bool,
    days: bool,
}

impl LineDetail {
    /// Finds out which details some usage line names. Without one, usage groups are not divided by it.
    fn by(invoice: &Invoice) -> Self {
        let (mut users, mut days) = (false, false);
        for line in &invoice.lines {
            if let LineKind::Usage(about) = line.kind() {
                users |= about.user.is_some();
                days |= about.day.is_some();
            }
        }
        Self { users, days }
    }
}

/// The usage groups that were met, each with its number.
#[derive(Default)]
struct UsageGroups {
    all: Vec<UsageGroup>,
    numbers: BTreeMap<UsageGroup, usize>,
    of_days: BTreeMap<(usize, NaiveDate), usize>,
}

impl UsageGroups {
    /// Returns the number of a usage group, giving it the next one if it is new.
    fn group_number(&mut self, usage_group: UsageGroup) -> usize {
        let next = self.all.len();
        let number = *self.numbers.entry(usage_group.clone()).or_insert(next);
        if number == next {
            self.all.push(usage_group);
        }
        number
    }

    /// Returns the part of a usage group that is of one day.
    fn group_of_day(&mut self, usage_group: usize, day: NaiveDate) -> usize {
        if let Some(number) = self.of_days.get(&(usage_group, day)) {
            return *number;
        }
        let Some(whole) = self.all.get(usage_group).cloned() else { return usage_group };
        let number = self.group_number(UsageGroup { day: Some(day), ..whole });
        self.of_days.insert((usage_group, day), number);
        number
    }
}

/// Returns the class of all charges with these dimensions. On demand comes before own keys where both filters match.
/// Users are compared without regard to case, as lines may write them differently.
fn classify_set(
    set: LedgerSet<'_>,
    rules: &BillingRules,
    named: LineDetail,
    usage_groups: &mut UsageGroups,
) -> ChargeClass {
    if rules.on_demand.matches(&set) {
        let model = set.get(&rules.model).unwrap_or_default().into_owned();
        let mode = rules.mode.as_ref().and_then(|mode| set.get(mode)).as_deref() == Some("true");
        let user = set.get(&rules.user).filter(|_| named.users).map(|user| user.to_lowercase());
        ChargeClass::OnDemand(usage_groups.group_number(UsageGroup { model, mode, user, day: None }))
    } else if rules.own_key.matches(&set) {
        ChargeClass::OwnKey
    } else {
        ChargeClass::Other
    }
}
