//! Probes of a line that counts no calls: a percentage, the usage up to an instant, a factor on one model.
//!
//! Such a line states nothing but an amount, and some factor or instant fits any amount. A probe therefore tries only
//! round percentages, or takes the only instant that fits, and gives a clue only where chance would seldom give one.

use std::collections::BTreeMap;

use cost_model::Money;

use crate::explain::clues::ClueSearch;
use crate::input::line_groups::LineGroup;
use crate::matching::usage_lines::LineMatch;
use crate::model::clue::ClueKind;
use crate::model::evidence::FalsePositiveRate;
use crate::search::uniform_factor::{ONE, percent, ratio};

/// The step of percentages that people agree on for a whole line.
const HALF_PERCENT: i128 = ONE / 200;
/// The step of percentages that people agree on for one model.
const PERCENT: i128 = ONE / 100;

impl ClueSearch<'_> {
    /// Returns what fits the line as a whole.
    pub(super) fn probes(
        &self,
        number: usize,
        line_group: &LineGroup,
        matched: &LineMatch,
    ) -> Vec<(ClueKind, Option<FalsePositiveRate>)> {
        let mut hits = Vec::new();
        let whole = self.round_factor(line_group.amount, matched.charged.billed, HALF_PERCENT);
        hits.extend(
            whole.map(|(factor, chance)| (ClueKind::Percentage(percent(factor - ONE)), Some(chance))),
        );
        hits.extend(self.up_to(number, line_group));
        hits.extend(self.one_model(number, matched));
        hits
    }

    /// Returns the round factor between two amounts, and how often chance would give one.
    ///
    /// `None` where no round factor lies within rounding, where it is 1, or where chance would give one more often than
    /// [`FalsePositiveRate::LIMIT`].
    fn round_factor(&self, asked: Money, billed: Money, step: i128) -> Option<(i128, FalsePositiveRate)> {
        let (low, high) = ratio(asked, billed, self.digit.size())?;
        let factor = low.checked_add(step - 1)?.checked_div_euclid(step)?.checked_mul(step)?;
        let width = u64::try_from(high - low).ok()?;
        let chance = FalsePositiveRate::expected(width, u64::try_from(step).ok()?);
        (factor <= high && factor != ONE && chance <= FalsePositiveRate::LIMIT).then_some((factor, chance))
    }

    /// Returns the one instant up to which the line's charges add up to it.
    fn up_to(&self, number: usize, line_group: &LineGroup) -> Option<(ClueKind, Option<FalsePositiveRate>)> {
        let span = self.charges.span(self.found.selection.window);
        let charges: Vec<_> = self
            .charges
            .all
            .get(span)?
            .iter()
            .filter(|charge: &&crate::input::usage::Charge| {
                self.charges.line_groups.line_group_of(charge.usage_group) == Some(number)
            })
            .collect();
        let (mut reached, mut hits, mut sums) = (0_i128, Vec::new(), Vec::new());
        for (place, charge) in charges.iter().enumerate() {
            reached = reached.checked_add(charge.billed.units())?;
            sums.push(reached);
            let next = charges.get(place + 1).map(|next| next.at);
            // Charges of one instant are on one side of any cut, so that there is no instant between two of them.
            if reached.abs_diff(line_group.amount.units()) <= self.digit.size() / 2 && next != Some(charge.at)
            {
                hits.push(next?);
            }
        }
        let tries = u64::try_from(charges.len()).ok()?;
        let chance =
            FalsePositiveRate::expected(tries, self.digit.spread(sums.iter().copied()).saturating_add(1));
        match hits[..] {
            [only] if chance <= FalsePositiveRate::LIMIT => Some((ClueKind::UpTo(only), Some(chance))),
            _ => None,
        }
    }

    /// Returns the one model that makes the line right at a round percentage of its price.
    fn one_model(&self, number: usize, matched: &LineMatch) -> Option<(ClueKind, Option<FalsePositiveRate>)> {
        let mut models: BTreeMap<&str, Money> = BTreeMap::new();
        for (usage_group, charged) in self.found.group_sums.iter().enumerate() {
            let model = self
                .line_groups
                .model_of(usage_group)
                .filter(|_| self.line_groups.line_group_of(usage_group) == Some(number));
            if let Some(model) = model {
                let sum = models.entry(model).or_default();
                *sum = sum.checked_add(charged.billed).ok()?;
            }
        }
        let (mut hits, mut chance) = (Vec::new(), 0_u64);
        for (model, billed) in &models {
            let Ok(asked) = billed.checked_add(matched.difference) else { continue };
            let Some((low, high)) = ratio(asked, *billed, self.digit.size()) else { continue };
            let width = u64::try_from((high - low).saturating_mul(1_000_000) / PERCENT).unwrap_or(u64::MAX);
            // The more factors a last digit allows, the likelier a round one is among them.
            chance = chance.saturating_add(width);
            if let Some((factor, _)) = self.round_factor(asked, *billed, PERCENT) {
                hits.push((*model, percent(factor - ONE)));
            }
        }
        let chance = FalsePositiveRate::expected(chance, 1_000_000);
        match &hits[..] {
            [(model, percentage)] if models.len() > 1 && chance <= FalsePositiveRate::LIMIT => {
                let (model, percentage) = ((*model).to_owned(), percentage.clone());
                Some((ClueKind::OneModel { model, percentage }, Some(chance)))
            }
            _ => None,
        }
    }
}
