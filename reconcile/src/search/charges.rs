//! The usage side: every charge of the months in exactly one class, and the on-demand charges one by one.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use cost_model::ledger::{DimensionSetId, LedgerRow, LedgerSet};
use cost_model::money::TokenCounts;
use cost_model::{Dimensions, Ledger, Money, Timestamp, Window};

use crate::{BillingRules, ChargeStatus, Invoice, LineKind, Result, UsageLine};

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

/// What the usage lines of an invoice can tell apart: a model and whether it ran in the mode of the rules; the user and the
/// day only where some line names one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
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
    pub(crate) cell: usize,
    pub(crate) billed: Money,
    pub(crate) fee: Money,
    pub(crate) tokens: TokenCounts,
}

impl Charge {
    /// What tells it from other charges of its instant.
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
    pub(crate) cells: Vec<Cell>,
    /// The on-demand charges of the months and a few days around them, by time.
    pub(crate) charges: Vec<Charge>,
    /// What became of each charge of the ledger, in its order, as far as scope decides it.
    pub(crate) statuses: Vec<ChargeStatus>,
}

#[derive(Clone, Copy)]
enum Class {
    OnDemand(usize),
    OwnKey,
    Other,
}

impl Usage {
    pub(crate) fn gather(ledger: &Ledger, invoice: &Invoice, rules: &BillingRules) -> Result<Self> {
        let (period, months, near) =
            (invoice.period, invoice.period.whole_months(), invoice.window_of_charges());
        let named = Named::by(invoice);
        let mut cells = Cells::default();
        let classes: Vec<Class> = ledger
            .set_ids()
            .filter_map(|id| ledger.set(id))
            .map(|set| classify(set, rules, named, &mut cells))
            .collect();
        let mut usage = Self { statuses: Vec::with_capacity(ledger.len()), ..Self::default() };
        for (row, charge) in ledger.rows().enumerate() {
            let class = classes.get(charge.set.index()).copied().unwrap_or(Class::Other);
            if let (Class::OnDemand(cell), true) = (class, near.contains(charge.at)) {
                let cell = if named.days { cells.of_day(cell, charge.at.date()) } else { cell };
                usage.charges.push(on_demand(&charge, row, cell));
            }
            let status = if months.contains(charge.at) {
                usage.add(&charge, class, period)?
            } else {
                ChargeStatus::OutsideMonths
            };
            usage.statuses.push(status);
        }
        usage.cells = cells.all;
        Ok(usage)
    }

    /// The billed cost of the on-demand charges of the stated period.
    pub(crate) fn on_demand_in_period(&self) -> Result<Money> {
        Ok(self.on_demand_billed.amount.checked_sub(self.before.amount)?.checked_sub(self.after.amount)?)
    }

    fn add(&mut self, row: &LedgerRow, class: Class, period: Window) -> Result<ChargeStatus> {
        let effective = row.costs.effective.unwrap_or_default();
        let billed = row.costs.billed.unwrap_or_default();
        self.without_amount += u64::from(row.costs.effective.is_none());
        self.ingested.add(effective)?;
        Ok(match class {
            Class::OnDemand(_) => {
                self.on_demand_effective.add(effective)?;
                self.on_demand_billed.add(billed)?;
                if row.at < period.start() {
                    self.before.add(billed)?;
                    ChargeStatus::BeforePeriod
                } else if row.at >= period.end() {
                    self.after.add(billed)?;
                    ChargeStatus::AfterPeriod
                } else {
                    ChargeStatus::Unclaimed
                }
            }
            Class::OwnKey => {
                self.own_key.add(effective)?;
                if period.contains(row.at) {
                    self.own_key_in_period.add(billed)?;
                }
                ChargeStatus::OwnKey
            }
            Class::Other if row.costs.billed == Some(Money::ZERO) => {
                self.non_billed.add(effective)?;
                ChargeStatus::NonBilled
            }
            Class::Other => {
                self.unknown_kind.add(effective)?;
                ChargeStatus::UnknownKind
            }
        })
    }
}

fn on_demand(charge: &LedgerRow, row: usize, cell: usize) -> Charge {
    Charge {
        at: charge.at,
        row,
        set: charge.set,
        cell,
        billed: charge.costs.billed.unwrap_or_default(),
        fee: charge.fee.unwrap_or_default(),
        tokens: charge.tokens,
    }
}

/// What lines of an invoice name beside models.
#[derive(Clone, Copy)]
struct Named {
    users: bool,
    days: bool,
}

impl Named {
    fn by(invoice: &Invoice) -> Self {
        let names = |wanted: fn(&UsageLine) -> bool| {
            invoice.lines.iter().any(|line| matches!(line.kind(), LineKind::Usage(about) if wanted(about)))
        };
        Self { users: names(|about| about.user.is_some()), days: names(|about| about.day.is_some()) }
    }
}

/// Cells, each with its number.
#[derive(Default)]
struct Cells {
    all: Vec<Cell>,
    numbers: BTreeMap<Cell, usize>,
    of_days: BTreeMap<(usize, NaiveDate), usize>,
}

impl Cells {
    fn number(&mut self, cell: Cell) -> usize {
        let next = self.all.len();
        let number = *self.numbers.entry(cell.clone()).or_insert(next);
        if number == next {
            self.all.push(cell);
        }
        number
    }

    /// The part of a cell that is of one day.
    fn of_day(&mut self, cell: usize, day: NaiveDate) -> usize {
        if let Some(number) = self.of_days.get(&(cell, day)) {
            return *number;
        }
        let Some(whole) = self.all.get(cell).cloned() else { return cell };
        let number = self.number(Cell { day: Some(day), ..whole });
        self.of_days.insert((cell, day), number);
        number
    }
}

fn classify(set: LedgerSet<'_>, rules: &BillingRules, named: Named, cells: &mut Cells) -> Class {
    if rules.on_demand.matches(&set) {
        let model = set.get(&rules.model).unwrap_or_default().into_owned();
        let mode = rules.mode.as_ref().and_then(|mode| set.get(mode)).as_deref() == Some("true");
        let user = set.get(&rules.user).filter(|_| named.users).map(|user| user.to_lowercase());
        Class::OnDemand(cells.number(Cell { model, mode, user, day: None }))
    } else if rules.own_key.matches(&set) {
        Class::OwnKey
    } else {
        Class::Other
    }
}
