//! Stage: where to look for what is unexplained. A clue moves no amount.
//!
//! Clues are computed for lines whose difference no cause explains. They come from the counts of calls, from single
//! groups of charges that would make up the difference, and from typing errors; most are coincidences now and then,
//! which is why some state how often chance would produce them. At most five are kept, those about the most money.

mod buckets;
mod probes;

use crate::error::Result;
use crate::input::last_digit::LastDigit;
use crate::input::line_groups::{LineGroup, LineGroups};
use crate::matching::finding::LineFinding;
use crate::matching::usage_lines::{LineMatch, UsageLines};
use crate::model::amounts::magnitude;
use crate::model::assessment::Dispute;
use crate::model::clue::Clue;
use crate::model::clue::ClueKind;
use crate::search::hypothesis::Hypothesis;
use crate::search::selection::ChargeHistory;
use cost_model::Money;
use cost_model::Rounding;

/// More clues than this are no help.
const MOST: usize = 5;

/// The search for clues to what is unexplained.
///
/// It runs after the bridge is complete, and changes neither steps nor the assessment.
pub(crate) struct ClueSearch<'a> {
    pub(crate) charges: &'a ChargeHistory<'a>,
    pub(crate) line_groups: &'a LineGroups,
    pub(crate) found: &'a Hypothesis,
    pub(crate) lines: &'a UsageLines<'a>,
    pub(crate) digit: LastDigit,
}

impl ClueSearch<'_> {
    /// Returns the clues with the largest amounts, five at most, among them those about lines that are perhaps
    /// `billed_twice`.
    ///
    /// Where the whole invoice seems to be about other charges, that is the only clue beside equal lines.
    pub(crate) fn clues(&self, billed_twice: &[Dispute]) -> Result<Vec<Clue>> {
        let mut clues: Vec<Clue> = billed_twice
            .iter()
            .map(|dispute| Clue::new(dispute.lines.clone(), dispute.amount, ClueKind::EqualLines))
            .collect();
        if self.found.of_other_charges {
            clues.push(self.another_invoice()?);
        } else {
            clues.extend(self.counted()?);
            for (number, line_group, matched) in self.unexplained() {
                clues.extend(self.of_line(number, line_group, matched)?);
            }
            clues.extend(self.unclaimed()?);
        }
        clues.sort_by_key(|clue| std::cmp::Reverse(magnitude(clue.amount)));
        clues.truncate(MOST);
        Ok(clues)
    }

    /// Returns the line groups without an explanation, with their numbers.
    fn unexplained(&self) -> impl Iterator<Item = (usize, &LineGroup, &LineMatch)> {
        let all = self.line_groups.all.iter().zip(&self.lines.matched).enumerate();
        all.filter(|(_, (_, matched))| matched.finding == LineFinding::Unknown)
            .map(|(number, (line_group, matched))| (number, line_group, matched))
    }

    /// Returns the clue that the invoice is about other charges: single lines would say nothing then.
    fn another_invoice(&self) -> Result<Clue> {
        let differences = self.unexplained().map(|(.., matched)| matched.difference);
        let fit = self.found.fit.count();
        let kind = ClueKind::AnotherInvoice { fit: u64::try_from(fit).unwrap_or(u64::MAX) };
        Ok(Clue::new(self.lines.numbers(|_, _| true), Money::sum(differences)?, kind))
    }

    /// Returns clues about lines that count more, fewer or just as many calls as are held: one clue for all
    /// of each sort.
    fn counted(&self) -> Result<Vec<Clue>> {
        let mut clues = Vec::new();
        // Apart by sort: missing calls, surplus calls and another price each need another remedy.
        for order in [std::cmp::Ordering::Greater, std::cmp::Ordering::Less, std::cmp::Ordering::Equal] {
            let (mut calls, mut amounts, mut numbers) = (0_u64, Vec::new(), Vec::new());
            for (number, line_group, matched) in self.unexplained() {
                let Some(stated) =
                    line_group.calls.filter(|stated| stated.cmp(&matched.charged.records) == order)
                else {
                    continue;
                };
                calls = calls.saturating_add(stated.abs_diff(matched.charged.records));
                amounts.push(matched.difference);
                numbers.push(number);
            }
            let kind = match order {
                std::cmp::Ordering::Greater => ClueKind::MoreCalls { calls },
                std::cmp::Ordering::Less => ClueKind::FewerCalls { calls },
                std::cmp::Ordering::Equal => ClueKind::SameCalls,
            };
            if !numbers.is_empty() {
                let lines = self.lines.numbers(|line_group, _| numbers.contains(&line_group));
                clues.push(Clue::new(lines, Money::sum(amounts)?, kind));
            }
        }
        Ok(clues)
    }

    /// Returns the clue about usage that no line bills, with a negative amount; `None` where there is none.
    fn unclaimed(&self) -> Result<Option<Clue>> {
        let line_sums: Vec<_> = self.lines.unclaimed().filter(|charged| !charged.billed.is_zero()).collect();
        let records = line_sums.iter().map(|charged| charged.records).sum();
        let amount = Money::sum(line_sums.iter().map(|charged| charged.billed))?.checked_neg()?;
        let kind = ClueKind::UnclaimedUsage { records };
        Ok((!line_sums.is_empty()).then(|| Clue::new(Vec::new(), amount, kind)))
    }

    /// Returns what fits the difference of one line.
    ///
    /// Probes are tried only on a line that counts no calls: `counted` has a clue for the others already.
    fn of_line(&self, number: usize, line_group: &LineGroup, matched: &LineMatch) -> Result<Vec<Clue>> {
        let lines = self.lines.numbers(|each, _| each == number);
        let amount = matched.difference;
        let swapped = self.is_transposed(line_group, amount)?.then_some((ClueKind::TransposedDigits, None));
        let buckets = self.buckets(number, amount);
        let probes =
            if line_group.calls.is_none() { self.probes(number, line_group, matched) } else { Vec::new() };
        Ok(swapped
            .into_iter()
            .chain(buckets)
            .chain(probes)
            .map(|(kind, false_positives)| Clue { false_positives, ..Clue::new(lines.clone(), amount, kind) })
            .collect())
    }

    /// Returns whether the line would be right with two neighbouring digits swapped.
    fn is_transposed(&self, line_group: &LineGroup, difference: Money) -> Result<bool> {
        let Ok(right) = line_group.amount.checked_sub(difference) else { return Ok(false) };
        let (asked, right) = (self.printed_digits(line_group.amount)?, self.printed_digits(right)?);
        let differ: Vec<usize> =
            (0..asked.len()).filter(|place| asked.get(*place) != right.get(*place)).collect();
        Ok(match differ[..] {
            [first, second] if second == first + 1 && asked.len() == right.len() => {
                asked.get(first) == right.get(second) && asked.get(second) == right.get(first)
            }
            _ => false,
        })
    }

    /// Returns the digits of an amount as an invoice prints it, without sign and marks.
    fn printed_digits(&self, amount: Money) -> Result<Vec<u8>> {
        let text = amount.to_fixed(self.digit.decimals, Rounding::HalfUp)?;
        Ok(text.bytes().filter(u8::is_ascii_digit).collect())
    }
}
