//! Discounts that hold for an invoice's lines.
//!
//! The candidates are percentages under which the two largest lines would be right, in hundredths of a percent; each is
//! then fitted to all lines. A discount is accepted only if it puts lines right that were off by more than rounding,
//! since some percentage explains any single line. One that holds for most lines is noted for the reader, but is not
//! applied.

use std::collections::BTreeSet;

use cost_model::Money;

use crate::error::Result;
use crate::input::line_groups::LineGroup;
use crate::model::amounts::magnitude;
use crate::model::evidence::FalsePositiveRate;
use crate::model::terms::{RoundingUnit, Terms, WHOLE};
use crate::search::pricing_fit::{PricingFit, PricingFitter, same_usage};
use crate::search::selection::{ChargeSelection, ChargeSum};

/// Hundredths of a percent of which round discounts are multiples.
const ROUND: u32 = 50;

/// For how many lines a discount holds.
enum DiscountReach {
    All,
    Most,
    Few,
}

impl PricingFitter<'_> {
    /// Returns the fit with a discount, if one holds for nearly all lines: one line alone is always some percentage off.
    pub(crate) fn with_discount(
        &self,
        mut best: PricingFit,
        plain: &PricingFit,
        selection: &ChargeSelection,
        line_sums: &[ChargeSum],
    ) -> Result<PricingFit> {
        let fees = line_sums.iter().any(|charged| !charged.fee.is_zero());
        let (without, mut on_most) = (best.count(), None);
        let mut fitting: Vec<PricingFit> = Vec::new();
        // Charges that are rounded one by one are looked at for round percentages only: it takes a pass for each.
        for by_charge in [false, true] {
            for terms in self.discounts(line_sums, fees, by_charge) {
                let fit = self.fit_under(terms, selection, line_sums, by_charge)?;
                // It has to reproduce more lines than the fit without a discount, and at least two more than the plain
                // one.
                if fit.count() <= without.max(plain.count() + 1) {
                    continue;
                }
                let undiscounted =
                    self.fit_under(Terms { discount: 0, ..terms }, selection, line_sums, by_charge)?;
                match self.extent(&fit, &undiscounted, line_sums) {
                    DiscountReach::All => {
                        let full = self.fit_under(terms, selection, line_sums, true)?;
                        if is_better(&fit, &best) {
                            best = full.clone();
                        }
                        fitting.push(full);
                    }
                    DiscountReach::Most => on_most = on_most.or(Some(terms)),
                    DiscountReach::Few => {}
                }
            }
            if best.is_complete() && best.terms.discount.is_multiple_of(ROUND) {
                break;
            }
        }
        best.unsure_discount = self.is_unsure(&best, &fitting, selection, line_sums)?;
        best.discount_on_most = on_most.filter(|_| best.terms.discount == 0);
        Ok(best)
    }

    /// Returns for how many lines a discount holds. At least two must be off by more than rounding, and it is one on all lines
    /// only if next to no line is otherwise: a few models at the same lower price are no discount, and where lines differ
    /// from each other, each of several percentages may be the one on all.
    fn extent(&self, fit: &PricingFit, undiscounted: &PricingFit, line_sums: &[ChargeSum]) -> DiscountReach {
        let (hold, not) = self.lines_that_hold(fit, line_sums);
        let lines =
            self.line_groups.iter().zip(line_sums).zip(fit.reproduced.iter().zip(&undiscounted.reproduced));
        let gained = lines.filter(|(_, (with, without))| with.is_some() && without.is_none());
        let mut off: Vec<u128> = gained
            .filter_map(|((line_group, charged), _)| {
                let exact = undiscounted.terms.apply(charged.billed, charged.fee)?;
                let off = line_group.amount.checked_sub(exact).ok()?;
                let telling = magnitude(off) > self.digit.size() && !charged.may_be_rounded(off, self.digit);
                telling.then_some(magnitude(off))
            })
            .collect();
        off.sort_unstable();
        // The surest line gives the percentage; each other one would fit it by chance as often as two last digits are part
        // of what it is off by.
        let others = off.iter().rev().skip(1);
        let chance = others.fold(1_000_000_u128, |chance, off| {
            let part = self.digit.size().saturating_mul(2).saturating_mul(1_000);
            chance.saturating_mul(part.checked_div(*off).unwrap_or(1_000).min(1_000)) / 1_000
        });
        let by_chance = FalsePositiveRate::expected(u64::try_from(chance).unwrap_or(u64::MAX), 1_000_000)
            > FalsePositiveRate::LIMIT;
        let others = fit.reproduced.len().saturating_sub(fit.count());
        if off.len() < 2 || hold <= not || by_chance {
            DiscountReach::Few
        } else if hold >= 5 * others {
            DiscountReach::All
        } else {
            DiscountReach::Most
        }
    }

    /// Returns whether discounts and policies that put as many lines right leave different amounts for the discount itself.
    fn is_unsure(
        &self,
        best: &PricingFit,
        fitting: &[PricingFit],
        selection: &ChargeSelection,
        line_sums: &[ChargeSum],
    ) -> Result<bool> {
        let mut totals = BTreeSet::new();
        // A rounder percentage is as likely, by whatever policy.
        let rounder: Vec<&PricingFit> = fitting
            .iter()
            .filter(|fit| {
                fit.count() == best.count() && roughness(fit.terms.discount) < roughness(best.terms.discount)
            })
            .collect();
        if best.terms.discount == 0 || rounder.is_empty() {
            return Ok(false);
        }
        for fit in rounder.into_iter().chain([best]) {
            let undiscounted = self.undiscounted(fit, selection)?;
            let by_line = fit.policies.iter().filter(|policy| policy.unit != RoundingUnit::Invoice);
            totals.extend(by_line.map(|policy| {
                let lines = line_sums.iter().enumerate();
                let rounded = lines.map(|(line_group, charged)| {
                    undiscounted.rounded_by(
                        *policy,
                        &self.charges.line_groups.usage_groups_of(line_group),
                        charged,
                    )
                });
                rounded.map(|amount| amount.unwrap_or_default().units()).fold(0_i128, i128::saturating_add)
            }));
        }
        Ok(totals.len() > 1)
    }

    /// Of the lines whose calls agree: how many the terms hold for, and how many not.
    pub(crate) fn lines_that_hold(&self, fit: &PricingFit, line_sums: &[ChargeSum]) -> (usize, usize) {
        let line_groups = self.line_groups.iter().zip(line_sums).zip(&fit.reproduced);
        let lines = line_groups.filter(|((line_group, charged), _)| same_usage(line_group, charged));
        let (hold, not): (Vec<_>, Vec<_>) = lines.partition(|(_, reproduced)| reproduced.is_some());
        (hold.len(), not.len())
    }

    /// Returns the discounts under which the line with the most money may be right, round ones first.
    fn discounts(&self, line_sums: &[ChargeSum], fees: bool, by_charge: bool) -> Vec<Terms> {
        let mut found = Vec::new();
        let cases = [(false, true, true), (true, true, fees), (false, false, fees)];
        for (without_fees, discount_on_fees, _) in cases.into_iter().filter(|case| case.2) {
            for (line_group, charged) in self.largest(line_sums) {
                let all = percentages(charged, line_group, without_fees || !discount_on_fees);
                let round = all.filter(|discount| !by_charge || discount.is_multiple_of(ROUND));
                // Each charge that is rounded by itself may add a last digit.
                let digits = if by_charge { u128::from(charged.records.max(1)) } else { 1 };
                let terms = round.map(|discount| Terms { without_fees, discount, discount_on_fees });
                found.extend(terms.filter(|terms: &Terms| {
                    let exact = terms.apply(charged.billed, charged.fee);
                    exact.and_then(|exact| exact.checked_sub(line_group.amount).ok()).is_some_and(|off| {
                        off.units().unsigned_abs() < self.digit.size().saturating_mul(digits)
                    })
                }));
            }
        }
        // The order decides between equals: fees discounted as well, then the rounder percentage.
        found.sort_by_key(|terms| (!terms.discount_on_fees, roughness(terms.discount), terms.discount));
        found.dedup();
        found
    }

    /// Returns the two line groups with the most money behind them whose usage is what they state.
    fn largest<'b>(&'b self, line_sums: &'b [ChargeSum]) -> Vec<(&'b LineGroup, &'b ChargeSum)> {
        let mut line_groups: Vec<_> = self
            .line_groups
            .iter()
            .zip(line_sums)
            .filter(|(line_group, charged)| same_usage(line_group, charged))
            .collect();
        line_groups.sort_by_key(|(_, charged)| std::cmp::Reverse(charged.billed));
        // Two, in case the largest one is wrong for another reason.
        line_groups.truncate(2);
        line_groups
    }
}

/// More lines, or as many by a plainer policy.
fn is_better(fit: &PricingFit, best: &PricingFit) -> bool {
    fit.count() > best.count() || (fit.count() == best.count() && fit.policy_rank() < best.policy_rank())
}

/// Returns the hundredths of a percent by which a line group may be less than what was charged.
/// `without_fees` keeps the fees out of the discount. The range is two percentage points wider on each side, and stays
/// between 0 and 100 percent, both excluded.
fn percentages(charged: &ChargeSum, line_group: &LineGroup, without_fees: bool) -> std::ops::Range<u32> {
    const NONE: std::ops::Range<u32> = 0..0;
    let base = if without_fees { charged.billed.checked_sub(charged.fee) } else { Ok(charged.billed) };
    let base = base.map_or(0, Money::units);
    let kept = if without_fees { charged.fee } else { Money::ZERO };
    // With or without the fees on top, the discount lies between these two.
    let off = |asked: i128| base.checked_sub(asked)?.checked_mul(WHOLE)?.checked_div(base);
    // Absent on overflow, and for a line without charges, of which there is no percentage.
    let (Some(high), Some(low)) =
        (off(line_group.amount.units().saturating_sub(kept.units())), off(line_group.amount.units()))
    else {
        return NONE;
    };
    let bound = |value: i128| u32::try_from(value.clamp(1, WHOLE - 1)).unwrap_or(1);
    if high < 0 { NONE } else { bound(low.saturating_sub(200))..bound(high.saturating_add(201)) }
}

/// Returns how unround a discount is: 15 percent before 12.5 before 12.34.
///
/// Providers grant round discounts, so that of several that fit the roundest is the likeliest.
fn roughness(discount: u32) -> u32 {
    [500, 100, 50, 10].into_iter().take_while(|step| !discount.is_multiple_of(*step)).map(|_| 1).sum()
}
