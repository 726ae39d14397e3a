//! Stretches of time over which nothing that a report asks about time changes.

use chrono::FixedOffset;

use crate::{Timestamp, Window};

use super::{Bin, Query};

/// Finds the rest of the span that an instant lies in.
pub(super) struct Spans<'a> {
    bin: Option<Bin>,
    zone: FixedOffset,
    window: Option<Window>,
    boundaries: &'a [Timestamp],
}

/// A span: no edge of the window, no step of time and no boundary of epochs lies inside. No two that are asked for one
/// after the other overlap.
pub(super) struct Span {
    /// Its first millisecond.
    pub(super) start: i64,
    /// The first millisecond after it.
    pub(super) end: i64,
    /// The start of the step, if there are steps.
    pub(super) bin: Option<Timestamp>,
    /// The number of the epoch.
    pub(super) epoch: usize,
}

impl<'a> Spans<'a> {
    pub(super) fn new(query: &Query, window: Option<Window>, boundaries: &'a [Timestamp]) -> Self {
        Self { bin: query.bin, zone: query.zone_or_utc(), window, boundaries }
    }

    /// The span of an instant in the window.
    pub(super) fn of(&self, at: Timestamp) -> Span {
        let epoch = self.boundaries.partition_point(|boundary| *boundary <= at);
        let mut span = Span { start: i64::MIN, end: i64::MAX, bin: None, epoch };
        span.cut(epoch.checked_sub(1).and_then(|last| self.boundaries.get(last)).copied(), at);
        span.cut(self.boundaries.get(epoch).copied(), at);
        if let Some(window) = self.window {
            span.cut(Some(window.start()), at);
            span.cut(Some(window.end()), at);
        }
        if let Some(bin) = self.bin {
            let start = bin.start_of(at, self.zone);
            span.bin = Some(start);
            span.cut(Some(start), at);
            match bin.next(start, self.zone) {
                Some(next) => span.cut(Some(next), at),
                // At the end of the calendar.
                None => span = Span { start: at.millis(), end: at.millis().saturating_add(1), ..span },
            }
        }
        span
    }
}

impl Span {
    /// Cuts the span at `edge`; what is left is the side with `at`.
    fn cut(&mut self, edge: Option<Timestamp>, at: Timestamp) {
        match edge {
            Some(edge) if edge > at => self.end = self.end.min(edge.millis()),
            Some(edge) => self.start = self.start.max(edge.millis()),
            None => {}
        }
    }
}
