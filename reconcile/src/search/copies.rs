//! Charges that are held twice.

use std::collections::{BTreeMap, HashSet};

use crate::search::{Hypothesis, Search};

impl Search<'_> {
    /// Which charges may be second copies of others: those of the lines that have just as many calls too many, or all.
    pub(crate) fn copies(&self, base: &Hypothesis) -> Vec<Vec<usize>> {
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
}
