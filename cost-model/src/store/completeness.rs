//! The gaps of a range: spans that are missing, provisional or unknown.

use serde::Serialize;

use crate::store::{ConnectionId, Coverage, LOOK_BACK_DAYS};
use crate::time::Window;

/// What a set of charges knows of each connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Completeness {
    /// The spans that each connection has delivered; `None` where nobody said.
    coverage: Option<Vec<(ConnectionId, Coverage)>>,
    /// For how many days late charges are to be expected; the usual number where nobody said.
    look_back_days: Option<u32>,
}

/// A part of a report's range whose figures are not final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// The connection whose charges it is about; `None` where it is about no connection in particular.
    pub connection: Option<ConnectionId>,
    /// The span of the gap.
    pub window: Window,
    /// The reason why its figures are not final.
    pub state: GapState,
}

/// The reason why the figures of a [`Gap`] are not final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GapState {
    /// It has not been read.
    Missing,
    /// It has been read, and late charges are still to be expected.
    Provisional,
    /// Nobody said whether it has been read.
    Unknown,
}

impl Gap {
    /// Makes the gap of a connection.
    pub fn new(connection: ConnectionId, window: Window, state: GapState) -> Self {
        Self { connection: Some(connection), window, state }
    }
}

impl GapState {
    /// Returns the state's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Provisional => "provisional",
            Self::Unknown => "unknown",
        }
    }
}

impl Completeness {
    pub(crate) fn cover(&mut self, connection: ConnectionId, coverage: Coverage) {
        self.coverage.get_or_insert_default().push((connection, coverage));
    }

    pub(crate) fn look_back_days(&mut self, days: u32) {
        self.look_back_days = Some(days);
    }

    /// Returns the parts of `range` that are not final, by connection and time.
    pub(crate) fn gaps(&self, range: Window) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let Some(coverage) = &self.coverage else {
            return vec![Gap { connection: None, window: range, state: GapState::Unknown }];
        };
        let look_back_days = self.look_back_days.unwrap_or(LOOK_BACK_DAYS);
        for (connection, coverage) in coverage {
            let gap = |window, state| Gap { connection: Some(connection.clone()), window, state };
            let missing = coverage.windows().missing(range).into_windows().into_iter();
            gaps.extend(missing.map(|window| gap(window, GapState::Missing)));
            let provisional = coverage.provisional(look_back_days).inside(range).into_windows().into_iter();
            gaps.extend(provisional.map(|window| gap(window, GapState::Provisional)));
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ReadNumber;
    use crate::store::CoveredSpan;
    use crate::time::Timestamp;

    const DAY: i64 = 86_400_000;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn window(start: i64, end: i64) -> Window {
        Window::new(at(start), at(end)).unwrap()
    }

    fn gaps(completeness: &Completeness, range: Window) -> Vec<(i64, i64, &'static str)> {
        completeness
            .gaps(range)
            .into_iter()
            .map(|gap: Gap| (gap.window.start().millis(), gap.window.end().millis(), gap.state.name()))
            .collect()
    }

    #[test]
    fn gaps_are_what_no_window_covers() {
        let mut completeness = Completeness::default();
        assert_eq!(gaps(&completeness, window(0, 9)), [(0, 9, "unknown")]);
        let read = |start, end| CoveredSpan::read(window(start, end), ReadNumber::new(1), Some(at(9 * DAY)));
        completeness.cover(ConnectionId::new("a"), [read(-5, 2), read(4, 6)].into_iter().collect());
        assert_eq!(gaps(&completeness, window(0, 9)), [(2, 4, "missing"), (6, 9, "missing")]);
        assert_eq!(gaps(&completeness, window(4, 6)), []);
        completeness.cover(ConnectionId::new("b"), Coverage::default());
        assert_eq!(gaps(&completeness, window(4, 6)), [(4, 6, "missing")]);
    }

    #[test]
    fn what_was_read_before_it_was_final_is_provisional() {
        let mut completeness = Completeness::default();
        let read = CoveredSpan::read(window(0, 9 * DAY), ReadNumber::new(1), Some(at(9 * DAY)));
        completeness.cover(ConnectionId::new("a"), [read].into_iter().collect());
        assert_eq!(gaps(&completeness, window(0, 9 * DAY)), [(6 * DAY, 9 * DAY, "provisional")]);
        completeness.look_back_days(1);
        assert_eq!(gaps(&completeness, window(0, 9 * DAY)), [(8 * DAY, 9 * DAY, "provisional")]);
    }
}
