//! Facts about an invoice by which the difference of a line has a cause.
//!
//! Many causes fit the difference of one line. Which of them remain depends on the rest of the invoice: whether other
//! lines are right, whether charges are known to be missing, and whether another cut-off fits better.

use cost_model::Money;

use crate::error::Result;
use crate::input::completeness::Completeness;
use crate::input::last_digit::LastDigit;
use crate::input::line_groups::{LineGroup, LineGroups};
use crate::matching::finding::LineFinding;
use crate::model::category::Category;
use crate::model::evidence::FalsePositiveRate;
use crate::model::invoice::{Invoice, LineKind};
use crate::model::terms::Terms;
use crate::search::hypothesis::Hypothesis;
use crate::search::pricing_fit::{same_tokens, same_usage, states_tokens};
use crate::search::selection::ChargeSum;
use crate::search::uniform_factor::{Factor, factor};

/// The facts by which a line's difference is judged, beside the line itself.
#[expect(clippy::struct_excessive_bools, reason = "each is an observation of its own")]
pub(crate) struct InvoiceFacts {
    lines: usize,
    /// The number of lines that are right as they are.
    right: usize,
    /// Every count is that of the charges, but for those of charges that are known to be lacking.
    counts_agree: bool,
    /// Charges are known to be missing, all shortfalls together are not more than that, and nothing else is supposed of the charges
    /// or left open on other lines, so that a line's whole difference is that of its lost charges.
    short: bool,
    /// Another cut would make up for calls of the same lines as well.
    lost_or_cut: bool,
    /// Among the charges of a line that lacks some are equal ones, which may be copies.
    lost_beside_copies: bool,
    /// More charges are held than were announced, beside the copies that were found.
    held_too_often: bool,
    /// As many charges as announced are held, or none were announced: the lines' counts show which calls they bill.
    all_held: bool,
    /// A cut that nothing but chance speaks against puts every line right.
    cut_elsewhere: bool,
    /// Hardly any line shows a policy, and those that reproduce it round the charges of others to different amounts.
    unsure_rounding: bool,
    /// The charges are held in whole last digits, and the lines show that they were not billed so.
    rounded_charges: bool,
    /// The invoice has the fees on a line of their own.
    pub(crate) fee_apart: bool,
    /// One factor on all lines.
    pub(crate) factor: Option<Factor>,
    digit: LastDigit,
}

/// The cause of a line's difference, with the false positives of its search.
pub(crate) type Finding = (LineFinding, Option<FalsePositiveRate>);

impl InvoiceFacts {
    /// Gathers the facts of an invoice whose lines are behind the usage groups of `behind`, one list for each line
    /// group.
    pub(crate) fn gather(
        line_groups: &LineGroups,
        behind: &[Vec<usize>],
        (found, invoice): (&Hypothesis, &Invoice),
        completeness: &Completeness,
    ) -> Result<Self> {
        let line_sums: Vec<ChargeSum> =
            behind.iter().map(|usage_groups| found.sum_of(usage_groups)).collect::<Result<_>>()?;
        let (mut lacking, mut surplus) = (0_u64, false);
        for (line_group, charged) in line_groups.all.iter().zip(&line_sums) {
            lacking = lacking
                .saturating_add(line_group.calls.map_or(0, |calls| calls.saturating_sub(charged.records)));
            surplus |= line_group.calls.is_some_and(|calls| calls < charged.records);
        }
        let (right, digit) = (found.fit.count(), found.fit.digit);
        // Calls that one line lacks and another has too many are not lost but elsewhere.
        let copies = found.selection.copies.len();
        let short = !surplus
            && completeness.may_lack(lacking, copies)
            && lost_alone(line_groups, (behind, &line_sums), found);
        let lost_or_cut = short && !completeness.lacks(lacking, copies) && !found.ends_are_right;
        let lost_beside_copies = short
            && completeness.counted
            && found.twinned.iter().any(|number: &usize| {
                let line = line_groups.all.get(*number).zip(line_sums.get(*number));
                line.is_some_and(|(line_group, charged)| {
                    line_group.calls.is_some_and(|calls| calls > charged.records)
                })
            });
        let mut with_sums = line_groups.all.iter().zip(&line_sums);
        let same_calls = with_sums.clone().all(|(line_group, charged)| same_usage(line_group, charged));
        let plain = found.fit.terms == Terms::default() && !found.of_other_charges && found.unclaimed == 0;
        let rounded_charges = plain && are_rounded(line_groups, &line_sums, found);
        let may_differ = plain && same_calls && !short && !rounded_charges;
        let factor = if may_differ { factor(with_sums.clone(), digit) } else { None };
        let counts_agree = with_sums.all(|(line_group, charged): (&LineGroup, &ChargeSum)| {
            line_group
                .calls
                .is_none_or(|calls| calls == charged.records || (short && calls > charged.records))
        });
        let fee_apart = invoice.lines.iter().any(|line| *line.kind() == LineKind::TokenFee);
        let lines = line_groups.all.len();
        let all_held = completeness.is_settled() && copies == 0;
        // One line alone comes right by several policies, and a rare policy is known by more than some lines.
        let plain_policy = found.fit.policy_rank() == 0;
        let unsure_rounding = (right < 2 || !plain_policy)
            && behind.iter().zip(&line_sums).enumerate().any(|(number, (usage_groups, charged))| {
                !found.fit.reproduces(number) && found.fit.rounds_unsurely(usage_groups, charged)
            });
        let cut_elsewhere = found.cut_elsewhere;
        Ok(Self {
            lines,
            right,
            counts_agree,
            short,
            lost_or_cut,
            lost_beside_copies,
            held_too_often: completeness.surplus > u64::try_from(copies).unwrap_or(u64::MAX),
            all_held,
            cut_elsewhere,
            unsure_rounding,
            rounded_charges,
            fee_apart,
            factor,
            digit,
        })
    }

    /// Returns what the difference can only come from. The same calls for another amount are no evidence of another price where
    /// it is only `supposed` which calls they are.
    pub(crate) fn cause(
        &self,
        line_group: &LineGroup,
        assumed: bool,
        charged: &ChargeSum,
        difference: Money,
        found: &Hypothesis,
    ) -> Finding {
        let more = difference.units() > 0;
        // A factor on all lines comes first: it explains each of them, and one cause supposes less than many.
        if let Some(factor) = self.factor {
            return (LineFinding::UniformFactor, Some(factor.false_positives));
        }
        if self.rounded_charges
            && same_usage(line_group, charged)
            && is_rounding(difference, charged, self.digit)
        {
            return (LineFinding::RoundedCharges, None);
        }
        let outcome = match line_group.calls {
            Some(calls) if calls > charged.records && more && self.short => {
                let mut fitting = vec![Category::MissingUsage];
                if self.lost_or_cut {
                    fitting.extend([Category::CutOffStart, Category::CutOffEnd]);
                }
                fitting.extend(self.lost_beside_copies.then_some(Category::DuplicatedUsage));
                fitting.extend(self.unsure_rounding.then_some(Category::Rounding));
                LineFinding::OneOf(fitting)
            }
            Some(calls) if calls > 0 && same_usage(line_group, charged) && !assumed => {
                let chance = self.chance(line_group, charged, calls);
                // Calls that agree only up to an instant that was searched for by calls are no evidence.
                let searched = found.moved && !states_tokens(line_group, charged);
                // Nor are differences of cents between charges that may be held in cents.
                let cents = charged.may_be_rounded(difference, self.digit);
                if found.of_other_charges || searched || cents || chance > FalsePositiveRate::LIMIT {
                    return (LineFinding::Unknown, None);
                }
                return (LineFinding::OneOf(self.prices(line_group, charged, more, found)), Some(chance));
            }
            Some(calls)
                if calls < charged.records
                    && self.held_too_often
                    && self.digit.is_near(line_group.amount, charged.billed) =>
            {
                LineFinding::OneOf(vec![Category::DuplicatedUsage, Category::Rounding])
            }
            // A line without a count does not show whether charges are missing or dearer.
            None if more && self.short => LineFinding::OneOf(vec![Category::MissingUsage, Category::Price]),
            _ => LineFinding::Unknown,
        };
        (outcome, None)
    }

    /// Returns how often other charges would count as many calls by chance. Tokens that are the same to the last one leave no
    /// room for that. Without them a count is one of as many as it could be, and each line that is right makes it less
    /// likely that the invoice is about others.
    fn chance(&self, line_group: &LineGroup, charged: &ChargeSum, calls: u64) -> FalsePositiveRate {
        if states_tokens(line_group, charged) {
            return FalsePositiveRate::expected(0, 1);
        }
        let right = u64::try_from(self.right).unwrap_or(u64::MAX).saturating_add(1);
        let most_are_right = self.right.saturating_mul(2) >= self.lines;
        let counts = calls.saturating_add(1).saturating_mul(right.saturating_mul(right));
        // Where other lines count other calls, this one may hold others as well, of the same number.
        let telling = most_are_right && self.counts_agree && self.all_held;
        if telling { FalsePositiveRate::expected(1, counts) } else { FalsePositiveRate::expected(1, 1) }
    }

    /// Returns what can change the amount of the same calls.
    fn prices(
        &self,
        line_group: &LineGroup,
        charged: &ChargeSum,
        more: bool,
        found: &Hypothesis,
    ) -> Vec<Category> {
        let mut fitting = vec![Category::Price];
        let terms = found.fit.terms;
        // Fees that one line alone has are no more its own than its price is.
        let with_fees = found.line_sums.iter().filter(|charged| !charged.fee.is_zero()).count();
        let without_fees = Terms { without_fees: true, ..terms };
        if !charged.fee.is_zero()
            && with_fees == 1
            && !terms.without_fees
            && self.is_rounded(without_fees, charged, line_group)
        {
            fitting.push(Category::TokenFee);
        }
        // On a line alone, a discount is a price; and one on some lines is the price of each.
        let shared =
            found.fit.discount_on_most.is_some_and(|terms| self.is_rounded(terms, charged, line_group));
        let alike = self.right.saturating_mul(2) < self.lines;
        if !more && terms.discount == 0 && (self.lines == 1 || shared || alike) {
            fitting.push(Category::Discount);
        }
        // Where most lines are off, what is wrong with all of them is as likely as a price.
        if more && alike {
            fitting.extend([Category::Tax, Category::OtherCurrency]);
        }
        if self.cut_elsewhere {
            fitting.extend([Category::CutOffStart, Category::CutOffEnd]);
        }
        fitting.extend(self.unsure_rounding.then_some(Category::Rounding));
        fitting
    }

    /// Returns whether a line bills what other terms would, up to rounding.
    fn is_rounded(&self, terms: Terms, charged: &ChargeSum, line_group: &LineGroup) -> bool {
        terms
            .apply(charged.billed, charged.fee)
            .is_some_and(|exact| self.digit.is_near(exact, line_group.amount))
    }
}

/// Returns whether lost charges are all that lines may differ by: the charges are those of the stated period, no discount is taken
/// from charges that nobody knows, every withdrawn charge has its line, and each line is right, has its very tokens, or
/// counts more calls than are held and no charge that came late or is only supposed to be its own.
fn lost_alone(
    line_groups: &LineGroups,
    (behind, line_sums): (&[Vec<usize>], &[ChargeSum]),
    found: &Hypothesis,
) -> bool {
    let mut lines = line_groups.all.iter().zip(behind).zip(line_sums).enumerate();
    let clear = lines.all(|(number, ((line_group, usage_groups), charged))| {
        let relabelled = *usage_groups != line_groups.usage_groups_of(number);
        let own = !found.assumed.contains(&number) && !found.late.contains(&number);
        found.fit.reproduces(number)
            || states_tokens(line_group, charged)
            || (relabelled && same_usage(line_group, charged))
            || (own && line_group.calls.is_none_or(|calls| calls > charged.records))
    });
    !found.moved && found.fit.terms.discount == 0 && !found.unplaced && clear
}

/// Returns whether the charges were rounded before they came here, as in an export with two decimals: all are whole last digits,
/// and the lines of several charges are off by no more than that makes likely, most of them by something.
fn are_rounded(line_groups: &LineGroups, line_sums: &[ChargeSum], found: &Hypothesis) -> bool {
    let digit = found.fit.digit;
    let whole = line_sums.iter().all(|charged| charged.in_whole_digits);
    let lines = line_groups.all.iter().zip(line_sums).zip(&found.fit.reproduced);
    // The sum of a few rounded charges is often right all the same.
    let telling: Vec<_> = lines.filter(|((_, charged), _)| charged.records >= 8).collect();
    let exact = telling.iter().filter(|(_, reproduced)| reproduced.is_some()).count();
    let near = telling.iter().all(|((line_group, charged), _)| {
        let off = line_group.amount.checked_sub(charged.billed);
        off.is_ok_and(|off| is_rounding(off, charged, digit)) && same_tokens(line_group, charged)
    });
    whole && near && !telling.is_empty() && exact.saturating_mul(2) <= telling.len()
}

/// Returns whether rounding each charge to a last digit makes such a difference likely: four standard deviations of as many
/// errors, each anywhere within half a digit.
fn is_rounding(difference: Money, charged: &ChargeSum, digit: LastDigit) -> bool {
    // The variance of one error is a twelfth of a digit squared: four deviations of n are the root of 4/3 n.
    let likely = u128::from(charged.records.saturating_mul(4).div_ceil(3).isqrt()).saturating_add(1);
    let most = u128::from(charged.records).div_ceil(2);
    difference.units().unsigned_abs() <= digit.size().saturating_mul(likely.min(most))
}
