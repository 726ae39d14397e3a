//! One factor on every line: a tax inside the lines, another currency, a percentage.

use cost_model::Money;

use crate::input::last_digit::LastDigit;
use crate::input::line_groups::LineGroup;
use crate::model::amounts::magnitude;
use crate::model::evidence::FalsePositiveRate;
use crate::search::selection::ChargeSum;

/// Factors are looked at in steps of a thousand millionth.
pub(crate) const ONE: i128 = 1_000_000_000;
/// Amounts are divided by this before they are compared, so that products stay in range.
const COARSE: i128 = 1_000_000_000_000;

/// A factor between what was charged and what the lines bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Factor {
    /// The least and the greatest that fit, in thousand millionths.
    pub(crate) span: (i128, i128),
    pub(crate) false_positives: FalsePositiveRate,
}

impl Factor {
    /// Returns the plainest factor inside, as a percentage more or less.
    pub(crate) fn label(self) -> String {
        let (low, high) = self.span;
        let middle = low + (high - low) / 2;
        // Whole percents first, then ever finer ones.
        for step in [ONE / 100, ONE / 200, ONE / 1_000, ONE / 10_000, ONE / 100_000, ONE / 1_000_000, 1] {
            let plain = (middle + step / 2).div_euclid(step).saturating_mul(step);
            if (low..=high).contains(&plain) {
                return percent(plain - ONE);
            }
        }
        percent(low - ONE)
    }
}

/// Returns a percentage more or less, such as `19 % more`, from thousand millionths.
pub(crate) fn percent(more: i128) -> String {
    let sign = if more < 0 { "less" } else { "more" };
    let text = format!("{}.{:07}", more.abs() / (ONE / 100), more.abs() % (ONE / 100));
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} % {sign}")
}

/// Returns the least and the greatest factor between two amounts that may be off by less than `off`, in thousand millionths; `None` where one of
/// them is nothing or negative.
pub(crate) fn ratio(asked: Money, billed: Money, off: u128) -> Option<(i128, i128)> {
    let (asked, billed) = (asked.units() / COARSE, billed.units() / COARSE);
    let off = i128::try_from(off).ok()? / COARSE;
    if billed <= 0 || asked <= 0 {
        return None;
    }
    let least = (asked - off).max(0).checked_mul(ONE)?.checked_div(billed)?;
    let most = (asked + off).checked_mul(ONE)?.checked_div(billed)?.checked_add(1)?;
    Some((least, most))
}

/// Returns the one factor on all lines, if at least two lines of some money show it, no line contradicts it, and chance would
/// hardly have given it.
pub(crate) fn factor<'a>(
    lines: impl Iterator<Item = (&'a LineGroup, &'a ChargeSum)>,
    digit: LastDigit,
) -> Option<Factor> {
    let (mut widths, mut off_by_more) = (Vec::new(), 0_usize);
    let (mut low, mut high) = (i128::MIN, i128::MAX);
    for (line_group, charged) in lines {
        // Next to nothing is rounded to anything.
        if magnitude(charged.billed).max(magnitude(line_group.amount)) < digit.size().saturating_mul(2) {
            continue;
        }
        // A line may be rounded both before the factor and after it.
        let (least, most) = ratio(line_group.amount, charged.billed, digit.size().saturating_mul(2))?;
        (low, high) = (low.max(least), high.min(most));
        widths.push(most - least);
        let off = line_group.amount.checked_sub(charged.billed).map_or(0, magnitude);
        let rounded =
            line_group.amount.checked_sub(charged.billed).is_ok_and(|off| charged.may_be_rounded(off, digit));
        off_by_more += usize::from(off > digit.size() && !rounded);
    }
    widths.sort_unstable();
    let telling = widths.iter().filter(|width| **width < ONE / 5).count();
    if telling < 2 || off_by_more < 2 || low > high || (low..=high).contains(&ONE) {
        return None;
    }
    // The surest line gives the factor; each other line would fit it by chance as often as its span is part of the whole.
    let chance = widths.iter().skip(1).fold(1_000_000_i128, |chance, width| {
        chance.saturating_mul((*width).min(ONE)).checked_div(ONE).unwrap_or(0)
    });
    let false_positives = FalsePositiveRate::expected(u64::try_from(chance).unwrap_or(u64::MAX), 1_000_000);
    (false_positives <= FalsePositiveRate::LIMIT).then_some(Factor { span: (low, high), false_positives })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plainest_percentage_inside_is_named() {
        let label = |low, high| {
            Factor { span: (low, high), false_positives: FalsePositiveRate::expected(0, 1) }.label()
        };
        assert_eq!(label(1_189_900_000, 1_190_100_000), "19 % more");
        assert_eq!(label(1_082_400_000, 1_082_600_000), "8.25 % more");
        assert_eq!(label(899_990_000, 900_010_000), "10 % less");
    }
}
