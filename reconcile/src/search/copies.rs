//! Charges that are held twice.
//!
//! Equal charges are no evidence: calls of a machine in one minute, at one price, are equal and distinct. Copies are
//! looked for only where there are too many charges, by the counts of the lines or by what was announced.

use std::collections::{BTreeMap, HashSet};

use cost_model::Money;

use crate::search::{Hypothesis, Search};

impl Search<'_> {
    /// Which charges may be second copies of others: those by which lines have too many calls, and all twins if just so
    /// many charges are held beyond what was announced.
    pub(crate) fn copies(&self, base: &Hypothesis) -> Vec<Vec<usize>> {
        // As many as were announced are held: none of them is a copy.
        if self.completeness.counted && self.completeness.surplus == 0 {
            return Vec::new();
        }
        let twins = self.twins(base);
        let mut by_claim: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for place in &twins {
            let claim =
                self.charges.all.get(*place).and_then(|charge| self.charges.claims.claim_of(charge.cell));
            by_claim.entry(claim).or_default().push(*place);
        }
        let (mut by_lines, mut uncounted) = (Vec::new(), Vec::new());
        for (claim, twins) in by_claim {
            match claim.and_then(|number| self.surplus(number, base).map(|surplus| (number, surplus))) {
                Some((claim, surplus)) => by_lines.extend(self.choose(claim, surplus, twins, base)),
                None => uncounted.extend(twins),
            }
        }
        let announced =
            |set: &[usize]| u64::try_from(set.len()).is_ok_and(|n| n == self.completeness.surplus);
        let with_uncounted = [by_lines.clone(), uncounted].concat();
        let mut sets = vec![by_lines];
        sets.extend([with_uncounted, twins].into_iter().filter(|set| announced(set)));
        for set in &mut sets {
            set.sort_unstable();
        }
        sets.dedup();
        sets.retain(|set| !set.is_empty());
        sets
    }

    /// The charges of a view that are equal to an earlier one of the same instant.
    fn twins(&self, base: &Hypothesis) -> Vec<usize> {
        let view = &base.view;
        let span = self.charges.span(view.window);
        let charges = self.charges.all.get(span.clone()).unwrap_or_default();
        let (mut twins, mut seen, mut first) = (Vec::new(), HashSet::new(), span.start);
        for same_instant in charges.chunk_by(|one, other| one.at == other.at) {
            // Most charges are alone at their instant, and have no twin.
            if same_instant.len() > 1 {
                seen.clear();
                for (place, charge) in (first..).zip(same_instant) {
                    let absent = self.charges.is_absent_in(view, place);
                    if !absent && !seen.insert(charge.content()) {
                        twins.push(place);
                    }
                }
            }
            first += same_instant.len();
        }
        twins
    }

    /// How many calls a claim has beyond those that it counts; `None` where it counts none.
    fn surplus(&self, claim: usize, base: &Hypothesis) -> Option<usize> {
        let (claim, pot) = self.claims.get(claim).zip(base.pots.get(claim))?;
        usize::try_from(pot.records.saturating_sub(claim.calls?)).ok()
    }

    /// So many of a claim's twins, if it is clear which: all, any of equal amounts, or the only one that its amount fits.
    fn choose(&self, claim: usize, surplus: usize, twins: Vec<usize>, base: &Hypothesis) -> Vec<usize> {
        let billed = |place: &usize| self.charges.all.get(*place).map_or(Money::ZERO, |charge| charge.billed);
        if surplus == 0 || surplus > twins.len() {
            return Vec::new();
        }
        let first = twins.first().map_or(Money::ZERO, billed);
        if surplus == twins.len() || twins.iter().all(|place| billed(place) == first) {
            return twins.into_iter().take(surplus).collect();
        }
        let Some((claim, pot)) = self.claims.get(claim).zip(base.pots.get(claim)) else { return Vec::new() };
        let too_much = pot.billed.checked_sub(claim.asked).unwrap_or_default();
        let fits = |place: &&usize| surplus == 1 && self.digit.is_near(billed(place), too_much);
        let fitting: Vec<usize> = twins.iter().filter(fits).copied().collect();
        let one_amount = fitting.first().map(billed);
        let clear = fitting.iter().all(|place| Some(billed(place)) == one_amount);
        fitting.into_iter().take(usize::from(clear)).collect()
    }
}
