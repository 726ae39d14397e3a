//! Charges that are held twice.
//!
//! Equal charges are no evidence: calls of a machine in one minute, at one price, are equal and distinct. Copies are
//! looked for only where there are too many charges, by the counts of the lines or by what was announced.

use std::collections::{BTreeMap, HashSet};

use cost_model::Money;

use crate::input::line_groups::LineGroup;
use crate::model::evidence::FalsePositiveRate;
use crate::search::best::Search;
use crate::search::hypothesis::Hypothesis;
use crate::search::selection::ChargeSum;

impl Search<'_> {
    /// Returns which charges may be second copies of others: those by which lines have too many calls, and all twins if just so
    /// many charges are held beyond what was announced.
    pub(crate) fn copies(&self, base: &Hypothesis) -> Vec<Vec<usize>> {
        // As many as were announced are held: none of them is a copy.
        if self.completeness.counted && self.completeness.surplus == 0 {
            return Vec::new();
        }
        let twins = self.twins(base);
        let mut by_line_group: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for place in &twins {
            by_line_group.entry(self.charges.line_group_at(*place)).or_default().push(*place);
        }
        let (mut by_lines, mut uncounted) = (Vec::new(), Vec::new());
        for (line_group, twins) in by_line_group {
            match line_group.and_then(|number| self.surplus(number, base).map(|surplus| (number, surplus))) {
                Some((line_group, surplus)) => {
                    by_lines.extend(self.choose(line_group, surplus, &twins, base));
                }
                None => uncounted.extend(twins),
            }
        }
        // Nothing shows which twins of lines without counts are copies, unless all of them make up just what is
        // announced.
        let with_uncounted = [by_lines.clone(), uncounted].concat();
        let mut sets = vec![by_lines];
        sets.extend([with_uncounted, twins].into_iter().filter(|set: &Vec<usize>| {
            u64::try_from(set.len()).is_ok_and(|size| size == self.completeness.surplus)
        }));
        for set in &mut sets {
            set.sort_unstable();
        }
        sets.dedup();
        sets.retain(|set| !set.is_empty());
        sets
    }

    /// Returns whether the copies that a hypothesis leaves out are shown: every line is right and they add up to more than a last
    /// digit, or charges are held beyond what was announced, and those that are not found yet show as an amount of some line.
    pub(crate) fn copies_are_shown(&self, single: &Hypothesis) -> bool {
        let found = u64::try_from(single.selection.copies.len());
        let announced = self.completeness.surplus > 0
            && (found == Ok(self.completeness.surplus)
                || !self.line_groups.iter().zip(&single.line_sums).any(
                    |(line_group, charged): (&LineGroup, &ChargeSum)| {
                        // A line that lacks calls may hold copies as well.
                        let lacks = line_group.calls.is_some_and(|calls| calls > charged.records);
                        let other = line_group.calls.is_some_and(|calls| calls != charged.records);
                        lacks || (other && self.digit.is_near(line_group.amount, charged.billed))
                    },
                ));
        let amount = single
            .selection
            .copies
            .iter()
            .map(|place: &usize| self.charges.all.get(*place).map_or(0, |charge| charge.billed.units()))
            .fold(0_i128, i128::saturating_add);
        announced || (single.is_complete() && amount.unsigned_abs() > self.digit.size())
    }

    /// Returns the charges of a selection that are equal to an earlier one of the same instant.
    pub(crate) fn twins(&self, base: &Hypothesis) -> Vec<usize> {
        let selection = &base.selection;
        let span = self.charges.span(selection.window);
        let charges = self.charges.all.get(span.clone()).unwrap_or_default();
        let (mut twins, mut seen, mut first) = (Vec::new(), HashSet::new(), span.start);
        for same_instant in charges.chunk_by(|one, other| one.at == other.at) {
            // Most charges are alone at their instant, and have no twin.
            if same_instant.len() > 1 {
                seen.clear();
                for (place, charge) in (first..).zip(same_instant) {
                    let absent = self.charges.is_absent_in(selection, place);
                    if !absent && !seen.insert(charge.content()) {
                        twins.push(place);
                    }
                }
            }
            first += same_instant.len();
        }
        twins
    }

    /// Returns how many calls a line group has beyond those that it counts; `None` where it counts none.
    fn surplus(&self, line_group: usize, base: &Hypothesis) -> Option<usize> {
        let (line_group, charged) = self.line_groups.get(line_group).zip(base.line_sums.get(line_group))?;
        usize::try_from(charged.records.saturating_sub(line_group.calls?)).ok()
    }

    /// Chooses `surplus` of a line group's twins, if it is clear which: all, any of equal amounts, or the only ones that fit its amount.
    /// Where nobody announced fewer charges than are held, the amount has to fit in any case: a count alone may be too
    /// small for another reason.
    fn choose(&self, number: usize, surplus: usize, twins: &[usize], base: &Hypothesis) -> Vec<usize> {
        let Some((line_group, charged)) = self.line_groups.get(number).zip(base.line_sums.get(number)) else {
            return Vec::new();
        };
        if surplus == 0 || surplus > twins.len() {
            return Vec::new();
        }
        // Where nobody announced fewer charges, the amount is evidence only if others of the line would add up to another one.
        // A line that is right but for its count says nothing of them.
        let near = self.digit.is_near(line_group.amount, charged.billed);
        if self.completeness.surplus == 0 && (near || !self.tells_charges(number, surplus, base)) {
            return Vec::new();
        }
        let mut by_amount: BTreeMap<Money, Vec<usize>> = BTreeMap::new();
        for place in twins {
            let billed = self.charges.all.get(*place).map_or(Money::ZERO, |charge| charge.billed);
            by_amount.entry(billed).or_default().push(*place);
        }
        let too_much = charged.billed.checked_sub(line_group.amount).unwrap_or_default().units();
        let groups: Vec<(i128, Vec<usize>)> =
            by_amount.into_iter().map(|(amount, places)| (amount.units(), places)).collect();
        let mut choice =
            CopyChoice { groups: &groups, too_much, near: self.digit.size(), work: 0, fitting: Vec::new() };
        choice.descend(0, surplus, 0, &mut Vec::new());
        // Which of equal charges are the copies makes no difference to any sum.
        let clear = surplus == twins.len() || groups.len() == 1;
        match (&choice.fitting[..], clear && self.completeness.surplus > 0) {
            (_, true) => twins.iter().take(surplus).copied().collect(),
            ([counts], false) if choice.work < CopyChoice::MOST_WORK => {
                let places =
                    groups.iter().zip(counts).flat_map(|((_, places), count)| places.iter().take(*count));
                places.copied().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns whether that many charges of a line add up to amounts that differ by more than chance would make fit.
    fn tells_charges(&self, line_group: usize, count: usize, base: &Hypothesis) -> bool {
        let span = self.charges.span(base.selection.window);
        let charges = self.charges.all.get(span).unwrap_or_default();
        let of_line = charges
            .iter()
            .filter(|charge| self.charges.line_groups.line_group_of(charge.usage_group) == Some(line_group));
        let mut amounts: Vec<i128> = of_line.map(|charge| charge.billed.units()).collect();
        amounts.sort_unstable();
        // The least and the greatest sum of that many charges bound all others.
        let least = amounts.iter().take(count).fold(0_i128, |sum, amount| sum.saturating_add(*amount));
        let most = amounts.iter().rev().take(count).fold(0_i128, |sum, amount| sum.saturating_add(*amount));
        FalsePositiveRate::expected(1, self.digit.spread([least, most].into_iter()))
            <= FalsePositiveRate::LIMIT
    }
}

/// The search for the second copies whose sum is the surplus of a line.
///
/// The number of ways to choose grows exponentially with the number of different amounts, so that `work` bounds it.
struct CopyChoice<'a> {
    groups: &'a [(i128, Vec<usize>)],
    too_much: i128,
    near: u128,
    work: usize,
    /// The numbers of copies to take of each group, one entry for each choice that fits.
    fitting: Vec<Vec<usize>>,
}

impl CopyChoice<'_> {
    /// With more ways than this, one that fits is no evidence.
    const MOST_WORK: usize = 2_000;

    /// Tries every number of copies of a group, and then those of the groups after it.
    ///
    /// It stops at the second choice that fits: two prove that the amounts do not decide.
    fn descend(&mut self, group: usize, left: usize, sum: i128, counts: &mut Vec<usize>) {
        self.work += 1;
        if self.work >= Self::MOST_WORK || self.fitting.len() > 1 {
            return;
        }
        let Some((amount, places)) = self.groups.get(group) else {
            if left == 0 && sum.abs_diff(self.too_much) < self.near {
                self.fitting.push(counts.clone());
            }
            return;
        };
        for count in 0..=left.min(places.len()) {
            let taken = i128::try_from(count).unwrap_or(i128::MAX).saturating_mul(*amount);
            counts.push(count);
            self.descend(group + 1, left - count, sum.saturating_add(taken), counts);
            counts.pop();
        }
    }
}
