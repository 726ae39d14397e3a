//! What an auditor would conclude from a bridge.

use std::fmt;

use cost_model::store::{Gap, GapState};
use cost_model::{Money, Rounding, Window};
use serde::{Deserialize, Serialize};

use crate::last_digit::LastDigit;
use crate::line_checks::LineCheck;
use crate::{Category, Result, Step};

/// What counts as a material difference: more than both the amount and the share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Materiality {
    /// Differences up to this amount are immaterial.
    pub amount: Money,
    /// Differences up to this share of the on-demand usage are immaterial, in hundredths of a percent.
    pub share: u32,
}

impl Default for Materiality {
    /// A hundredth of the on-demand usage.
    fn default() -> Self {
        Self { amount: Money::ZERO, share: 100 }
    }
}

impl Materiality {
    /// Differences up to `amount`, or up to `share` hundredths of a percent of the on-demand usage, are immaterial. Seats
    /// and taxes do not count: a large total would hide what is wrong with the usage.
    pub fn new(amount: Money, share: u32) -> Self {
        Self { amount, share }
    }
}

/// What to do about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Disposition {
    /// Nothing: it is usage that the invoice's lines are not about.
    OutsideUsage,
    /// Nothing, or wait for the next invoice or the next sync: timing and rounding.
    TimingAndRounding,
    /// Nothing, once somebody has agreed to it: seats, plans, taxes, credits.
    Accepted,
    /// Dispute it, or repair it: see [`Dispute`].
    ToDispute,
    /// Read the line: its words are not known.
    UnknownWording,
}

impl Step {
    /// What to do about the step's amount. A step with several candidates is to be disputed if any of them is.
    pub fn disposition(&self) -> Disposition {
        match self.category {
            // A discount or a fee on a line of its own is written on the invoice; one inside the usage lines is not.
            Category::Discount if !self.evidence.lines.is_empty() => Disposition::Accepted,
            Category::Ambiguous => {
                let all = self.candidates.iter().map(|candidate| candidate.disposition());
                all.max().unwrap_or(Disposition::ToDispute)
            }
            category => category.disposition(),
        }
    }
}

/// An answer about a period. There is none where not everything of the period was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// Something of the period is missing or may still change.
    CannotBeSaid,
}

impl Answer {
    /// A short text for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::CannotBeSaid => "cannot be said",
        }
    }
}

/// How an explanation ends, for a program's exit status. The greatest of several is that of all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Every amount has a cause, and nobody has to act.
    Done,
    /// Something of the period is missing or may still change: see [`Verdicts::missing`].
    CannotBeSaid,
    /// Something is to be disputed, is of unknown wording, or has no cause.
    NeedsAction,
}

impl Verdict {
    /// The exit status of a program: 0, 2 or 3.
    pub fn exit_status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::CannotBeSaid => 2,
            Self::NeedsAction => 3,
        }
    }
}

/// What keeps a final answer from being given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Missing {
    /// A span that nobody has read.
    Unread(Window),
    /// A span that has been read, and whose charges may still change.
    Provisional(Window),
    /// A span of which nobody said whether it has been read.
    Unknown(Window),
    /// So many charges were announced and are not held.
    NotHeld(u64),
}

impl Missing {
    pub(crate) fn of(gap: &Gap) -> Self {
        match gap.state {
            GapState::Missing => Self::Unread(gap.window),
            GapState::Provisional => Self::Provisional(gap.window),
            _ => Self::Unknown(gap.window),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unread(window) => write!(f, "{} to {} was not read", window.start(), window.end()),
            Self::Provisional(window) => {
                write!(f, "{} to {} may still change", window.start(), window.end())
            }
            Self::Unknown(window) => {
                write!(f, "nobody said whether {} to {} was read", window.start(), window.end())
            }
            Self::NotHeld(1) => f.write_str("1 charge was announced and is not held"),
            Self::NotHeld(charges) => write!(f, "{charges} charges were announced and are not held"),
        }
    }
}

/// An amount that somebody has to do something about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Dispute {
    /// What is wrong.
    pub category: Category,
    /// The causes that fit equally well, if the category is [`Category::Ambiguous`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Category>,
    /// By how much the invoice asks for more than is right; negative where it asks for less.
    pub amount: Money,
    /// The lines of the invoice file that it is about; none if it is about the total or about charges alone.
    pub lines: Vec<u64>,
    /// Who has to act.
    pub party: Party,
}

/// Who has to do something about a [`Dispute`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Party {
    /// Whoever issued the invoice has to correct it, before it is paid.
    Issuer,
    /// Whoever imports the charges has to read them again, before the month is closed.
    Importer,
}

impl Party {
    /// Who, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Issuer => "whoever issued the invoice",
            Self::Importer => "whoever imports the charges",
        }
    }

    /// By when they have to act, for people.
    pub fn deadline(self) -> &'static str {
        match self {
            Self::Issuer => "before it is paid",
            Self::Importer => "before the month is closed",
        }
    }
}

/// Verdicts on a bridge. None of them changes an amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Verdicts {
    /// What keeps every answer below from being given; nothing where all of the period was read and is final.
    pub missing: Vec<Missing>,
    /// Every amount has a cause that is sure, none is to be disputed, and every line's words are known.
    pub exact: Answer,
    /// What is to be disputed, of unknown wording or without a cause is at most half a last digit for each line of usage.
    pub within_rounding: Answer,
    /// The usage lines minus the charges of the period are within FOCUS's tolerance.
    pub within_focus_tolerance: Answer,
    /// That tolerance: the larger of 100 last digits and half a last digit times the square root of the charges, rounded
    /// down to whole last digits (FOCUS 1.4 draft, appendix on rounding variance tolerance).
    pub focus_tolerance: Money,
    /// What is to be disputed, of unknown wording or without a cause is less than what counts as material.
    pub immaterial: Answer,
    /// The invoice's On-Demand Usage minus the billed cost of on-demand charges in the stated period: FOCUS's variance,
    /// and all that a filter on the kind of usage can tell.
    pub usage_based_difference: Money,
    /// That difference is at most a hundredth of the On-Demand Usage: the check that Vantage's page on Cursor advises.
    pub usage_based_within_one_percent: Answer,
    /// The sum of the steps of timing and rounding.
    pub timing_and_rounding: Money,
    /// The sum of what is written on the invoice beside usage: seats, plans, credits, taxes.
    pub accepted: Money,
    /// What is to be disputed, one by one.
    pub disputes: Vec<Dispute>,
    /// The amounts of lines in words that are not known, added up without their signs.
    pub unknown_wording: Money,
    /// The differences without a cause, added up without their signs: where two cancel out, both are here.
    pub unexplained: Money,
}

impl Verdicts {
    /// How the explanation ends.
    pub fn overall(&self) -> Verdict {
        let open =
            !self.disputes.is_empty() || !self.unknown_wording.is_zero() || !self.unexplained.is_zero();
        match (open, self.missing.is_empty()) {
            (true, _) => Verdict::NeedsAction,
            (false, false) => Verdict::CannotBeSaid,
            (false, true) => Verdict::Done,
        }
    }
}

/// What verdicts are about.
pub(crate) struct Judged<'a> {
    pub(crate) steps: &'a [Step],
    pub(crate) checks: &'a [LineCheck],
    /// What looks wrong with the invoice and is no step.
    pub(crate) suspected: Vec<Dispute>,
    pub(crate) missing: Vec<Missing>,
    /// Without signs.
    pub(crate) unknown_wording: Money,
    pub(crate) unexplained: Money,
    pub(crate) certain: bool,
    pub(crate) charges: u64,
    /// Those that charges stand behind, and that may be rounded.
    pub(crate) lines: u64,
    pub(crate) digit: LastDigit,
    pub(crate) on_demand_charges: Money,
    pub(crate) on_demand_usage: Money,
}

impl Judged<'_> {
    pub(crate) fn verdicts(self, materiality: Materiality) -> Result<Verdicts> {
        let half_digits = |count: u64| self.digit.size().saturating_mul(u128::from(count)) / 2;
        // In halves of a last digit: no square root is rounded up.
        let tolerance = half_digits(self.charges.isqrt()).max(self.digit.size().saturating_mul(100));
        let focus_tolerance = Money::from_units(i128::try_from(tolerance).unwrap_or(i128::MAX))
            .rounded(self.digit.decimals, Rounding::Floor)?;
        let difference = self.on_demand_usage.checked_sub(self.on_demand_charges)?;
        let disputes = self.disputes()?;
        let disputed = disputes.iter().fold(0, |sum: u128, each| sum.saturating_add(size(each.amount)));
        let open = disputed.saturating_add(size(self.unknown_wording)).saturating_add(size(self.unexplained));
        let nothing_open =
            disputes.is_empty() && self.unknown_wording.is_zero() && self.unexplained.is_zero();
        // The smaller of both sides: neither an overcharge nor charges held twice make more immaterial.
        let usage = size(self.on_demand_usage).min(size(self.on_demand_charges));
        let material =
            (usage / 10_000).saturating_mul(u128::from(materiality.share)).max(size(materiality.amount));
        let answer = |holds: bool| match (self.missing.is_empty(), holds) {
            (false, _) => Answer::CannotBeSaid,
            (true, true) => Answer::Yes,
            (true, false) => Answer::No,
        };
        Ok(Verdicts {
            exact: answer(nothing_open && self.certain),
            within_rounding: answer(open <= half_digits(self.lines)),
            within_focus_tolerance: answer(size(difference) <= size(focus_tolerance)),
            focus_tolerance,
            immaterial: answer(open <= material),
            usage_based_difference: difference,
            usage_based_within_one_percent: answer(size(difference) <= size(self.on_demand_usage) / 100),
            timing_and_rounding: self.sum(Disposition::TimingAndRounding)?,
            accepted: self.sum(Disposition::Accepted)?,
            disputes,
            unknown_wording: self.unknown_wording,
            unexplained: self.unexplained,
            missing: self.missing,
        })
    }

    fn sum(&self, disposition: Disposition) -> Result<Money> {
        let steps = self.steps.iter().filter(|step| step.disposition() == disposition);
        Ok(Money::sum(steps.map(|step| step.amount))?)
    }

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
                disputes.push(Dispute::of(step));
            }
        }
        disputes.extend(self.suspected.iter().cloned());
        Ok(disputes)
    }
}

impl Dispute {
    fn of(step: &Step) -> Self {
        let party = if step.category == Category::DuplicatedUsage { Party::Importer } else { Party::Issuer };
        let (category, candidates) = (step.category, step.candidates.clone());
        Self { category, candidates, amount: step.amount, lines: step.evidence.lines.clone(), party }
    }
}

pub(crate) fn size(amount: Money) -> u128 {
    amount.units().unsigned_abs()
}

/// The sizes of amounts, added up.
pub(crate) fn sum_of_sizes(amounts: impl IntoIterator<Item = Money>) -> Money {
    let sum = amounts.into_iter().fold(0, |sum: u128, amount| sum.saturating_add(size(amount)));
    Money::from_units(i128::try_from(sum).unwrap_or(i128::MAX))
}
