//! Other instants for the ends of the period.

use std::collections::BTreeSet;

use cost_model::Window;

use crate::error::Result;
use crate::input::line_groups::Claim;
use crate::input::usage::Charge;
use crate::model::category::Category;
use crate::model::evidence::Coincidences;
use crate::search::best::Search;
use crate::search::cut_off::{Interval, Times};
use crate::search::hypothesis::Hypothesis;
use crate::search::matched_groups::cells_behind;
use crate::search::pricing_fit::{Fit, same_usage, states_tokens};
use crate::search::selection::{Pot, View};
use crate::search::whole_hour_cutoffs;

impl Hypothesis {
    /// Where all counts agree without a cut, one line that comes right by it may as well have another price.
    fn or_a_price(self, all_agree: bool) -> Self {
        let one_line = self.complete() && self.coincidences > Some(Coincidences::of(0, 1));
        Self { by_chance: self.by_chance || (all_agree && one_line), ..self }
    }
}

impl Search<'_> {
    /// The hypothesis with other instants for the ends of the period, as the lines' calls place them.
    pub(crate) fn recut(&self, base: &Hypothesis) -> Result<Vec<Hypothesis>> {
        if self.claims.iter().all(|claim| claim.calls.is_none()) {
            return whole_hour_cutoffs::recut(self, base);
        }
        // Lines that withdrawn charges were on disagree for now: where those were depends on the cut.
        let view = View { withdrawn: Vec::new(), ..base.view.clone() };
        let times = Times::of(self.charges, self.claims, &view, (self.reach, self.digit));
        let (counted, agree) = (times.counted(), times.agree(base.view.window));
        // Where more charges are held than were announced, lines that count fewer are no evidence of a cut.
        let copies = u64::try_from(base.view.copies.len()).unwrap_or(u64::MAX);
        let held_twice = self.completeness.surplus > copies;
        if held_twice || self.lacking_explains(base) {
            return Ok(Vec::new());
        }
        let (start, end) = (self.stated.start(), self.stated.end());
        // An end and a start that do equally well are told as rivals; both at once only where neither does it alone.
        let mut tied = false;
        let mut cuts = vec![(None, times.end(start, end)), (times.start(start, end), None)];
        // Twice for each line that is right.
        let all_right = self.claims.iter().filter(|claim| claim.calls.is_some()).count().saturating_mul(2);
        let is_whole = |found: Interval| found.agree == counted && found.right >= all_right;
        if !cuts.iter().any(|(start, end)| start.or(*end).is_some_and(is_whole)) {
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
                if cut.as_ref().is_some_and(|cut| cut.complete() && !cut.by_chance) {
                    enough = agreeing;
                }
                found.extend(cut.filter(|cut| !all_agree || cut.complete()));
            }
        }
        found.extend(self.at_other_times_of_day(base, &times)?);
        Ok(found)
    }

    /// The cuts of both ends at one other time of day by which every line is right.
    fn at_other_times_of_day(&self, base: &Hypothesis, times: &Times) -> Result<Vec<Hypothesis>> {
        let mut found: Vec<Hypothesis> = Vec::new();
        for window in whole_hour_cutoffs::shifted(self.stated) {
            let span = self.charges.span(window);
            let known = || found.iter().any(|cut| self.charges.span(cut.view.window) == span);
            if times.agree(window) == times.counted() && !known() {
                let only_amounts = times.agree(base.view.window) == times.counted();
                let cut = self.cut_to(base, window)?.filter(Hypothesis::complete);
                found.extend(cut.map(|cut| cut.or_a_price(only_amounts)));
            }
        }
        Ok(found)
    }

    fn cut_at(
        &self,
        base: &Hypothesis,
        start: Option<Interval>,
        end: Option<Interval>,
    ) -> Result<Option<Hypothesis>> {
        let instant = |interval: Option<Interval>, stated| {
            interval.map_or(Some(stated), |found| found.instant(stated, self.likely_offsets))
        };
        let (first, last) = (instant(start, self.stated.start()), instant(end, self.stated.end()));
        let Some(window) = first.zip(last).and_then(|(first, last)| Window::new(first, last).ok()) else {
            return Ok(None);
        };
        self.cut_to(base, window)
    }

    fn cut_to(&self, base: &Hypothesis, window: Window) -> Result<Option<Hypothesis>> {
        if window == base.view.window {
            return Ok(None);
        }
        let mut view = View { window, ..base.view.clone() };
        if view.as_issued {
            view.withdrawn.clear();
            view.withdrawn = self.place_withdrawn(&view)?;
        }
        let cut = self.suppose(view)?;
        let coincidences = self.coincidences(base, &cut);
        let unlikely = coincidences > Coincidences::LIMIT;
        if self.breaks_a_line(base, &cut) || !(cut.complete() || self.is_sure(base, &cut)) {
            return Ok(None);
        }
        if unlikely {
            return Ok(Some(Hypothesis { by_chance: true, ..cut }).filter(Hypothesis::complete));
        }
        Ok(Some(Hypothesis { coincidences: Some(coincidences), ..cut }))
    }

    /// Whether a cut that leaves some line wrong is known for all that: it moves one end, every line counts its calls, and
    /// the charges next to it on both sides are on lines that are right. Charges that are lacking or changed since the
    /// invoice was issued would let other instants fit as well.
    fn is_sure(&self, base: &Hypothesis, cut: &Hypothesis) -> bool {
        let window = cut.view.window;
        let moved_start = window.start() != self.stated.start();
        let moved_end = window.end() != self.stated.end();
        let unchanged = self.charges.before.is_empty() && self.charges.withdrawn.is_empty();
        if moved_start == moved_end || !unchanged || self.completeness.is_short() {
            return false;
        }
        let behind = cells_behind(self.charges.claims, cut);
        let pot = |cells: &Vec<usize>| Pot::sum(cells.iter().filter_map(|cell| cut.cells.get(*cell)));
        let lines = || self.claims.iter().zip(&behind).enumerate();
        let is_right = |number: usize, claim: &Claim, cells: &Vec<usize>| {
            let reproduced = cut.fit.reproduced.get(number).is_some_and(Option::is_some);
            let relabelled = *cells != self.charges.claims.cells_of(number);
            reproduced || relabelled || pot(cells).is_ok_and(|pot| states_tokens(claim, &pot))
        };
        let all_agree =
            lines().all(|(_, (claim, cells))| pot(cells).is_ok_and(|pot| same_usage(claim, &pot)));
        let right: BTreeSet<usize> = lines()
            .filter(|(number, (claim, cells))| is_right(*number, claim, cells))
            .flat_map(|(_, (_, cells))| cells.iter().copied())
            .collect();
        let span = self.charges.span(window);
        let next = if moved_start { span.start } else { span.end };
        let on_right_line = |place: Option<usize>| {
            place
                .and_then(|place| self.charges.all.get(place))
                .is_some_and(|charge| right.contains(&charge.cell))
        };
        let gains = cut.fit.count() > base.fit.count();
        gains && all_agree && on_right_line(next.checked_sub(1)) && on_right_line(Some(next))
    }

    /// Whether every line that is not right counts more calls than there are, and just so many charges are known to be
    /// lacking: that is evidence, and no cut has to be looked for.
    fn lacking_explains(&self, base: &Hypothesis) -> bool {
        let mut lacking = 0_u64;
        for ((claim, pot), reproduced) in self.claims.iter().zip(&base.pots).zip(&base.fit.reproduced) {
            match (reproduced, claim.calls) {
                (Some(_), _) => {}
                (None, Some(calls)) if calls > pot.records => {
                    lacking = lacking.saturating_add(calls - pot.records);
                }
                (None, _) => return false,
            }
        }
        base.unclaimed == 0 && self.completeness.gaps.is_empty() && lacking <= self.completeness.lacking
    }

    /// Whether a line counts its calls right before the cut and no longer after it, or has too many only then.
    fn breaks_a_line(&self, base: &Hypothesis, cut: &Hypothesis) -> bool {
        let right = |claim: &Claim, pot: &Pot| claim.calls.is_some() && same_usage(claim, pot);
        let surplus = |claim: &Claim, pot: &Pot| claim.calls.is_some_and(|calls| calls < pot.records);
        let mut lines = self.claims.iter().zip(base.pots.iter().zip(&cut.pots));
        lines.any(|(claim, (before, after))| {
            (right(claim, before) && !right(claim, after))
                || (!surplus(claim, before) && surplus(claim, after))
        })
    }

    /// A cut that puts one line right may do so by chance: as many cuts are tried as there are instants near, and each
    /// comes to one of as many amounts as the line's charges differ by. A second line makes chance vanish. A line that was
    /// right but for its count gains nothing: a charge may stand for several calls.
    fn coincidences(&self, base: &Hypothesis, cut: &Hypothesis) -> Coincidences {
        const TRIES: u64 = 2;
        let gained: Vec<usize> = (0..self.claims.len())
            .filter(|number| {
                let reproduced = |fit: &Fit| fit.reproduced.get(*number).is_some_and(Option::is_some);
                let line = self.claims.get(*number).zip(base.pots.get(*number));
                let near = line.is_some_and(|(claim, pot)| self.digit.is_near(claim.asked, pot.billed));
                reproduced(&cut.fit) && !reproduced(&base.fit) && !near
            })
            .collect();
        let only = match gained[..] {
            // Where charges are known to be lacking, one line is no evidence of a cut.
            [_] if self.completeness.is_short() => return Coincidences::of(1, 1),
            [only] => only,
            // No line gains by leaving out what no line names: that is worth something only if nothing is left over.
            [] if !cut.complete() || cut.unclaimed >= base.unclaimed => return Coincidences::of(1, 1),
            _ => return Coincidences::of(0, 1),
        };
        let of_line = |charge: &&Charge| self.charges.claims.claim_of(charge.cell) == Some(only);
        let amounts = self.charges.all.iter().filter(of_line).map(|charge| charge.billed.units());
        Coincidences::of(TRIES, self.digit.spread(amounts).saturating_add(1))
    }
}
