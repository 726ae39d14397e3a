//! Selections of charges that an invoice may bill, and their sums.
//!
//! `ChargeHistory` is the one place where the past of the charges is kept: what was absent, what had another amount and
//! what was withdrawn since the invoice was issued. A `ChargeSelection` says how much of that past to believe, and
//! `for_each_charge` resolves the two, so that every sum of the search counts the same charges. Charges are ordered by
//! time and are named by their place in that order.

use std::collections::BTreeMap;

use cost_model::money::{TokenCounts, Tokens};
use cost_model::{Money, Timestamp, Window};

use crate::error::Result;
use crate::input::last_digit::LastDigit;
use crate::input::line_groups::LineGroups;
use crate::input::since_issue::SinceIssue;
use crate::input::usage::Charge;
use crate::model::amounts::magnitude;

/// Zero tokens of each type, which is what charges without tokens have.
pub(crate) const NO_TOKENS: TokenCounts = TokenCounts {
    input: Tokens::ZERO,
    output: Tokens::ZERO,
    cache_write: Tokens::ZERO,
    cache_read: Tokens::ZERO,
};

/// A hypothesis of which charges an invoice bills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChargeSelection {
    /// The period, with its start and without its end.
    pub(crate) window: Window,
    /// Charges as they were when the invoice was issued, not as they are now.
    pub(crate) as_issued: bool,
    /// The line groups whose charges are taken as they are now all the same, since their lines do not show a change; `None`
    /// represents the charges of no line group.
    pub(crate) as_now: Vec<Option<usize>>,
    /// The charges left out as second copies.
    pub(crate) copies: Vec<usize>,
    /// For each withdrawn charge of the window, by number, the line group that it was in, if one could be found.
    pub(crate) withdrawn: Vec<(usize, Option<usize>)>,
}

impl ChargeSelection {
    /// Selects every charge of a window as it is held now: nothing assumed, no copies left out.
    pub(crate) fn now(window: Window) -> Self {
        Self { window, as_issued: false, as_now: Vec::new(), copies: Vec::new(), withdrawn: Vec::new() }
    }
}

/// The sum of some charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChargeSum {
    /// How many charges there are, each of which counts as one call.
    pub(crate) records: u64,
    pub(crate) billed: Money,
    pub(crate) fee: Money,
    /// Absent where a withdrawn charge is among them, whose tokens nobody kept.
    pub(crate) tokens: Option<TokenCounts>,
    /// Every amount is a whole number of last digits.
    pub(crate) in_whole_digits: bool,
}

impl ChargeSum {
    /// The sum of no charges.
    pub(crate) const EMPTY: Self = Self {
        records: 0,
        billed: Money::ZERO,
        fee: Money::ZERO,
        tokens: Some(NO_TOKENS),
        in_whole_digits: true,
    };

    /// Returns whether such a difference may come from charges that are held in whole last digits and were billed with more: up to
    /// half a digit for each of them, since equal charges are all rounded the same way.
    pub(crate) fn may_be_rounded(&self, difference: Money, digit: LastDigit) -> bool {
        let most = u128::from(self.records).div_ceil(2);
        self.in_whole_digits && magnitude(difference) <= digit.size().saturating_mul(most)
    }

    /// Returns the charges of all these.
    pub(crate) fn sum<'a>(line_sums: impl IntoIterator<Item = &'a Self>) -> Result<Self> {
        line_sums.into_iter().try_fold(Self::EMPTY, Self::plus)
    }

    /// Adds two sums. Tokens are lost where either has none. An amount out of the range of money is an error.
    ///
    /// The sum is in whole last digits only if both are.
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

/// The state that a charge had when the invoice was issued, if it changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PriorState {
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
pub(crate) struct ChargeHistory<'a> {
    pub(crate) all: &'a [Charge],
    pub(crate) line_groups: &'a LineGroups,
    /// A last digit, as a count of 10^-24.
    digit: i128,
    /// The states of charges when the invoice was issued, by their place among the charges.
    pub(crate) before: BTreeMap<usize, PriorState>,
    pub(crate) withdrawn: Vec<Withdrawn>,
}

impl<'a> ChargeHistory<'a> {
    /// Joins the charges with what is known of their past. Without `since`, every charge counts as it is now.
    pub(crate) fn new(
        charges: &'a [Charge],
        line_groups: &'a LineGroups,
        digit: LastDigit,
        since: Option<&SinceIssue>,
    ) -> Self {
        let digit = i128::try_from(digit.size()).unwrap_or(i128::MAX);
        let mut all =
            Self { all: charges, line_groups, digit, before: BTreeMap::new(), withdrawn: Vec::new() };
        if let Some(since) = since {
            all.look_back(since);
        }
        all
    }

    /// Finds the charges that arrived late or changed since the invoice was issued, and notes what they were before. A
    /// change that matches no charge is passed over, unless it withdrew one. Late charges come first: `find_charge`
    /// skips those whose past is known, so that a change of another charge of that instant and amount does not take
    /// them.
    fn look_back(&mut self, since: &SinceIssue) {
        for late in since.late() {
            if let Some(found) = self.find_charge(late.at, late.costs.billed.unwrap_or_default()) {
                self.before.insert(found, PriorState::Absent);
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
            if let Some(found) =
                self.find_changed(change.at, new).or_else(|| self.find_charge(change.at, new))
            {
                self.before.insert(found, PriorState::Billed(old));
            } else if new.is_zero() && !old.is_zero() {
                // It is no longer on demand: a plan includes it now. It was billed all the same.
                self.withdrawn.push(Withdrawn { at: change.at, billed: old, now_included: true });
            }
        }
    }

    /// Returns a charge of that instant that was billed at that amount before it changed again.
    fn find_changed(&self, at: Timestamp, billed: Money) -> Option<usize> {
        let changed = self.before.range(self.first_from(at)..);
        let same =
            changed.take_while(|(place, _)| self.all.get(**place).is_some_and(|charge| charge.at == at));
        same.filter(|(_, before)| **before == PriorState::Billed(billed)).map(|(place, _)| *place).next()
    }

    /// Returns a charge of that instant and amount whose past is not known yet.
    fn find_charge(&self, at: Timestamp, billed: Money) -> Option<usize> {
        let same =
            self.all.iter().enumerate().skip(self.first_from(at)).take_while(|(_, charge)| charge.at == at);
        same.filter(|(index, charge)| charge.billed == billed && !self.before.contains_key(index))
            .map(|(index, _)| index)
            .next()
    }

    /// Returns the places of the charges in a window.
    pub(crate) fn span(&self, window: Window) -> std::ops::Range<usize> {
        self.first_from(window.start())..self.first_from(window.end())
    }

    /// Returns the place of the first charge that is not before an instant: charges are in order of time.
    pub(crate) fn first_from(&self, at: Timestamp) -> usize {
        self.all.partition_point(|charge| charge.at < at)
    }

    /// Returns the line group that the charge at a place belongs to, if any line is about it.
    pub(crate) fn line_group_at(&self, place: usize) -> Option<usize> {
        self.line_groups.line_group_of(self.all.get(place)?.usage_group)
    }

    /// Returns whether anything in the window was different when the invoice was issued.
    pub(crate) fn changed_in(&self, window: Window) -> bool {
        self.before.range(self.span(window)).next().is_some() || self.withdrawn_in(window).next().is_some()
    }

    /// Returns the withdrawn charges of a window with their numbers, in the order in which they were found.
    pub(crate) fn withdrawn_in(&self, window: Window) -> impl Iterator<Item = (usize, Withdrawn)> + '_ {
        self.withdrawn
            .iter()
            .copied()
            .enumerate()
            .filter(move |(_, each): &(usize, Withdrawn)| window.contains(each.at))
    }

    /// Hands out every charge of a selection: its usage group, what it was billed at, its fee and its tokens.
    pub(crate) fn for_each_charge(
        &self,
        selection: &ChargeSelection,
        mut take: impl FnMut(usize, Money, Money, Option<TokenCounts>) -> Result<()>,
    ) -> Result<()> {
        let span = self.span(selection.window);
        // Both run along the charges in order of place, so that one pass needs no look-up for each charge.
        let mut before = self.prior_states_in(selection).peekable();
        let mut copies = selection.copies.iter().filter(|copy| span.contains(copy)).peekable();
        let charges = self.all.get(span.clone()).unwrap_or_default();
        for (place, charge) in span.clone().zip(charges) {
            let known = before.next_if(|(changed, _)| **changed == place).map(|(_, before)| *before);
            let copy = copies.next_if(|copy| **copy == place).is_some();
            let billed = match known {
                Some(PriorState::Absent) => continue,
                _ if copy => continue,
                Some(PriorState::Billed(old)) => old,
                None => charge.billed,
            };
            take(charge.usage_group, billed, charge.fee, Some(charge.tokens))?;
        }
        for (number, line_group) in &selection.withdrawn {
            if let Some(withdrawn) = self.withdrawn.get(*number) {
                // Nobody kept the fees and tokens of charges that are gone.
                take(self.line_groups.withdrawn_group(*line_group), withdrawn.billed, Money::ZERO, None)?;
            }
        }
        Ok(())
    }

    /// Returns what charges of a selection were when the invoice was issued, as far as the selection takes them so.
    pub(crate) fn prior_states_in<'b>(
        &'b self,
        selection: &'b ChargeSelection,
    ) -> impl Iterator<Item = (&'b usize, &'b PriorState)> {
        let changed = self.before.range(self.span(selection.window)).filter(|_| selection.as_issued);
        changed.filter(|(place, _)| !selection.as_now.contains(&self.line_group_at(**place)))
    }

    /// Returns the withdrawn charges that a selection takes as they were issued.
    pub(crate) fn withdrawn_taken_by<'b>(
        &'b self,
        selection: &'b ChargeSelection,
    ) -> impl Iterator<Item = &'b Withdrawn> {
        let as_issued = selection.withdrawn.iter().filter(|_| selection.as_issued);
        as_issued.filter_map(|(number, _)| self.withdrawn.get(*number))
    }

    /// Returns whether a selection leaves a charge out since it was not there yet.
    pub(crate) fn is_absent_in(&self, selection: &ChargeSelection, place: usize) -> bool {
        selection.as_issued
            && self.before.get(&place) == Some(&PriorState::Absent)
            && !selection.as_now.contains(&self.line_group_at(place))
    }

    /// Returns the line groups that have charges of a selection which were not there yet when the invoice was issued.
    pub(crate) fn late_in<'b>(
        &'b self,
        selection: &ChargeSelection,
    ) -> impl Iterator<Item = usize> + use<'b, 'a> {
        let late = self
            .before
            .range(self.span(selection.window))
            .filter(|(_, before)| **before == PriorState::Absent);
        late.filter_map(|(place, _)| self.line_group_at(*place))
    }

    /// Returns the places of the copies that a selection leaves out: those in its window, but for charges that it does not have anyway.
    pub(crate) fn copies_in<'b>(
        &'b self,
        selection: &'b ChargeSelection,
    ) -> impl Iterator<Item = usize> + 'b {
        let span = self.span(selection.window);
        selection
            .copies
            .iter()
            .copied()
            .filter(move |place: &usize| span.contains(place) && !self.is_absent_in(selection, *place))
    }

    /// Returns what each usage group adds up to.
    /// The vector has one sum for each usage group, empty for those without a charge in the selection, and includes the
    /// groups of withdrawn charges.
    pub(crate) fn group_sums(&self, selection: &ChargeSelection) -> Result<Vec<ChargeSum>> {
        let mut usage_groups = vec![ChargeSum::EMPTY; self.line_groups.group_count()];
        self.for_each_charge(selection, |usage_group, billed, fee, tokens| {
            if let Some(charged) = usage_groups.get_mut(usage_group) {
                let in_whole_digits = billed.units() % self.digit == 0;
                *charged = charged.plus(&ChargeSum { records: 1, billed, fee, tokens, in_whole_digits })?;
            }
            Ok(())
        })?;
        Ok(usage_groups)
    }

    /// Returns what each line group adds up to.
    /// The order is that of the line groups. Usage groups that no line names are in none of the sums.
    pub(crate) fn line_sums(&self, usage_groups: &[ChargeSum]) -> Result<Vec<ChargeSum>> {
        (0..self.line_groups.all.len())
            .map(|line_group| {
                let own = usage_groups.iter().enumerate().filter(|(usage_group, _)| {
                    self.line_groups.line_group_of(*usage_group) == Some(line_group)
                });
                ChargeSum::sum(own.map(|(_, charged)| charged))
            })
            .collect()
    }
}
