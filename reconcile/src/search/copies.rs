//! Charges that are held twice.

use std::collections::{BTreeMap, HashSet};

use crate::search::{Hypothesis, Search};

impl Search<'_> {
    /// Which charges may be second copies of others: those of the lines that have just as many calls too many, or all.
    pub(crate) fn copies(&self, base: &Hypothesis) -> Vec<Vec<usize>> {
        let mut all = Vec::new();
        let mut by_claim: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let (mut seen, mut first) = (HashSet::new(), 0);
        for same_instant in self.charges.all.chunk_by(|one, other| one.at == other.at) {
            // Most charges are alone at their instant, and have no copy.
            if same_instant.len() > 1 {
                seen.clear();
                for (place, charge) in (first..).zip(same_instant) {
                    if seen.insert(charge.content()) {
                        continue;
                    }
                    all.push(place);
                    if let Some(claim) = self.charges.claims.claim_of(charge.cell) {
                        by_claim.entry(claim).or_default().push(place);
                    }
                }
            }
            first += same_instant.len();
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
}
