//! What the difference of a line can only come from.

use cost_model::Money;

use crate::causes::outcome::Outcome;
use crate::error::Result;
use crate::input::completeness::Completeness;
use crate::input::last_digit::LastDigit;
use crate::input::line_groups::{Claim, Claims};
use crate::model::category::Category;
use crate::model::evidence::Coincidences;
use crate::model::invoice::{Invoice, LineKind};
use crate::model::terms::Terms;
use crate::search::hypothesis::Hypothesis;
use crate::search::pricing_fit::{same_tokens, same_usage, states_tokens};
use crate::search::selection::Pot;
use crate::search::uniform_factor::{Factor, factor};

/// What a line's difference is judged by, beside the line itself.
#[expect(clippy::struct_excessive_bools, reason = "each is an observation of its own")]
pub(crate) struct Circumstances {
    lines: usize,
    /// How many lines are right as they are.
    right: usize,
    /// Every count is that of the charges, but for those of charges that are known to be lacking.
    counts_agree: bool,
    /// Charges are known to be lacking, all shortfalls together are not more than that, and nothing else is supposed of the charges
    /// or left open on other lines, so that a line's whole difference is that of its lost charges.
    short: bool,
    /// Another cut would make up for calls of the same lines as well.
    lost_or_cut: bool,
    /// Among the charges of a line that lacks some are equal ones, which may be copies.
    lost_beside_copies: bool,
    /// More charges are held than were announced, beside the copies that were found.
    held_too_often: bool,
    /// As many charges as there should be are held, or nobody said how many: lines' counts say which calls they are about.
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

/// Why a line differs, and how often chance alone would have looked like it.
pub(crate) type Judgement = (Outcome, Option<Coincidences>);

impl Circumstances {
    pub(crate) fn of(
        claims: &Claims,
        behind: &[Vec<usize>],
        (found, invoice): (&Hypothesis, &Invoice),
        completeness: &Completeness,
    ) -> Result<Self> {
        let pots: Vec<Pot> = behind
            .iter()
            .map(|cells| Pot::sum(cells.iter().filter_map(|cell| found.cells.get(*cell))))
            .collect::<Result<_>>()?;
        let (mut lacking, mut surplus) = (0_u64, false);
        for (claim, pot) in claims.all.iter().zip(&pots) {
            lacking =
                lacking.saturating_add(claim.calls.map_or(0, |calls| calls.saturating_sub(pot.records)));
            surplus |= claim.calls.is_some_and(|calls| calls < pot.records);
        }
        let (right, digit) = (found.fit.count(), found.fit.digit);
        // Calls that one line lacks and another has too many are not lost but elsewhere.
        let copies = found.view.copies.len();
        let short =
            !surplus && completeness.may_lack(lacking, copies) && lost_alone(claims, (behind, &pots), found);
        let lost_or_cut = short && !completeness.lacks(lacking, copies) && !found.ends_are_right;
        let is_short = |number: &usize| {
            let line = claims.all.get(*number).zip(pots.get(*number));
            line.is_some_and(|(claim, pot)| claim.calls.is_some_and(|calls| calls > pot.records))
        };
        let lost_beside_copies = short && completeness.counted && found.twinned.iter().any(is_short);
        let with_pots = || claims.all.iter().zip(&pots);
        let same_calls = with_pots().all(|(claim, pot)| same_usage(claim, pot));
        let plain = found.fit.terms == Terms::default() && !found.of_others && found.unclaimed == 0;
        let rounded_charges = plain && are_rounded(claims, &pots, found);
        let may_differ = plain && same_calls && !short && !rounded_charges;
        let factor = if may_differ { factor(with_pots(), digit) } else { None };
        let agrees = |(claim, pot): (&Claim, &Pot)| {
            claim.calls.is_none_or(|calls| calls == pot.records || (short && calls > pot.records))
        };
        let counts_agree = with_pots().all(agrees);
        let fee_apart = invoice.lines.iter().any(|line| *line.kind() == LineKind::TokenFee);
        let lines = claims.all.len();
        let all_held = completeness.is_settled() && copies == 0;
        let unsure = |number: &usize| {
            let reproduced = found.fit.reproduced.get(*number).is_some_and(Option::is_some);
            let line = behind.get(*number).zip(pots.get(*number));
            !reproduced && line.is_some_and(|(cells, pot)| found.fit.rounds_unsurely(cells, pot))
        };
        // One line alone comes right by several policies, and a rare policy is known by more than some lines.
        let plain_policy = found.fit.policy_rank() == 0;
        let unsure_rounding =
            (right < 2 || !plain_policy) && (0..claims.all.len()).any(|number| unsure(&number));
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

    /// What the difference can only come from. The same calls for another amount are no evidence of another price where
    /// it is only `supposed` which calls they are.
    pub(crate) fn cause(
        &self,
        claim: &Claim,
        supposed: bool,
        pot: &Pot,
        difference: Money,
        found: &Hypothesis,
    ) -> Judgement {
        let more = difference.units() > 0;
        if let Some(factor) = self.factor {
            return (Outcome::Uniform, Some(factor.coincidences));
        }
        if self.rounded_charges && same_usage(claim, pot) && is_rounding(difference, pot, self.digit) {
            return (Outcome::RoundedCharges, None);
        }
        let outcome = match claim.calls {
            Some(calls) if calls > pot.records && more && self.short => {
                let mut fitting = vec![Category::MissingUsage];
                if self.lost_or_cut {
                    fitting.extend([Category::CutOffStart, Category::CutOffEnd]);
                }
                fitting.extend(self.lost_beside_copies.then_some(Category::DuplicatedUsage));
                fitting.extend(self.unsure_rounding.then_some(Category::Rounding));
                Outcome::OneOf(fitting)
            }
            Some(calls) if calls > 0 && same_usage(claim, pot) && !supposed => {
                let chance = self.chance(claim, pot, calls);
                // Calls that agree only up to an instant that was searched for by calls are no evidence.
                let searched = found.moved && !states_tokens(claim, pot);
                // Nor are differences of cents between charges that may be held in cents.
                let cents = pot.may_be_rounded(difference, self.digit);
                if found.of_others || searched || cents || chance > Coincidences::LIMIT {
                    return (Outcome::Unknown, None);
                }
                return (Outcome::OneOf(self.prices(claim, pot, more, found)), Some(chance));
            }
            Some(calls)
                if calls < pot.records
                    && self.held_too_often
                    && self.digit.is_near(claim.asked, pot.billed) =>
            {
                Outcome::OneOf(vec![Category::DuplicatedUsage, Category::Rounding])
            }
            None if more && self.short => Outcome::OneOf(vec![Category::MissingUsage, Category::Price]),
            _ => Outcome::Unknown,
        };
        (outcome, None)
    }

    /// How often other charges would count as many calls by chance. Tokens that are the same to the last one leave no
    /// room for that. Without them a count is one of as many as it could be, and each line that is right makes it less
    /// likely that the invoice is about others.
    fn chance(&self, claim: &Claim, pot: &Pot, calls: u64) -> Coincidences {
        if states_tokens(claim, pot) {
            return Coincidences::of(0, 1);
        }
        let right = u64::try_from(self.right).unwrap_or(u64::MAX).saturating_add(1);
        let most_are_right = self.right.saturating_mul(2) >= self.lines;
        let counts = calls.saturating_add(1).saturating_mul(right.saturating_mul(right));
        // Where other lines count other calls, this one may hold others as well, of the same number.
        let telling = most_are_right && self.counts_agree && self.all_held;
        if telling { Coincidences::of(1, counts) } else { Coincidences::of(1, 1) }
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

    /// Whether a line asks for what other terms would, up to rounding.
    fn is_rounded(&self, terms: Terms, pot: &Pot, claim: &Claim) -> bool {
        terms.apply(pot.billed, pot.fee).is_some_and(|exact| self.digit.is_near(exact, claim.asked))
    }
}

/// Whether lost charges are all that lines may differ by: the charges are those of the stated period, no discount is taken
/// from charges that nobody knows, every withdrawn charge has its line, and each line is right, has its very tokens, or
/// counts more calls than are held and no charge that came late or is only supposed to be its own.
fn lost_alone(claims: &Claims, (behind, pots): (&[Vec<usize>], &[Pot]), found: &Hypothesis) -> bool {
    let is_clear = |number: usize| {
        let line = claims.all.get(number).zip(pots.get(number));
        let right = found.fit.reproduced.get(number).is_some_and(Option::is_some);
        let relabelled = behind.get(number).is_some_and(|cells| *cells != claims.cells_of(number));
        let own = !found.supposed.contains(&number) && !found.late.contains(&number);
        let lacks = |(claim, pot): (&Claim, &Pot)| claim.calls.is_none_or(|calls| calls > pot.records);
        right
            || line.is_some_and(|(claim, pot)| {
                states_tokens(claim, pot) || (relabelled && same_usage(claim, pot))
            })
            || (own && line.is_some_and(lacks))
    };
    let clear = (0..claims.all.len()).all(is_clear);
    !found.moved && found.fit.terms.discount == 0 && !found.unplaced && clear
}

/// Whether the charges were rounded before they came here, as in an export with two decimals: all are whole last digits,
/// and the lines of several charges are off by no more than that makes likely, most of them by something.
fn are_rounded(claims: &Claims, pots: &[Pot], found: &Hypothesis) -> bool {
    let digit = found.fit.digit;
    let whole = pots.iter().all(|pot| pot.in_whole_digits);
    let lines = claims.all.iter().zip(pots).zip(&found.fit.reproduced);
    let telling: Vec<_> = lines.filter(|((_, pot), _)| pot.records >= 8).collect();
    let exact = telling.iter().filter(|(_, reproduced)| reproduced.is_some()).count();
    let near = telling.iter().all(|((claim, pot), _)| {
        let off = claim.asked.checked_sub(pot.billed);
        off.is_ok_and(|off| is_rounding(off, pot, digit)) && same_tokens(claim, pot)
    });
    whole && near && !telling.is_empty() && exact.saturating_mul(2) <= telling.len()
}

/// Whether rounding each charge to a last digit makes such a difference likely: four standard deviations of as many
/// errors, each anywhere within half a digit.
fn is_rounding(difference: Money, pot: &Pot, digit: LastDigit) -> bool {
    // The variance of one error is a twelfth of a digit squared: four deviations of n are the root of 4/3 n.
    let likely = u128::from(pot.records.saturating_mul(4).div_ceil(3).isqrt()).saturating_add(1);
    let most = u128::from(pot.records).div_ceil(2);
    difference.units().unsigned_abs() <= digit.size().saturating_mul(likely.min(most))
}
