//! Days and hours whose charges add up to the difference of a line.

use std::collections::BTreeMap;

use cost_model::{Money, Timestamp};

use crate::explain::clues::ClueSearch;
use crate::model::clue::ClueKind;
use crate::model::evidence::FalsePositiveRate;

/// One hour in milliseconds.
const HOUR: i64 = 60 * 60 * 1000;

impl ClueSearch<'_> {
    /// Returns the days and hours whose charges on a line add up to its difference, each with the rate of false
    /// positives.
    ///
    /// A width of buckets whose rate is above the limit gives no clue, however well a bucket fits.
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
            // Hours may be too many and too small to tell anything where days are not.
            if false_positives > FalsePositiveRate::LIMIT {
                continue;
            }
            let fitting = sums.iter().filter(|(_, sum)| sum.is_some_and(|sum| self.fits(difference, sum)));
            hits.extend(fitting.filter_map(|(bucket, _)| {
                let start = Timestamp::from_millis(bucket.checked_mul(width)?).ok()?;
                Some((kind(start), Some(false_positives)))
            }));
        }
        hits
    }

    /// Returns whether a sum is the difference, its opposite, or half of either, up to a last digit.
    ///
    /// The charges may be billed twice or not at all, or billed with the wrong sign, which makes a difference of
    /// twice their sum.
    fn fits(&self, difference: Money, sum: i128) -> bool {
        let amount = difference.units();
        [amount, amount.saturating_neg(), amount / 2, amount.saturating_neg() / 2]
            .into_iter()
            .any(|wanted| sum.abs_diff(wanted) < self.digit.size())
    }

    /// Returns the false positives: each bucket has four candidate amounts, each of which fits two last digits out of as many
    /// as the buckets differ by.
    fn chance_of_buckets(&self, sums: &BTreeMap<i64, Option<i128>>) -> FalsePositiveRate {
        let outcomes = self.digit.spread(sums.values().copied().flatten());
        let tries = u64::try_from(sums.len()).unwrap_or(u64::MAX).saturating_mul(8);
        FalsePositiveRate::expected(tries, outcomes.saturating_add(1))
    }
}
