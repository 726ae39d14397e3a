//! When an invoice was really cut, from the whole numbers of calls on its lines.
//!
//! Up to an instant a line has a number of calls that only grows with it, so that "as many as the line states" is one
//! interval of instants. The intervals of all lines meet where the invoice was cut.

use std::collections::BTreeSet;

use cost_model::{Timestamp, Window};

use crate::search::claims::Claim;
use crate::search::view::{Charges, View};

const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;
/// How far from its stated instant a cut is looked for, unless the invoice is one of several of its cycle.
pub(crate) const REACH: i64 = 3 * DAY;
/// Offsets whose midnights are likely: UTC, and Cursor's own zone in winter and summer.
const LIKELY_OFFSETS: [i64; 3] = [0, -8 * HOUR, -7 * HOUR];

/// An end of the period, as the calls of lines place it: after `earliest` minus one millisecond, up to `latest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) earliest: i64,
    pub(crate) latest: i64,
    /// The lines that state their number of calls and agree.
    pub(crate) agree: usize,
}

impl Interval {
    /// An instant inside: the stated one, else a midnight, else a whole hour, else the first.
    pub(crate) fn instant(&self, stated: Timestamp) -> Option<Timestamp> {
        let inside = |at: i64| (self.earliest..=self.latest).contains(&at);
        if inside(stated.millis()) {
            return Some(stated);
        }
        let next = |step: i64, offset: i64| {
            let local = self.earliest.saturating_add(offset);
            local.saturating_add(step - 1).div_euclid(step).saturating_mul(step).saturating_sub(offset)
        };
        let midnights = LIKELY_OFFSETS.iter().map(|offset| next(DAY, *offset));
        let same_time = next(DAY, -stated.millis().rem_euclid(DAY));
        let mut likely = midnights.chain([same_time, next(HOUR, 0)]);
        Timestamp::from_millis(likely.find(|at| inside(*at)).unwrap_or(self.earliest)).ok()
    }
}

/// The times of the charges behind each claim that states its number of calls. A model that no line names counts as one
/// with no calls.
pub(crate) struct Times {
    lines: Vec<(Vec<i64>, usize)>,
    reach: i64,
}

impl Times {
    /// `reach`: how far from its stated instant a cut is looked for.
    pub(crate) fn of(charges: &Charges<'_>, claims: &[Claim], view: &View, reach: i64) -> Self {
        let mut times = vec![Vec::new(); claims.len() + charges.claims.cells()];
        let copies: BTreeSet<usize> = view.copies.iter().copied().collect();
        let span = charges.span(widened(view.window, reach));
        for (place, charge) in span.clone().zip(charges.all.get(span).unwrap_or_default()) {
            let absent = charges.is_absent_in(view, place);
            let line = charges.claims.claim_of(charge.cell).unwrap_or(claims.len() + charge.cell);
            if let Some(times) = times.get_mut(line)
                && !absent
                && !copies.contains(&place)
            {
                times.push(charge.at.millis());
            }
        }
        for (number, claim) in &view.withdrawn {
            let times = claim.and_then(|claim| times.get_mut(claim));
            if let (Some(times), Some(withdrawn)) = (times, charges.withdrawn.get(*number)) {
                times.push(withdrawn.at.millis());
                times.sort_unstable();
            }
        }
        let calls = claims.iter().map(|claim| Some(usize::try_from(claim.calls?).unwrap_or(usize::MAX)));
        let with_calls = times.into_iter().zip(calls.chain(std::iter::repeat(Some(0))));
        let without_unused = with_calls.filter(|(times, calls)| !times.is_empty() || *calls != Some(0));
        Self { lines: without_unused.filter_map(|(times, calls)| Some((times, calls?))).collect(), reach }
    }

    /// How many lines count their calls.
    pub(crate) fn counted(&self) -> usize {
        self.lines.len()
    }

    /// How many of them count as many as the window has.
    pub(crate) fn agree(&self, window: Window) -> usize {
        let place = |times: &[i64], at: Timestamp| times.partition_point(|each| *each < at.millis());
        let in_window =
            |times: &[i64]| place(times, window.end()).saturating_sub(place(times, window.start()));
        self.lines.iter().filter(|(times, calls)| in_window(times) == *calls).count()
    }

    /// Where most lines agree that the period ends, if it starts at `start`.
    pub(crate) fn end(&self, start: Timestamp, stated: Timestamp) -> Option<Interval> {
        let reach = (
            stated.millis().saturating_sub(self.reach).max(start.millis() + 1),
            stated.millis().saturating_add(self.reach),
        );
        let interval = |(times, calls): &(Vec<i64>, usize)| {
            let first = times.partition_point(|at| *at < start.millis());
            let last = first.checked_add(*calls)?;
            if last > times.len() {
                return None;
            }
            let earliest = if *calls == 0 { i64::MIN } else { times.get(last - 1)?.saturating_add(1) };
            Some((earliest.max(reach.0), times.get(last).copied().unwrap_or(i64::MAX).min(reach.1)))
        };
        most_common(self.lines.iter().filter_map(interval), stated.millis())
    }

    /// Where most lines agree that the period starts, if it ends at `end`.
    pub(crate) fn start(&self, stated: Timestamp, end: Timestamp) -> Option<Interval> {
        let reach = (
            stated.millis().saturating_sub(self.reach),
            stated.millis().saturating_add(self.reach).min(end.millis() - 1),
        );
        let interval = |(times, calls): &(Vec<i64>, usize)| {
            let past = times.partition_point(|at| *at < end.millis());
            let first = past.checked_sub(*calls)?;
            let latest = if *calls == 0 { i64::MAX } else { *times.get(first)? };
            let before = first.checked_sub(1).and_then(|before| times.get(before).copied());
            Some((before.map_or(i64::MIN, |at| at.saturating_add(1)).max(reach.0), latest.min(reach.1)))
        };
        most_common(self.lines.iter().filter_map(interval), stated.millis())
    }

    /// Both ends at once: each possible start within reach, with the end that most lines agree on.
    pub(crate) fn both(&self, stated: Window) -> Option<(Interval, Interval)> {
        const WORK: usize = 4_000_000;
        let near = |at: &i64| (at - stated.start().millis()).abs() <= self.reach;
        let starts: BTreeSet<i64> =
            self.lines.iter().flat_map(|(times, _)| times.iter().copied().filter(near)).collect();
        let affordable = WORK / self.lines.len().max(1);
        let mut best: Option<(Interval, Interval)> = None;
        let mut earlier = stated.start().millis().saturating_sub(self.reach);
        for latest in starts.into_iter().take(affordable) {
            let start = Interval { earliest: earlier, latest, agree: 0 };
            earlier = latest.saturating_add(1);
            let Some(end) = Timestamp::from_millis(latest).ok().and_then(|at| self.end(at, stated.end()))
            else {
                continue;
            };
            let closer = |best: &(Interval, Interval)| {
                distance(start, stated.start().millis()) < distance(best.0, stated.start().millis())
            };
            let better = best
                .as_ref()
                .is_none_or(|best| end.agree > best.1.agree || (end.agree == best.1.agree && closer(best)));
            if better {
                best = Some((Interval { agree: end.agree, ..start }, end));
            }
        }
        best
    }
}

/// The span and as much around it, in milliseconds.
pub(crate) fn widened(window: Window, reach: i64) -> Window {
    let at = |millis| Timestamp::from_millis(millis).ok();
    let wide = at(window.start().millis().saturating_sub(reach))
        .zip(at(window.end().millis().saturating_add(reach)));
    wide.and_then(|(start, end)| Window::new(start, end).ok()).unwrap_or(window)
}

fn distance(interval: Interval, stated: i64) -> u64 {
    let nearest = stated.clamp(interval.earliest, interval.latest);
    nearest.abs_diff(stated)
}

/// The span in which most intervals lie over each other; the one nearest to the stated instant among equals.
fn most_common(intervals: impl Iterator<Item = (i64, i64)>, stated: i64) -> Option<Interval> {
    let mut edges = Vec::new();
    for (earliest, latest) in intervals.filter(|(earliest, latest)| earliest <= latest) {
        edges.push((earliest, false));
        edges.push((latest, true));
    }
    edges.sort_unstable();
    let mut open = 0_usize;
    let mut best: Option<Interval> = None;
    for (number, (at, closes)) in edges.iter().enumerate() {
        if *closes {
            open = open.saturating_sub(1);
            continue;
        }
        open += 1;
        // The span goes on until the next edge of any interval.
        let next = edges.get(number + 1).map_or(*at, |(next, closes)| if *closes { *next } else { next - 1 });
        let span = Interval { earliest: *at, latest: next.max(*at), agree: open };
        let better = best.is_none_or(|best| {
            (span.agree, std::cmp::Reverse(distance(span, stated)))
                > (best.agree, std::cmp::Reverse(distance(best, stated)))
        });
        if better {
            best = Some(span);
        }
    }
    best
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

    #[test]
    fn an_end_lies_after_the_last_call_and_up_to_the_next() {
        let times = Times { lines: vec![(vec![10, 20, 30], 2), (vec![12, 24, 40], 2)], reach: 1_000 };
        assert_eq!(span(times.end(at(0), at(50))), (25, 30, 2));
        assert_eq!((times.counted(), times.agree(Window::new(at(0), at(30)).unwrap())), (2, 2));
        assert_eq!(times.agree(Window::new(at(0), at(24)).unwrap()), 1);
    }

    #[test]
    fn a_start_lies_after_the_call_before_and_up_to_the_first() {
        let times = Times { lines: vec![(vec![10, 20, 30], 2), (vec![12, 24, 40], 2)], reach: 1_000 };
        assert_eq!(span(times.start(at(0), at(50))), (13, 20, 2));
    }

    #[test]
    fn both_ends_are_found_together_and_lines_without_calls_bound_them() {
        let lines =
            vec![(vec![10, 20, 30, 40], 2), (vec![12, 24, 38], 1), (vec![26, 60], 1), (vec![5, 45], 0)];
        let times = Times { lines, reach: 1_000 };
        let (start, end) = times.both(Window::new(at(1), at(80)).unwrap()).unwrap();
        assert_eq!((start.latest, end.agree), (20, 4));
        assert_eq!((end.earliest, end.latest), (31, 38));
    }

    #[test]
    fn a_likely_instant_is_chosen_inside() {
        let inside = |earliest, latest| Interval { earliest, latest, agree: 1 };
        let stated = at(9 * HOUR + HOUR / 2);
        let chosen = |interval: Interval| interval.instant(stated).unwrap().millis();
        assert_eq!(chosen(inside(HOUR, 20 * HOUR)), stated.millis(), "the stated one");
        assert_eq!(chosen(inside(20 * HOUR, 25 * HOUR)), DAY, "midnight");
        assert_eq!(
            chosen(inside(DAY + HOUR, DAY + 8 * HOUR)),
            DAY + 8 * HOUR,
            "midnight on the Pacific coast"
        );
        assert_eq!(chosen(inside(10 * HOUR + 1, 11 * HOUR + 5)), 11 * HOUR, "a whole hour");
        assert_eq!(chosen(inside(10 * HOUR + 1, 10 * HOUR + 5)), 10 * HOUR + 1, "the first");
    }
}
