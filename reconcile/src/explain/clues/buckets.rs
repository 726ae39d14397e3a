//! Days and hours whose charges add up to the difference of a line.

use std::collections::BTreeMap;

use cost_model::{Money, Timestamp};

use crate::explain::clues::ClueSearch;
use crate::model::clue::ClueKind;
use crate::model::evidence::FalsePositiveRate;

const HOUR: i64 = 60 * 60 * 1000;

impl ClueSearch<'_> {
    /// Days and hours whose charges on a line add up to its difference.
    pub(super) fn buckets(
        &self,
        line: usize,
        difference: Money,
    ) -> Vec<(ClueKind, Option<FalsePositiveRate>)> {
        let mut hits = Vec::new();
        for (width, kind) in [(24 * HOUR, ClueKind::Day as fn(Timestamp) -> ClueKind), (HOUR, ClueKind::Hour)]
        {
            let mut sums: BTreeMap<i64, Option<i128>> = BTreeMap::new();
            let span = self.charges.span(self.found.selection.window);
            for charge in self.charges.all.get(span).unwrap_or_default() {
                if self.charges.line_groups.line_group_of(charge.usage_group) == Some(line) {
                    let sum = sums.entry(charge.at.millis().div_euclid(width)).or_insert(Some(0));
                    *sum = sum.and_then(|sum| sum.checked_add(charge.billed.units()));
                }
            }
            let false_positives = self.chance_of_buckets(&sums);
            if false_positives > FalsePositiveRate::LIMIT {
                continue;
            }
            let fitting = sums.iter().filter(|(_, sum)| sum.is_some_and(|sum| self.fits(difference, sum)));
            let start = |bucket: &i64| Timestamp::from_millis(bucket.checked_mul(width)?).ok();
            hits.extend(
                fitting.filter_map(|(bucket, _)| Some((kind(start(bucket)?), Some(false_positives)))),
            );
        }
        hits
    }

    /// Returns whether a sum is the difference up to a last digit: lost, counted twice, or with the wrong sign.
    fn fits(&self, difference: Money, sum: i128) -> bool {
        let near = |off: i128| off.unsigned_abs() < self.digit.size();
        let amount = difference.units();
        [amount, amount.saturating_neg(), amount / 2, amount.saturating_neg() / 2]
            .into_iter()
            .any(|wanted| near(sum.saturating_sub(wanted)))
    }

    /// Returns the false positives: each bucket has four candidate amounts, each of which fits two last digits out of as many
    /// as the buckets differ by.
    fn chance_of_buckets(&self, sums: &BTreeMap<i64, Option<i128>>) -> FalsePositiveRate {
        let outcomes = self.digit.spread(sums.values().copied().flatten());
        let tries = u64::try_from(sums.len()).unwrap_or(u64::MAX).saturating_mul(8);
        FalsePositiveRate::expected(tries, outcomes.saturating_add(1))
    }
}
