//! Stage: each usage line against the charges behind it.

use crate::matching::finding::LineFinding;
use crate::matching::invoice_facts::InvoiceFacts;
use cost_model::Money;

use crate::error::Result;
use crate::input::completeness::Completeness;
use crate::input::line_groups::{LineGroup, LineGroups};
use crate::model::bridge::LineStatus;
use crate::model::evidence::FalsePositiveRate;
use crate::model::invoice::Invoice;
use crate::model::terms::{RoundingPolicy, RoundingUnit};
use crate::search::hypothesis::Hypothesis;
use crate::search::matched_groups::matched_groups;
use crate::search::pricing_fit::reproduces;
use crate::search::selection::ChargeSum;
use crate::search::uniform_factor::Factor;

/// Every usage line with the charges behind it, and why they differ.
#[derive(Debug)]
pub(crate) struct UsageLines<'a> {
    pub(crate) line_groups: &'a LineGroups,
    pub(crate) found: &'a Hypothesis,
    pub(crate) matched: Vec<LineMatch>,
    /// The file's line numbers of each line group.
    numbers: Vec<Vec<u64>>,
    invoice: &'a Invoice,
    /// One factor on all lines.
    pub(crate) factor: Option<Factor>,
}

/// A line group with the charges behind it.
#[derive(Clone, Debug)]
pub(crate) struct LineMatch {
    /// The usage groups behind it.
    usage_groups: Vec<usize>,
    /// They are those that its lines name.
    pub(crate) own: bool,
    pub(crate) charged: ChargeSum,
    pub(crate) finding: LineFinding,
    /// If the cause was searched for: how often chance alone would have looked like it.
    pub(crate) false_positives: Option<FalsePositiveRate>,
    /// From what was charged to the exact amount without the fees that the terms leave out.
    pub(crate) fee: Money,
    /// From the exact amount to the rounded one.
    pub(crate) rounding: Money,
    /// From there to the amount with the discount, rounded.
    pub(crate) discount: Money,
    /// From the rounded amount to what the lines bill.
    pub(crate) difference: Money,
    /// From what the lines say in words to their amounts.
    pub(crate) arithmetic: Money,
}

impl<'a> UsageLines<'a> {
    /// Matches charges to lines by a hypothesis, and finds the cause of each line's difference. Lines decide about
    /// each other: whether one lacks calls depends on how many all of them lack.
    pub(crate) fn match_charges(
        line_groups: &'a LineGroups,
        found: &'a Hypothesis,
        completeness: &Completeness,
        invoice: &'a Invoice,
    ) -> Result<Self> {
        let numbers = line_groups
            .all
            .iter()
            .map(|line_group| {
                line_group.lines.iter().filter_map(|line| Some(invoice.lines.get(*line)?.line)).collect()
            })
            .collect();
        let behind = matched_groups(line_groups, found);
        let facts = InvoiceFacts::gather(line_groups, &behind, (found, invoice), completeness)?;
        let matched = behind
            .into_iter()
            .enumerate()
            .filter_map(|(number, usage_groups): (usize, Vec<usize>)| {
                let own = usage_groups == line_groups.usage_groups_of(number);
                let line_group = line_groups.all.get(number);
                line_group.map(|line_group| resolve((number, line_group), (own, usage_groups), found, &facts))
            })
            .collect::<Result<_>>()?;
        Ok(Self { line_groups, found, matched, numbers, invoice, factor: facts.factor })
    }

    /// Returns the number in the file and the amount of the line at that place of the invoice.
    pub(crate) fn line(&self, place: usize) -> Option<(u64, Money)> {
        self.invoice.lines.get(place).map(|line| (line.line, line.amount))
    }

    /// Returns the policies of rounding, if any line shows one.
    pub(crate) fn policies(&self) -> Vec<RoundingPolicy> {
        let shown = self.found.fit.count() > 0;
        self.found.fit.policies.iter().filter(|_| shown).copied().collect()
    }

    /// Returns what is behind a line of the invoice: the exact sum, the number of charges, and the line's status.
    pub(crate) fn behind(&self, line: usize) -> Option<(Money, u64, LineStatus)> {
        let mut line_groups = self.line_groups.all.iter().enumerate();
        let (number, line_group) = line_groups.find(|(_, line_group)| {
            line_group.lines.contains(&line) || line_group.repeated.contains(&line)
        })?;
        let matched = self.matched.get(number)?;
        let merged = line_group.aggregated_calls.is_some_and(|calls| calls > matched.charged.records);
        let status = match matched.finding {
            // The step of duplicate lines explains it, whatever is found of the line that it repeats.
            _ if line_group.repeated.contains(&line) => LineStatus::Explained,
            LineFinding::Matches if matched.arithmetic.is_zero() && matched.own && merged => {
                LineStatus::Aggregated
            }
            LineFinding::Matches if matched.arithmetic.is_zero() && matched.own => LineStatus::Matched,
            LineFinding::Unknown => LineStatus::Unmatched,
            _ => LineStatus::Explained,
        };
        Some((matched.charged.billed, matched.charged.records, status))
    }

    /// Returns for each usage group, the place in the invoice of the first line that it is behind.
    pub(crate) fn line_of_groups(&self) -> Vec<Option<usize>> {
        let mut lines = vec![None; self.line_groups.group_count()];
        for (line_group, matched) in self.line_groups.all.iter().zip(&self.matched) {
            for usage_group in &matched.usage_groups {
                if let Some(line) = lines.get_mut(*usage_group) {
                    // A charge has one line: the first of several about the same charges.
                    *line = line_group.lines.first().copied();
                }
            }
        }
        lines
    }

    /// Returns the usage groups that are behind no line.
    pub(crate) fn unclaimed(&self) -> impl Iterator<Item = &ChargeSum> {
        self.found
            .group_sums
            .iter()
            .enumerate()
            .filter(|(usage_group, _)| {
                !self.matched.iter().any(|matched| matched.usage_groups.contains(usage_group))
            })
            .map(|(_, charged)| charged)
    }

    /// Returns the file's line numbers of the line groups that `wanted` picks.
    pub(crate) fn numbers(&self, wanted: impl Fn(usize, &LineMatch) -> bool) -> Vec<u64> {
        let picked = self.numbers.iter().zip(&self.matched).enumerate();
        let mut numbers: Vec<u64> = picked
            .filter(|(line_group, (_, matched))| wanted(*line_group, matched))
            .flat_map(|(_, (numbers, _))| numbers.iter().copied())
            .collect();
        numbers.sort_unstable();
        numbers
    }

    /// Returns what no step explains: the differences of lines without a known cause, and the charges on no line.
    pub(crate) fn unexplained(&self) -> Result<Vec<Money>> {
        let unknown = self.matched.iter().filter(|each| each.finding == LineFinding::Unknown);
        let unclaimed = self.unclaimed().map(|charged| charged.billed.checked_neg().map_err(Into::into));
        unknown.map(|each| Ok(each.difference)).chain(unclaimed).collect()
    }

    /// Returns the sum of the differences of the lines that `wanted` picks.
    pub(crate) fn sum_of_differences(&self, wanted: impl Fn(&LineMatch) -> bool) -> Result<Money> {
        Ok(Money::sum(self.matched.iter().filter(|each| wanted(each)).map(|each| each.difference))?)
    }
}

/// Takes the difference of a line apart into fee, rounding, discount and the invoice's own mistake, and finds the
/// cause of what is left. The parts add up to the amount of the line less its charges.
fn resolve(
    (number, line_group): (usize, &LineGroup),
    (own, usage_groups): (bool, Vec<usize>),
    found: &Hypothesis,
    facts: &InvoiceFacts,
) -> Result<LineMatch> {
    let charged = found.sum_of(&usage_groups)?;
    // From the charges to the line: less fees, then rounded, then discounted. Each part is the difference of two
    // amounts next to each other, so that the parts add up to the whole.
    let (_, rounded) = found.fit.expected(&usage_groups, &charged).or_billed(charged.billed);
    let (exact, undiscounted) = found.fit.undiscounted(&usage_groups, &charged).or_billed(charged.billed);
    let mut matched = LineMatch {
        usage_groups,
        own,
        charged,
        finding: LineFinding::Matches,
        false_positives: None,
        fee: exact.checked_sub(charged.billed)?,
        rounding: undiscounted.checked_sub(exact)?,
        discount: rounded.checked_sub(undiscounted)?,
        difference: Money::ZERO,
        arithmetic: Money::ZERO,
    };
    // A sum of lines that is rounded as a whole leaves each of them less than a last digit off.
    let by_sum = found.fit.policies.first().is_some_and(|policy| policy.unit == RoundingUnit::Invoice);
    if by_sum {
        let rounded = if found.fit.terms.discount == 0 { line_group.amount } else { undiscounted };
        matched.rounding = rounded.checked_sub(exact)?;
        matched.discount = line_group.amount.checked_sub(rounded)?;
        return Ok(matched);
    }
    if let Some(reproduced) = reproduces(line_group, &charged, Some(rounded)) {
        matched.arithmetic = line_group.amount.checked_sub(reproduced)?;
        return Ok(matched);
    }
    // What a line says in words is what it bills; an amount that is not that is the invoice's own mistake.
    let asked = line_group.in_words.unwrap_or(line_group.amount);
    matched.arithmetic = line_group.amount.checked_sub(asked)?;
    matched.difference = asked.checked_sub(rounded)?;
    let assumed = found.assumed.contains(&number);
    (matched.finding, matched.false_positives) =
        facts.cause(line_group, assumed, &charged, matched.difference, found);
    if matched.finding == LineFinding::RoundedCharges {
        matched.rounding = asked.checked_sub(exact)?;
        matched.difference = Money::ZERO;
    }
    // A fee that has a line of its own is in no usage line, whether or not that line is explained.
    let fee_apart =
        matched.finding == LineFinding::Unknown && facts.fee_apart && found.fit.terms.without_fees;
    if fee_apart {
        matched.difference = asked.checked_sub(exact)?;
        matched.rounding = Money::ZERO;
        matched.discount = Money::ZERO;
    } else if matches!(matched.finding, LineFinding::Unknown | LineFinding::UniformFactor) {
        // No part of an unexplained difference has a name: neither a fee nor a discount is claimed on it.
        matched.difference = asked.checked_sub(charged.billed)?;
        matched.fee = Money::ZERO;
        matched.rounding = Money::ZERO;
        matched.discount = Money::ZERO;
    }
    Ok(matched)
}
