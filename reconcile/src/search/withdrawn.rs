//! Placement of withdrawn charges on lines.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::search::best::Search;
use crate::search::selection::{ChargeSelection, Withdrawn};

impl Search<'_> {
    /// Returns which line each withdrawn charge was on: nobody kept its model, so the charges go where calls are missing, in the
    /// way that puts the most lines right.
    pub(crate) fn place_withdrawn(&self, selection: &ChargeSelection) -> Result<Vec<(usize, Option<usize>)>> {
        let line_sums = self.charges.line_sums(&self.charges.group_sums(selection)?)?;
        let withdrawn: Vec<_> = self.charges.withdrawn_in(selection.window).collect();
        let lines = self.line_groups.iter().zip(&line_sums).enumerate().filter_map(
            |(number, (line_group, charged))| {
                let short = line_group.amount.checked_sub(charged.billed).ok()?.units();
                let room = line_group.calls.map(|calls| calls.saturating_sub(charged.records));
                // A line that counts its calls and has them all was not short of one.
                (room != Some(0)).then_some(OpenLine { number, short, room })
            },
        );
        let mut placing = WithdrawnPlacement {
            lines: lines.collect(),
            withdrawn,
            last_digit: self.digit.size(),
            steps: 0,
            placed: Vec::new(),
            best: ((0, 0, 0), Vec::new()),
        };
        placing.descend(0);
        let placed: BTreeMap<usize, usize> = placing.best.1.into_iter().collect();
        Ok(placing.withdrawn.iter().map(|(number, _)| (*number, placed.get(number).copied())).collect())
    }
}

/// A line that may hold withdrawn charges.
struct OpenLine {
    number: usize,
    /// The amount that it bills beyond its charges.
    short: i128,
    /// The number of calls that it counts beyond them, if it counts its calls.
    room: Option<u64>,
}

/// A search for the lines that withdrawn charges were on.
struct WithdrawnPlacement {
    lines: Vec<OpenLine>,
    withdrawn: Vec<(usize, Withdrawn)>,
    last_digit: u128,
    steps: u32,
    placed: Vec<(usize, usize)>,
    /// The worth of the best placement, and the placement.
    best: ((usize, usize, usize), Vec<(usize, usize)>),
}

impl WithdrawnPlacement {
    /// The search stops here and takes the best so far: the number of placements is exponential in that of charges.
    const MOST_STEPS: u32 = 100_000;
    /// More of them are in no line: each goes one call deeper.
    const MOST_PLACED: usize = 200;

    /// Returns how many lines count all of their charges and are off by less than `limit` units.
    fn off_by_less(&self, limit: u128) -> usize {
        let full = self.lines.iter().filter(|line| line.room.is_none_or(|room| room == 0));
        full.filter(|line| line.short.unsigned_abs() < limit).count()
    }

    /// Notes what the placement so far is worth, and tries the next withdrawn charge on each line with room for it.
    fn descend(&mut self, next: usize) {
        self.steps += 1;
        // Half a last digit is what most ways of rounding leave.
        let worth =
            (self.off_by_less(self.last_digit), self.placed.len(), self.off_by_less(self.last_digit / 2 + 1));
        if worth > self.best.0 {
            self.best = (worth, self.placed.clone());
        }
        let withdrawn = self.withdrawn.get(next).filter(|_| next < Self::MOST_PLACED);
        let Some((number, withdrawn)) = withdrawn.copied() else { return };
        let billed = withdrawn.billed.units();
        for line in 0..self.lines.len() {
            if self.steps < Self::MOST_STEPS && self.take(line, billed) {
                self.placed.push((number, self.lines.get(line).map_or(0, |line| line.number)));
                self.descend(next + 1);
                self.placed.pop();
                self.give_back(line, billed);
            }
        }
    }

    /// Puts a charge on a line, and returns whether the line had room for another call.
    fn take(&mut self, line: usize, billed: i128) -> bool {
        let Some(line) = self.lines.get_mut(line).filter(|line| line.room != Some(0)) else { return false };
        line.room = line.room.map(|room| room.saturating_sub(1));
        line.short = line.short.saturating_sub(billed);
        true
    }

    /// Takes a charge off a line again; the counterpart of `take`.
    fn give_back(&mut self, line: usize, billed: i128) {
        if let Some(line) = self.lines.get_mut(line) {
            line.room = line.room.map(|room| room.saturating_add(1));
            line.short = line.short.saturating_add(billed);
        }
    }
}
