//! Terms and rounding policies by which charges become the amounts of lines.
//!
//! A fit consists of terms (a discount, and whether fees are billed) and of rounding policies, and says for each line
//! group whether they reproduce its amount exactly. `PricingFitter` starts with the plainest assumption, that lines
//! bill the very charges, and tries other terms only where that leaves lines open: `search::discounts` tries the
//! discounts. More assumptions always fit more lines, so each has to explain more lines than chance would.

use crate::error::Result;
use crate::input::last_digit::{LastDigit, RoundedSums};
use crate::input::line_groups::LineGroup;
use crate::model::terms::RoundingPolicy;
use crate::model::terms::RoundingUnit;
use crate::model::terms::Terms;
use crate::search::selection::{ChargeHistory, ChargeSelection, ChargeSum, NO_TOKENS};
use cost_model::Money;
use cost_model::Rounding;

/// The amount that is expected on a line for some charges; absent where it leaves the range of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExpectedAmount {
    /// The amounts before rounding.
    pub(crate) exact: Option<Money>,
    /// The amount by the first policy; the exact one where there is no policy.
    pub(crate) rounded: Option<Money>,
}

impl ExpectedAmount {
    /// Returns the exact and the rounded amount; out of range, what the charges were billed at stands in for the exact
    /// one and the exact one for the rounded one.
    pub(crate) fn or_billed(self, billed: Money) -> (Money, Money) {
        let exact = self.exact.unwrap_or(billed);
        (exact, self.rounded.unwrap_or(exact))
    }
}

/// For each usage group, the sums of its charges rounded one by one, by each way of rounding.
///
/// In the order of [`Rounding::ALL`]; absent where a sum leaves the range of money.
type RoundedSumsByGroup = Vec<[Option<Money>; 4]>;

/// The terms and policies that reproduce the most lines from a selection.
#[derive(Clone, Debug)]
pub(crate) struct PricingFit {
    pub(crate) terms: Terms,
    /// The policies that reproduce the very same lines, the plainest first.
    pub(crate) policies: Vec<RoundingPolicy>,
    /// For each line group, the amount of its lines, or of their words, that the policies reproduce.
    pub(crate) reproduced: Vec<Option<Money>>,
    /// A discount that holds for most lines, but not for enough to be one on all.
    pub(crate) discount_on_most: Option<Terms>,
    /// Other discounts or policies put as many lines right and leave another amount for the discount.
    pub(crate) unsure_discount: bool,
    pub(crate) digit: LastDigit,
    /// The sums under the terms of the fit; empty where charges were not rounded one by one.
    charge_sums: RoundedSumsByGroup,
    /// The sums under the same terms without their discount, for the amount of the discount itself.
    undiscounted_sums: RoundedSumsByGroup,
}

impl PricingFit {
    /// Returns whether the fit reproduces the amount of a line group.
    pub(crate) fn reproduces(&self, line_group: usize) -> bool {
        self.reproduced.get(line_group).is_some_and(Option::is_some)
    }

    /// Returns how many line groups the fit reproduces.
    pub(crate) fn count(&self) -> usize {
        self.reproduced.iter().flatten().count()
    }

    /// Returns whether the fit reproduces every line group. That holds for an invoice without any.
    pub(crate) fn is_complete(&self) -> bool {
        self.reproduced.iter().all(Option::is_some)
    }

    /// Returns what the terms and the first policy bill of the charges in these usage groups, which add up to `charged`.
    pub(crate) fn expected(&self, usage_groups: &[usize], charged: &ChargeSum) -> ExpectedAmount {
        self.expected_under(self.terms, &self.charge_sums, usage_groups, charged)
    }

    /// Returns the same without the discount.
    pub(crate) fn undiscounted(&self, usage_groups: &[usize], charged: &ChargeSum) -> ExpectedAmount {
        self.expected_under(
            Terms { discount: 0, ..self.terms },
            &self.undiscounted_sums,
            usage_groups,
            charged,
        )
    }

    /// Returns the amount of some usage groups under these terms and the first policy. `sums` must be made under the
    /// same terms; only a policy that rounds charges one by one needs them.
    fn expected_under(
        &self,
        terms: Terms,
        sums: &RoundedSumsByGroup,
        usage_groups: &[usize],
        charged: &ChargeSum,
    ) -> ExpectedAmount {
        let exact = terms.apply(charged.billed, charged.fee);
        let Some(policy) = self.policies.first() else { return ExpectedAmount { exact, rounded: exact } };
        let rounded = match policy.unit {
            RoundingUnit::Charge => sum_of_groups(sums, usage_groups, policy_place(policy.rounding)),
            _ => self.digit.round(exact, policy.rounding),
        };
        ExpectedAmount { exact, rounded }
    }

    /// Returns whether the policies round the charges in these usage groups, which add up to `charged`, to different amounts.
    pub(crate) fn rounds_unsurely(&self, usage_groups: &[usize], charged: &ChargeSum) -> bool {
        let mut amounts = self
            .policies
            .iter()
            // Such a policy does not say what a single line is rounded to.
            .filter(|policy: &&RoundingPolicy| policy.unit != RoundingUnit::Invoice)
            .filter_map(|policy| self.rounded_by(*policy, usage_groups, charged));
        let first = amounts.next();
        amounts.any(|amount| Some(amount) != first)
    }

    /// Returns what a policy makes of the charges in these usage groups, which add up to `charged`; nothing is rounded where only the sum of all
    /// lines is.
    pub(crate) fn rounded_by(
        &self,
        policy: RoundingPolicy,
        usage_groups: &[usize],
        charged: &ChargeSum,
    ) -> Option<Money> {
        let exact = self.terms.apply(charged.billed, charged.fee);
        match policy.unit {
            RoundingUnit::Line => self.digit.round(exact, policy.rounding),
            RoundingUnit::Charge => {
                sum_of_groups(&self.charge_sums, usage_groups, policy_place(policy.rounding))
            }
            RoundingUnit::Invoice => exact,
        }
    }

    /// Returns how many policies are plainer than the first of the fit; `usize::MAX` for a fit without one.
    ///
    /// Rounding each line is plainer than rounding each charge, which is plainer than rounding the sum of all lines.
    /// Within a unit, the order is that of [`Rounding::ALL`].
    pub(crate) fn policy_rank(&self) -> usize {
        self.policies.first().map_or(usize::MAX, |policy: &RoundingPolicy| {
            let unit = match policy.unit {
                RoundingUnit::Line => 0,
                RoundingUnit::Charge => 1,
                RoundingUnit::Invoice => 2,
            };
            unit * Rounding::ALL.len() + policy_place(policy.rounding)
        })
    }
}

/// Finds terms and policies for the charges of a selection.
pub(crate) struct PricingFitter<'a> {
    pub(crate) charges: &'a ChargeHistory<'a>,
    pub(crate) line_groups: &'a [LineGroup],
    pub(crate) digit: LastDigit,
}

impl PricingFitter<'_> {
    /// Returns the best fit: other terms than the plain ones only where they reproduce more lines than chance could.
    pub(crate) fn best_fit(
        &self,
        selection: &ChargeSelection,
        line_sums: &[ChargeSum],
    ) -> Result<PricingFit> {
        let mut best = self.best_terms(selection, line_sums)?;
        best.undiscounted_sums = if best.terms.discount == 0 || best.charge_sums.is_empty() {
            best.charge_sums.clone()
        } else {
            self.rounded_charges(Terms { discount: 0, ..best.terms }, selection)?
        };
        Ok(best)
    }

    /// Returns the fit of lines that bill the very charges, by any policy.
    pub(crate) fn fit_plain(
        &self,
        selection: &ChargeSelection,
        line_sums: &[ChargeSum],
    ) -> Result<PricingFit> {
        let fit = self.fit_under(Terms::default(), selection, line_sums, true)?;
        Ok(PricingFit { undiscounted_sums: fit.charge_sums.clone(), ..fit })
    }

    /// Returns the fit with every policy that reproduces the same lines. Charges are rounded one by one only for this, or where
    /// nothing plainer reproduces all lines.
    pub(crate) fn with_all_policies(
        &self,
        fit: PricingFit,
        selection: &ChargeSelection,
        line_sums: &[ChargeSum],
    ) -> Result<PricingFit> {
        if !fit.charge_sums.is_empty() {
            return Ok(fit);
        }
        let all = self.fit_under(fit.terms, selection, line_sums, true)?;
        if all.reproduced != fit.reproduced {
            return Ok(fit);
        }
        Ok(PricingFit {
            undiscounted_sums: all.charge_sums.clone(),
            discount_on_most: fit.discount_on_most,
            unsure_discount: fit.unsure_discount,
            ..all
        })
    }

    /// Tries the charges as they are, then without their fees, then with a discount, and stops as soon as all lines are
    /// right. The cheap check comes first: rounding charges one by one takes a pass over all of them.
    fn best_terms(&self, selection: &ChargeSelection, line_sums: &[ChargeSum]) -> Result<PricingFit> {
        let by_lines = self.fit_under(Terms::default(), selection, line_sums, false)?;
        // Neither terms nor policies help a line whose calls are not those of its charges.
        if self.lines_that_hold(&by_lines, line_sums).1 == 0 {
            return Ok(by_lines);
        }
        let plain = self.fit_under(Terms::default(), selection, line_sums, true)?;
        if plain.is_complete() {
            return Ok(plain);
        }
        let fees = line_sums.iter().any(|charged| !charged.fee.is_zero());
        let mut best = plain.clone();
        if fees {
            let without =
                self.fit_under(Terms { without_fees: true, ..Terms::default() }, selection, line_sums, true)?;
            // One line alone comes right by chance.
            let (hold, not) = self.lines_that_hold(&without, line_sums);
            if without.count() > best.count() && hold > not {
                best = without;
            }
        }
        // Some percentage fits any single line, so that a discount needs two.
        if best.is_complete() || self.line_groups.len() < 2 {
            return Ok(best);
        }
        self.with_discount(best, &plain, selection, line_sums)
    }

    /// Returns the policies that reproduce the most lines under these terms.
    /// Tries every unit and direction of rounding. Charges are rounded one by one only if `by_charge` is set.
    pub(crate) fn fit_under(
        &self,
        terms: Terms,
        selection: &ChargeSelection,
        line_sums: &[ChargeSum],
        by_charge: bool,
    ) -> Result<PricingFit> {
        let exact: Vec<Option<Money>> =
            line_sums.iter().map(|charged| terms.apply(charged.billed, charged.fee)).collect();
        let charge_sums = if by_charge { self.rounded_charges(terms, selection)? } else { Vec::new() };
        let mut best = PricingFit {
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
            matches!(self.line_groups, [only] if only.calls.is_none() && only.aggregated_calls.is_none());
        let usage_groups: Vec<Vec<usize>> = (0..line_sums.len())
            .map(|line_group| self.charges.line_groups.usage_groups_of(line_group))
            .collect();
        for unit in [RoundingUnit::Line, RoundingUnit::Charge, RoundingUnit::Invoice] {
            for rounding in Rounding::ALL {
                let amounts: Option<Vec<Option<Money>>> = match unit {
                    RoundingUnit::Line => {
                        Some(exact.iter().map(|exact| self.digit.round(*exact, rounding)).collect())
                    }
                    RoundingUnit::Charge => (by_charge && !on_one_line).then(|| {
                        usage_groups
                            .iter()
                            .map(|usage_groups: &Vec<usize>| {
                                sum_of_groups(&best.charge_sums, usage_groups, policy_place(rounding))
                            })
                            .collect()
                    }),
                    RoundingUnit::Invoice => self.with_rounded_sum(rounding, &exact),
                };
                if let Some(amounts) = amounts {
                    self.keep_better(&mut best, RoundingPolicy { unit, rounding }, &amounts, line_sums);
                }
            }
        }
        Ok(best)
    }

    /// Keeps a policy if it reproduces more lines than the best so far, or the same.
    fn keep_better(
        &self,
        best: &mut PricingFit,
        policy: RoundingPolicy,
        amounts: &[Option<Money>],
        line_sums: &[ChargeSum],
    ) {
        let line_groups = self.line_groups.iter().zip(amounts).zip(line_sums);
        let reproduced: Vec<_> = line_groups
            .map(|((line_group, amount), charged)| reproduces(line_group, charged, *amount))
            .collect();
        let count = reproduced.iter().flatten().count();
        // Policies that reproduce other lines than the best, but as many, are dropped: the plainer one came first.
        if best.policies.is_empty() || count > best.count() {
            best.policies = vec![policy];
            best.reproduced = reproduced;
        } else if reproduced == best.reproduced {
            best.policies.push(policy);
        }
    }

    /// Returns the stated amounts of all lines if only their sum is rounded, and each line is less than a last digit
    /// off; `None` otherwise.
    ///
    /// They are the stated ones since such a policy says nothing about how single lines are rounded. A single line
    /// is left to the policies that round each line.
    fn with_rounded_sum(&self, rounding: Rounding, exact: &[Option<Money>]) -> Option<Vec<Option<Money>>> {
        let exact: Vec<Money> = exact.iter().copied().collect::<Option<_>>()?;
        let asked = Money::sum(self.line_groups.iter().map(|line_group| line_group.amount)).ok()?;
        let sum = Money::sum(exact.iter().copied()).ok();
        let right = self.digit.round(sum, rounding)? == asked
            && exact.len() > 1
            && self.line_groups.iter().zip(&exact).all(|(line_group, exact): (&LineGroup, &Money)| {
                self.digit.is_near(line_group.amount, *exact)
            });
        right.then(|| self.line_groups.iter().map(|line_group| Some(line_group.amount)).collect())
    }

    /// Returns the same policies without the discount.
    pub(crate) fn undiscounted(&self, fit: &PricingFit, selection: &ChargeSelection) -> Result<PricingFit> {
        let terms = Terms { discount: 0, ..fit.terms };
        let charge_sums = self.rounded_charges(terms, selection)?;
        Ok(PricingFit { terms, charge_sums, ..fit.clone() })
    }

    /// Sums the charges of each usage group, each of them under the terms and rounded by itself, by all ways of
    /// rounding in one pass. A group whose amounts leave the range of money has no sums.
    fn rounded_charges(&self, terms: Terms, selection: &ChargeSelection) -> Result<RoundedSumsByGroup> {
        let digit = self.digit;
        let mut sums = vec![Some(RoundedSums::default()); self.charges.line_groups.group_count()];
        self.charges.for_each_charge(selection, |usage_group, billed, fee, _| {
            if let Some(sum @ Some(_)) = sums.get_mut(usage_group) {
                let exact = terms.apply(billed, fee);
                if exact.zip(sum.as_mut()).and_then(|(exact, sum)| sum.add_amount(exact, digit)).is_none() {
                    *sum = None;
                }
            }
            Ok(())
        })?;
        Ok(sums.into_iter().map(|sum| sum.map_or([None; 4], |sum| sum.amounts(digit))).collect())
    }
}

/// Returns the place of a way of rounding in `Rounding::ALL`, by which the sums of a group are ordered.
fn policy_place(rounding: Rounding) -> usize {
    Rounding::ALL.iter().position(|each| *each == rounding).unwrap_or(0)
}

/// Returns the sum of some usage groups by one way of rounding; absent where one of them has none.
fn sum_of_groups(sums: &RoundedSumsByGroup, usage_groups: &[usize], rounding: usize) -> Option<Money> {
    let sums = usage_groups.iter().map(|usage_group| *sums.get(*usage_group)?.get(rounding)?);
    Money::sum(sums.collect::<Option<Vec<_>>>()?).ok()
}

/// Returns the amount of a line group's lines, or of their words, that this is.
pub(crate) fn reproduces(
    line_group: &LineGroup,
    charged: &ChargeSum,
    rounded: Option<Money>,
) -> Option<Money> {
    let asked = [Some(line_group.amount), line_group.in_words].into_iter().flatten();
    asked.into_iter().find(|asked| rounded == Some(*asked) && same_usage(line_group, charged))
}

/// Returns whether calls and tokens, as far as they are stated, are those of the charges.
pub(crate) fn same_usage(line_group: &LineGroup, charged: &ChargeSum) -> bool {
    line_group.calls.is_none_or(|calls| calls == charged.records) && same_tokens(line_group, charged)
}

/// Returns whether a line group states its calls, and calls and tokens are those of the charges.
pub(crate) fn counts_same_usage(line_group: &LineGroup, charged: &ChargeSum) -> bool {
    line_group.calls.is_some() && same_usage(line_group, charged)
}

/// Returns whether tokens, as far as they are stated, are those of the charges.
/// Charges without any token agree with whatever a line states.
pub(crate) fn same_tokens(line_group: &LineGroup, charged: &ChargeSum) -> bool {
    charged.tokens.zip(line_group.tokens).is_none_or(|(had, stated)| had == NO_TOKENS || had == stated)
}

/// Returns whether a line group states its tokens, some at least, and they are those of the charges.
pub(crate) fn states_tokens(line_group: &LineGroup, charged: &ChargeSum) -> bool {
    charged.tokens.zip(line_group.tokens).is_some_and(|(had, stated)| had == stated && stated != NO_TOKENS)
}
