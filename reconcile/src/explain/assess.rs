//! Judges a bridge: what an auditor would conclude from it.
//!
//! Each question has its own tolerance: none, half a last digit for each line, one that grows with the square root of
//! the number of charges, or a share of the usage. As long as data is known to be missing, no question is answered with
//! yes or no.

use cost_model::{Money, Rounding};

use crate::error::Result;
use crate::input::last_digit::LastDigit;
use crate::model::amounts::magnitude;
use crate::model::assessment::{Answer, Assessment, Dispute, Materiality, Missing, Party};
use crate::model::bridge::Step;
use crate::model::category::Category;
use crate::model::disposition::Disposition;
use crate::model::line_checks::LineCheck;

/// The facts that an assessment is made from.
pub(crate) struct AssessmentInput<'a> {
    pub(crate) steps: &'a [Step],
    pub(crate) checks: &'a [LineCheck],
    /// Suspicions that are no step.
    pub(crate) suspected: Vec<Dispute>,
    pub(crate) missing: Vec<Missing>,
    /// Without signs.
    pub(crate) unknown_wording: Money,
    pub(crate) unexplained: Money,
    pub(crate) certain: bool,
    pub(crate) charges: u64,
    /// Those that charges are behind, and that may be rounded.
    pub(crate) lines: u64,
    pub(crate) digit: LastDigit,
    pub(crate) on_demand_charges: Money,
    pub(crate) on_demand_usage: Money,
}

impl AssessmentInput<'_> {
    /// Answers the questions of an assessment. What is open is the sum of disputes, unknown wordings and the
    /// unexplained rest, all without signs, so that they cannot cancel one another.
    pub(crate) fn assess(self, materiality: Materiality) -> Result<Assessment> {
        // In halves of a last digit: no square root is rounded up.
        let tolerance = self.half_digits(self.charges.isqrt()).max(self.digit.size().saturating_mul(100));
        let focus_tolerance = Money::from_units(i128::try_from(tolerance).unwrap_or(i128::MAX))
            .rounded(self.digit.decimals, Rounding::Floor)?;
        let difference = self.on_demand_usage.checked_sub(self.on_demand_charges)?;
        let disputes = self.disputes()?;
        let disputed = disputes.iter().fold(0, |sum: u128, each| sum.saturating_add(magnitude(each.amount)));
        let open = disputed
            .saturating_add(magnitude(self.unknown_wording))
            .saturating_add(magnitude(self.unexplained));
        let nothing_open =
            disputes.is_empty() && self.unknown_wording.is_zero() && self.unexplained.is_zero();
        // The smaller of both sides: neither an overcharge nor charges held twice make more immaterial.
        let usage = magnitude(self.on_demand_usage).min(magnitude(self.on_demand_charges));
        let material =
            (usage / 10_000).saturating_mul(u128::from(materiality.share)).max(magnitude(materiality.amount));
        Ok(Assessment {
            exact: self.answer(nothing_open && self.certain),
            within_rounding: self.answer(open <= self.half_digits(self.lines)),
            within_focus_tolerance: self.answer(magnitude(difference) <= magnitude(focus_tolerance)),
            focus_tolerance,
            immaterial: self.answer(open <= material),
            usage_based_difference: difference,
            usage_based_within_one_percent: self
                .answer(magnitude(difference) <= magnitude(self.on_demand_usage) / 100),
            timing_and_rounding: self.sum(Disposition::TimingAndRounding)?,
            accepted: self.sum(Disposition::Accepted)?,
            disputes,
            unknown_wording: self.unknown_wording,
            unexplained: self.unexplained,
            missing: self.missing,
        })
    }

    /// Returns the amount that a number of half last digits add up to.
    ///
    /// Rounding moves an amount by half a last digit at most: so many halves are all that rounding of `count` lines can
    /// explain.
    fn half_digits(&self, count: u64) -> u128 {
        self.digit.size().saturating_mul(u128::from(count)) / 2
    }

    /// Returns an answer, unless something is missing that could change it.
    fn answer(&self, holds: bool) -> Answer {
        match (self.missing.is_empty(), holds) {
            (false, _) => Answer::CannotBeSaid,
            (true, true) => Answer::Yes,
            (true, false) => Answer::No,
        }
    }

    /// Returns the signed sum of the steps with a disposition.
    fn sum(&self, disposition: Disposition) -> Result<Money> {
        let steps = self.steps.iter().filter(|step| step.disposition() == disposition);
        Ok(Money::sum(steps.map(|step| step.amount))?)
    }

    /// Lists what the customer can dispute: contradictions of the invoice first, then steps, then suspicions that moved
    /// no amount.
    ///
    /// Steps of the invoice's arithmetic are left out, since each contradiction is listed by itself, and so are token
    /// fees that are removed and added again at the same amount.
    fn disputes(&self) -> Result<Vec<Dispute>> {
        let mut disputes = Vec::new();
        for check in self.checks {
            disputes.push(Dispute {
                category: Category::InvoiceArithmetic,
                candidates: Vec::new(),
                amount: check.difference,
                lines: check.line.into_iter().collect(),
                party: Party::Issuer,
            });
        }
        let fees = self.steps.iter().filter(|step| step.category == Category::TokenFee);
        let fees_differ = !Money::sum(fees.map(|step| step.amount))?.is_zero();
        for step in self.steps.iter().filter(|step| step.disposition() == Disposition::ToDispute) {
            // Contradictions are told above, where they are found; fees that come back on a line of their own are billed.
            let told = match step.category {
                Category::InvoiceArithmetic => true,
                Category::TokenFee => !fees_differ,
                _ => false,
            };
            if !told {
                disputes.push(dispute_of(step));
            }
        }
        disputes.extend(self.suspected.iter().cloned());
        Ok(disputes)
    }
}

/// Returns the dispute of a step's amount.
///
/// Charges that the ledger holds twice are for the importer to correct, all others for the issuer of the invoice.
fn dispute_of(step: &Step) -> Dispute {
    let party = if step.category == Category::DuplicatedUsage { Party::Importer } else { Party::Issuer };
    Dispute {
        category: step.category,
        candidates: step.candidates.clone(),
        amount: step.amount,
        lines: step.evidence.lines.clone(),
        party,
    }
}
