//! Which charges an invoice asks for: the plainest hypothesis that explains the most lines.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use cost_model::{Money, Window};

use crate::charges::Charge;
use crate::claims::Claim;
use crate::cut_off::{Interval, Times};
use crate::fit::{Fit, Fitting, same_usage};
use crate::view::{Charges, Pot, View};
use crate::{Category, Coincidences, Result};

/// A hypothesis, and what it explains.
#[derive(Clone, Debug)]
pub(crate) struct Hypothesis {
    pub(crate) view: View,
    pub(crate) pots: Vec<Pot>,
    pub(crate) fit: Fit,
    /// How often chance alone would have found such a cut.
    pub(crate) coincidences: Option<Coincidences>,
    /// What else explains as much with as many suppositions of the same sort.
    pub(crate) rivals: Vec<Category>,
}

impl Hypothesis {
    /// Lines that are reproduced, less the pots that no line asks for.
    fn score(&self) -> isize {
        let claims = self.fit.reproduced.len();
        let unclaimed = self.pots.iter().skip(claims).filter(|pot| !pot.billed.is_zero()).count();
        isize::try_from(self.fit.count()).unwrap_or(isize::MAX)
            - isize::try_from(unclaimed).unwrap_or(isize::MAX)
    }

    /// How much is supposed beside what the invoice says.
    fn suppositions(&self, stated: Window) -> usize {
        usize::from(self.view.as_issued)
            + usize::from(!self.view.copies.is_empty())
            + usize::from(self.view.window.start() != stated.start())
            + usize::from(self.view.window.end() != stated.end())
    }

    pub(crate) fn complete(&self) -> bool {
        self.score() == isize::try_from(self.fit.reproduced.len()).unwrap_or(isize::MAX)
    }
}

/// Searches among hypotheses.
pub(crate) struct Search<'a> {
    pub(crate) charges: &'a Charges<'a>,
    pub(crate) claims: &'a [Claim],
    pub(crate) stated: Window,
    pub(crate) decimals: u32,
}

impl Search<'_> {
    /// The hypothesis that explains the most; the plainest of them.
    pub(crate) fn best(&self) -> Result<Hypothesis> {
        let plain = self.suppose(View::now(self.stated))?;
        if plain.complete() || self.claims.is_empty() {
            return Ok(plain);
        }
        // What is known of the charges comes before any guess about instants.
        let mut others: Vec<Hypothesis> = Vec::new();
        if let Some(view) = self.as_issued()? {
            others.push(self.suppose(view)?);
        }
        if !others.iter().any(Hypothesis::complete) {
            for base in others.clone().iter().chain([&plain]) {
                others.extend(self.recut(base)?);
            }
        }
        for base in others.clone().iter().chain([&plain]) {
            if let Some(single) = self.without_copies(base)? {
                others.extend(self.recut(&single)?);
                others.push(single);
            }
        }
        Ok(others.into_iter().fold(plain, |best, other| self.better(best, other)))
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
        let pots = self.charges.pots(&view)?;
        let fit = self.fitting().best(&view, &pots)?;
        Ok(Hypothesis { view, pots, fit, coincidences: None, rivals: Vec::new() })
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

    /// Which line each withdrawn charge was on: nobody kept its model, so it goes where calls are missing and the
    /// amount fits.
    fn place_withdrawn(&self, view: &View) -> Result<Vec<(usize, usize)>> {
        let mut pots = self.charges.pots(view)?;
        let mut left: Vec<_> = self.charges.withdrawn_in(view.window).collect();
        let mut placed = Vec::new();
        let lacking = |claim: &Claim, pot: &Pot| {
            claim.calls.map(|calls| calls.saturating_sub(pot.records)).unwrap_or(u64::MAX)
        };
        // A line that lacks as many calls as are left, and as much money.
        for pass in 0..3 {
            left.retain(|(number, withdrawn)| {
                let near = |claim: &Claim, pot: &Pot| {
                    let short = claim.asked.checked_sub(pot.billed).map_or(0, Money::units);
                    (short - withdrawn.billed.units()).unsigned_abs() < 2 * self.last_digit()
                };
                let fits = |(claim, pot): (&Claim, &Pot)| match pass {
                    0 => lacking(claim, pot) == 1 && near(claim, pot),
                    1 => lacking(claim, pot) > 0 && near(claim, pot),
                    _ => claim.calls.is_some() && lacking(claim, pot) > 0,
                };
                let Some(found) = self.claims.iter().zip(&pots).position(fits) else { return true };
                if let Some(pot) = pots.get_mut(found) {
                    pot.records += 1;
                    pot.billed = pot.billed.checked_add(withdrawn.billed).unwrap_or(pot.billed);
                }
                placed.push((*number, found));
                false
            });
        }
        Ok(placed)
    }

    pub(crate) fn last_digit(&self) -> u128 {
        10_u128.saturating_pow(24_u32.saturating_sub(self.decimals))
    }

    /// The hypothesis without second copies, in the lines that have just as many calls too many.
    fn without_copies(&self, base: &Hypothesis) -> Result<Option<Hypothesis>> {
        let mut copies: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let span = self.charges.span(base.view.window);
        let charges = self.charges.charges.get(span.clone()).unwrap_or_default();
        for (place, charge) in span.clone().zip(charges) {
            let same_instant = self.charges.charges.get(span.start..place).unwrap_or_default().iter().rev();
            if same_instant.take_while(|other| other.at == charge.at).any(|other: &Charge| other.equals(charge)) {
                copies.entry(self.charges.claims.pot(charge.cell)).or_default().push(place);
            }
        }
        let surplus = |pot: usize| {
            let (claim, pot) = self.claims.get(pot).zip(base.pots.get(pot))?;
            usize::try_from(pot.records.checked_sub(claim.calls?)?).ok()
        };
        copies.retain(|pot, copies| surplus(*pot) == Some(copies.len()));
        let mut copies: Vec<usize> = copies.into_values().flatten().collect();
        copies.sort_unstable();
        if copies.is_empty() {
            return Ok(None);
        }
        let single = self.suppose(View { copies, ..base.view.clone() })?;
        Ok(Some(Hypothesis { coincidences: base.coincidences, ..single }))
    }

    /// The hypothesis with other instants for the ends of the period, as the lines' calls place them.
    fn recut(&self, base: &Hypothesis) -> Result<Vec<Hypothesis>> {
        let counted = self.claims.iter().filter(|claim| claim.calls.is_some()).count();
        if counted == 0 {
            return crate::nice_cuts::recut(self, base);
        }
        let agree = self.claims.iter().zip(&base.pots);
        let agree = agree.filter(|(claim, pot)| claim.calls.is_some() && same_usage(claim, pot)).count();
        if agree == counted {
            return Ok(Vec::new());
        }
        let times = Times::of(self.charges, self.claims, &base.view)?;
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
        }
        Ok(found)
    }

    fn cut_at(&self, base: &Hypothesis, start: Option<Interval>, end: Option<Interval>) -> Result<Option<Hypothesis>> {
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
        if coincidences > Coincidences::LIMIT {
            return Ok(None);
        }
        Ok(Some(Hypothesis { coincidences: Some(coincidences), ..cut }))
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
        let [only] = gained[..] else { return Coincidences::of(0, 1) };
        let amounts = || {
            let of_line = |charge: &&Charge| self.charges.claims.pot(charge.cell) == only;
            self.charges.charges.iter().filter(of_line).map(|charge| charge.billed.units())
        };
        let spread = amounts().max().unwrap_or(0).abs_diff(amounts().min().unwrap_or(0)) / self.last_digit().max(1);
        Coincidences::of(TRIES, u64::try_from(spread).unwrap_or(u64::MAX).saturating_add(1))
    }
}
