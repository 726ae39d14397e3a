//! A case in the making: usage, what became of it, and terms.
//!
//! A dispute starts as a case with plain usage and terms, to which each kind of fault does its part: it changes the
//! fate of rows, or the terms. `dispute::settle` then makes the invoice and states what each fault adds to the
//! difference. All draws come from one generator, so that a seed always makes the same case.

use std::collections::BTreeSet;

use crate::amount::CENT;
use crate::biller::{BillingTerms, Period, UsageLine, Wording};
use crate::calendar::{DAY, HOUR, MINUTE, month_start};
use crate::company::models::{MODELS, MaxMode, Model};
use crate::events::{Tokens, TrueEvent};
use crate::rng::Rng;

/// How far a cut may be off. Only what is further from both ends of the period is picked for other faults.
pub(super) const EDGE: i64 = 2 * DAY;

/// Minutes ahead of UTC.
pub(super) const ZONES: [i64; 9] = [-480, -420, -300, -240, 0, 60, 120, 330, 540];

/// A case while discrepancies are applied to it, one after the other.
///
/// Later ones look at `touched` and at the fates of rows, so that each has an effect of its own.
pub(super) struct Case {
    /// All draws of the case come from here.
    pub(super) dice: Rng,
    /// How the invoice is billed, changed by some discrepancies.
    pub(super) terms: BillingTerms,
    /// The UTC calendar months that the period touches.
    pub(super) months: Period,
    pub(super) rows: Vec<Row>,
    pub(super) lost: Option<Lost>,
    /// Models whose events are not what they were.
    pub(super) touched: BTreeSet<String>,
    pub(super) contradiction: Option<Contradiction>,
    /// The models that calls may have, and whether they also run in max mode.
    models: Vec<(&'static Model, bool)>,
    /// How many people make calls.
    users: u64,
}

/// An event, and what became of it.
///
/// It is one event of the truth; a feed may hold it twice or not at all.
pub(super) struct Row {
    pub(super) event: TrueEvent,
    /// When the ingest first saw the event, in milliseconds since 1970.
    pub(super) first_seen_ms: i64,
    pub(super) fate: Fate,
}

/// What the ingest and the biller each hold of an event.
///
/// A row has one fate, so that what each explains can be added up.
pub(super) enum Fate {
    /// Both have it, at the same amount.
    Held,
    /// Came after the invoice; perhaps to a closed day.
    Late { closed: bool },
    /// Was billed as this.
    Repriced(Box<TrueEvent>),
    /// Was billed, and is no longer in the feed.
    Withdrawn,
    /// Was billed, and the ingest never read it.
    Missing,
    /// Was billed once, and the ingest holds it twice.
    Duplicated,
}

/// What the ingest lost, and whether it knows that it has a gap there.
pub(super) struct Lost {
    pub(super) span: Period,
    /// Whether the gap is stated, and the announced count leaves it out.
    pub(super) known: bool,
}

/// How an invoice contradicts itself.
pub(super) enum Contradiction {
    /// The total is off from the sum of the lines by this amount.
    Total(i128),
    /// The amount of this line is off from its text.
    Line(usize, i128),
}

impl Row {
    /// Returns when the event happened.
    pub(super) fn at(&self) -> i64 {
        self.event.timestamp_ms
    }

    /// Returns whether the event is of the kind that invoices bill.
    pub(super) fn on_demand(&self) -> bool {
        self.event.kind == TrueEvent::USAGE_BASED
    }

    /// Returns the event as the biller saw it.
    pub(super) fn billed(&self) -> Option<&TrueEvent> {
        match &self.fate {
            Fate::Late { .. } => None,
            Fate::Repriced(old) => Some(old),
            Fate::Held | Fate::Withdrawn | Fate::Missing | Fate::Duplicated => Some(&self.event),
        }
    }

    /// Returns how often the ingest holds it.
    pub(super) const fn copies(&self) -> i128 {
        match self.fate {
            Fate::Withdrawn | Fate::Missing => 0,
            Fate::Held | Fate::Late { .. } | Fate::Repriced(_) => 1,
            Fate::Duplicated => 2,
        }
    }

    /// Returns whether the ingest lost the event.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.fate, Fate::Missing)
    }
}

impl Case {
    /// Makes a case with on-demand usage in and around a period, billed in the plainest way.
    ///
    /// One call in five may lie anywhere in the months that the period touches, so that most cases have usage
    /// outside of it.
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Rng::new(seed);
        let terms = terms(&mut dice);
        let last_month = month_start(terms.period.end_ms - 1);
        // 32 days after its first one, every month is over and the next is not.
        let months = Period::new(month_start(terms.period.start_ms), month_start(last_month + 32 * DAY));
        let models = models(&mut dice);
        let users = 2 + dice.below(5);
        let mut case = Self {
            dice,
            terms,
            months,
            rows: Vec::new(),
            lost: None,
            touched: BTreeSet::new(),
            contradiction: None,
            models,
            users,
        };
        for _ in 0..60 + case.dice.below(341) {
            let span = if case.dice.chance(800) { case.terms.period } else { months };
            let at = case.instant(span);
            case.push_call(at);
        }
        case
    }

    /// Returns the part of the period that no cut comes near.
    pub(super) fn inside(&self) -> Period {
        let period = self.terms.period;
        Period::new(period.start_ms + EDGE, period.end_ms - EDGE)
    }

    /// Returns the longer part of the ingested months that the period leaves out and no cut comes near, if there is
    /// one.
    pub(super) fn outside(&self) -> Option<Period> {
        let period = self.terms.period;
        let before = Period::new(self.months.start_ms, period.start_ms - EDGE);
        let after = Period::new(period.end_ms + EDGE, self.months.end_ms);
        let longer = if length(before) > length(after) { before } else { after };
        (length(longer) > 0).then_some(longer)
    }

    /// Returns a random instant of a span, outside what was lost.
    pub(super) fn instant(&mut self, span: Period) -> i64 {
        let lost = self.lost.as_ref().map(|lost| lost.span).filter(|lost| span.contains(lost.start_ms));
        // Drawn from what is left and moved behind the gap, so that one draw is enough and every instant is as
        // likely.
        let left_out = lost.map_or(0, length);
        let at = span.start_ms + self.below(length(span) - left_out);
        if lost.is_some_and(|lost| lost.start_ms <= at) { at + left_out } else { at }
    }

    /// Draws from 0 up to `bound`, which is left out; 0 where there is nothing to draw from.
    pub(super) fn below(&mut self, bound: i64) -> i64 {
        below(&mut self.dice, bound)
    }

    /// Draws an amount from `least` to `most` whole cents.
    pub(super) fn cents(&mut self, least: i64, most: i64) -> i128 {
        i128::from(least + self.below(most - least + 1)) * CENT
    }

    /// Draws one of several values; `otherwise` where there is none.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T], otherwise: T) -> T {
        pick(&mut self.dice, of).unwrap_or(otherwise)
    }

    /// Returns when the last invoice is issued.
    pub(super) fn issued_ms(&self) -> i64 {
        self.terms.issued_ms()
    }

    /// Adds an event of any kind, seen soon after it happened.
    ///
    /// The first sight is one minute to about six hours after the event.
    pub(super) fn push(&mut self, event: TrueEvent) {
        let first_seen_ms = event.timestamp_ms + MINUTE + self.below(6 * HOUR);
        self.rows.push(Row { event, first_seen_ms, fate: Fate::Held });
    }

    /// Adds an on-demand call at that time.
    pub(super) fn push_call(&mut self, at: i64) {
        let event = self.call(at);
        self.push(event);
    }

    /// Returns an on-demand call at that time.
    ///
    /// The first models of the case are called most. An event of another kind is such a call, changed.
    pub(super) fn call(&mut self, at: i64) -> TrueEvent {
        let weights = (1..=self.models.len()).rev().map(|weight| u64::try_from(weight * weight).unwrap_or(1));
        let place = self.dice.weighted(weights).unwrap_or(0);
        let (model, both) = self.models.get(place).copied().unwrap_or((&MODELS[0], false));
        let scale = self.pick(&[1, 1, 1, 2, 3, 8], 1);
        let tokens = tokens(model, scale, &mut self.dice);
        let mut event = TrueEvent::new(at, model.id, TrueEvent::USAGE_BASED);
        let fee = model.fee(&tokens);
        let cost = model.price(&tokens);
        event.email = Some(format!("user{}@acme.test", self.dice.below(self.users)));
        event.max_mode = model.max_mode == MaxMode::Always || both && self.dice.chance(300);
        event.is_token_based = true;
        event.is_chargeable = true;
        event.tokens = Some(tokens);
        event.model_cost = Some(cost);
        event.token_fee = fee;
        event.charged = Some(cost + fee.unwrap_or(0));
        event
    }

    /// Returns the usage lines as they would be billed now, for what is held and billed.
    pub(super) fn usage_lines(&self) -> Vec<UsageLine> {
        self.terms.bill(self.held_and_billed()).bill.usage
    }

    /// Returns the events that the ingest did not lose and that were billed, as the biller saw them.
    pub(super) fn held_and_billed(&self) -> impl Iterator<Item = &TrueEvent> {
        self.rows.iter().filter(|row| !row.is_missing()).filter_map(Row::billed)
    }

    /// Returns what on-demand usage would come to, billed now.
    pub(super) fn usage_total(&self) -> i128 {
        self.usage_lines().iter().map(|line| line.amount).sum()
    }
}

/// Draws a period (a calendar month in some zone, or a cycle from another day), with wording and issue of the invoice.
/// Taxes and fees come with the faults that are about them.
fn terms(dice: &mut Rng) -> BillingTerms {
    let mut terms = BillingTerms::default();
    let (year, month) = if dice.chance(500) { (2025, 5) } else { (2026, 1) };
    let month = month + u32::try_from(dice.below(8)).unwrap_or(0);
    terms.period = if dice.chance(500) {
        let zone = pick(dice, &ZONES).filter(|_| dice.chance(500)).unwrap_or(0);
        Period::calendar_month(year, month, i32::try_from(zone).unwrap_or(0))
    } else {
        let minutes = if dice.chance(500) { 60 * below(dice, 24) } else { below(dice, 24 * 60) };
        Period::cycle(year, month, 1 + u32::try_from(dice.below(31)).unwrap_or(0), minutes * MINUTE)
    };
    terms.first_number = 1 + dice.below(9000);
    terms.issue_lag_ms = 18 * HOUR + below(dice, 20 * 60) * MINUTE;
    terms.aliases = dice.chance(700);
    terms.wording =
        pick(dice, &[Wording::Mid2025, Wording::Autumn2025, Wording::Table]).unwrap_or(Wording::Mid2025);
    terms.tax = 0;
    terms.states_issue = true;
    terms.states_total = dice.chance(500);
    terms
}

/// Draws three to twelve models, and whether they also run in max mode. The first, which most calls are to,
/// has a token fee.
fn models(dice: &mut Rng) -> Vec<(&'static Model, bool)> {
    let mut models: Vec<_> = MODELS.iter().collect();
    dice.shuffle(&mut models);
    // Models of third parties first, since only they have a token fee.
    models.sort_by_key(|model| std::cmp::Reverse(model.third_party));
    if let Some((_, rest)) = models.split_first_mut() {
        dice.shuffle(rest);
    }
    models.truncate(3 + usize::try_from(dice.below(10)).unwrap_or(0));
    models
        .into_iter()
        .map(|model| (model, model.max_mode == MaxMode::Sometimes && dice.chance(500)))
        .collect()
}

/// Draws the tokens of a call. Counts are even, so that no price is finer than a millionth of a cent.
fn tokens(model: &Model, scale: u64, dice: &mut Rng) -> Tokens {
    let cache_write = if model.writes_cache() { even(scale, 1000, 15_000, dice) } else { 0 };
    Tokens::new(
        even(scale, 1000, 10_000, dice),
        even(scale, 1000, 4000, dice),
        cache_write,
        even(scale, 10_000, 100_000, dice),
    )
}

/// Draws an even count: twice the scale for each of `least` and up to `range` more.
fn even(scale: u64, least: u64, range: u64, dice: &mut Rng) -> u64 {
    2 * scale * (least + dice.below(range))
}

/// Returns how long a span is, in milliseconds.
const fn length(span: Period) -> i64 {
    span.end_ms - span.start_ms
}

/// Draws from 0 up to `bound`, which is left out; 0 where there is nothing to draw from.
fn below(dice: &mut Rng, bound: i64) -> i64 {
    i64::try_from(dice.below(u64::try_from(bound).unwrap_or(0))).unwrap_or(0)
}

/// Draws one of several values; `None` where there is none.
fn pick<T: Copy>(dice: &mut Rng, of: &[T]) -> Option<T> {
    let place = dice.below(u64::try_from(of.len()).unwrap_or(0));
    of.get(usize::try_from(place).unwrap_or(0)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biller::{RoundingMode, RoundingUnit};

    #[test]
    fn periods_are_months_and_cycles_of_some_weeks() {
        for seed in 0..200 {
            let case = Case::new(seed);
            let (period, months) = (case.terms.period, case.months);
            assert!((27 * DAY..=32 * DAY).contains(&length(period)), "{period:?}");
            assert!(months.start_ms <= period.start_ms && period.end_ms <= months.end_ms);
            assert_eq!(months, Period::new(month_start(months.start_ms), month_start(months.end_ms)));
            assert!(length(months) <= 62 * DAY);
            assert!(case.rows.iter().all(|row| months.contains(row.at())));
            assert!(case.outside().is_none_or(|span| !span.contains(period.start_ms - EDGE)));
            let rounding = case.terms.rounding;
            assert_eq!((rounding.unit, rounding.mode), (RoundingUnit::Line, RoundingMode::HalfUp));
        }
    }

    #[test]
    fn nothing_happens_where_the_ingest_lost_its_rows() {
        let mut case = Case::new(1);
        let inside = case.inside();
        let span = Period::new(inside.start_ms + 10, inside.end_ms - 10);
        case.lost = Some(Lost { span, known: true });
        let instants: BTreeSet<_> = (0..500).map(|_| case.instant(inside) - inside.start_ms).collect();
        assert_eq!(instants.len(), 20);
        assert!(instants.iter().all(|at| !span.contains(inside.start_ms + at)));
    }

    #[test]
    fn the_fate_of_a_row_decides_who_sees_it() {
        let event = TrueEvent::new(0, "gpt-5.4", TrueEvent::USAGE_BASED);
        let old = Box::new(TrueEvent::new(0, "gpt-5.2", TrueEvent::USAGE_BASED));
        let seen = |fate| {
            let row = Row { event: event.clone(), first_seen_ms: 0, fate };
            (row.copies(), row.billed().map(|event| event.model.clone()))
        };
        let (now, before) = (Some("gpt-5.4".to_owned()), Some("gpt-5.2".to_owned()));
        assert_eq!(seen(Fate::Held), (1, now.clone()));
        assert_eq!(seen(Fate::Late { closed: true }), (1, None));
        assert_eq!(seen(Fate::Repriced(old)), (1, before));
        assert_eq!(seen(Fate::Withdrawn), (0, now.clone()));
        assert_eq!(seen(Fate::Missing), (0, now.clone()));
        assert_eq!(seen(Fate::Duplicated), (2, now));
    }
}
