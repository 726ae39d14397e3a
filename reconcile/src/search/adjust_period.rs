//! Other instants for the ends of the period.
//!
//! Lines that count their calls place the ends by those counts (`search::cut_off`); without counts, only whole hours
//! are tried (`search::whole_hour_cutoffs`), since any amount is met at some instant. A cut is believed only if it
//! breaks no line that was right before, explains everything or is held in place by charges on both sides, and is less
//! likely by chance than the limit in `FalsePositiveRate`.

use std::collections::BTreeSet;

use cost_model::Window;

use crate::error::Result;
use crate::input::line_groups::LineGroup;
use crate::input::usage::Charge;
use crate::model::category::Category;
use crate::model::evidence::FalsePositiveRate;
use crate::search::best::Search;
use crate::search::cut_off::{CallTimes, Interval};
use crate::search::hypothesis::Hypothesis;
use crate::search::matched_groups::matched_groups;
use crate::search::pricing_fit::{same_usage, states_tokens};
use crate::search::selection::{ChargeSelection, ChargeSum};
use crate::search::whole_hour_cutoffs;

impl Hypothesis {
    /// Returns the same hypothesis, as one that may be due to chance where all counts agree without a cut and it puts one line
    /// right: that line may as well have another price.
    fn or_a_price(self, all_agree: bool) -> Self {
        let one_line = self.is_complete() && self.false_positives > Some(FalsePositiveRate::expected(0, 1));
        Self { by_chance: self.by_chance || (all_agree && one_line), ..self }
    }
}

impl Search<'_> {
    /// Returns the hypothesis with other instants for the ends of the period, as the lines' calls place them.
    pub(crate) fn adjust_period(&self, base: &Hypothesis) -> Result<Vec<Hypothesis>> {
        if self.line_groups.iter().all(|line_group| line_group.calls.is_none()) {
            return whole_hour_cutoffs::find_cutoffs(self, base);
        }
        // Lines that withdrawn charges were on disagree for now: where those were depends on the cut.
        let selection = ChargeSelection { withdrawn: Vec::new(), ..base.selection.clone() };
        let times = CallTimes::collect(self.charges, self.line_groups, &selection, (self.reach, self.digit));
        let (counted, agree) = (times.counted(), times.agree(base.selection.window));
        // Where more charges are held than were announced, lines that count fewer are no evidence of a cut.
        let copies = u64::try_from(base.selection.copies.len()).unwrap_or(u64::MAX);
        let held_twice = self.completeness.surplus > copies;
        if held_twice || self.lacking_explains(base) {
            return Ok(Vec::new());
        }
        let (start, end) = (self.stated.start(), self.stated.end());
        // An end and a start that do equally well are told as rivals; both at once only where neither does it alone.
        let mut tied = false;
        let mut cuts = vec![(None, times.end(start, end)), (times.start(start, end), None)];
        // Twice for each line that is right.
        let all_right =
            self.line_groups.iter().filter(|line_group| line_group.calls.is_some()).count().saturating_mul(2);
        if !cuts.iter().any(|(start, end)| {
            start.or(*end).is_some_and(|found: Interval| found.agree == counted && found.right >= all_right)
        }) {
            let both = times.both(self.stated);
            tied = both.is_some_and(|both| both.tied);
            cuts.extend(both.map(|both| (Some(both.start), Some(both.end))));
        }
        let mut found = Vec::new();
        // Only a cut that as many lines agree on can rival one that puts every line right.
        // Where all counts agree as it is, a cut has to make all amounts right as well.
        let all_agree = agree == counted;
        let mut enough = if all_agree { agree } else { agree + 1 };
        for (start, end) in cuts {
            let agreeing = start.or(end).map_or(0, |interval| interval.agree);
            if agreeing >= enough {
                let mut cut = self.cut_at(base, start, end)?.map(|cut| cut.or_a_price(all_agree));
                if let (Some(cut), true, true) = (&mut cut, tied, start.is_some() && end.is_some()) {
                    cut.rivals = vec![Category::CutOffStart, Category::CutOffEnd];
                }
                if cut.as_ref().is_some_and(|cut| cut.is_complete() && !cut.by_chance) {
                    enough = agreeing;
                }
                found.extend(cut.filter(|cut| !all_agree || cut.is_complete()));
            }
        }
        found.extend(self.at_other_times_of_day(base, &times)?);
        Ok(found)
    }

    /// Returns the cuts of both ends at one other time of day by which every line is right.
    fn at_other_times_of_day(&self, base: &Hypothesis, times: &CallTimes) -> Result<Vec<Hypothesis>> {
        let mut found: Vec<Hypothesis> = Vec::new();
        for window in whole_hour_cutoffs::shifted(self.stated) {
            let span = self.charges.span(window);
            if times.agree(window) == times.counted()
                // Windows with the same charges are one hypothesis.
                && !found.iter().any(|cut| self.charges.span(cut.selection.window) == span)
            {
                let only_amounts = times.agree(base.selection.window) == times.counted();
                let cut = self.cut_to(base, window)?.filter(Hypothesis::is_complete);
                found.extend(cut.map(|cut| cut.or_a_price(only_amounts)));
            }
        }
        Ok(found)
    }

    /// Returns the cut at the likeliest instants of these intervals; an end without an interval is as stated.
    fn cut_at(
        &self,
        base: &Hypothesis,
        start: Option<Interval>,
        end: Option<Interval>,
    ) -> Result<Option<Hypothesis>> {
        let [first, last] =
            [(start, self.stated.start()), (end, self.stated.end())].map(|(interval, stated)| {
                interval.map_or(Some(stated), |found| found.instant(stated, self.likely_offsets))
            });
        let Some(window) = first.zip(last).and_then(|(first, last)| Window::new(first, last).ok()) else {
            return Ok(None);
        };
        self.cut_to(base, window)
    }

    /// Returns the hypothesis for another window, if its evidence is enough. One that chance would explain is returned
    /// only if all lines are right, and is marked: it is not chosen, but the reader is told that such a cut exists.
    fn cut_to(&self, base: &Hypothesis, window: Window) -> Result<Option<Hypothesis>> {
        if window == base.selection.window {
            return Ok(None);
        }
        let mut selection = ChargeSelection { window, ..base.selection.clone() };
        // Which withdrawn charges lie in the window, and on which lines, depends on the window.
        if selection.as_issued {
            selection.withdrawn.clear();
            selection.withdrawn = self.place_withdrawn(&selection)?;
        }
        let cut = self.evaluate(selection)?;
        let false_positives = self.false_positives(base, &cut);
        let unlikely = false_positives > FalsePositiveRate::LIMIT;
        if self.breaks_a_line(base, &cut) || !(cut.is_complete() || self.is_sure(base, &cut)) {
            return Ok(None);
        }
        if unlikely {
            return Ok(Some(Hypothesis { by_chance: true, ..cut }).filter(Hypothesis::is_complete));
        }
        Ok(Some(Hypothesis { false_positives: Some(false_positives), ..cut }))
    }

    /// Returns whether a cut that leaves some line wrong is known for all that: it moves one end, every line counts its calls, and
    /// the charges next to it on both sides are on lines that are right. Charges that are lacking or changed since the
    /// invoice was issued would let other instants fit as well.
    fn is_sure(&self, base: &Hypothesis, cut: &Hypothesis) -> bool {
        let window = cut.selection.window;
        let moved_start = window.start() != self.stated.start();
        let moved_end = window.end() != self.stated.end();
        let unchanged = self.charges.before.is_empty() && self.charges.withdrawn.is_empty();
        if moved_start == moved_end || !unchanged || self.completeness.is_short() {
            return false;
        }
        let behind = matched_groups(self.charges.line_groups, cut);
        let (mut all_agree, mut right) = (true, BTreeSet::new());
        for (number, (line_group, usage_groups)) in self.line_groups.iter().zip(&behind).enumerate() {
            let charged = cut.sum_of(usage_groups).ok();
            all_agree &= charged.as_ref().is_some_and(|charged| same_usage(line_group, charged));
            let relabelled = *usage_groups != self.charges.line_groups.usage_groups_of(number);
            if cut.fit.reproduces(number)
                || relabelled
                || charged.is_some_and(|charged| states_tokens(line_group, &charged))
            {
                right.extend(usage_groups.iter().copied());
            }
        }
        let span = self.charges.span(window);
        let next = if moved_start { span.start } else { span.end };
        let beside = [next.checked_sub(1), Some(next)].map(|place| self.charges.all.get(place?));
        let on_right_lines =
            beside.into_iter().all(|charge| charge.is_some_and(|charge| right.contains(&charge.usage_group)));
        let gains = cut.fit.count() > base.fit.count();
        gains && all_agree && on_right_lines
    }

    /// Returns whether every line that is not right counts more calls than there are, and exactly that many charges are known to be
    /// lacking: that is evidence, and no cut has to be looked for.
    fn lacking_explains(&self, base: &Hypothesis) -> bool {
        let mut lacking = 0_u64;
        for ((line_group, charged), reproduced) in
            self.line_groups.iter().zip(&base.line_sums).zip(&base.fit.reproduced)
        {
            match (reproduced, line_group.calls) {
                (Some(_), _) => {}
                (None, Some(calls)) if calls > charged.records => {
                    lacking = lacking.saturating_add(calls - charged.records);
                }
                (None, _) => return false,
            }
        }
        base.unclaimed == 0 && self.completeness.gaps.is_empty() && lacking <= self.completeness.lacking
    }

    /// Returns whether a line counts its calls right before the cut and no longer after it, or has too many only then.
    fn breaks_a_line(&self, base: &Hypothesis, cut: &Hypothesis) -> bool {
        let mut lines = self.line_groups.iter().zip(base.line_sums.iter().zip(&cut.line_sums));
        lines.any(|(line_group, (before, after))| {
            (counts_right(line_group, before) && !counts_right(line_group, after))
                || (!has_surplus(line_group, before) && has_surplus(line_group, after))
        })
    }

    /// Returns the expected number of such cuts by chance. A cut that puts one line right may do so by chance: as many cuts are
    /// tried as there are instants near, and each adds up to one of as many amounts as the line's charges differ by. A second line makes chance vanish. A line that was
    /// right but for its count gains nothing: a charge may represent several calls.
    fn false_positives(&self, base: &Hypothesis, cut: &Hypothesis) -> FalsePositiveRate {
        const TRIES: u64 = 2;
        let gained: Vec<usize> = (0..self.line_groups.len())
            .filter(|number| {
                let line = self.line_groups.get(*number).zip(base.line_sums.get(*number));
                let near = line.is_some_and(|(line_group, charged)| {
                    self.digit.is_near(line_group.amount, charged.billed)
                });
                cut.fit.reproduces(*number) && !base.fit.reproduces(*number) && !near
            })
            .collect();
        let only = match gained[..] {
            // Where charges are known to be lacking, one line is no evidence of a cut.
            [_] if self.completeness.is_short() => return FalsePositiveRate::expected(1, 1),
            [only] => only,
            // No line gains by leaving out what no line names: that is worth something only if nothing is left over.
            [] if !cut.is_complete() || cut.unclaimed >= base.unclaimed => {
                return FalsePositiveRate::expected(1, 1);
            }
            _ => return FalsePositiveRate::expected(0, 1),
        };
        let amounts = self
            .charges
            .all
            .iter()
            .filter(|charge: &&Charge| {
                self.charges.line_groups.line_group_of(charge.usage_group) == Some(only)
            })
            .map(|charge| charge.billed.units());
        FalsePositiveRate::expected(TRIES, self.digit.spread(amounts).saturating_add(1))
    }
}

/// Whether a line that counts calls counts the charges that are held, tokens included where it states them.
fn counts_right(line_group: &LineGroup, charged: &ChargeSum) -> bool {
    line_group.calls.is_some() && same_usage(line_group, charged)
}

/// Whether more charges are held than a line counts calls.
fn has_surplus(line_group: &LineGroup, charged: &ChargeSum) -> bool {
    line_group.calls.is_some_and(|calls| calls < charged.records)
}
