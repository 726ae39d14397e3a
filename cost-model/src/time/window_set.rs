//! Sets of instants.
//!
//! A store keeps what it has read as such a set, and an ingest asks it what is missing. The windows are kept
//! sorted and merged, so that a set of any history is as short as it has holes.

use crate::time::{Timestamp, Window};

/// A set of instants, as windows that neither overlap nor touch, ascending.
///
/// ```
/// use cost_model::Window;
/// use cost_model::time::WindowSet;
/// let (first, third, fifth) = ("2026-08-01".parse()?, "2026-08-03".parse()?, "2026-08-05".parse()?);
/// let mut covered = WindowSet::from(vec![Window::days(third, fifth)?]);
/// covered.add(Window::days(first, third)?);
/// assert_eq!(covered.windows(), [Window::days(first, fifth)?]);
/// let ninth = "2026-08-09".parse()?;
/// assert_eq!(covered.missing(Window::days(third, ninth)?).windows(), [Window::days(fifth, ninth)?]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowSet(Vec<Window>);

impl WindowSet {
    /// Returns the windows, ascending.
    pub fn windows(&self) -> &[Window] {
        &self.0
    }

    /// Returns the windows, ascending.
    pub fn into_windows(self) -> Vec<Window> {
        self.0
    }

    /// Returns the end of the last window; `None` if the set is empty.
    pub fn end(&self) -> Option<Timestamp> {
        self.0.last().map(Window::end)
    }

    /// Returns whether the set has an instant.
    /// The search takes logarithmic time.
    pub fn contains(&self, at: Timestamp) -> bool {
        let place = self.0.partition_point(|window| window.end() <= at);
        self.0.get(place).is_some_and(|window| window.contains(at))
    }

    /// Adds the instants of a window.
    /// Windows that it overlaps or touches become one with it.
    ///
    /// Windows that touch are merged, too, although they share no instant: `[a, b)` and `[b, c)` hold the
    /// same instants as `[a, c)`, and equal sets must compare equal. Finds the place by binary search and
    /// moves what comes after.
    pub fn add(&mut self, window: Window) {
        let from = self.0.partition_point(|each| each.end() < window.start());
        let to = self.0.partition_point(|each| each.start() <= window.end());
        let touched = self.0.get(from..to).unwrap_or_default();
        let start = touched.first().map_or(window.start(), |first| first.start().min(window.start()));
        let end = touched.last().map_or(window.end(), |last| last.end().max(window.end()));
        self.0.splice(from..to, Window::new(start, end).ok());
    }

    /// Returns the instants of `range` that the set does not have.
    /// An empty set means that `range` is covered.
    ///
    /// Takes time in proportion to the windows of the set. The result lies within `range` and is again sorted
    /// and merged.
    pub fn missing(&self, range: Window) -> Self {
        let mut missing = Vec::new();
        let mut reached = range.start();
        for window in &self.0 {
            missing.extend(Window::new(reached, window.start().min(range.end())));
            reached = reached.max(window.end());
        }
        missing.extend(Window::new(reached, range.end()));
        Self(missing)
    }

    /// Returns the instants of the set that lie in `range`.
    pub fn inside(&self, range: Window) -> Self {
        Self(self.0.iter().filter_map(|window| window.intersection(range)).collect())
    }

    /// Returns the instants of the set that lie before `end`.
    /// A window that goes on beyond is cut.
    ///
    /// ```
    /// use cost_model::Window;
    /// use cost_model::time::WindowSet;
    ///
    /// let week = Window::days("2026-09-14".parse()?, "2026-09-21".parse()?)?;
    /// let set = WindowSet::from(vec![week]);
    /// let cut = set.before("2026-09-16T00:00:00Z".parse()?);
    /// assert_eq!(cut.windows(), [Window::days("2026-09-14".parse()?, "2026-09-16".parse()?)?]);
    /// assert!(set.before(week.start()).windows().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn before(&self, end: Timestamp) -> Self {
        Self(
            self.0
                .iter()
                .filter_map(|window: &Window| Window::new(window.start(), window.end().min(end)).ok())
                .collect(),
        )
    }
}

impl From<Vec<Window>> for WindowSet {
    fn from(windows: Vec<Window>) -> Self {
        let mut spans = Self::default();
        for window in windows {
            spans.add(window);
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn window(start: i64, end: i64) -> Window {
        Window::new(at(start), at(end)).unwrap()
    }

    /// Returns which of the first milliseconds are in them.
    fn bits(spans: &WindowSet) -> Vec<bool> {
        assert!(spans.0.windows(2).all(|pair| pair[0].end() < pair[1].start()), "apart and ascending");
        (0..8).map(|millis| spans.0.iter().any(|window| window.contains(at(millis)))).collect()
    }

    #[test]
    fn spans_behave_like_sets_of_instants() {
        let windows: Vec<_> =
            (0..7).flat_map(|start| (start + 1..8).map(move |end| window(start, end))).collect();
        for (one, other) in windows.iter().flat_map(|one| windows.iter().map(move |other| (*one, *other))) {
            let spans = WindowSet::from(vec![one, other]);
            assert_eq!(spans.end(), Some(one.end().max(other.end())));
            let both = bits(&spans);
            for range in &windows {
                let (missing, inside) = (bits(&spans.missing(*range)), bits(&spans.inside(*range)));
                let before = bits(&spans.before(range.start()));
                for (millis, index) in (0..8).zip(0_usize..) {
                    let covered = one.contains(at(millis)) || other.contains(at(millis));
                    let wanted = range.contains(at(millis));
                    assert_eq!((both[index], spans.contains(at(millis))), (covered, covered));
                    assert_eq!((missing[index], inside[index]), (wanted && !covered, wanted && covered));
                    assert_eq!(before[index], covered && at(millis) < range.start());
                }
            }
        }
    }
}
