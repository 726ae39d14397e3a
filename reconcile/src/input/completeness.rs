//! Stage: the completeness of the ledger.
//!
//! Two sources say what is missing: spans that were not ingested, and windows for which a provider announced how many
//! charges there are. The search uses them to accept or refuse a cut, copies or missing charges as a cause; an
//! assessment uses them to withhold an answer.

use cost_model::store::{Gap, GapState};
use cost_model::{Timestamp, Window};

use crate::input::case::Case;
use crate::model::assessment::Missing;

/// The completeness of a ledger: charges that it should have and does not, or has too often.
///
/// Where nothing was announced and no gap is known, nothing is known to be missing either. That is no evidence that all
/// charges are held.
#[derive(Clone, Debug, Default)]
pub(crate) struct Completeness {
    /// Spans of the period that were not ingested.
    pub(crate) gaps: Vec<Window>,
    /// Charges that were announced and are not held, over all windows that lack some.
    pub(crate) lacking: u64,
    /// Charges that are held and were not announced.
    pub(crate) surplus: u64,
    /// A number of charges was announced for the whole period.
    pub(crate) counted: bool,
}

impl Completeness {
    /// Compares the ledger with what was announced. Windows are counted one by one, so that a surplus in one does not
    /// hide what is lacking in another.
    pub(crate) fn measure(case: &Case<'_>) -> Self {
        let mut completeness = Self {
            gaps: case
                .ledger
                .gaps(case.invoice.period)
                .into_iter()
                .filter_map(|gap: Gap| (gap.state == GapState::Missing).then_some(gap.window))
                .collect(),
            counted: case.announced.iter().any(|(window, _)| covers(*window, case.invoice.period)),
            ..Self::default()
        };
        let held = held(case);
        for ((_, announced), held) in case.announced.iter().zip(held) {
            completeness.lacking = completeness.lacking.saturating_add(announced.saturating_sub(held));
            completeness.surplus = completeness.surplus.saturating_add(held.saturating_sub(*announced));
        }
        completeness
    }

    /// Returns whether charges are known to be lacking.
    pub(crate) fn is_short(&self) -> bool {
        !self.gaps.is_empty() || self.lacking > 0
    }

    /// Returns what keeps a final answer about the period, or the span that the invoice really bills, from being given.
    pub(crate) fn missing(&self, case: &Case<'_>, asked: Window) -> Vec<Missing> {
        let stated = case.invoice.period;
        let (start, end) = (stated.start().min(asked.start()), stated.end().max(asked.end()));
        let whole = Window::new(start, end).unwrap_or(stated);
        let mut missing: Vec<Missing> = case.ledger.gaps(whole).iter().map(Missing::from_gap).collect();
        missing.extend((self.lacking > 0).then_some(Missing::NotHeld(self.lacking)));
        missing
    }

    /// Returns whether that many charges can be missing, with that many second copies among those that are held. Where a span was
    /// not read, any number may be.
    pub(crate) fn may_lack(&self, charges: u64, copies: usize) -> bool {
        let copies = u64::try_from(copies).unwrap_or(u64::MAX);
        let enough = charges.saturating_add(self.surplus) <= self.lacking.saturating_add(copies);
        self.is_short() && (enough || !self.gaps.is_empty())
    }

    /// Returns whether exactly that many are missing. Where more were announced, the others may be calls that no line counts, or calls
    /// that a line counts beside charges of another period.
    pub(crate) fn lacks(&self, charges: u64, copies: usize) -> bool {
        let copies = u64::try_from(copies).unwrap_or(u64::MAX);
        charges.saturating_add(self.surplus) == self.lacking.saturating_add(copies)
    }

    /// Returns whether no charge is known to be lacking, and none to be held too often.
    ///
    /// Only then is a line's number of calls evidence of which charges it bills.
    pub(crate) fn is_settled(&self) -> bool {
        !self.is_short() && self.surplus == 0
    }

    /// Returns what shows that charges are lacking.
    pub(crate) fn rule(&self) -> String {
        let gaps: Vec<String> = self
            .gaps
            .iter()
            .map(|window: &Window| format!("{} to {}", window.start(), window.end()))
            .collect();
        match (gaps.is_empty(), self.lacking) {
            (true, lacking) => format!("{lacking} charges were announced and are not held"),
            (false, 0) => format!("{} was not ingested", gaps.join(", ")),
            (false, lacking) => {
                format!(
                    "{} was not ingested, and {lacking} charges were announced and are not held",
                    gaps.join(", ")
                )
            }
        }
    }
}

/// Returns whether a window contains another as a whole.
fn covers(window: Window, inner: Window) -> bool {
    window.start() <= inner.start() && inner.end() <= window.end()
}

/// Returns how many charges the ledger has in each window that a number was announced for.
///
/// The counts are in the order of the announced windows.
fn held(case: &Case<'_>) -> Vec<u64> {
    let mut held = vec![0; case.announced.len()];
    if held.is_empty() {
        return held;
    }
    // A ledger is ordered by time, so that each window is two binary searches.
    let times: Vec<Timestamp> = case.ledger.rows().map(|row| row.at).collect();
    for (held, (window, _)) in held.iter_mut().zip(&case.announced) {
        let [start, end] = [window.start(), window.end()].map(|at| times.partition_point(|each| *each < at));
        *held = u64::try_from(end - start).unwrap_or(u64::MAX);
    }
    held
}
