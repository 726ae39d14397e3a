//! Which charges are taken to be on an invoice, and what they come to.

use std::collections::BTreeMap;

use cost_model::money::{TokenCounts, Tokens};
use cost_model::{Money, Timestamp, Window};

use crate::Result;
use crate::last_digit::LastDigit;
use crate::search::charges::Charge;
use crate::search::claims::Claims;
use crate::since_issue::SinceIssue;
use crate::verdicts::size;

pub(crate) const NO_TOKENS: TokenCounts = TokenCounts {
    input: Tokens::ZERO,
    output: Tokens::ZERO,
    cache_write: Tokens::ZERO,
    cache_read: Tokens::ZERO,
};

/// A hypothesis of which charges an invoice asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) window: Window,
    /// Charges as they were when the invoice was issued, not as they are now.
    pub(crate) as_issued: bool,
    /// The claims whose charges are taken as they are now all the same, since their lines do not show a change; `None`
    /// stands for the charges of no claim.
    pub(crate) as_now: Vec<Option<usize>>,
    /// The charges left out as second copies.
    pub(crate) copies: Vec<usize>,
    /// For each withdrawn charge of the window, by number, the claim that it was in, if one could be found.
    pub(crate) withdrawn: Vec<(usize, Option<usize>)>,
}

impl View {
    pub(crate) fn now(window: Window) -> Self {
        Self { window, as_issued: false, as_now: Vec::new(), copies: Vec::new(), withdrawn: Vec::new() }
    }
}

/// What some charges come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pot {
    pub(crate) records: u64,
    pub(crate) billed: Money,
    pub(crate) fee: Money,
    /// Absent where a withdrawn charge is among them, whose tokens nobody kept.
    pub(crate) tokens: Option<TokenCounts>,
    /// Every amount is a whole number of last digits.
    pub(crate) in_whole_digits: bool,
}

impl Pot {
    pub(crate) const EMPTY: Self = Self {
        records: 0,
        billed: Money::ZERO,
        fee: Money::ZERO,
        tokens: Some(NO_TOKENS),
        in_whole_digits: true,
    };

    /// Whether such a difference may come from charges that are held in whole last digits and were billed with more: up to
    /// half a digit for each of them, since equal charges are all rounded the same way.
    pub(crate) fn may_be_rounded(&self, difference: Money, digit: LastDigit) -> bool {
        let most = u128::from(self.records).div_ceil(2);
        self.in_whole_digits && size(difference) <= digit.size().saturating_mul(most)
    }

    /// The charges of all these.
    pub(crate) fn sum<'a>(pots: impl IntoIterator<Item = &'a Self>) -> Result<Self> {
        pots.into_iter().try_fold(Self::EMPTY, Self::plus)
    }

    fn plus(self, more: &Self) -> Result<Self> {
        Ok(Self {
            records: self.records + more.records,
            billed: self.billed.checked_add(more.billed)?,
            fee: self.fee.checked_add(more.fee)?,
            tokens: self.tokens.zip(more.tokens).map(|(sum, more)| sum.checked_add(&more)).transpose()?,
            in_whole_digits: self.in_whole_digits && more.in_whole_digits,
        })
    }
}

/// What is known of a charge that changed after the invoice was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// It was not there.
    Absent,
    /// It had another amount.
    Billed(Money),
}

/// A charge that is no longer there, or no longer on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Withdrawn {
    pub(crate) at: Timestamp,
    pub(crate) billed: Money,
    /// It is still there, at no cost.
    pub(crate) now_included: bool,
}

/// The on-demand charges with what is known of their past.
#[derive(Debug)]
pub(crate) struct Charges<'a> {
    pub(crate) all: &'a [Charge],
    pub(crate) claims: &'a Claims,
    /// A last digit, as a count of 10^-24.
    digit: i128,
    /// What charges were when the invoice was issued, by their place among the charges.
    pub(crate) before: BTreeMap<usize, Before>,
    pub(crate) withdrawn: Vec<Withdrawn>,
}

impl<'a> Charges<'a> {
    pub(crate) fn new(
        charges: &'a [Charge],
        claims: &'a Claims,
        digit: LastDigit,
        since: Option<&SinceIssue>,
    ) -> Self {
        let digit = i128::try_from(digit.size()).unwrap_or(i128::MAX);
        let mut all = Self { all: charges, claims, digit, before: BTreeMap::new(), withdrawn: Vec::new() };
        if let Some(since) = since {
            all.look_back(since);
        }
        all
    }

    fn look_back(&mut self, since: &SinceIssue) {
        for late in since.late() {
            if let Some(found) = self.find(late.at, late.costs.billed.unwrap_or_default()) {
                self.before.insert(found, Before::Absent);
            }
        }
        // Newest first, so that a charge that changed twice ends as it was at first.
        for change in since.changed().into_iter().rev() {
            let old = change.old.and_then(|costs| costs.billed).unwrap_or_default();
            let Some(new) = change.new else {
                if !old.is_zero() {
                    self.withdrawn.push(Withdrawn { at: change.at, billed: old, now_included: false });
                }
                continue;
            };
            let new = new.billed.unwrap_or_default();
            if let Some(found) = self.find_changed(change.at, new).or_else(|| self.find(change.at, new)) {
                self.before.insert(found, Before::Billed(old));
            } else if new.is_zero() && !old.is_zero() {
                // It is no longer on demand: a plan includes it now. It was billed all the same.
                self.withdrawn.push(Withdrawn { at: change.at, billed: old, now_included: true });
            }
        }
    }

    /// A charge of that instant that was billed at that amount before it changed again.
    fn find_changed(&self, at: Timestamp, billed: Money) -> Option<usize> {
        let first = self.all.partition_point(|charge| charge.at < at);
        let changed = self.before.range(first..);
        let same =
            changed.take_while(|(place, _)| self.all.get(**place).is_some_and(|charge| charge.at == at));
        same.filter(|(_, before)| **before == Before::Billed(billed)).map(|(place, _)| *place).next()
    }

    /// A charge of that instant and amount whose past is not known yet.
    fn find(&self, at: Timestamp, billed: Money) -> Option<usize> {
        let first = self.all.partition_point(|charge| charge.at < at);
        let same = self.all.iter().enumerate().skip(first).take_while(|(_, charge)| charge.at == at);
        same.filter(|(index, charge)| charge.billed == billed && !self.before.contains_key(index))
            .map(|(index, _)| index)
            .next()
    }

    /// The places of the charges in a window.
    pub(crate) fn span(&self, window: Window) -> std::ops::Range<usize> {
        let place = |at| self.all.partition_point(|charge| charge.at < at);
        place(window.start())..place(window.end())
    }

    /// Whether anything in the window was different when the invoice was issued.
    pub(crate) fn changed_in(&self, window: Window) -> bool {
        self.before.range(self.span(window)).next().is_some() || self.withdrawn_in(window).next().is_some()
    }

    pub(crate) fn withdrawn_in(&self, window: Window) -> impl Iterator<Item = (usize, Withdrawn)> + '_ {
        let inside = move |(_, each): &(usize, Withdrawn)| window.contains(each.at);
        self.withdrawn.iter().copied().enumerate().filter(inside)
    }

    /// Hands out every charge of a view: its cell, what it was billed at, its fee and its tokens.
    pub(crate) fn each(
        &self,
        view: &View,
        mut take: impl FnMut(usize, Money, Money, Option<TokenCounts>) -> Result<()>,
    ) -> Result<()> {
        let span = self.span(view.window);
        let mut before = self.before_in(view).peekable();
        let mut copies = view.copies.iter().filter(|copy| span.contains(copy)).peekable();
        let charges = self.all.get(span.clone()).unwrap_or_default();
        for (place, charge) in span.clone().zip(charges) {
            let known = before.next_if(|(changed, _)| **changed == place).map(|(_, before)| *before);
            let copy = copies.next_if(|copy| **copy == place).is_some();
            let billed = match known {
                Some(Before::Absent) => continue,
                _ if copy => continue,
                Some(Before::Billed(old)) => old,
                None => charge.billed,
            };
            take(charge.cell, billed, charge.fee, Some(charge.tokens))?;
        }
        for (number, claim) in &view.withdrawn {
            if let Some(withdrawn) = self.withdrawn.get(*number) {
                take(self.claims.withdrawn_cell(*claim), withdrawn.billed, Money::ZERO, None)?;
            }
        }
        Ok(())
    }

    /// What charges of a view were when the invoice was issued, as far as the view takes them so.
    pub(crate) fn before_in<'b>(&'b self, view: &'b View) -> impl Iterator<Item = (&'b usize, &'b Before)> {
        let as_issued = |place: &usize| {
            let claim = self.all.get(*place).and_then(|charge| self.claims.claim_of(charge.cell));
            view.as_issued && !view.as_now.contains(&claim)
        };
        self.before.range(self.span(view.window)).filter(move |(place, _)| as_issued(place))
    }

    /// Whether a view leaves a charge out since it was not there yet.
    pub(crate) fn is_absent_in(&self, view: &View, place: usize) -> bool {
        let claim = || self.all.get(place).and_then(|charge| self.claims.claim_of(charge.cell));
        view.as_issued && self.before.get(&place) == Some(&Before::Absent) && !view.as_now.contains(&claim())
    }

    /// The claims that have charges of a view which were not there yet when the invoice was issued.
    pub(crate) fn late_in<'b>(&'b self, view: &View) -> impl Iterator<Item = usize> + use<'b, 'a> {
        let late = self.before.range(self.span(view.window)).filter(|(_, before)| **before == Before::Absent);
        late.filter_map(|(place, _)| self.claims.claim_of(self.all.get(*place)?.cell))
    }

    /// The places of the copies that a view leaves out: those in its window, but for charges that it does not have anyway.
    pub(crate) fn copies_in<'b>(&'b self, view: &'b View) -> impl Iterator<Item = usize> + 'b {
        let span = self.span(view.window);
        let left_out = move |place: &usize| span.contains(place) && !self.is_absent_in(view, *place);
        view.copies.iter().copied().filter(left_out)
    }

    /// What each cell comes to.
    pub(crate) fn cells(&self, view: &View) -> Result<Vec<Pot>> {
        let mut cells = vec![Pot::EMPTY; self.claims.cells()];
        self.each(view, |cell, billed, fee, tokens| {
            if let Some(pot) = cells.get_mut(cell) {
                let in_whole_digits = billed.units() % self.digit == 0;
                *pot = pot.plus(&Pot { records: 1, billed, fee, tokens, in_whole_digits })?;
            }
            Ok(())
        })?;
        Ok(cells)
    }

    /// What each claim comes to.
    pub(crate) fn pots(&self, cells: &[Pot]) -> Result<Vec<Pot>> {
        let of_claim = |claim| {
            cells.iter().enumerate().filter(move |(cell, _)| self.claims.claim_of(*cell) == Some(claim))
        };
        (0..self.claims.all.len()).map(|claim| Pot::sum(of_claim(claim).map(|(_, pot)| pot))).collect()
    }
}
