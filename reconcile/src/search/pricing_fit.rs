//! How an invoice comes from charges to the amounts of its lines.

use crate::error::Result;
use crate::input::last_digit::{LastDigit, RoundedSums};
use crate::input::line_groups::Claim;
use crate::model::terms::RoundingPolicy;
use crate::model::terms::RoundingUnit;
use crate::model::terms::Terms;
use crate::search::selection::{Charges, NO_TOKENS, Pot, View};
use cost_model::Money;
use cost_model::Rounding;

/// What is asked for of some charges; absent where it leaves the range of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Before rounding.
    pub(crate) exact: Option<Money>,
    pub(crate) rounded: Option<Money>,
}

/// For each cell, the sums of its charges rounded one by one, by each way of rounding.
type ChargeSums = Vec<[Option<Money>; 4]>;

/// The terms and policies that reproduce the most lines from a view.
#[derive(Clone, Debug)]
pub(crate) struct Fit {
    pub(crate) terms: Terms,
    /// The policies that reproduce the very same lines, the plainest first.
    pub(crate) policies: Vec<RoundingPolicy>,
    /// For each claim, the amount of its lines, or of their words, that the policies reproduce.
    pub(crate) reproduced: Vec<Option<Money>>,
    /// A discount that holds for most lines, but not for so many that it is one on all.
    pub(crate) discount_on_most: Option<Terms>,
    /// Other discounts or policies put as many lines right and leave another amount for the discount.
    pub(crate) unsure_discount: bool,
    pub(crate) digit: LastDigit,
    charge_sums: ChargeSums,
    undiscounted_sums: ChargeSums,
}

impl Fit {
    pub(crate) fn count(&self) -> usize {
        self.reproduced.iter().flatten().count()
    }

    pub(crate) fn complete(&self) -> bool {
        self.reproduced.iter().all(Option::is_some)
    }

    /// What the terms and the first policy ask for of the charges in these cells, which come to `pot`.
    pub(crate) fn asked(&self, cells: &[usize], pot: &Pot) -> Asked {
        self.asked_under(self.terms, &self.charge_sums, cells, pot)
    }

    /// The same without the discount.
    pub(crate) fn undiscounted(&self, cells: &[usize], pot: &Pot) -> Asked {
        self.asked_under(Terms { discount: 0, ..self.terms }, &self.undiscounted_sums, cells, pot)
    }

    fn asked_under(&self, terms: Terms, sums: &ChargeSums, cells: &[usize], pot: &Pot) -> Asked {
        let exact = terms.apply(pot.billed, pot.fee);
        let Some(policy) = self.policies.first() else { return Asked { exact, rounded: exact } };
        let rounded = match policy.unit {
            RoundingUnit::Charge => sum_of_cells(sums, cells, place(policy.rounding)),
            _ => self.digit.round(exact, policy.rounding),
        };
        Asked { exact, rounded }
    }

    /// Whether the policies round the charges in these cells, which come to `pot`, to different amounts.
    pub(crate) fn rounds_unsurely(&self, cells: &[usize], pot: &Pot) -> bool {
        let by_line = |policy: &&RoundingPolicy| policy.unit != RoundingUnit::Invoice;
        let mut amounts =
            self.policies.iter().filter(by_line).filter_map(|policy| self.rounded_by(*policy, cells, pot));
        let first = amounts.next();
        amounts.any(|amount| Some(amount) != first)
    }

    /// What a policy makes of the charges in these cells, which come to `pot`; nothing is rounded where only the sum of all
    /// lines is.
    pub(crate) fn rounded_by(&self, policy: RoundingPolicy, cells: &[usize], pot: &Pot) -> Option<Money> {
        let exact = self.terms.apply(pot.billed, pot.fee);
        match policy.unit {
            RoundingUnit::Line => self.digit.round(exact, policy.rounding),
            RoundingUnit::Charge => sum_of_cells(&self.charge_sums, cells, place(policy.rounding)),
            RoundingUnit::Invoice => exact,
        }
    }

    /// The plainest policy first: how many come before it.
    pub(crate) fn policy_rank(&self) -> usize {
        let rank = |policy: &RoundingPolicy| {
            let unit = match policy.unit {
                RoundingUnit::Line => 0,
                RoundingUnit::Charge => 1,
                RoundingUnit::Invoice => 2,
            };
            unit * Rounding::ALL.len() + place(policy.rounding)
        };
        self.policies.first().map_or(usize::MAX, rank)
    }
}

/// Finds terms and policies for the charges of a view.
pub(crate) struct Fitting<'a> {
    pub(crate) charges: &'a Charges<'a>,
    pub(crate) claims: &'a [Claim],
    pub(crate) digit: LastDigit,
}

impl Fitting<'_> {
    /// The best fit: other terms than the plain ones only where they reproduce more lines than chance could.
    pub(crate) fn best(&self, view: &View, pots: &[Pot]) -> Result<Fit> {
        let mut best = self.best_terms(view, pots)?;
        best.undiscounted_sums = if best.terms.discount == 0 || best.charge_sums.is_empty() {
            best.charge_sums.clone()
        } else {
            self.rounded_charges(Terms { discount: 0, ..best.terms }, view)?
        };
        Ok(best)
    }

    /// The fit of lines that ask for the very charges, by any policy.
    pub(crate) fn plain(&self, view: &View, pots: &[Pot]) -> Result<Fit> {
        let fit = self.under(Terms::default(), view, pots, true)?;
        Ok(Fit { undiscounted_sums: fit.charge_sums.clone(), ..fit })
    }

    /// The fit with every policy that reproduces the same lines. Charges are rounded one by one only for this, or where
    /// nothing plainer reproduces all lines.
    pub(crate) fn with_all_policies(&self, fit: Fit, view: &View, pots: &[Pot]) -> Result<Fit> {
        if !fit.charge_sums.is_empty() {
            return Ok(fit);
        }
        let all = self.under(fit.terms, view, pots, true)?;
        if all.reproduced != fit.reproduced {
            return Ok(fit);
        }
        Ok(Fit {
            undiscounted_sums: all.charge_sums.clone(),
            discount_on_most: fit.discount_on_most,
            unsure_discount: fit.unsure_discount,
            ..all
        })
    }

    fn best_terms(&self, view: &View, pots: &[Pot]) -> Result<Fit> {
        let by_lines = self.under(Terms::default(), view, pots, false)?;
        // Neither terms nor policies help a line whose calls are not those of its charges.
        if self.lines_that_hold(&by_lines, pots).1 == 0 {
            return Ok(by_lines);
        }
        let plain = self.under(Terms::default(), view, pots, true)?;
        if plain.complete() {
            return Ok(plain);
        }
        let fees = pots.iter().any(|pot| !pot.fee.is_zero());
        let mut best = plain.clone();
        if fees {
            let without = self.under(Terms { without_fees: true, ..Terms::default() }, view, pots, true)?;
            // One line alone comes right by chance.
            let (hold, not) = self.lines_that_hold(&without, pots);
            if without.count() > best.count() && hold > not {
                best = without;
            }
        }
        if best.complete() || self.claims.len() < 2 {
            return Ok(best);
        }
        self.with_discount(best, &plain, view, pots)
    }

    /// The policies that reproduce the most lines under these terms.
    pub(crate) fn under(&self, terms: Terms, view: &View, pots: &[Pot], by_charge: bool) -> Result<Fit> {
        let exact: Vec<Option<Money>> = pots.iter().map(|pot| terms.apply(pot.billed, pot.fee)).collect();
        let charge_sums = if by_charge { self.rounded_charges(terms, view)? } else { Vec::new() };
        let mut best = Fit {
            terms,
            policies: Vec::new(),
            reproduced: Vec::new(),
            discount_on_most: None,
            unsure_discount: false,
            digit: self.digit,
            charge_sums,
            undiscounted_sums: Vec::new(),
        };
        // One line that counts nothing is right by some way of rounding its charges more often than by chance.
        let on_one_line =
            matches!(self.claims, [only] if only.calls.is_none() && only.aggregated_calls.is_none());
        let cells: Vec<Vec<usize>> =
            (0..pots.len()).map(|claim| self.charges.claims.cells_of(claim)).collect();
        for unit in [RoundingUnit::Line, RoundingUnit::Charge, RoundingUnit::Invoice] {
            for rounding in Rounding::ALL {
                let amounts: Option<Vec<Option<Money>>> = match unit {
                    RoundingUnit::Line => {
                        Some(exact.iter().map(|exact| self.digit.round(*exact, rounding)).collect())
                    }
                    RoundingUnit::Charge => (by_charge && !on_one_line).then(|| {
                        let sum =
                            |cells: &Vec<usize>| sum_of_cells(&best.charge_sums, cells, place(rounding));
                        cells.iter().map(sum).collect()
                    }),
                    RoundingUnit::Invoice => self.with_rounded_sum(rounding, &exact),
                };
                if let Some(amounts) = amounts {
                    self.keep(&mut best, RoundingPolicy { unit, rounding }, &amounts, pots);
                }
            }
        }
        Ok(best)
    }

    /// Keeps a policy if it reproduces more lines than the best so far, or the same.
    fn keep(&self, best: &mut Fit, policy: RoundingPolicy, amounts: &[Option<Money>], pots: &[Pot]) {
        let claims = self.claims.iter().zip(amounts).zip(pots);
        let reproduced: Vec<_> =
            claims.map(|((claim, amount), pot)| reproduces(claim, pot, *amount)).collect();
        let count = reproduced.iter().flatten().count();
        if best.policies.is_empty() || count > best.count() {
            best.policies = vec![policy];
            best.reproduced = reproduced;
        } else if reproduced == best.reproduced {
            best.policies.push(policy);
        }
    }

    /// Only the sum of all lines is rounded; each line is less than a last digit off.
    fn with_rounded_sum(&self, rounding: Rounding, exact: &[Option<Money>]) -> Option<Vec<Option<Money>>> {
        let exact: Vec<Money> = exact.iter().copied().collect::<Option<_>>()?;
        let asked = Money::sum(self.claims.iter().map(|claim| claim.asked)).ok()?;
        let near = |(claim, exact): (&Claim, &Money)| self.digit.is_near(claim.asked, *exact);
        let sum = Money::sum(exact.iter().copied()).ok();
        let right = self.digit.round(sum, rounding)? == asked
            && exact.len() > 1
            && self.claims.iter().zip(&exact).all(near);
        right.then(|| self.claims.iter().map(|claim| Some(claim.asked)).collect())
    }

    /// The same policies without the discount.
    pub(crate) fn undiscounted(&self, fit: &Fit, view: &View) -> Result<Fit> {
        let terms = Terms { discount: 0, ..fit.terms };
        let charge_sums = self.rounded_charges(terms, view)?;
        Ok(Fit { terms, charge_sums, ..fit.clone() })
    }

    fn rounded_charges(&self, terms: Terms, view: &View) -> Result<ChargeSums> {
        let digit = self.digit;
        let mut sums = vec![Some(RoundedSums::default()); self.charges.claims.cells()];
        self.charges.each(view, |cell, billed, fee, _| {
            if let Some(sum @ Some(_)) = sums.get_mut(cell) {
                let exact = terms.apply(billed, fee);
                if exact.zip(sum.as_mut()).and_then(|(exact, sum)| sum.add(exact, digit)).is_none() {
                    *sum = None;
                }
            }
            Ok(())
        })?;
        Ok(sums.into_iter().map(|sum| sum.map_or([None; 4], |sum| sum.amounts(digit))).collect())
    }
}

fn place(rounding: Rounding) -> usize {
    Rounding::ALL.iter().position(|each| *each == rounding).unwrap_or(0)
}

fn sum_of_cells(sums: &ChargeSums, cells: &[usize], rounding: usize) -> Option<Money> {
    let sums = cells.iter().map(|cell| *sums.get(*cell)?.get(rounding)?);
    Money::sum(sums.collect::<Option<Vec<_>>>()?).ok()
}

/// The amount of a claim's lines, or of their words, that this is.
pub(crate) fn reproduces(claim: &Claim, pot: &Pot, rounded: Option<Money>) -> Option<Money> {
    let asked = [Some(claim.asked), claim.in_words].into_iter().flatten();
    asked.into_iter().find(|asked| rounded == Some(*asked) && same_usage(claim, pot))
}

/// Whether calls and tokens, as far as they are stated, are those of the charges.
pub(crate) fn same_usage(claim: &Claim, pot: &Pot) -> bool {
    claim.calls.is_none_or(|calls| calls == pot.records) && same_tokens(claim, pot)
}

/// Whether tokens, as far as they are stated, are those of the charges.
pub(crate) fn same_tokens(claim: &Claim, pot: &Pot) -> bool {
    pot.tokens.zip(claim.tokens).is_none_or(|(had, stated)| had == NO_TOKENS || had == stated)
}

/// Whether a claim states its tokens, some at least, and they are those of the charges.
pub(crate) fn states_tokens(claim: &Claim, pot: &Pot) -> bool {
    pot.tokens.zip(claim.tokens).is_some_and(|(had, stated)| had == stated && stated != NO_TOKENS)
}
