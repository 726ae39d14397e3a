//! Coverage: the spans of time that are stored, and when each was read.
//!
//! What a run has to read next is computed from it: what is not covered, and what was covered by a read that was too
//! early for its charges to be final. Spans of the provider are ordered by the number of their read; the clock of a
//! read only says what was final.

use crate::record::ReadNumber;
use crate::source::CLOCK_TOLERANCE_MILLIS;
use crate::store::import::{Import, Owner};
use crate::time::{Timestamp, Window, WindowSet};

/// The default number of days before the current one for which late charges are to be expected.
///
/// A host may state another number wherever it is used.
pub const LOOK_BACK_DAYS: u32 = 3;

/// Returns the midnight (UTC) before which charges are final in a read that began at `read_at`: later ones are
/// provisional, because a charge may still arrive, change its price or be withdrawn `look_back_days` days after its own.
///
/// ```
/// use cost_model::Timestamp;
/// use cost_model::store::{LOOK_BACK_DAYS, final_before};
/// let read_at: Timestamp = "2026-09-14T09:30:00Z".parse()?;
/// assert_eq!(final_before(read_at, LOOK_BACK_DAYS).to_string(), "2026-09-11T00:00:00Z");
/// # Ok::<(), cost_model::Error>(())
/// ```
pub fn final_before(read_at: Timestamp, look_back_days: u32) -> Timestamp {
    let date = read_at.date();
    let days = chrono::Days::new(look_back_days.into());
    Timestamp::midnight(date.checked_sub_days(days).unwrap_or(date))
}

/// Where the charges of a covered span come from.
///
/// A file never replaces the provider's word, so the two are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CoveredBy {
    /// The provider's API, read through a [`CostSource`](crate::source::CostSource).
    Provider,
    /// A file that was imported. Such a span is never stored; it is added from the list of imports, see
    /// [`Coverage::with_files`].
    File,
}

/// A span of time whose charges are stored whole.
///
/// Without charges in it, the span says that there were none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "built by every store")]
pub struct CoveredSpan {
    /// The span.
    pub window: Window,
    /// The number of the read that stored it: a later read has a higher one.
    ///
    /// 0 for a span of a file.
    pub read: ReadNumber,
    /// The clock when that read began, or when a file was exported; `None` where nobody kept it.
    pub read_at: Option<Timestamp>,
    /// Where its charges come from.
    ///
    /// Decides whether a later change is a restatement: what only a file stated is none.
    pub by: CoveredBy,
}

impl CoveredSpan {
    /// Makes a span that a read of the provider has stored.
    pub fn read(window: Window, read: ReadNumber, read_at: Option<Timestamp>) -> Self {
        Self { window, read, read_at, by: CoveredBy::Provider }
    }

    /// Returns whether two spans differ in their window alone, so that they can be merged where they touch.
    fn is_of_one_read(&self, other: &Self) -> bool {
        (self.read, self.read_at, self.by) == (other.read, other.read_at, other.by)
    }

    /// Returns the part of the span inside `range`.
    fn cut(&self, range: Window) -> Option<Self> {
        let window = self.window.intersection(range)?;
        Some(Self { window, ..*self })
    }

    /// Returns the part whose charges were final when they were read; nothing where `now` says that the clock was
    /// ahead.
    fn settled(&self, now: Timestamp, look_back_days: u32) -> Option<Window> {
        let read_at = self.read_at.filter(|read_at| *read_at <= now)?;
        let end = self.window.end().min(final_before(read_at, look_back_days));
        Window::new(self.window.start(), end).ok()
    }
}

/// The spans of one connection that are stored, ascending, without overlap. Adjacent spans of one read are merged.
///
/// ```
/// use cost_model::{Timestamp, Window};
/// use cost_model::record::ReadNumber;
/// use cost_model::store::{Coverage, CoveredSpan};
/// let noon: Timestamp = "2026-09-14T12:00:00Z".parse()?;
/// let september = Window::new("2026-09-01T00:00:00Z".parse::<Timestamp>()?, noon)?;
/// let mut coverage = Coverage::default();
/// coverage.put(CoveredSpan::read(september, ReadNumber::new(1), Some(noon)));
/// // A day later, what was provisional then has to be read again.
/// let later: Timestamp = "2026-09-15T12:00:00Z".parse()?;
/// let settled = coverage.settled(later, 3);
/// assert_eq!(settled.end().map(|end| end.to_string()).as_deref(), Some("2026-09-11T00:00:00Z"));
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(Vec<CoveredSpan>);

impl Coverage {
    /// Returns the spans, ascending.
    ///
    /// They do not overlap; gaps between them are not covered.
    pub fn spans(&self) -> &[CoveredSpan] {
        &self.0
    }

    /// Returns the instants that are covered, whoever read them.
    pub fn windows(&self) -> WindowSet {
        self.0.iter().map(|span| span.window).collect::<Vec<_>>().into()
    }

    /// Returns the spans that were read from the provider's API.
    ///
    /// In order; imported files are left out.
    pub fn by_provider(&self) -> Self {
        Self(self.0.iter().filter(|span| span.by == CoveredBy::Provider).copied().collect())
    }

    /// Returns the instants of these spans for which the provider still answers: those from `oldest` on, the oldest charge
    /// that it ever returned. It may have deleted whatever is older.
    ///
    /// Without an oldest charge the provider has proven nothing, and the set is empty.
    pub fn answered_from(&self, oldest: Option<Timestamp>) -> WindowSet {
        self.0
            .iter()
            .filter_map(|span: &CoveredSpan| {
                Window::new(span.window.start().max(oldest?), span.window.end()).ok()
            })
            .collect::<Vec<_>>()
            .into()
    }

    /// Returns the same spans, and those that only imported files of the whole team cover. Where files overlap, the one that
    /// was exported last counts.
    pub fn with_files(mut self, imports: &[Import]) -> Self {
        let mut files: Vec<&Import> = imports.iter().filter(|import| import.owner == Owner::Team).collect();
        files.sort_by_key(|import| std::cmp::Reverse(import.exported_at));
        for import in files {
            self.put_behind(CoveredSpan {
                window: import.span,
                read: ReadNumber::default(),
                read_at: Some(import.exported_at),
                by: CoveredBy::File,
            });
        }
        self
    }

    /// Puts a span in place of whatever covers its instants.
    ///
    /// Spans that it overlaps in part keep their other parts. Takes time in proportion to the number of spans.
    pub fn put(&mut self, span: CoveredSpan) {
        self.remove(span.window);
        let place = self.0.partition_point(|each| each.window.start() < span.window.start());
        self.0.insert(place, span);
        self.join();
    }

    /// Adds the parts of a span that no other span covers.
    ///
    /// Existing spans stay as they are.
    pub fn put_behind(&mut self, span: CoveredSpan) {
        for window in self.windows().missing(span.window).into_windows() {
            self.put(CoveredSpan { window, ..span });
        }
    }

    /// Removes the instants of a window.
    ///
    /// A span that reaches over both ends of the window is left in two parts.
    pub fn remove(&mut self, window: Window) {
        let mut left = Vec::with_capacity(self.0.len() + 1);
        for span in self.0.drain(..) {
            left.extend(
                span.window.minus(window).into_iter().map(|rest| CoveredSpan { window: rest, ..span }),
            );
        }
        self.0 = left;
    }

    /// Returns the part inside `range`.
    ///
    /// Spans that reach over an end of `range` are cut there.
    pub fn inside(&self, range: Window) -> Self {
        Self(self.0.iter().filter_map(|span| span.cut(range)).collect())
    }

    /// Returns the parts of `window` that a later read than that one has stored.
    ///
    /// A read must not replace what is stored there, however late it ends.
    pub fn later_than(&self, read: ReadNumber, window: Window) -> WindowSet {
        let later = self.0.iter().filter(|span| span.read > read).filter_map(|span| span.cut(window));
        later.map(|span| span.window).collect::<Vec<_>>().into()
    }

    /// Returns the instants whose charges were final when they were last read, as seen at `now`.
    ///
    /// Not among them, so that they are read again: spans that were provisional then, spans whose time of reading is not
    /// known, and spans read by a clock that was ahead of `now`.
    pub fn settled(&self, now: Timestamp, look_back_days: u32) -> WindowSet {
        let settled = self.0.iter().filter_map(|span| span.settled(now, look_back_days));
        settled.collect::<Vec<_>>().into()
    }

    /// Returns the instants that are covered and for which late charges were still to be expected when they were read.
    ///
    /// A span whose time of reading is not known is provisional as a whole.
    pub fn provisional(&self, look_back_days: u32) -> WindowSet {
        let provisional = self.0.iter().filter_map(|span| {
            let settled = span.read_at.map(|read_at| final_before(read_at, look_back_days));
            let start = settled.map_or(span.window.start(), |settled| settled.max(span.window.start()));
            Window::new(start, span.window.end()).ok()
        });
        provisional.collect::<Vec<_>>().into()
    }

    /// Returns whether a span was read by a clock that was ahead of `now`, or covers time after it.
    ///
    /// A sign that some clock was ahead; a run reports it.
    pub fn reaches_past(&self, now: Timestamp) -> bool {
        self.0.iter().any(|span| span.window.end() > now || span.read_at.is_some_and(|read_at| read_at > now))
    }

    /// Removes the time of reading from spans of earlier reads whose clock was ahead of this read's, so that they are read
    /// again.
    ///
    /// Numbers order reads: an earlier one with a later clock shows that one of the two clocks was wrong. A small difference,
    /// as between the clocks of several hosts, is tolerated.
    pub fn distrust(&mut self, read: ReadNumber, read_at: Timestamp) {
        let ahead = |at: Timestamp| at.millis().saturating_sub(read_at.millis()) > CLOCK_TOLERANCE_MILLIS;
        for span in self.0.iter_mut().filter(|span| span.by == CoveredBy::Provider && span.read < read) {
            span.read_at = span.read_at.filter(|at| !ahead(*at));
        }
        self.join();
    }

    /// Merges neighbours of one read, so that the number of spans does not grow with the number of windows that a
    /// read was split into.
    fn join(&mut self) {
        let mut joined: Vec<CoveredSpan> = Vec::with_capacity(self.0.len());
        for span in self.0.drain(..) {
            match joined.last_mut() {
                // Spans of two reads stay apart although they touch: each is final, or not, by its own time of reading.
                Some(last) if last.window.end() == span.window.start() && last.is_of_one_read(&span) => {
                    last.window = Window::new(last.window.start(), span.window.end()).unwrap_or(last.window);
                }
                _ => joined.push(span),
            }
        }
        self.0 = joined;
    }
}

impl From<Vec<Window>> for Coverage {
    /// Makes a coverage of windows that were read a year after their end, when all of their charges were final; for
    /// callers that keep their own account of what they have read.
    fn from(windows: Vec<Window>) -> Self {
        // Longer than any look-back, so that these windows are settled for every caller.
        const YEAR_MILLIS: i64 = 366 * 86_400_000;
        windows
            .into_iter()
            .map(|window: Window| {
                let late = Timestamp::from_millis(window.end().millis().saturating_add(YEAR_MILLIS));
                CoveredSpan::read(window, ReadNumber::default(), Some(late.unwrap_or(window.end())))
            })
            .collect()
    }
}

impl FromIterator<CoveredSpan> for Coverage {
    /// Puts one span after the other.
    fn from_iter<I: IntoIterator<Item = CoveredSpan>>(spans: I) -> Self {
        let mut coverage = Self::default();
        spans.into_iter().for_each(|span| coverage.put(span));
        coverage
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn span(start: i64, end: i64, read: u64, read_at: Option<i64>) -> CoveredSpan {
        CoveredSpan::read(Window::new(at(start), at(end)).unwrap(), ReadNumber::new(read), read_at.map(at))
    }

    #[test]
    fn what_was_provisional_at_its_read_is_missing_again_however_long_the_pause() {
        let coverage: Coverage = [span(0, 10 * DAY + 5, 1, Some(10 * DAY + 5))].into_iter().collect();
        for now in [10 * DAY + 6, 11 * DAY, 300 * DAY] {
            assert_eq!(coverage.settled(at(now), 3).windows(), [Window::new(at(0), at(7 * DAY)).unwrap()]);
        }
    }

    #[test]
    fn a_read_by_a_clock_that_was_ahead_settles_nothing_until_that_time_has_come() {
        let coverage: Coverage = [span(0, 5 * DAY, 1, Some(20 * DAY))].into_iter().collect();
        assert!(coverage.settled(at(19 * DAY), 3).windows().is_empty());
        assert!(coverage.reaches_past(at(19 * DAY)));
        assert_eq!(coverage.settled(at(20 * DAY), 3).windows().len(), 1);
    }

    #[test]
    fn a_span_whose_clock_was_ahead_of_a_later_read_is_read_again_even_when_that_time_has_come() {
        let mut coverage: Coverage = [span(0, 40 * DAY, 1, Some(40 * DAY))].into_iter().collect();
        coverage.put(span(5 * DAY, 6 * DAY, 2, Some(6 * DAY)));
        coverage.distrust(ReadNumber::new(2), at(6 * DAY));
        assert_eq!(coverage.settled(at(90 * DAY), 3).windows(), []);
        // Seconds between two hosts are no wrong clock.
        let mut coverage: Coverage = [span(0, 5 * DAY, 1, Some(40 * DAY + 5_000))].into_iter().collect();
        coverage.distrust(ReadNumber::new(2), at(40 * DAY));
        assert_eq!(coverage.settled(at(90 * DAY), 3).windows().len(), 1);
    }

    #[test]
    fn a_read_without_a_time_settles_nothing() {
        let coverage: Coverage = [span(0, 5, 0, None)].into_iter().collect();
        assert!(coverage.settled(at(900 * DAY), 3).windows().is_empty());
        assert_eq!(coverage.windows().windows().len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { ..ProptestConfig::default() })]

        /// Each instant has the read that was put there last.
        #[test]
        fn a_coverage_is_a_map_from_instants_to_reads(
            steps in prop::collection::vec((0..9_i64, 1..6_i64, 0..4_u64, any::<bool>()), 0..12),
            (from, length, than) in (0..9_i64, 1..6_i64, 0..4_u64),
        ) {
            let (mut coverage, mut model) = (Coverage::default(), [None; 16]);
            for (start, length, read, removed) in steps {
                let each = span(start, start + length, read, Some(0));
                if removed { coverage.remove(each.window) } else { coverage.put(each) }
                for (instant, slot) in (0_i64..).zip(&mut model) {
                    if each.window.contains(at(instant)) {
                        *slot = (!removed).then_some(read);
                    }
                }
            }
            let later = coverage.later_than(ReadNumber::new(than), span(from, from + length, 0, None).window);
            for (instant, slot) in (0_i64..).zip(model) {
                let found = coverage.spans().iter().find(|span| span.window.contains(at(instant)));
                prop_assert_eq!(found.map(|span| span.read.get()), slot);
                let is_later = (from..from + length).contains(&instant) && slot.is_some_and(|read| read > than);
                prop_assert_eq!(later.windows().iter().any(|window| window.contains(at(instant))), is_later);
            }
            prop_assert!(coverage.spans().windows(2).all(|pair| pair[0].window.end() <= pair[1].window.start()));
        }
    }
}
