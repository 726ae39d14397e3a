//! The choice among hypotheses: the plainest one that explains the most lines.
//!
//! A hypothesis is a selection of charges with the terms that fit it. The search starts from the charges of the stated
//! period as they are held now and, where something changed since, as they were when the invoice was issued. From each
//! it tries other ends of the period and second copies left out. What remains is compared by the number of lines
//! explained and then by the number of assumptions; equally good ones of other content are kept as rivals, so that a
//! reader is told.

use crate::search::hypothesis::Hypothesis;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use chrono::FixedOffset;
use cost_model::{Money, Window};

use crate::error::Result;
use crate::input::completeness::Completeness;
use crate::input::last_digit::LastDigit;
use crate::input::line_groups::LineGroup;
use crate::model::amounts::magnitude;
use crate::model::category::Category;
use crate::search::pricing_fit::{PricingFit, PricingFitter, counts_same_usage, same_usage, states_tokens};
use crate::search::selection::{ChargeHistory, ChargeSelection, ChargeSum};
use crate::search::uniform_factor::factor;

/// Searches among hypotheses.
///
/// No field changes during a search: each hypothesis is computed from these and from its own selection of charges.
pub(crate) struct Search<'a> {
    pub(crate) charges: &'a ChargeHistory<'a>,
    pub(crate) line_groups: &'a [LineGroup],
    pub(crate) completeness: &'a Completeness,
    pub(crate) stated: Window,
    /// The reach of the search for a cut-off around its stated instant, in milliseconds.
    pub(crate) reach: i64,
    pub(crate) digit: LastDigit,
    pub(crate) likely_offsets: &'a [FixedOffset],
}

impl Search<'_> {
    /// Returns the hypothesis that explains the most; the plainest of them.
    /// Falls back to the charges of the stated period where hardly any line fits: then the invoice is probably of
    /// another team or another period, and no cause can be told from the others.
    pub(crate) fn best_hypothesis(&self) -> Result<Hypothesis> {
        let plain = self.evaluate(ChargeSelection::now(self.stated))?;
        // What is known to have changed since counts, unless the invoice knows better.
        let known = self.as_issued()?.map(|selection| self.evaluate(selection)).transpose()?;
        let bases: Vec<Hypothesis> = known.into_iter().chain([plain]).collect();
        let mut found = Vec::new();
        for base in &bases {
            // Nothing is open any more, and every further assumption could only be one too many.
            if self.line_groups.is_empty() || base.is_complete() {
                break;
            }
            let adjusted = self.adjust_period(base)?;
            for copies in self.copies(base) {
                let single = self.evaluate(ChargeSelection { copies, ..base.selection.clone() })?;
                // Two suppositions at once are taken only if they leave nothing open.
                let single_and_adjusted =
                    self.adjust_period(&single)?.into_iter().filter(Hypothesis::is_complete);
                found.extend(Some(single).filter(|single| self.copies_are_shown(single)));
                found.extend(single_and_adjusted);
            }
            for cut in adjusted.iter().filter(|cut| !cut.by_chance) {
                for copies in self.copies(cut) {
                    let single = self.evaluate(ChargeSelection { copies, ..cut.selection.clone() })?;
                    let single = Hypothesis { false_positives: cut.false_positives, ..single };
                    found.extend(Some(single).filter(Hypothesis::is_complete));
                }
            }
            found.extend(adjusted);
        }
        let cut_elsewhere = found.iter().any(|each| each.by_chance);
        // Cuts that chance explains are not chosen, but `cut_elsewhere` says that there were some.
        found.retain(|each| !each.by_chance);
        let mut all = bases.into_iter().chain(found);
        let first = all.next().map_or_else(|| self.evaluate(ChargeSelection::now(self.stated)), Ok)?;
        let best = all.fold(first, |best, other| self.choose_better(best, other));
        let best = self.with_evidence_of_lines(best)?;
        if self.is_of_other_charges(&best) {
            return self.as_stated();
        }
        let twinned = self
            .twins(&best)
            .iter()
            .filter_map(|place: &usize| {
                self.charges
                    .all
                    .get(*place)
                    .and_then(|charge| self.charges.line_groups.line_group_of(charge.usage_group))
            })
            .collect();
        let ends_are_right = self.ends_are_right(&best.selection, &best.fit);
        let fit = self.fitting().with_all_policies(best.fit, &best.selection, &best.line_sums)?;
        Ok(Hypothesis { fit, twinned, ends_are_right, cut_elsewhere, ..best })
    }

    /// Returns whether hardly any line fits the charges, by its amount, its tokens or a count of calls that says something: an
    /// invoice of another team, or of another period.
    fn is_of_other_charges(&self, best: &Hypothesis) -> bool {
        // One or two lines may all have another price; with three or more, that hardly any fits is a pattern.
        const FEWEST: usize = 3;
        // Smaller counts agree by chance too often.
        const MANY: u64 = 20;
        let lines = self.line_groups.iter().zip(&best.line_sums).zip(&best.fit.reproduced);
        let telling: Vec<_> = lines
            .filter(|((line_group, _), _)| line_group.calls != Some(0) && !line_group.amount.is_zero())
            .collect();
        let agree = telling
            .iter()
            .filter(|((line_group, charged), _)| counts_same_usage(line_group, charged))
            .count();
        telling.len() >= FEWEST
            // Lost charges would make lines wrong as well, and are known to be lost.
            && !self.completeness.is_short()
            && telling
                .iter()
                .filter(|line: &&((&LineGroup, &ChargeSum), &Option<Money>)| {
                    let ((line_group, charged), reproduced) = **line;
                    reproduced.is_some()
                        || states_tokens(line_group, charged)
                        || (counts_same_usage(line_group, charged)
                            && line_group.calls.is_some_and(|calls| calls >= MANY))
                })
                .count()
                .saturating_mul(5)
                <= telling.len()
            && agree.saturating_mul(2) < telling.len()
            && !self.is_nearly_right(best)
    }

    /// Returns whether the lines as a whole bill about what was charged: then they are about these charges, however they differ.
    fn is_nearly_right(&self, best: &Hypothesis) -> bool {
        let lines = self.line_groups.iter().zip(&best.line_sums);
        lines
            .clone()
            .filter(|(line_group, charged): &(&LineGroup, &ChargeSum)| {
                let off = line_group.amount.checked_sub(charged.billed).map_or(u128::MAX, magnitude);
                // Within two percent, or a few last digits for small amounts.
                off <= magnitude(charged.billed) / 50 || off < self.digit.size().saturating_mul(5)
            })
            .count()
            .saturating_mul(2)
            >= self.line_groups.len()
            || factor(lines, self.digit).is_some()
    }

    /// Returns whether the charges next to both ends of the window, inside and outside, are on lines that are right: then no other
    /// cut leaves those lines right.
    fn ends_are_right(&self, selection: &ChargeSelection, fit: &PricingFit) -> bool {
        let span = self.charges.span(selection.window);
        let inside = [span.start, span.end.saturating_sub(1)];
        let outside = [span.start.checked_sub(1), Some(span.end)];
        inside.into_iter().chain(outside.into_iter().flatten()).all(|place: usize| {
            // Beyond the first and the last charge there is nothing that another cut could take in.
            let Some(charge) = self.charges.all.get(place) else { return true };
            let line_group = self.charges.line_groups.line_group_of(charge.usage_group);
            line_group.is_some_and(|line_group| fit.reproduced.get(line_group).is_some_and(Option::is_some))
        })
    }

    /// Returns the charges of the stated period as they are held, with nothing supposed.
    fn as_stated(&self) -> Result<Hypothesis> {
        let plain = self.evaluate(ChargeSelection::now(self.stated))?;
        let fit = self.fitting().fit_plain(&plain.selection, &plain.line_sums)?;
        Ok(Hypothesis { fit, of_other_charges: true, ..plain })
    }

    /// Returns the same hypothesis with the charges as they were when the invoice was issued only where their lines show it: by
    /// their amounts, or by their calls and tokens. That a store saw a charge late does not say that the invoice did.
    fn with_evidence_of_lines(&self, best: Hypothesis) -> Result<Hypothesis> {
        if !best.selection.as_issued {
            return Ok(best);
        }
        let now = ChargeSelection { as_issued: false, withdrawn: Vec::new(), ..best.selection.clone() };
        let now = self.evaluate(now)?;
        let late: BTreeSet<usize> = self.charges.late_in(&best.selection).collect();
        // An amount that is known to have been another one stays known where the line is explained at all.
        let changed_lines = (0..self.line_groups.len()).filter(|number| {
            let rank = self.rank_of_line(&best, *number);
            match rank.cmp(&self.rank_of_line(&now, *number)) {
                Ordering::Greater => false,
                Ordering::Less => true,
                Ordering::Equal => {
                    let explained = rank > (false, false) || self.lacks_calls(&best, *number);
                    // A withdrawn charge that the line counts shows that it is as it was issued.
                    let withdrawn =
                        best.selection.withdrawn.iter().any(|(_, line_group)| *line_group == Some(*number));
                    !explained || (!withdrawn && late.contains(number))
                }
            }
        });
        let beside_lines = (best.unclaimed >= now.unclaimed).then_some(None);
        let as_now: Vec<Option<usize>> = changed_lines.map(Some).chain(beside_lines).collect();
        let mut selection = ChargeSelection { as_now, ..best.selection.clone() };
        selection.withdrawn.retain(|(_, line_group)| !selection.as_now.contains(line_group));
        let shown = self.evaluate(selection)?;
        let (false_positives, rivals) = (best.false_positives, best.rivals);
        Ok(Hypothesis { false_positives, rivals, ..shown })
    }

    /// Returns how well a hypothesis explains a line: whether its amount comes right, then whether its counts do.
    fn rank_of_line(&self, found: &Hypothesis, number: usize) -> (bool, bool) {
        let line = self.line_groups.get(number).zip(found.line_sums.get(number));
        let counted = line.is_some_and(|(line_group, charged)| counts_same_usage(line_group, charged));
        (found.fit.reproduces(number), counted)
    }

    /// Returns whether a line counts more calls than there are, and charges are known to be lacking.
    fn lacks_calls(&self, found: &Hypothesis, number: usize) -> bool {
        let line_group = self.line_groups.get(number).zip(found.line_sums.get(number));
        self.completeness.is_short()
            && line_group.is_some_and(|(line_group, charged): (&LineGroup, &ChargeSum)| {
                line_group.calls.is_some_and(|calls| calls > charged.records)
            })
    }

    /// Keeps the first of two hypotheses with equal rank, and notes the other as its rival if it says something else.
    /// The bases come first, so that a cut has to do better than the stated period.
    fn choose_better(&self, mut best: Hypothesis, other: Hypothesis) -> Hypothesis {
        // Of two that explain as much, the one that supposes less is the better.
        match other.rank(self.stated).cmp(&best.rank(self.stated)) {
            Ordering::Less => best,
            Ordering::Greater => other,
            Ordering::Equal => {
                let rival = self.rival(&best, &other).filter(|rival| !best.rivals.contains(rival));
                best.rivals.extend(rival);
                best
            }
        }
    }

    /// Whether the start and the end of a hypothesis differ from those that the invoice states.
    fn moved_ends(&self, each: &Hypothesis) -> (bool, bool) {
        let window = each.selection.window;
        (window.start() != self.stated.start(), window.end() != self.stated.end())
    }

    /// Returns what `other` says instead, if it rests on the same sort of evidence and adds up to something else.
    /// Two cuts of the same end are no rivals: they differ in the instant only. Neither is the period as stated.
    fn rival(&self, best: &Hypothesis, other: &Hypothesis) -> Option<Category> {
        let (ends_of_best, ends_of_other) = (self.moved_ends(best), self.moved_ends(other));
        let same_charges =
            self.charges.span(best.selection.window) == self.charges.span(other.selection.window);
        let same_end = ends_of_best == ends_of_other && ends_of_best != (true, true);
        let neither_is_as_stated = ends_of_best != (false, false) && ends_of_other != (false, false);
        if !neither_is_as_stated || same_charges || same_end {
            return None;
        }
        Some(if ends_of_other.0 { Category::CutOffStart } else { Category::CutOffEnd })
    }

    /// Sums a selection, fits the terms, and counts what remains open. Takes one pass over the charges of the window,
    /// and more where charges have to be rounded one by one.
    pub(crate) fn evaluate(&self, selection: ChargeSelection) -> Result<Hypothesis> {
        let group_sums = self.charges.group_sums(&selection)?;
        let line_sums = self.charges.line_sums(&group_sums)?;
        let fit = self.fitting().best_fit(&selection, &line_sums)?;
        let unclaimed = group_sums
            .iter()
            .enumerate()
            .filter(|(usage_group, charged): &(usize, &ChargeSum)| {
                self.charges.line_groups.line_group_of(*usage_group).is_none() && !charged.billed.is_zero()
            })
            .count();
        let assumed = self.assumed(&selection);
        let lines = self.line_groups.iter().zip(&line_sums).zip(&fit.reproduced).enumerate();
        let same_calls = lines.filter(|(number, ((line_group, charged), reproduced))| {
            let sure = line_group.calls.is_some() && !assumed.contains(number);
            reproduced.is_none() && sure && same_usage(line_group, charged)
        });
        // Lines with the right calls and another amount: their usage is sure, and only the price is open.
        let repriced = same_calls.count();
        let (false_positives, rivals) = (None, Vec::new());
        let moved = selection.window != self.stated;
        let (of_other_charges, by_chance, cut_elsewhere) = (false, false, false);
        let late = self.charges.late_in(&selection).collect();
        let placed = selection.withdrawn.iter().filter(|(_, line_group)| line_group.is_some()).count();
        let unplaced = self.charges.withdrawn_in(selection.window).count() > placed;
        Ok(Hypothesis {
            selection,
            group_sums,
            line_sums,
            fit,
            false_positives,
            unclaimed,
            repriced,
            assumed,
            moved,
            of_other_charges,
            late,
            twinned: Vec::new(),
            ends_are_right: false,
            unplaced,
            by_chance,
            cut_elsewhere,
            rivals,
        })
    }

    /// Returns the line groups of which it is only supposed which charges they bill.
    fn assumed(&self, selection: &ChargeSelection) -> Vec<usize> {
        let span = self.charges.span(selection.window);
        let copies = selection.copies.iter().filter(|copy| span.contains(copy));
        let copied = copies.filter_map(|copy| self.charges.all.get(*copy));
        let copied = copied.filter_map(|charge| self.charges.line_groups.line_group_of(charge.usage_group));
        copied.chain(selection.withdrawn.iter().filter_map(|(_, line_group)| *line_group)).collect()
    }

    /// Returns the search for terms over the same charges and lines.
    fn fitting(&self) -> PricingFitter<'_> {
        PricingFitter { charges: self.charges, line_groups: self.line_groups, digit: self.digit }
    }

    /// Returns the charges as they were when the invoice was issued, if anything has changed since.
    fn as_issued(&self) -> Result<Option<ChargeSelection>> {
        if !self.charges.changed_in(self.stated) {
            return Ok(None);
        }
        let mut selection = ChargeSelection { as_issued: true, ..ChargeSelection::now(self.stated) };
        // Where a withdrawn charge was is found from what the lines lack without it, hence after the selection is made.
        selection.withdrawn = self.place_withdrawn(&selection)?;
        Ok(Some(selection))
    }
}
