//! What the difference of a line can only come from.

use cost_model::Money;

use crate::last_digit::LastDigit;
use crate::search::Hypothesis;
use crate::search::claims::{Claim, Claims};
use crate::search::fit::{Terms, same_usage};
use crate::search::view::Pot;
use crate::stages::completeness::Completeness;
use crate::stages::usage_lines::Outcome;
use crate::{Category, Result};

/// What a line's difference is judged by, beside the line itself.
pub(crate) struct Circumstances {
    lines: usize,
    /// Charges are known to be lacking, and all shortfalls together are not more than that.
    short: bool,
    digit: LastDigit,
}

impl Circumstances {
    pub(crate) fn of(
        claims: &Claims,
        behind: &[Vec<usize>],
        found: &Hypothesis,
        completeness: &Completeness,
    ) -> Result<Self> {
        let (mut lacking, mut surplus) = (0_u64, false);
        for (claim, cells) in claims.all.iter().zip(behind) {
            let records = Pot::sum(cells.iter().filter_map(|cell| found.cells.get(*cell)))?.records;
            lacking = lacking.saturating_add(claim.calls.map_or(0, |calls| calls.saturating_sub(records)));
            surplus |= claim.calls.is_some_and(|calls| calls < records);
        }
        // Calls that one line lacks and another has too many are not lost but elsewhere.
        let short = completeness.is_short() && !surplus && completeness.may_lack(lacking);
        Ok(Self { lines: claims.all.len(), short, digit: found.fit.digit })
    }

    /// What the difference can only come from. The same calls for another amount are no evidence of another price where
    /// it is only `supposed` which calls they are.
    pub(crate) fn cause(
        &self,
        claim: &Claim,
        supposed: bool,
        pot: &Pot,
        difference: Money,
        found: &Hypothesis,
    ) -> Outcome {
        let more = difference.units() > 0;
        match claim.calls {
            Some(calls) if calls > pot.records && more && self.short => {
                Outcome::OneOf(vec![Category::MissingUsage])
            }
            Some(calls) if calls > 0 && same_usage(claim, pot) && !supposed => {
                Outcome::OneOf(self.prices(claim, pot, more, found))
            }
            None if more && self.short => Outcome::OneOf(vec![Category::MissingUsage, Category::Price]),
            _ => Outcome::Unknown,
        }
    }

    /// What can change the amount of the same calls.
    fn prices(&self, claim: &Claim, pot: &Pot, more: bool, found: &Hypothesis) -> Vec<Category> {
        let mut fitting = vec![Category::Price];
        let terms = found.fit.terms;
        // Fees that one line alone has are no more its own than its price is.
        let with_fees = found.pots.iter().filter(|pot| !pot.fee.is_zero()).count();
        let without_fees = Terms { without_fees: true, ..terms };
        if !pot.fee.is_zero()
            && with_fees == 1
            && !terms.without_fees
            && self.is_rounded(without_fees, pot, claim)
        {
            fitting.push(Category::TokenFee);
        }
        // On a line alone, a discount is a price; and one on some lines is the price of each.
        let shared = found.fit.discount_on_most.is_some_and(|terms| self.is_rounded(terms, pot, claim));
        if !more && terms.discount == 0 && (self.lines == 1 || shared) {
            fitting.push(Category::Discount);
        }
        fitting
    }

    /// Whether a line asks for what other terms would, up to rounding.
    fn is_rounded(&self, terms: Terms, pot: &Pot, claim: &Claim) -> bool {
        terms.apply(pot.billed, pot.fee).is_some_and(|exact| self.digit.is_near(exact, claim.asked))
    }
}
