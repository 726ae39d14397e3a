//! Exact sums over charges.

use serde::Serialize;

use super::fragments::Fragment;
use crate::error::Result;
use crate::ledger::Sums;
use crate::money::{Metric, Money, Quantity, RequestUnits, TokenCounts};

/// Sums over a set of charges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// What invoices ask for.
    pub billed: Sum,
    /// The value used.
    pub effective: Sum,
    /// The price before discounts.
    pub list: Sum,
    /// The price after negotiated discounts.
    pub contracted: Sum,
    /// Tokens by type.
    pub tokens: TokenCounts,
    /// Request units.
    pub requests: RequestUnits,
    /// Usage, each charge's in its own unit: a figure to read where all are in one unit.
    pub usage: Quantity,
    /// The number of charges. A charge that is shared out counts once in every row that has a part of it, and once in
    /// the report's total.
    pub records: u64,
}

/// An exact sum that says how much it does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sum {
    /// The sum of the amounts that are known.
    pub amount: Money,
    /// How many charges had no such amount: unknown is not zero.
    pub missing: u64,
}

impl Totals {
    /// The sum that `metric` names.
    pub fn get(&self, metric: Metric) -> Sum {
        match metric {
            Metric::Effective => self.effective,
            Metric::Billed => self.billed,
            Metric::List => self.list,
            Metric::Contracted => self.contracted,
        }
    }

    /// The sums of both; charges count twice if both count them.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn checked_add(&self, other: &Self) -> Result<Self> {
        Ok(Self {
            billed: self.billed.join(other.billed)?,
            effective: self.effective.join(other.effective)?,
            list: self.list.join(other.list)?,
            contracted: self.contracted.join(other.contracted)?,
            tokens: self.tokens.checked_add(&other.tokens)?,
            requests: self.requests.checked_add(other.requests)?,
            usage: self.usage.checked_add(other.usage)?,
            records: self.records + other.records,
        })
    }

    /// Adds the amounts and quantities of one charge, or of one part of it.
    pub(crate) fn add(&mut self, part: &Fragment, usage: Quantity) -> Result<()> {
        self.billed.add(part.costs.billed)?;
        self.effective.add(part.costs.effective)?;
        self.list.add(part.costs.list)?;
        self.contracted.add(part.costs.contracted)?;
        self.tokens = self.tokens.checked_add(&part.tokens)?;
        self.requests = self.requests.checked_add(part.requests)?;
        self.usage = self.usage.checked_add(usage)?;
        self.records += 1;
        Ok(())
    }

    /// Returns the totals of many charges.
    pub(super) fn of_many(sums: &Sums, usage: Quantity) -> Self {
        let [effective, list, billed, contracted] = sums.missing;
        let sum = |amount: Option<Money>, missing| Sum { amount: amount.unwrap_or_default(), missing };
        Self {
            billed: sum(sums.costs.billed, billed),
            effective: sum(sums.costs.effective, effective),
            list: sum(sums.costs.list, list),
            contracted: sum(sums.costs.contracted, contracted),
            tokens: sums.tokens,
            requests: sums.requests,
            usage,
            records: sums.records,
        }
    }
}

impl Sum {
    fn join(self, other: Self) -> Result<Self> {
        Ok(Self { amount: self.amount.checked_add(other.amount)?, missing: self.missing + other.missing })
    }

    fn add(&mut self, amount: Option<Money>) -> Result<()> {
        match amount {
            Some(amount) => self.amount = self.amount.checked_add(amount)?,
            None => self.missing += 1,
        }
        Ok(())
    }
}
