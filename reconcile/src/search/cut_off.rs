//! Cut-offs of an invoice, from the whole numbers of calls on its lines.
//!
//! Up to an instant a line has a number of calls that only grows with it, so that "as many as the line states" is one
//! interval of instants. The intervals of all lines meet where the invoice was cut.
//!
//! `CallTimes` holds, for each line that counts its calls, the instants of its charges in order and their running sums.
//! `end`, `start` and `both` intersect the intervals and return the span in which the most lines agree; where several
//! spans do equally well, the amounts of the lines decide, and then the nearness to the stated instant. All instants
//! are milliseconds since the Unix epoch. Whether a cut that is found here is believed is decided by
//! `search::adjust_period`.

use crate::model::windows::widened;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use chrono::FixedOffset;
use cost_model::{Money, Timestamp, Window};

use crate::input::last_digit::LastDigit;
use crate::input::line_groups::LineGroup;
use crate::search::selection::{ChargeHistory, ChargeSelection};

/// One hour in milliseconds.
const HOUR: i64 = 60 * 60 * 1000;
/// One day in milliseconds.
const DAY: i64 = 24 * HOUR;
/// An end of the period, as the calls of lines place it: after `earliest` minus one millisecond, up to `latest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) earliest: i64,
    pub(crate) latest: i64,
    /// The lines that state their number of calls and agree.
    pub(crate) agree: usize,
    /// The nearness of the lines' amounts to those of the charges: two for each line that most ways of rounding make right.
    pub(crate) right: usize,
}

impl Interval {
    /// Returns an instant inside: the stated one, else a midnight at one of these offsets, else a whole hour, else the first.
    pub(crate) fn instant(&self, stated: Timestamp, offsets: &[FixedOffset]) -> Option<Timestamp> {
        if self.contains(stated.millis()) {
            return Some(stated);
        }
        let midnights =
            offsets.iter().map(|offset| self.next(DAY, i64::from(offset.local_minus_utc()) * 1_000));
        // After the midnights, the time of day that the invoice states itself: a period is often cut at one time of
        // day.
        let same_time = self.next(DAY, -stated.millis().rem_euclid(DAY));
        let mut likely = midnights.chain([same_time, self.next(HOUR, 0)]);
        Timestamp::from_millis(likely.find(|at| self.contains(*at)).unwrap_or(self.earliest)).ok()
    }

    /// Returns whether an instant lies inside; both ends are included.
    pub(crate) fn contains(&self, at: i64) -> bool {
        (self.earliest..=self.latest).contains(&at)
    }

    /// Returns the first multiple of `step` that is not before the interval, on a clock that is `offset` milliseconds
    /// ahead of UTC.
    fn next(&self, step: i64, offset: i64) -> i64 {
        let local = self.earliest.saturating_add(offset);
        local.saturating_add(step - 1).div_euclid(step).saturating_mul(step).saturating_sub(offset)
    }
}

/// The charges behind each line group that states its number of calls, by time. A model that no line names counts as one with
/// no calls.
pub(crate) struct CallTimes {
    lines: Vec<CountedLine>,
    reach: i64,
    digit: LastDigit,
}

/// The charges of a line that counts its calls.
///
/// Times and running sums have the same order, so that two bisections give the count and the amount of any window.
#[derive(Debug, Default)]
struct CountedLine {
    times: Vec<i64>,
    /// The sums of the charges up to each one.
    sums: Vec<i128>,
    calls: usize,
    asked: i128,
}

impl CountedLine {
    /// Adds a charge, which must not be earlier than the last one: `span` searches the times by bisection.
    fn push(&mut self, at: i64, billed: Money) {
        self.times.push(at);
        let reached = self.sums.last().copied().unwrap_or(0);
        self.sums.push(reached.saturating_add(billed.units()));
    }

    /// Returns the places of the charges of a window.
    fn span(&self, window: Window) -> (usize, usize) {
        let [start, end] =
            [window.start(), window.end()].map(|at| self.times.partition_point(|each| *each < at.millis()));
        (start, end)
    }

    /// Returns whether the window has exactly as many charges of the line as it counts calls. A charge counts as one
    /// call.
    fn agrees(&self, window: Window) -> bool {
        let (first, end) = self.span(window);
        end.saturating_sub(first) == self.calls
    }

    /// Returns how near the charges of a window add up to what the line bills: 2 for what most ways of rounding make of it, 1 for
    /// what some do, else nothing.
    fn nearness(&self, window: Window, digit: LastDigit) -> usize {
        let (first, end) = self.span(window);
        // Running sums make the amount of any window a difference of two of them, however many charges it has.
        let off = self.sum_before(end).saturating_sub(self.sum_before(first)).abs_diff(self.asked);
        usize::from(off < digit.size()) + usize::from(off <= digit.size() / 2)
    }

    /// Returns the sum of the charges before a place.
    fn sum_before(&self, place: usize) -> i128 {
        place.checked_sub(1).and_then(|last| self.sums.get(last)).copied().unwrap_or(0)
    }
}

impl CallTimes {
    /// Gathers the charges of a selection, from `reach` milliseconds before its window to `reach` after it: a cut can
    /// be moved that far, and must see what it would take in. Copies and charges that were absent when the invoice was
    /// issued are left out; withdrawn ones count on the line that they were placed on.
    pub(crate) fn collect(
        charges: &ChargeHistory<'_>,
        line_groups: &[LineGroup],
        selection: &ChargeSelection,
        (reach, digit): (i64, LastDigit),
    ) -> Self {
        let mut lines: Vec<CountedLine> = Vec::new();
        // Usage groups that no line names follow the line groups, one place each, and are expected to have no calls.
        lines.resize_with(line_groups.len() + charges.line_groups.group_count(), CountedLine::default);
        let copies: BTreeSet<usize> = selection.copies.iter().copied().collect();
        let span = charges.span(widened(selection.window, reach));
        let mut all: Vec<(i64, usize, Money)> = Vec::new();
        for (place, charge) in span.clone().zip(charges.all.get(span).unwrap_or_default()) {
            let line = charges
                .line_groups
                .line_group_of(charge.usage_group)
                .unwrap_or(line_groups.len() + charge.usage_group);
            if !charges.is_absent_in(selection, place) && !copies.contains(&place) {
                all.push((charge.at.millis(), line, charge.billed));
            }
        }
        let withdrawn = selection.withdrawn.iter().filter_map(|(number, line_group)| {
            let withdrawn = charges.withdrawn.get(*number)?;
            Some((withdrawn.at.millis(), (*line_group)?, withdrawn.billed))
        });
        all.extend(withdrawn);
        // Withdrawn charges were added after the others, and `push` wants them in order of time.
        all.sort_by_key(|(at, ..)| *at);
        for (at, line, billed) in all {
            if let Some(line) = lines.get_mut(line) {
                line.push(at, billed);
            }
        }
        let counts = line_groups.iter().map(|line_group| {
            Some((usize::try_from(line_group.calls?).unwrap_or(usize::MAX), line_group.amount.units()))
        });
        let with_counts = lines.into_iter().zip(counts.chain(std::iter::repeat(Some((0, 0)))));
        let counted = with_counts.filter_map(|(line, counted)| {
            let (calls, asked) = counted?;
            // A group without calls and charges agrees with every window and would only raise the count.
            (!line.times.is_empty() || calls != 0).then_some(CountedLine { calls, asked, ..line })
        });
        Self { lines: counted.collect(), reach, digit }
    }

    /// Returns how many lines count their calls, which is the most that `agree` can return.
    pub(crate) fn counted(&self) -> usize {
        self.lines.len()
    }

    /// Returns how many of them count as many as the window has.
    pub(crate) fn agree(&self, window: Window) -> usize {
        self.lines.iter().filter(|line| line.agrees(window)).count()
    }

    /// Returns how near all of them are to what the window's charges add up to.
    fn right(&self, start: i64, end: i64) -> usize {
        let ends = Timestamp::from_millis(start).and_then(|start| Ok((start, Timestamp::from_millis(end)?)));
        let Ok(window) = ends.and_then(|(start, end)| Window::new(start, end)) else { return 0 };
        self.lines.iter().map(|line| line.nearness(window, self.digit)).sum()
    }

    /// Returns where most lines agree that the period ends, if it starts at `start`; of several such spans the one in which the
    /// most amounts are right.
    pub(crate) fn end(&self, start: Timestamp, stated: Timestamp) -> Option<Interval> {
        let reach = (
            stated.millis().saturating_sub(self.reach).max(start.millis() + 1),
            stated.millis().saturating_add(self.reach),
        );
        let spans = most_common(
            self.lines.iter().filter_map(|line: &CountedLine| {
                let (times, calls) = (&line.times, line.calls);
                let first = times.partition_point(|at| *at < start.millis());
                let last = first.checked_add(calls)?;
                if last > times.len() {
                    return None;
                }
                // Ends are exclusive: the period ends after its last call, at the earliest a millisecond later, and at
                // the latest at the next call. Without calls, nothing bounds it from below.
                let earliest = if calls == 0 { i64::MIN } else { times.get(last - 1)?.saturating_add(1) };
                Some((earliest.max(reach.0), times.get(last).copied().unwrap_or(i64::MAX).min(reach.1)))
            }),
            stated.millis(),
        );
        self.with_most_right(spans, |end| (start.millis(), end.earliest))
    }

    /// Returns where most lines agree that the period starts, if it ends at `end`; of several the one with the most right amounts.
    pub(crate) fn start(&self, stated: Timestamp, end: Timestamp) -> Option<Interval> {
        let reach = (
            stated.millis().saturating_sub(self.reach),
            stated.millis().saturating_add(self.reach).min(end.millis() - 1),
        );
        let spans = most_common(
            self.lines.iter().filter_map(|line: &CountedLine| {
                let (times, calls) = (&line.times, line.calls);
                let past = times.partition_point(|at| *at < end.millis());
                let first = past.checked_sub(calls)?;
                // Starts are inclusive: at the latest at the first call of the line, at the earliest just after the
                // call before it.
                let latest = if calls == 0 { i64::MAX } else { *times.get(first)? };
                let before = first.checked_sub(1).and_then(|before| times.get(before).copied());
                Some((before.map_or(i64::MIN, |at| at.saturating_add(1)).max(reach.0), latest.min(reach.1)))
            }),
            stated.millis(),
        );
        self.with_most_right(spans, |start| (start.latest, end.millis()))
    }

    /// Returns the span whose window, as `window` builds it, puts the most amounts right. The first of equals is kept.
    fn with_most_right(
        &self,
        spans: Vec<Interval>,
        window: impl Fn(&Interval) -> (i64, i64),
    ) -> Option<Interval> {
        let mut best: Option<Interval> = None;
        for span in spans {
            let (start, end) = window(&span);
            let right = self.right(start, end);
            // The nearest comes first.
            if best.is_none_or(|best| right > best.right) {
                best = Some(Interval { right, ..span });
            }
        }
        best
    }

    /// Returns both ends at once, searched over each possible start within reach with the end that most lines agree
    /// on; of
    /// several such spans the one in which the most amounts are right.
    pub(crate) fn both(&self, stated: Window) -> Option<PeriodEnds> {
        // Bounds the time for invoices with many lines and calls: starts times lines.
        const WORK: usize = 4_000_000;
        // The counts change only where a charge comes or goes, so that one start for each instant of a charge is
        // enough.
        let starts: BTreeSet<i64> = self
            .lines
            .iter()
            .flat_map(|line| {
                line.times
                    .iter()
                    .copied()
                    .filter(|at: &i64| (at - stated.start().millis()).abs() <= self.reach)
            })
            .collect();
        let affordable = WORK / self.lines.len().max(1);
        let mut best: Option<PeriodEnds> = None;
        let mut earlier = stated.start().millis().saturating_sub(self.reach);
        for latest in starts.into_iter().take(affordable) {
            let start = Interval { earliest: earlier, latest, agree: 0, right: 0 };
            earlier = latest.saturating_add(1);
            let Some(end) = Timestamp::from_millis(latest).ok().and_then(|at| self.end(at, stated.end()))
            else {
                continue;
            };
            let start = Interval { agree: end.agree, right: end.right, ..start };
            let found = PeriodEnds { start, end, tied: false };
            let Some(best) = &mut best else {
                best = Some(found);
                continue;
            };
            match found.rank(stated).cmp(&best.rank(stated)) {
                Ordering::Greater => *best = found,
                Ordering::Equal => {
                    let at = stated.start().millis();
                    let is_nearer = distance(found.start, at) < distance(best.start, at);
                    let nearer = if is_nearer { found } else { *best };
                    *best = PeriodEnds { tied: true, ..nearer };
                }
                Ordering::Less => {}
            }
        }
        best
    }
}

/// The start and the end of a period, as intervals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeriodEnds {
    pub(crate) start: Interval,
    pub(crate) end: Interval,
    /// Other spans do just as well.
    pub(crate) tied: bool,
}

impl PeriodEnds {
    /// Of spans that do equally well, one that is cut at one time of day at both ends is the likelier.
    fn rank(&self, stated: Window) -> (usize, usize, bool) {
        (self.end.agree, self.end.right, one_shift(self.start, self.end, stated))
    }
}

/// Returns whether both ends may be later, or earlier, than stated by as much.
///
/// Another time zone moves both ends alike, which supposes less than two unrelated moves.
fn one_shift(start: Interval, end: Interval, stated: Window) -> bool {
    let [start, end] = [(start, stated.start()), (end, stated.end())].map(|(interval, stated)| {
        let stated = stated.millis();
        (interval.earliest.saturating_sub(stated), interval.latest.saturating_sub(stated))
    });
    start.0.max(end.0) <= start.1.min(end.1)
}

/// Returns how many milliseconds an interval is away from the stated instant: none where it contains it.
fn distance(interval: Interval, stated: i64) -> u64 {
    let nearest = stated.clamp(interval.earliest, interval.latest);
    nearest.abs_diff(stated)
}

/// Returns the spans in which the most intervals overlap; those nearest to the stated instant first.
///
/// Sweeps once over the ends of all intervals, in order of time.
fn most_common(intervals: impl Iterator<Item = (i64, i64)>, stated: i64) -> Vec<Interval> {
    // Bounds the work where many instants agree equally well; the nearest to the stated one are kept.
    const MOST: usize = 16;
    let mut edges = Vec::new();
    for (earliest, latest) in intervals.filter(|(earliest, latest)| earliest <= latest) {
        edges.push((earliest, false));
        edges.push((latest, true));
    }
    // Openings come before closings of the same instant (`false < true`): intervals that touch overlap there.
    edges.sort_unstable();
    let mut open = 0_usize;
    let mut spans: Vec<Interval> = Vec::new();
    for (number, (at, closes)) in edges.iter().enumerate() {
        if *closes {
            open = open.saturating_sub(1);
            continue;
        }
        open += 1;
        // The span goes on until the next edge of any interval.
        let next = edges.get(number + 1).map_or(*at, |(next, closes)| if *closes { *next } else { next - 1 });
        spans.push(Interval { earliest: *at, latest: next.max(*at), agree: open, right: 0 });
    }
    let most = spans.iter().map(|span| span.agree).max().unwrap_or(0);
    spans.retain(|span| span.agree == most);
    spans.sort_by_key(|span| (distance(*span, stated), span.earliest));
    spans.truncate(MOST);
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn span(interval: Option<Interval>) -> (i64, i64, usize) {
        let found = interval.unwrap();
        (found.earliest, found.latest, found.agree)
    }

    /// Charges of a cent each.
    fn times(lines: &[(&[i64], usize)]) -> CallTimes {
        CallTimes {
            lines: lines
                .iter()
                .map(|(times, calls): &(&[i64], usize)| {
                    let mut line = CountedLine { calls: *calls, ..CountedLine::default() };
                    times.iter().for_each(|at| line.push(*at, Money::from_units(10_i128.pow(22))));
                    line
                })
                .collect(),
            reach: 1_000,
            digit: LastDigit::with_decimals(2),
        }
    }

    #[test]
    fn an_end_lies_after_the_last_call_and_up_to_the_next() {
        let times = times(&[(&[10, 20, 30], 2), (&[12, 24, 40], 2)]);
        assert_eq!(span(times.end(at(0), at(50))), (25, 30, 2));
        assert_eq!((times.counted(), times.agree(Window::new(at(0), at(30)).unwrap())), (2, 2));
        assert_eq!(times.agree(Window::new(at(0), at(24)).unwrap()), 1);
    }

    #[test]
    fn a_start_lies_after_the_call_before_and_up_to_the_first() {
        let times = times(&[(&[10, 20, 30], 2), (&[12, 24, 40], 2)]);
        assert_eq!(span(times.start(at(0), at(50))), (13, 20, 2));
    }

    #[test]
    fn both_ends_are_found_together_and_lines_without_calls_bound_them() {
        let times = times(&[(&[10, 20, 30, 40], 2), (&[12, 24, 38], 1), (&[26, 60], 1), (&[5, 45], 0)]);
        let PeriodEnds { start, end, .. } = times.both(Window::new(at(1), at(80)).unwrap()).unwrap();
        assert_eq!((start.latest, end.agree), (20, 4));
        assert_eq!((end.earliest, end.latest), (31, 38));
    }

    #[test]
    fn among_ends_that_count_as_many_calls_the_amounts_decide() {
        // Two calls to each model before 25 and, without the first of each, before 45: only one has the right amounts.
        let mut line = CountedLine { calls: 1, asked: 7, ..CountedLine::default() };
        for (at, cents) in [(10, 5_i128), (20, 7), (30, 9)] {
            line.push(at, Money::from_units(cents * 10_i128.pow(22)));
        }
        line.asked *= 10_i128.pow(22);
        let times = CallTimes { lines: vec![line], reach: 1_000, digit: LastDigit::with_decimals(2) };
        let PeriodEnds { start, end, .. } = times.both(Window::new(at(0), at(15)).unwrap()).unwrap();
        assert_eq!((start.latest, end.earliest, end.right), (20, 21, 2));
    }

    #[test]
    fn a_likely_instant_is_chosen_inside() {
        let inside = |earliest, latest| Interval { earliest, latest, agree: 1, right: 0 };
        let stated = at(9 * HOUR + HOUR / 2);
        let offsets = [0, -8].map(|hours| FixedOffset::east_opt(hours * 3_600).unwrap());
        let chosen = |interval: Interval| interval.instant(stated, &offsets).unwrap().millis();
        assert_eq!(chosen(inside(HOUR, 20 * HOUR)), stated.millis(), "the stated one");
        assert_eq!(chosen(inside(20 * HOUR, 25 * HOUR)), DAY, "midnight");
        assert_eq!(
            chosen(inside(DAY + HOUR, DAY + 8 * HOUR)),
            DAY + 8 * HOUR,
            "midnight at the other offset"
        );
        let elsewhere = [FixedOffset::east_opt(11 * 1_800).unwrap()];
        let found = inside(DAY + 8 * HOUR + 1, 2 * DAY).instant(stated, &elsewhere).unwrap();
        assert_eq!(found.millis(), 2 * DAY - 11 * HOUR / 2, "a midnight half an hour off");
        assert_eq!(chosen(inside(10 * HOUR + 1, 11 * HOUR + 5)), 11 * HOUR, "a whole hour");
        assert_eq!(chosen(inside(10 * HOUR + 1, 10 * HOUR + 5)), 10 * HOUR + 1, "the first");
    }
}
