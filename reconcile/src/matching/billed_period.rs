//! The span that an invoice really bills, as far as its lines show it.
//!
//! The search has chosen the period by then. This adds how far each end may move without changing the counts of the
//! lines, and how sure the period is.

use crate::input::line_groups::LineGroup;
use crate::model::bridge::CutOff;
use crate::model::evidence::Confidence;
use crate::search::cut_off::{CallTimes, Interval};
use crate::search::hypothesis::Hypothesis;
use crate::search::pricing_fit::counts_same_usage;
use crate::search::selection::ChargeHistory;
use cost_model::{Timestamp, Window};

/// Returns when the invoice was cut, as far as its lines tell; `None` if no line counts its calls and no cut was found.
pub(crate) fn billed_period(
    charges: &ChargeHistory<'_>,
    line_groups: &[LineGroup],
    stated: Window,
    found: &Hypothesis,
    reach: i64,
) -> Option<CutOff> {
    let period = found.selection.window;
    let agree = line_groups
        .iter()
        .zip(&found.line_sums)
        .filter(|(line_group, charged)| counts_same_usage(line_group, charged))
        .count();
    let counted = line_groups.iter().filter(|line_group| line_group.calls.is_some()).count();
    if agree == 0 && period == stated {
        return None;
    }
    let times = CallTimes::collect(charges, line_groups, &found.selection, (reach, found.fit.digit));
    // Other instants of the same span fit as well as a likely one that was searched for.
    let confidence = match (agree > 0, found.fit.is_complete()) {
        (true, true) if period == stated => Confidence::Exact,
        (true, true) => Confidence::High,
        (true, false) if agree == counted || agree > 2 => Confidence::High,
        _ => Confidence::Low,
    };
    Some(CutOff {
        stated,
        period,
        start: instants_around(times.start(period.start(), period.end()), period.start()),
        end: instants_around(times.end(period.start(), period.end()), period.end()),
        lines: u64::try_from(agree).unwrap_or(u64::MAX),
        confidence,
    })
}

/// Returns the first and the last instant of an interval that contains `at`; `at` twice where the lines place the end
/// elsewhere or nowhere, so that it is known by other evidence.
fn instants_around(interval: Option<Interval>, at: Timestamp) -> (Timestamp, Timestamp) {
    let Some(around) = interval.filter(|each| each.contains(at.millis())) else { return (at, at) };
    let [first, last] =
        [around.earliest, around.latest].map(|millis| Timestamp::from_millis(millis).unwrap_or(at));
    (first, last)
}
