//! Which part of a range is known.

use serde::Serialize;

use crate::{ConnectionId, Spans, Timestamp, Window};

/// What a set of charges knows of each connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Completeness {
    /// The spans that each connection has delivered; `None` where nobody said.
    coverage: Option<Vec<(ConnectionId, Spans)>>,
    /// From when on late charges are still to be expected.
    provisional_from: Option<Timestamp>,
}

/// A part of a report's range whose figures are not final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// Whose charges it is about; of no connection in particular without one.
    pub connection: Option<ConnectionId>,
    /// When.
    pub window: Window,
    /// What is wrong with it.
    pub state: GapState,
}

/// Why the figures of a [`Gap`] are not final.
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

impl GapState {
    /// The state's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Provisional => "provisional",
            Self::Unknown => "unknown",
        }
    }
}

impl Completeness {
    pub(crate) fn cover(&mut self, connection: ConnectionId, windows: Vec<Window>) {
        self.coverage.get_or_insert_default().push((connection, windows.into()));
    }

    pub(crate) fn provisional_from(&mut self, from: Timestamp) {
        self.provisional_from = Some(from);
    }

    /// The parts of `range` that are not final, by connection and time.
    pub(crate) fn gaps(&self, range: Window) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let Some(coverage) = &self.coverage else {
            return vec![Gap { connection: None, window: range, state: GapState::Unknown }];
        };
        for (connection, windows) in coverage {
            let gap = |window, state| Gap { connection: Some(connection.clone()), window, state };
            let missing = windows.missing(range).into_windows().into_iter();
            gaps.extend(missing.map(|window| gap(window, GapState::Missing)));
        }
        let late =
            self.provisional_from.and_then(|from| Window::new(from.max(range.start()), range.end()).ok());
        gaps.extend(late.map(|window| Gap { connection: None, window, state: GapState::Provisional }));
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(start: i64, end: i64) -> Window {
        let at = |millis| Timestamp::from_millis(millis).unwrap();
        Window::new(at(start), at(end)).unwrap()
    }

    fn gaps(completeness: &Completeness, range: Window) -> Vec<(i64, i64, &'static str)> {
        let parts = |gap: Gap| (gap.window.start().millis(), gap.window.end().millis(), gap.state.name());
        completeness.gaps(range).into_iter().map(parts).collect()
    }

    #[test]
    fn gaps_are_what_no_window_covers() {
        let mut completeness = Completeness::default();
        assert_eq!(gaps(&completeness, window(0, 9)), [(0, 9, "unknown")]);
        completeness.cover(ConnectionId::new("a"), vec![window(-5, 2), window(4, 6)]);
        assert_eq!(gaps(&completeness, window(0, 9)), [(2, 4, "missing"), (6, 9, "missing")]);
        assert_eq!(gaps(&completeness, window(4, 6)), []);
        completeness.cover(ConnectionId::new("b"), vec![]);
        assert_eq!(gaps(&completeness, window(4, 6)), [(4, 6, "missing")]);
        completeness.provisional_from(Timestamp::from_millis(5).unwrap());
        assert_eq!(gaps(&completeness, window(4, 6)), [(4, 6, "missing"), (5, 6, "provisional")]);
    }
}
