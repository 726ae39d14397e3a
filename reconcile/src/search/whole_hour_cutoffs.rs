//! Cut-offs of an invoice whose lines state no number of calls: only whole hours are tried, and only a cut-off
//! that puts every line right is taken.

use cost_model::{Money, Timestamp, Window};

use crate::error::Result;
use crate::model::evidence::FalsePositiveRate;
use crate::search::best::Search;
use crate::search::hypothesis::Hypothesis;

/// One hour in milliseconds.
const HOUR: i64 = 60 * 60 * 1000;
/// Whole hours to either side of the stated instant.
const HOURS: i64 = 72;

/// Returns the cuts of one end at whole hours, or of both ends at one other time of day, under which every line is right.
pub(crate) fn find_cutoffs(search: &Search<'_>, base: &Hypothesis) -> Result<Vec<Hypothesis>> {
    let mut found = Vec::new();
    for windows in [windows(search.stated), shifted(search.stated)] {
        found.extend(find_among(search, base, windows)?);
    }
    Ok(found)
}

/// Returns those windows under which every line is right.
///
/// The sums of all windows come first, from one pass over the charges: only a window whose sum is near that of the
/// lines is evaluated, which costs far more. Where chance alone would give a sum that fits, none is.
fn find_among(search: &Search<'_>, base: &Hypothesis, windows: Vec<Window>) -> Result<Vec<Hypothesis>> {
    let sums = sums(search, &windows);
    let false_positives = chance(search, &sums);
    let asked = Money::sum(search.line_groups.iter().map(|line_group| line_group.amount))?.units();
    let far =
        search.digit.size().saturating_mul(u128::try_from(search.line_groups.len()).unwrap_or(u128::MAX));
    let mut found = Vec::new();
    for (window, sum) in windows.into_iter().zip(sums) {
        let near = sum.is_some_and(|sum| sum.abs_diff(asked) <= far);
        if !near || false_positives > FalsePositiveRate::LIMIT {
            continue;
        }
        let cut = search
            .evaluate(crate::search::selection::ChargeSelection { window, ..base.selection.clone() })?;
        if cut.is_complete() {
            found.push(Hypothesis { false_positives: Some(false_positives), ..cut });
        }
    }
    Ok(found)
}

/// Returns the stated span moved by up to a day either way, in quarters of an hour.
///
/// An invoice that prints days alone may be cut at the midnight of any time zone, and offsets from UTC are multiples
/// of a quarter of an hour.
pub(crate) fn shifted(stated: Window) -> Vec<Window> {
    let shifts = (-96..=96).filter(|quarters| *quarters != 0).map(|quarters| quarters * HOUR / 4);
    shifts
        .filter_map(|more| Window::new(shift(stated.start(), more)?, shift(stated.end(), more)?).ok())
        .collect()
}

/// Returns an instant that many milliseconds later; `None` beyond the range of [`Timestamp`].
fn shift(at: Timestamp, millis: i64) -> Option<Timestamp> {
    Timestamp::from_millis(at.millis().checked_add(millis)?).ok()
}

/// Returns what the charges of each window add up to; `None` beyond the range.
fn sums(search: &Search<'_>, windows: &[Window]) -> Vec<Option<i128>> {
    let mut reached = Some(0_i128);
    let mut prefix = Vec::with_capacity(search.charges.all.len() + 1);
    prefix.push(reached);
    for charge in search.charges.all {
        reached = reached.and_then(|sum| sum.checked_add(charge.billed.units()));
        prefix.push(reached);
    }
    windows
        .iter()
        .map(|window| {
            let span = search.charges.span(*window);
            let (sum, before) = prefix.get(span.end).zip(prefix.get(span.start))?;
            (*sum)?.checked_sub((*before)?)
        })
        .collect()
}

/// Returns how many of the different sums would add up to the lines' amount by chance, if they lay anywhere between the least and
/// the greatest.
fn chance(search: &Search<'_>, sums: &[Option<i128>]) -> FalsePositiveRate {
    let mut sums: Vec<i128> = sums.iter().copied().flatten().collect();
    sums.sort_unstable();
    // Windows that hold the same charges are one try, not several.
    sums.dedup();
    let outcomes = search.digit.spread(sums.iter().copied());
    FalsePositiveRate::expected(u64::try_from(sums.len()).unwrap_or(u64::MAX), outcomes.saturating_add(1))
}

/// Returns the stated span with one of its ends at another whole hour: first with other ends, then with other starts.
fn windows(stated: Window) -> Vec<Window> {
    let ends = hours_near(stated.end()).filter(|end| *end != stated.end());
    let starts = hours_near(stated.start()).filter(|start| *start != stated.start());
    let with_end = ends.filter_map(|end| Window::new(stated.start(), end).ok());
    let with_start = starts.filter_map(|start| Window::new(start, stated.end()).ok());
    with_end.chain(with_start).collect()
}

/// Returns the whole hours up to [`HOURS`] before and after an instant.
fn hours_near(at: Timestamp) -> impl Iterator<Item = Timestamp> {
    let first = at.millis().div_euclid(HOUR) - HOURS;
    (first..=first + 2 * HOURS + 1).filter_map(|hour| Timestamp::from_millis(hour.checked_mul(HOUR)?).ok())
}
