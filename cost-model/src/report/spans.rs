//! Stretches of time over which nothing that a report asks about time changes.

use chrono::FixedOffset;

use crate::{Timestamp, Window};

use super::{Bin, Query};

/// Finds the span of an instant. Charges mostly come in order of time, so that few of them leave the span of the one
/// before.
pub(super) struct Spans<'a> {
    bin: Option<Bin>,
    zone: FixedOffset,
    window: Option<Window>,
    boundaries: &'a [Timestamp],
}

/// A span: no edge of the window, no step of time and no boundary of epochs lies inside.
#[derive(Clone, Copy)]
pub(super) struct Span {
    /// The first millisecond inside.
    start: i64,
    /// The first millisecond after it.
    end: i64,
    /// The start of the step; `Some(None)` without steps, `None` outside of the window.
    pub(super) bin: Option<Option<Timestamp>>,
}

impl<'a> Spans<'a> {
    pub(super) fn new(query: &Query, window: Option<Window>, boundaries: &'a [Timestamp]) -> Self {
        Self { bin: query.bin, zone: query.zone_or_utc(), window, boundaries }
    }

    pub(super) fn of(&self, at: Timestamp) -> Span {
        let epoch = self.boundaries.partition_point(|boundary| *boundary <= at);
        let mut span = Span { start: i64::MIN, end: i64::MAX, bin: None };
        span.cut(epoch.checked_sub(1).and_then(|before| self.boundaries.get(before)).copied(), at);
        span.cut(self.boundaries.get(epoch).copied(), at);
        if let Some(window) = self.window {
            span.cut(Some(window.start()), at);
            span.cut(Some(window.end()), at);
            if !window.contains(at) {
                return span;
            }
        }
        let bin = self.bin.map(|bin| (bin, bin.start_of(at, self.zone)));
        span.bin = Some(bin.map(|(_, start)| start));
        if let Some((bin, start)) = bin {
            span.cut(Some(start), at);
            match bin.next(start, self.zone) {
                Some(next) => span.cut(Some(next), at),
                None => span.end = span.end.min(at.millis().saturating_add(1)),
            }
        }
        span
    }
}

impl Span {
    /// Before all time: no instant lies inside.
    pub(super) const NOWHERE: Self = Self { start: i64::MIN, end: i64::MIN, bin: None };

    pub(super) fn contains(&self, at: Timestamp) -> bool {
        self.start <= at.millis() && at.millis() < self.end
    }

    /// Ends the span at `edge`, on the side that `at` is not on.
    fn cut(&mut self, edge: Option<Timestamp>, at: Timestamp) {
        match edge {
            Some(edge) if edge <= at => self.start = self.start.max(edge.millis()),
            Some(edge) => self.end = self.end.min(edge.millis()),
            None => {}
        }
    }
}
