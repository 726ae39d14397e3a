//! Charges matched to lines, also to those whose label names others.
//!
//! A line whose amount and calls are those of other usage is probably labelled wrongly. That is assumed only if exactly
//! one set of groups fits the line, and no two lines fit the same group.

use crate::input::line_groups::{LineGroup, LineGroups};
use crate::search::hypothesis::Hypothesis;
use crate::search::pricing_fit::reproduces;

/// Returns for each line group the usage groups behind it: its own, or others that its lines fit to the last digit while its own do not.
pub(crate) fn matched_groups(line_groups: &LineGroups, found: &Hypothesis) -> Vec<Vec<usize>> {
    let mut behind: Vec<Vec<usize>> =
        (0..line_groups.all.len()).map(|line_group| line_groups.usage_groups_of(line_group)).collect();
    if found.of_other_charges {
        return behind;
    }
    let free: Vec<usize> = (0..line_groups.group_count())
        .filter(|usage_group| {
            line_groups.line_group_of(*usage_group).is_none_or(|line_group| !found.fit.reproduces(line_group))
        })
        .filter(|usage_group| found.group_sums.get(*usage_group).is_some_and(|charged| charged.records > 0))
        .collect();
    let sets = line_groups.combinations(&free);
    let mut moved: Vec<(usize, Vec<usize>)> = Vec::new();
    for (number, line_group) in line_groups.all.iter().enumerate() {
        if found.fit.reproduces(number) || line_group.calls.unwrap_or(0) == 0 {
            continue;
        }
        // Two sets that fit equally well are no evidence for either.
        let mut fitting = sets.iter().filter(|set| found.fits(line_group, set));
        if let (Some(only), None) = (fitting.next(), fitting.next()) {
            moved.push((number, only.clone()));
        }
    }
    for (number, set) in &moved {
        // Each set meets itself; a second one says that two lines would bill the same charges.
        let mut takers =
            moved.iter().filter(|(_, other)| other.iter().any(|usage_group| set.contains(usage_group)));
        if takers.nth(1).is_some() {
            continue;
        }
        for usage_groups in &mut behind {
            usage_groups.retain(|usage_group| !set.contains(usage_group));
        }
        if let Some(usage_groups) = behind.get_mut(*number) {
            usage_groups.clone_from(set);
        }
    }
    behind
}

impl Hypothesis {
    /// Returns whether a line group bills just these usage groups, under the terms of the hypothesis.
    fn fits(&self, line_group: &LineGroup, usage_groups: &[usize]) -> bool {
        self.sum_of(usage_groups).is_ok_and(|charged| {
            reproduces(line_group, &charged, self.fit.expected(usage_groups, &charged).rounded).is_some()
        })
    }
}
