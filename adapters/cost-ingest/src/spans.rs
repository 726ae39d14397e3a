//! Arithmetic with spans of time: lists of windows, merged and ascending.

use cost_model::{Timestamp, Window};

/// The parts of `range` that no window covers.
pub(crate) fn missing(range: Window, covered: &[Window]) -> Vec<Window> {
    let mut missing = Vec::new();
    let mut reached = range.start();
    for window in covered {
        missing.extend(Window::new(reached, window.start().min(range.end())));
        reached = reached.max(window.end());
    }
    missing.extend(Window::new(reached, range.end()));
    missing
}

/// The parts of the windows that lie in `range`.
pub(crate) fn inside(range: Window, windows: &[Window]) -> Vec<Window> {
    let cut = |window: &Window| Window::new(window.start().max(range.start()), window.end().min(range.end()));
    windows.iter().filter_map(|window| cut(window).ok()).collect()
}

/// The parts of the windows before an instant.
pub(crate) fn before(end: Timestamp, windows: &[Window]) -> Vec<Window> {
    windows.iter().filter_map(|window| Window::new(window.start(), window.end().min(end)).ok()).collect()
}

/// The windows and one more, merged.
pub(crate) fn union(mut windows: Vec<Window>, more: Option<Window>) -> Vec<Window> {
    windows.extend(more);
    windows.sort_unstable();
    let mut merged: Vec<Window> = Vec::with_capacity(windows.len());
    for next in windows {
        let joined = merged
            .last()
            .filter(|last| next.start() <= last.end())
            .and_then(|last| Window::new(last.start(), last.end().max(next.end())).ok());
        if joined.is_some() {
            merged.pop();
        }
        merged.push(joined.unwrap_or(next));
    }
    merged
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

    /// Which of the first milliseconds lie in the windows, which must be merged and ascending.
    fn bits(windows: &[Window]) -> Vec<bool> {
        assert!(windows.windows(2).all(|pair| pair[0].end() < pair[1].start()), "merged and ascending");
        (0..8).map(|millis| windows.iter().any(|window| window.contains(at(millis)))).collect()
    }

    #[test]
    fn spans_behave_like_sets_of_instants() {
        let spans = || (0..7).flat_map(|start| (start + 1..8).map(move |end| window(start, end)));
        for (one, other) in spans().flat_map(|one| spans().map(move |other| (one, other))) {
            let covered = union(vec![one], Some(other));
            let both = bits(&covered);
            for range in spans() {
                let (missing, inside) = (bits(&missing(range, &covered)), bits(&inside(range, &covered)));
                let before = bits(&before(range.start(), &covered));
                for millis in 0..8 {
                    let index = usize::try_from(millis).unwrap();
                    let (wanted, covered) = (range.contains(at(millis)), both[index]);
                    assert_eq!(missing[index], wanted && !covered);
                    assert_eq!(inside[index], wanted && covered);
                    assert_eq!(before[index], covered && at(millis) < range.start());
                }
            }
        }
    }
}
