//! Exact sums over charges.
//!
//! A sum is exact or an error, and says how many charges it lacks: an amount that is not known adds nothing, and is
//! counted beside the sum.

use serde::Serialize;

use super::fragments::Fragment;
use crate::error::{Error, Result};
use crate::ledger::Sums;
use crate::money::{Metric, Money, Quantity, RequestUnits, TokenCounts};

/// Sums over a set of charges.
///
/// Sums are exact. A charge that does not state an amount counts as zero in its sum, and is counted as missing, so
/// that a sum never looks complete when it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// The cost that invoices bill.
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
    /// Usage, each charge's in its own unit: it has a meaning only where all charges are in one unit. Absent where it is beyond
    /// the range of a quantity, about 1.7 * 10^14, as the tokens of a very large company over years may be;
    /// [`Totals::tokens`] still has them.
    pub usage: Option<Quantity>,
    /// The number of charges. A split charge counts once in every row that has a part of it, and once in the report's total.
    pub records: u64,
}

/// An exact sum, with the number of charges whose amount is not known.
///
/// ```
/// use cost_model::report::Query;
/// use cost_model::tagger::NoTags;
/// use cost_model::{CostRecord, Costs, Currency, Ledger, Timestamp};
///
/// let mut ledger = Ledger::builder(Currency::USD);
/// for costs in [Costs::flat("2".parse()?), Costs::absent()] {
///     ledger.push(&CostRecord::new(Timestamp::from_millis(0)?, "cursor", Currency::USD, costs))?;
/// }
/// let total = Query::all_resources().run(&ledger.build(), &NoTags)?.total;
/// assert_eq!((total.billed.amount, total.billed.missing), ("2".parse()?, 1));
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sum {
    /// The sum of the amounts that are known.
    pub amount: Money,
    /// The number of charges without such an amount; they count as zero in `amount`.
    pub missing: u64,
}

impl Default for Totals {
    /// Makes the totals of no charges: everything is zero.
    fn default() -> Self {
        let none = Sum::default();
        Self {
            billed: none,
            effective: none,
            list: none,
            contracted: none,
            tokens: TokenCounts::default(),
            requests: RequestUnits::ZERO,
            usage: Some(Quantity::ZERO),
            records: 0,
        }
    }
}

impl Totals {
    /// Returns the sum that `metric` names.
    ///
    /// Each metric has its own count of charges without an amount.
    pub fn get(&self, metric: Metric) -> Sum {
        match metric {
            Metric::Effective => self.effective,
            Metric::Billed => self.billed,
            Metric::List => self.list,
            Metric::Contracted => self.contracted,
        }
    }

    /// Returns the sums of both; charges count twice if both count them.
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
            usage: add_usage(self.usage, other.usage),
            records: self.records + other.records,
        })
    }

    /// Adds the amounts and quantities of one charge, or of one part of it.
    pub(crate) fn add(&mut self, part: &Fragment, usage: Option<Quantity>) -> Result<()> {
        self.billed.add(part.costs.billed)?;
        self.effective.add(part.costs.effective)?;
        self.list.add(part.costs.list)?;
        self.contracted.add(part.costs.contracted)?;
        self.tokens = self.tokens.checked_add(&part.tokens)?;
        self.requests = self.requests.checked_add(part.requests)?;
        self.usage = add_usage(self.usage, usage);
        self.records += 1;
        Ok(())
    }

    /// Returns the totals of many charges.
    pub(super) fn of_many(sums: &Sums, usage: Option<Quantity>) -> Self {
        let [effective, list, billed, contracted] = sums.missing;
        Self {
            billed: Sum::of(sums.costs.billed, billed),
            effective: Sum::of(sums.costs.effective, effective),
            list: Sum::of(sums.costs.list, list),
            contracted: Sum::of(sums.costs.contracted, contracted),
            tokens: sums.tokens,
            requests: sums.requests,
            usage,
            records: sums.records,
        }
    }

    /// Returns the usage, for a report that is about it.
    pub(super) fn stated_usage(&self) -> Result<Quantity> {
        self.usage.ok_or_else(|| Error::overflow("usage, as a quantity of 24 decimals,"))
    }
}

/// Adds usage: a sum with a part that is beyond range is beyond range, too.
fn add_usage(one: Option<Quantity>, other: Option<Quantity>) -> Option<Quantity> {
    one?.checked_add(other?).ok()
}

impl Sum {
    /// Makes a sum that is known as a whole.
    fn of(amount: Option<Money>, missing: u64) -> Self {
        Self { amount: amount.unwrap_or_default(), missing }
    }

    /// Adds two sums and their counts of missing amounts.
    fn join(self, other: Self) -> Result<Self> {
        Ok(Self { amount: self.amount.checked_add(other.amount)?, missing: self.missing + other.missing })
    }

    /// Adds one amount, or counts that it is missing.
    fn add(&mut self, amount: Option<Money>) -> Result<()> {
        match amount {
            Some(amount) => self.amount = self.amount.checked_add(amount)?,
            None => self.missing += 1,
        }
        Ok(())
    }
}
