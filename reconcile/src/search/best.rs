//! Which charges an invoice asks for: the plainest hypothesis that explains the most lines.

use crate::search::hypothesis::Hypothesis;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use chrono::FixedOffset;
use cost_model::{Money, Window};

use crate::error::Result;
use crate::input::completeness::Completeness;
use crate::input::last_digit::LastDigit;
use crate::input::line_groups::Claim;
use crate::model::amounts::size;
use crate::model::category::Category;
use crate::search::pricing_fit::{Fit, Fitting, same_usage, states_tokens};
use crate::search::selection::{Charges, Pot, View};
use crate::search::uniform_factor::factor;

/// Searches among hypotheses.
pub(crate) struct Search<'a> {
    pub(crate) charges: &'a Charges<'a>,
    pub(crate) claims: &'a [Claim],
    pub(crate) completeness: &'a Completeness,
    pub(crate) stated: Window,
    /// How far from its stated instant a cut is looked for, in milliseconds.
    pub(crate) reach: i64,
    pub(crate) digit: LastDigit,
    pub(crate) likely_offsets: &'a [FixedOffset],
}

impl Search<'_> {
    /// The hypothesis that explains the most; the plainest of them.
    pub(crate) fn best(&self) -> Result<Hypothesis> {
        let plain = self.suppose(View::now(self.stated))?;
        // What is known to have changed since counts, unless the invoice knows better.
        let known = self.as_issued()?.map(|view| self.suppose(view)).transpose()?;
        let bases: Vec<Hypothesis> = known.into_iter().chain([plain]).collect();
        let mut found = Vec::new();
        for base in &bases {
            if self.claims.is_empty() || base.complete() {
                break;
            }
            let recut = self.recut(base)?;
            for copies in self.copies(base) {
                let single = self.suppose(View { copies, ..base.view.clone() })?;
                // Two suppositions at once are taken only if they leave nothing open.
                let single_and_recut = self.recut(&single)?.into_iter().filter(Hypothesis::complete);
                found.extend(Some(single).filter(|single| self.copies_are_shown(single)));
                found.extend(single_and_recut);
            }
            for cut in recut.iter().filter(|cut| !cut.by_chance) {
                for copies in self.copies(cut) {
                    let single = self.suppose(View { copies, ..cut.view.clone() })?;
                    let single = Hypothesis { coincidences: cut.coincidences, ..single };
                    found.extend(Some(single).filter(Hypothesis::complete));
                }
            }
            found.extend(recut);
        }
        let cut_elsewhere = found.iter().any(|each| each.by_chance);
        found.retain(|each| !each.by_chance);
        let mut all = bases.into_iter().chain(found);
        let first = all.next().map_or_else(|| self.suppose(View::now(self.stated)), Ok)?;
        let best = all.fold(first, |best, other| self.better(best, other));
        let best = self.with_evidence_of_lines(best)?;
        if self.is_of_others(&best) {
            return self.as_stated();
        }
        let claim_of = |place: &usize| {
            self.charges.all.get(*place).and_then(|charge| self.charges.claims.claim_of(charge.cell))
        };
        let twinned = self.twins(&best).iter().filter_map(claim_of).collect();
        let ends_are_right = self.ends_are_right(&best.view, &best.fit);
        let fit = self.fitting().with_all_policies(best.fit, &best.view, &best.pots)?;
        Ok(Hypothesis { fit, twinned, ends_are_right, cut_elsewhere, ..best })
    }

    /// Whether hardly any line fits the charges, by its amount, its tokens or a count of calls that says something: an
    /// invoice of another team, or of another period.
    fn is_of_others(&self, best: &Hypothesis) -> bool {
        const FEWEST: usize = 3;
        const MANY: u64 = 20;
        let lines = self.claims.iter().zip(&best.pots).zip(&best.fit.reproduced);
        let telling: Vec<_> =
            lines.filter(|((claim, _), _)| claim.calls != Some(0) && !claim.asked.is_zero()).collect();
        let counted = |(claim, pot): &(&Claim, &Pot)| claim.calls.is_some() && same_usage(claim, pot);
        let fits = |line: &&((&Claim, &Pot), &Option<Money>)| {
            let ((claim, pot), reproduced) = **line;
            reproduced.is_some()
                || states_tokens(claim, pot)
                || (counted(&(claim, pot)) && claim.calls.is_some_and(|calls| calls >= MANY))
        };
        let agree = telling.iter().filter(|(line, _)| counted(line)).count();
        telling.len() >= FEWEST
            && !self.completeness.is_short()
            && telling.iter().filter(fits).count().saturating_mul(5) <= telling.len()
            && agree.saturating_mul(2) < telling.len()
            && !self.is_nearly_right(best)
    }

    /// Whether the lines as a whole ask for about what was charged: then they are about these charges, however they differ.
    fn is_nearly_right(&self, best: &Hypothesis) -> bool {
        let near = |(claim, pot): &(&Claim, &Pot)| {
            let off = claim.asked.checked_sub(pot.billed).map_or(u128::MAX, size);
            off <= size(pot.billed) / 50 || off < self.digit.size().saturating_mul(5)
        };
        let lines = || self.claims.iter().zip(&best.pots);
        lines().filter(near).count().saturating_mul(2) >= self.claims.len()
            || factor(lines(), self.digit).is_some()
    }

    /// Whether the charges next to both ends of the window, inside and outside, are on lines that are right: then no other
    /// cut leaves those lines right.
    fn ends_are_right(&self, view: &View, fit: &Fit) -> bool {
        let span = self.charges.span(view.window);
        let is_right = |place: usize| {
            let Some(charge) = self.charges.all.get(place) else { return true };
            let claim = self.charges.claims.claim_of(charge.cell);
            claim.is_some_and(|claim| fit.reproduced.get(claim).is_some_and(Option::is_some))
        };
        let inside = [span.start, span.end.saturating_sub(1)];
        let outside = [span.start.checked_sub(1), Some(span.end)];
        inside.into_iter().chain(outside.into_iter().flatten()).all(is_right)
    }

    /// The charges of the stated period as they are held, with nothing supposed.
    fn as_stated(&self) -> Result<Hypothesis> {
        let plain = self.suppose(View::now(self.stated))?;
        let fit = self.fitting().plain(&plain.view, &plain.pots)?;
        Ok(Hypothesis { fit, of_others: true, ..plain })
    }

    /// The same hypothesis with the charges as they were when the invoice was issued only where their lines show it: by
    /// their amounts, or by their calls and tokens. That a store saw a charge late does not say that the invoice did.
    fn with_evidence_of_lines(&self, best: Hypothesis) -> Result<Hypothesis> {
        if !best.view.as_issued {
            return Ok(best);
        }
        let now = View { as_issued: false, withdrawn: Vec::new(), ..best.view.clone() };
        let now = self.suppose(now)?;
        let late: BTreeSet<usize> = self.charges.late_in(&best.view).collect();
        let right =
            |each: &Hypothesis, number: usize| each.fit.reproduced.get(number).is_some_and(Option::is_some);
        let counted = |each: &Hypothesis, number: usize| {
            let claim = self.claims.get(number).zip(each.pots.get(number));
            claim.is_some_and(|(claim, pot)| claim.calls.is_some() && same_usage(claim, pot))
        };
        let rank = |each: &Hypothesis, number: usize| (right(each, number), counted(each, number));
        // An amount that is known to have been another one stays known where the line is explained at all.
        let is_shown = |number: &usize| match rank(&best, *number).cmp(&rank(&now, *number)) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => {
                let explained = rank(&best, *number) > (false, false) || self.lacks_calls(&best, *number);
                // A withdrawn charge that the line counts shows that it is as it was issued.
                let withdrawn = best.view.withdrawn.iter().any(|(_, claim)| *claim == Some(*number));
                explained && (withdrawn || !late.contains(number))
            }
        };
        let changed_lines = (0..self.claims.len()).filter(|number| !is_shown(number)).map(Some);
        let beside_lines = (best.unclaimed >= now.unclaimed).then_some(None);
        let as_now: Vec<Option<usize>> = changed_lines.chain(beside_lines).collect();
        let mut view = View { as_now, ..best.view.clone() };
        view.withdrawn.retain(|(_, claim)| !view.as_now.contains(claim));
        let shown = self.suppose(view)?;
        let (coincidences, rivals) = (best.coincidences, best.rivals);
        Ok(Hypothesis { coincidences, rivals, ..shown })
    }

    /// Whether a line counts more calls than there are, and charges are known to be lacking.
    fn lacks_calls(&self, found: &Hypothesis, number: usize) -> bool {
        let claim = self.claims.get(number).zip(found.pots.get(number));
        let lacks = |(claim, pot): (&Claim, &Pot)| claim.calls.is_some_and(|calls| calls > pot.records);
        self.completeness.is_short() && claim.is_some_and(lacks)
    }

    fn better(&self, mut best: Hypothesis, other: Hypothesis) -> Hypothesis {
        let rank = |each: &Hypothesis| (each.score(), std::cmp::Reverse(each.suppositions(self.stated)));
        match rank(&other).cmp(&rank(&best)) {
            Ordering::Less => best,
            Ordering::Greater => other,
            Ordering::Equal => {
                let rival = self.rival(&best, &other).filter(|rival| !best.rivals.contains(rival));
                best.rivals.extend(rival);
                best
            }
        }
    }

    /// What `other` says instead, if it rests on the same sort of evidence and comes to something else.
    fn rival(&self, best: &Hypothesis, other: &Hypothesis) -> Option<Category> {
        let moved = |each: &Hypothesis| {
            let start = each.view.window.start() != self.stated.start();
            let end = each.view.window.end() != self.stated.end();
            (start, end)
        };
        let searched = |each: &Hypothesis| moved(each) != (false, false);
        let same_charges = self.charges.span(best.view.window) == self.charges.span(other.view.window);
        let same_end = moved(best) == moved(other) && moved(best) != (true, true);
        if !searched(best) || !searched(other) || same_charges || same_end {
            return None;
        }
        Some(if moved(other).0 { Category::CutOffStart } else { Category::CutOffEnd })
    }

    pub(crate) fn suppose(&self, view: View) -> Result<Hypothesis> {
        let cells = self.charges.cells(&view)?;
        let pots = self.charges.pots(&cells)?;
        let fit = self.fitting().best(&view, &pots)?;
        let unnamed = |(cell, pot): &(usize, &Pot)| {
            self.charges.claims.claim_of(*cell).is_none() && !pot.billed.is_zero()
        };
        let unclaimed = cells.iter().enumerate().filter(unnamed).count();
        let supposed = self.supposed(&view);
        let lines = self.claims.iter().zip(&pots).zip(&fit.reproduced).enumerate();
        let same_calls = lines.filter(|(number, ((claim, pot), reproduced))| {
            let sure = claim.calls.is_some() && !supposed.contains(number);
            reproduced.is_none() && sure && same_usage(claim, pot)
        });
        let repriced = same_calls.count();
        let (coincidences, rivals) = (None, Vec::new());
        let moved = view.window != self.stated;
        let (of_others, by_chance, cut_elsewhere) = (false, false, false);
        let late = self.charges.late_in(&view).collect();
        let placed = view.withdrawn.iter().filter(|(_, claim)| claim.is_some()).count();
        let unplaced = self.charges.withdrawn_in(view.window).count() > placed;
        Ok(Hypothesis {
            view,
            cells,
            pots,
            fit,
            coincidences,
            unclaimed,
            repriced,
            supposed,
            moved,
            of_others,
            late,
            twinned: Vec::new(),
            ends_are_right: false,
            unplaced,
            by_chance,
            cut_elsewhere,
            rivals,
        })
    }

    /// The claims of which it is only supposed which charges they ask for.
    fn supposed(&self, view: &View) -> Vec<usize> {
        let span = self.charges.span(view.window);
        let copies = view.copies.iter().filter(|copy| span.contains(copy));
        let copied = copies.filter_map(|copy| self.charges.all.get(*copy));
        let copied = copied.filter_map(|charge| self.charges.claims.claim_of(charge.cell));
        copied.chain(view.withdrawn.iter().filter_map(|(_, claim)| *claim)).collect()
    }

    fn fitting(&self) -> Fitting<'_> {
        Fitting { charges: self.charges, claims: self.claims, digit: self.digit }
    }

    /// The charges as they were when the invoice was issued, if anything has changed since.
    fn as_issued(&self) -> Result<Option<View>> {
        if !self.charges.changed_in(self.stated) {
            return Ok(None);
        }
        let mut view = View { as_issued: true, ..View::now(self.stated) };
        view.withdrawn = self.place_withdrawn(&view)?;
        Ok(Some(view))
    }
}
