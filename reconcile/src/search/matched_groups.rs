//! Which charges stand behind a line whose label names others.

use crate::input::line_groups::{Claim, Claims};
use crate::search::hypothesis::Hypothesis;
use crate::search::pricing_fit::reproduces;
use crate::search::selection::Pot;

/// For each claim the cells behind it: its own, or others that its lines fit to the last digit while its own do not.
pub(crate) fn cells_behind(claims: &Claims, found: &Hypothesis) -> Vec<Vec<usize>> {
    let mut behind: Vec<Vec<usize>> = (0..claims.all.len()).map(|claim| claims.cells_of(claim)).collect();
    if found.of_others {
        return behind;
    }
    let reproduced = |claim: usize| found.fit.reproduced.get(claim).is_some_and(Option::is_some);
    let free: Vec<usize> = (0..claims.cells())
        .filter(|cell| claims.claim_of(*cell).is_none_or(|claim| !reproduced(claim)))
        .filter(|cell| found.cells.get(*cell).is_some_and(|pot| pot.records > 0))
        .collect();
    let sets = claims.sets_of(&free);
    let mut moved: Vec<(usize, Vec<usize>)> = Vec::new();
    for (number, claim) in claims.all.iter().enumerate() {
        if reproduced(number) || claim.calls.unwrap_or(0) == 0 {
            continue;
        }
        // Two sets that fit equally well are no evidence for either.
        let mut fitting = sets.iter().filter(|set| found.fits(claim, set));
        if let (Some(only), None) = (fitting.next(), fitting.next()) {
            moved.push((number, only.clone()));
        }
    }
    let taken_twice = |set: &[usize]| {
        moved.iter().filter(|(_, other)| other.iter().any(|cell| set.contains(cell))).nth(1).is_some()
    };
    for (number, set) in &moved {
        if taken_twice(set) {
            continue;
        }
        for cells in &mut behind {
            cells.retain(|cell| !set.contains(cell));
        }
        if let Some(cells) = behind.get_mut(*number) {
            cells.clone_from(set);
        }
    }
    behind
}

impl Hypothesis {
    fn fits(&self, claim: &Claim, cells: &[usize]) -> bool {
        let pot = Pot::sum(cells.iter().filter_map(|cell| self.cells.get(*cell)));
        pot.is_ok_and(|pot| reproduces(claim, &pot, self.fit.asked(cells, &pot).rounded).is_some())
    }
}
