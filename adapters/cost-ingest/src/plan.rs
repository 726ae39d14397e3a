//! Plans the windows of a run.

use chrono::Days;
use cost_model::{Timestamp, Window};

/// The most days that a window spans: the API refuses longer spans on some endpoints and documents none on this one.
pub const DAYS_MAX: u64 = 30;

/// Returns the fewest windows of at most [`DAYS_MAX`] days, cut at UTC midnights, that cover `range` without a gap or
/// an overlap.
///
/// Windows after the first begin at a midnight, so that later runs over another range cut at the same instants. Time
/// that is left over is in the last window.
///
/// ```
/// use cost_ingest::{DAYS_MAX, plan};
/// use cost_model::Window;
///
/// let quarter = Window::days("2026-08-01".parse()?, "2026-11-01".parse()?)?;
/// let windows = plan(quarter);
/// assert_eq!((windows.len(), DAYS_MAX), (4, 30));
/// assert_eq!((windows[0].start(), windows[3].end()), (quarter.start(), quarter.end()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plan(range: Window) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut start = range.start();
    while start < range.end() {
        let end = match start.to_datetime().checked_add_days(Days::new(DAYS_MAX)).map(Timestamp::from) {
            Some(limit) if limit < range.end() => Timestamp::midnight(limit.date()),
            _ => range.end(),
        };
        windows.extend(Window::new(start, end));
        start = end;
    }
    windows
}

/// Returns the two parts of a window, cut at the last UTC midnight before its middle, or else at the first after it;
/// `None` if no midnight lies inside.
pub(crate) fn halves(window: Window) -> Option<(Window, Window)> {
    let (start, end) = (window.start().millis(), window.end().millis());
    let middle = Timestamp::from_millis(start.midpoint(end)).ok()?;
    let before = Timestamp::midnight(middle.date());
    let after = Timestamp::midnight(middle.date().checked_add_days(Days::new(1))?);
    // Not at the window's own start, which would leave one half empty.
    let cut = if before > window.start() { before } else { after };
    Some((Window::new(window.start(), cut).ok()?, Window::new(cut, window.end()).ok()?))
}

/// Returns the two halves of a window for a source whose data keep moving: cut at a midnight where one lies inside,
/// else in the middle. `None` for a single millisecond.
pub(crate) fn smaller(window: Window) -> Option<(Window, Window)> {
    halves(window).or_else(|| {
        let middle = Timestamp::from_millis(window.start().millis().midpoint(window.end().millis())).ok()?;
        Some((Window::new(window.start(), middle).ok()?, Window::new(middle, window.end()).ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};

    fn window(start: &str, end: &str) -> Window {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        Window::new(at(start), at(end)).unwrap()
    }

    #[test]
    fn cuts_fall_on_midnight_whatever_the_start() {
        let windows = plan(window("2026-08-31T17:00:00Z", "2026-10-01T00:00:00Z"));
        assert_eq!(
            windows,
            [
                window("2026-08-31T17:00:00Z", "2026-09-30T00:00:00Z"),
                window("2026-09-30T00:00:00Z", "2026-10-01T00:00:00Z")
            ]
        );
    }

    #[test]
    fn halves_need_a_midnight_inside() {
        let (left, right) = halves(window("2026-08-01T00:00:00Z", "2026-08-04T00:00:00Z")).unwrap();
        assert_eq!(
            (left.end(), right.end()),
            (right.start(), window("2026-08-02T00:00:00Z", "2026-08-04T00:00:00Z").end())
        );
        assert_eq!(left.end().to_string(), "2026-08-02T00:00:00Z");
        let (left, _) = halves(window("2026-08-01T20:00:00Z", "2026-08-02T04:00:00Z")).unwrap();
        assert_eq!(left.end().to_string(), "2026-08-02T00:00:00Z");
        let (left, _) = halves(window("2026-08-01T10:00:00Z", "2026-08-02T04:00:00Z")).unwrap();
        assert_eq!(left.end().to_string(), "2026-08-02T00:00:00Z");
        assert_eq!(halves(window("2026-08-01T00:00:00Z", "2026-08-02T00:00:00Z")), None);
    }

    #[test]
    fn any_window_can_be_made_smaller_down_to_a_millisecond() {
        let day = window("2026-08-01T00:00:00Z", "2026-08-02T00:00:00Z");
        let (left, right) = smaller(day).unwrap();
        assert_eq!((left.start(), left.end(), right.end()), (day.start(), right.start(), day.end()));
        assert_eq!(left.end().to_string(), "2026-08-01T12:00:00Z");
        let (left, right) = smaller(window("2026-08-01T00:00:00Z", "2026-08-01T00:00:00.003Z")).unwrap();
        assert_eq!((left.end(), right.end().millis() - left.end().millis()), (right.start(), 2));
        assert_eq!(smaller(window("2026-08-01T00:00:00Z", "2026-08-01T00:00:00.001Z")), None);
    }
}
