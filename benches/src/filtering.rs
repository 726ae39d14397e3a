//! The sums over what a filter lets through.

use cost_model::Filter;
use cost_model::report::{Query, Report};

use crate::figures::{Cell, Figures};
use crate::{Contestants, Failure};

const SENTENCE: &str = "costs.subcategory = 'Usage-based' AND costs.service IN \
    ('Claude 4.5 Sonnet', 'Claude 4.5 Opus High Thinking', 'GPT 5.1 Codex', 'Auto')";

impl Contestants<'_> {
    pub fn filter() -> Result<Filter, Failure> {
        Ok(Filter::parse(SENTENCE)?)
    }

    /// This workspace: asks the filter, and sums all figures.
    pub fn filter_by_query(&self, filter: &Filter) -> Result<Report, Failure> {
        Ok(Query::all_resources().filter(filter.clone()).run(&self.ledger, self.rules)?)
    }

    /// Which tuples the filter lets through.
    pub fn kept(&self, filter: &Filter) -> Vec<bool> {
        let tuples = self.ledger.set_ids().map(|id| self.ledger.set(id));
        tuples.map(|tuple| tuple.is_some_and(|tuple| filter.matches(&tuple))).collect()
    }

    /// The floor: a truth value for each tuple is there already; adds all figures, checked.
    pub fn filter_in_dense_loop(&self, kept: &[bool]) -> Result<Figures, Failure> {
        let mut sums = Cell::default();
        for (tuple, charge) in self.codes.tuple.iter().zip(self.codes.charges()) {
            if kept.get(usize::try_from(*tuple)?) == Some(&true) {
                sums.add(&charge).ok_or("a sum is out of range")?;
            }
        }
        Ok(sums.finish().ok_or("a sum is out of range")?)
    }

    /// The same for effective amounts alone, and nothing is counted.
    pub fn filter_one_amount(&self, kept: &[bool]) -> Result<i128, Failure> {
        let mut sum = 0_i128;
        for (tuple, amount) in self.codes.tuple.iter().zip(&self.codes.effective) {
            if kept.get(usize::try_from(*tuple)?) == Some(&true) {
                sum = sum.checked_add(*amount).ok_or("a sum is out of range")?;
            }
        }
        Ok(sum)
    }
}
