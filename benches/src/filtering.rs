//! The sum over what a filter lets through.

use cost_model::Filter;
use cost_model::report::{Query, Report};

use crate::{Contestants, Failure};

const SENTENCE: &str = "costs.subcategory = 'Usage-based' AND costs.service IN \
    ('Claude 4.5 Sonnet', 'Claude 4.5 Opus High Thinking', 'GPT 5.1 Codex', 'Auto')";

impl Contestants<'_> {
    pub fn filter() -> Result<Filter, Failure> {
        Ok(Filter::parse(SENTENCE)?)
    }

    /// This workspace: asks the filter, and sums all four costs, tokens, requests and counts.
    pub fn filter_by_query(&self, filter: &Filter) -> Result<Report, Failure> {
        Ok(Query::all_resources().filter(filter.clone()).run(&self.ledger, self.rules)?)
    }

    /// Which tuples the filter lets through.
    pub fn kept(&self, filter: &Filter) -> Vec<bool> {
        let tuples = (0..self.ledger.tuple_count()).map(|number| self.ledger.tuple(number));
        tuples.map(|tuple| tuple.is_some_and(|tuple| filter.matches(&tuple))).collect()
    }

    /// The floor: a truth value for each tuple is there already, and one amount is added, checked.
    pub fn filter_in_dense_loop(&self, kept: &[bool]) -> Result<i128, Failure> {
        let mut sum = 0_i128;
        for (tuple, amount) in self.codes.tuple.iter().zip(&self.codes.amount) {
            if kept.get(usize::try_from(*tuple)?) == Some(&true) {
                sum = sum.checked_add(*amount).ok_or("a sum is out of range")?;
            }
        }
        Ok(sum)
    }
}
