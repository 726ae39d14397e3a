//! Which charges an invoice asks for: the plainest hypothesis that explains the most lines.

pub(crate) mod charges;
pub(crate) mod claims;
pub(crate) mod cut_off;
mod discounts;
pub(crate) mod fit;
mod last_digit;
mod nice_cuts;
pub(crate) mod view;
mod withdrawn;

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use cost_model::Window;

use crate::search::charges::Charge;
use crate::search::claims::Claim;
use crate::search::cut_off::{Interval, Times};
use crate::search::fit::{Fit, Fitting, same_usage};
use crate::search::view::{Charges, Pot, View};
use crate::stages::completeness::Completeness;
use crate::{Category, Coincidences, Result};

/// A hypothesis, and what it explains.
#[derive(Clone, Debug)]
pub(crate) struct Hypothesis {
    pub(crate) view: View,
    /// What each cell comes to, and each claim.
    pub(crate) cells: Vec<Pot>,
    pub(crate) pots: Vec<Pot>,
    pub(crate) fit: Fit,
    /// How often chance alone would have found such a cut.
    pub(crate) coincidences: Option<Coincidences>,
    /// How many cells have money that no line asks for.
    pub(crate) unclaimed: usize,
    /// How many lines count the calls that there are, and ask for another amount.
    pub(crate) repriced: usize,
    /// The claims of which it is only supposed which charges they ask for.
    pub(crate) supposed: Vec<usize>,
    /// What else explains as much with as many suppositions of the same sort.
    pub(crate) rivals: Vec<Category>,
}

impl Hypothesis {
    /// Lines that are reproduced, less the cells that no line asks for.
    fn score(&self) -> isize {
        let count = |number| isize::try_from(number).unwrap_or(isize::MAX);
        count(self.fit.count()) - count(self.unclaimed)
    }

    /// How much is supposed beside what the invoice says and what is known of the charges.
    fn suppositions(&self, stated: Window) -> usize {
        usize::from(!self.view.copies.is_empty())
            + usize::from(self.view.window.start() != stated.start())
            + usize::from(self.view.window.end() != stated.end())
            + self.repriced
    }

    pub(crate) fn complete(&self) -> bool {
        self.score() == isize::try_from(self.fit.reproduced.len()).unwrap_or(isize::MAX)
    }
}

/// Searches among hypotheses.
pub(crate) struct Search<'a> {
    pub(crate) charges: &'a Charges<'a>,
    pub(crate) claims: &'a [Claim],
    pub(crate) completeness: &'a Completeness,
    pub(crate) stated: Window,
    /// How far from its stated instant a cut is looked for, in milliseconds.
    pub(crate) reach: i64,
    pub(crate) decimals: u32,
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
                let single_and_recut = self.recut(&single)?;
                found.push(single);
                found.extend(single_and_recut);
            }
            for cut in &recut {
                for copies in self.copies(cut) {
                    let single = self.suppose(View { copies, ..cut.view.clone() })?;
                    found.push(Hypothesis { coincidences: cut.coincidences, ..single });
                }
            }
            found.extend(recut);
        }
        let mut all = bases.into_iter().chain(found);
        let first = all.next().map_or_else(|| self.suppose(View::now(self.stated)), Ok)?;
        let best = all.fold(first, |best, other| self.better(best, other));
        let fit = self.fitting().with_all_policies(best.fit, &best.view, &best.pots)?;
        Ok(Hypothesis { fit, ..best })
    }

    fn better(&self, mut best: Hypothesis, other: Hypothesis) -> Hypothesis {
        let rank = |each: &Hypothesis| (each.score(), std::cmp::Reverse(each.suppositions(self.stated)));
        match rank(&other).cmp(&rank(&best)) {
            Ordering::Less => best,
            Ordering::Greater => other,
            Ordering::Equal => {
                best.rivals.extend(self.rival(&best, &other));
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
        if !searched(best) || !searched(other) || moved(best) == moved(other) {
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
        let lines = self.claims.iter().zip(&pots).zip(&fit.reproduced);
        let same_calls = lines.filter(|((claim, pot), reproduced)| {
            reproduced.is_none() && claim.calls.is_some() && same_usage(claim, pot)
        });
        let repriced = same_calls.count();
        let supposed = self.supposed(&view);
        let (coincidences, rivals) = (None, Vec::new());
        Ok(Hypothesis { view, cells, pots, fit, coincidences, unclaimed, repriced, supposed, rivals })
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
        Fitting { charges: self.charges, claims: self.claims, decimals: self.decimals }
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

    pub(crate) fn last_digit(&self) -> u128 {
        10_u128.saturating_pow(24_u32.saturating_sub(self.decimals))
    }

    /// Which charges may be second copies of others: those of the lines that have just as many calls too many, or all.
    fn copies(&self, base: &Hypothesis) -> Vec<Vec<usize>> {
        let mut all = Vec::new();
        let mut by_claim: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut seen = HashSet::new();
        let mut instant = None;
        for (place, charge) in self.charges.all.iter().enumerate() {
            if instant.replace(charge.at) != Some(charge.at) {
                seen.clear();
            }
            if !seen.insert(charge.content()) {
                all.push(place);
                if let Some(claim) = self.charges.claims.claim_of(charge.cell) {
                    by_claim.entry(claim).or_default().push(place);
                }
            }
        }
        let span = self.charges.span(base.view.window);
        let surplus = |claim: usize| {
            let (claim, pot) = self.claims.get(claim).zip(base.pots.get(claim))?;
            usize::try_from(pot.records.checked_sub(claim.calls?)?).ok()
        };
        by_claim.retain(|claim, copies| {
            copies.retain(|copy| span.contains(copy));
            surplus(*claim) == Some(copies.len())
        });
        let mut counted: Vec<usize> = by_claim.into_values().flatten().collect();
        counted.sort_unstable();
        let mut sets = vec![counted, all];
        sets.dedup();
        sets.retain(|set| set.iter().any(|copy| span.contains(copy)));
        sets
    }

    /// The hypothesis with other instants for the ends of the period, as the lines' calls place them.
    fn recut(&self, base: &Hypothesis) -> Result<Vec<Hypothesis>> {
        if self.claims.iter().all(|claim| claim.calls.is_none()) {
            return crate::search::nice_cuts::recut(self, base);
        }
        // Lines that withdrawn charges were on disagree for now: where those were depends on the cut.
        let view = View { withdrawn: Vec::new(), ..base.view.clone() };
        let times = Times::of(self.charges, self.claims, &view, self.reach);
        let (counted, agree) = (times.counted(), times.agree(base.view.window));
        if agree == counted || self.lacking_explains(base) {
            return Ok(Vec::new());
        }
        let (start, end) = (self.stated.start(), self.stated.end());
        let mut cuts = vec![(None, times.end(start, end)), (times.start(start, end), None)];
        if cuts.iter().all(|(start, end)| start.or(*end).is_none_or(|found| found.agree < counted)) {
            cuts.extend(times.both(self.stated).map(|(start, end)| (Some(start), Some(end))));
        }
        let mut found = Vec::new();
        for (start, end) in cuts {
            let gained = start.or(end).is_some_and(|found| found.agree > agree);
            if gained {
                found.extend(self.cut_at(base, start, end)?);
            }
            if found.iter().any(Hypothesis::complete) {
                break;
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
        let first = start.map_or(Some(self.stated.start()), |found| found.instant(self.stated.start()));
        let last = end.map_or(Some(self.stated.end()), |found| found.instant(self.stated.end()));
        let Some(window) = first.zip(last).and_then(|(first, last)| Window::new(first, last).ok()) else {
            return Ok(None);
        };
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
        if coincidences > Coincidences::LIMIT || self.breaks_a_line(base, &cut) {
            return Ok(None);
        }
        Ok(Some(Hypothesis { coincidences: Some(coincidences), ..cut }))
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
    /// comes to one of as many amounts as the line's charges differ by. A second line makes chance vanish.
    fn coincidences(&self, base: &Hypothesis, cut: &Hypothesis) -> Coincidences {
        const TRIES: u64 = 2;
        let gained: Vec<usize> = (0..self.claims.len())
            .filter(|number| {
                let reproduced = |fit: &Fit| fit.reproduced.get(*number).is_some_and(Option::is_some);
                reproduced(&cut.fit) && !reproduced(&base.fit)
            })
            .collect();
        let only = match gained[..] {
            // Where charges are known to be lacking, one line is no evidence of a cut.
            [_] if self.completeness.is_short() => return Coincidences::of(1, 1),
            [only] => only,
            // No line gains by leaving out what no line names: that is worth something only if nothing is left over.
            [] if !cut.complete() => return Coincidences::of(1, 1),
            _ => return Coincidences::of(0, 1),
        };
        let amounts = || {
            let of_line = |charge: &&Charge| self.charges.claims.claim_of(charge.cell) == Some(only);
            self.charges.all.iter().filter(of_line).map(|charge| charge.billed.units())
        };
        let spread =
            amounts().max().unwrap_or(0).abs_diff(amounts().min().unwrap_or(0)) / self.last_digit().max(1);
        Coincidences::of(TRIES, u64::try_from(spread).unwrap_or(u64::MAX).saturating_add(1))
    }
}
