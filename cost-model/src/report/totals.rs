//! Exact sums over charges.

use serde::Serialize;

use crate::{Costs, Metric, Money, RequestUnits, Result, TokenCounts};

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

    /// Adds the amounts and quantities of one charge, or of one part of it.
    pub(super) fn add(&mut self, costs: &Costs, tokens: &TokenCounts, requests: RequestUnits) -> Result<()> {
        self.billed.add(costs.billed)?;
        self.effective.add(costs.effective)?;
        self.list.add(costs.list)?;
        self.contracted.add(costs.contracted)?;
        self.tokens = self.tokens.checked_add(tokens)?;
        self.requests = self.requests.checked_add(requests)?;
        self.records += 1;
        Ok(())
    }
}

impl Sum {
    fn add(&mut self, amount: Option<Money>) -> Result<()> {
        match amount {
            Some(amount) => self.amount = self.amount.checked_add(amount)?,
            None => self.missing += 1,
        }
        Ok(())
    }
}
