//! What can be wrong with the events.
//!
//! Each function makes one [`Discrepancy`](super::Discrepancy). Events near the ends of the period are left
//! alone, as a moved cut would decide whether they count.

use crate::amount::CENT;
use crate::biller::Period;
use crate::calendar::{DAY, HOUR, MINUTE, floor_day};
use crate::company::models::FEE_PER_TOKEN;
use crate::dispute::case::{Case, EDGE, Fate, Lost, Row, ZONES};
use crate::events::{Tokens, TrueEvent};

/// Loses a UTC day or some hours, with at least one call in them.
///
/// Whether the ingest knows of the gap is drawn: a known one is stated, an unknown one shows only in the
/// announced count.
pub(super) fn lose(case: &mut Case) {
    let Some(place) = pick_held(case, 1).pop() else { return };
    let at = case.rows.get(place).map_or(0, Row::at);
    let span = if case.dice.chance(500) {
        Period::new(floor_day(at), floor_day(at) + DAY)
    } else {
        Period::new(at - case.below(12 * HOUR), at + 1 + case.below(12 * HOUR))
    };
    // A gap at an end of the period could not be told from a moved cut.
    let inside = case.inside();
    let span = Period::new(span.start_ms.max(inside.start_ms), span.end_ms.min(inside.end_ms));
    for row in case.rows.iter_mut().filter(|row| span.contains(row.event.timestamp_ms)) {
        row.fate = Fate::Missing;
        case.touched.insert(row.event.model.clone());
    }
    case.lost = Some(Lost { span, known: case.dice.chance(500) });
}

/// Adds events that nobody pays for, at least one of them included in the plan.
pub(super) fn non_billed(case: &mut Case) {
    for number in 0..5 + case.dice.below(26) {
        let at = case.instant(case.months);
        let mut event = case.call(at);
        let kinds = [TrueEvent::INCLUDED, TrueEvent::ERRORED, TrueEvent::ABORTED, TrueEvent::FREE];
        let kind = if number == 0 { TrueEvent::INCLUDED } else { case.pick(&kinds, TrueEvent::FREE) };
        kind.clone_into(&mut event.kind);
        event.is_chargeable = false;
        if kind != TrueEvent::INCLUDED {
            event.tokens = Some(Tokens::default());
            (event.model_cost, event.token_fee, event.charged) = (None, None, Some(0));
        }
        case.push(event);
    }
}

/// Adds events of one kind that no documentation names.
pub(super) fn unknown_kind(case: &mut Case) {
    let kind = case.pick(&["Bonus", "Promotional", "Team Pool", "USAGE_EVENT_KIND_GRANTED"], "Bonus");
    for _ in 0..2 + case.dice.below(9) {
        let at = case.instant(case.months);
        let mut event = case.call(at);
        kind.clone_into(&mut event.kind);
        case.push(event);
    }
}

/// Adds calls with own keys, some of them outside the period if the months have room there: else a line of
/// their fees would leave no difference.
pub(super) fn own_key(case: &mut Case) {
    let outside = case.outside();
    case.terms.own_key_line = outside.is_some() && case.dice.chance(500);
    for number in 0..4 + case.dice.below(12) {
        let inside = case.inside();
        let span = outside.filter(|_| number % 3 == 0).unwrap_or(inside);
        let at = case.instant(span);
        let mut event = case.call(at);
        TrueEvent::OWN_KEY.clone_into(&mut event.kind);
        let fee = FEE_PER_TOKEN * event.tokens.map_or(0, |tokens| i128::from(tokens.total()));
        (event.token_fee, event.charged) = (Some(fee), Some(fee));
        case.push(event);
    }
}

/// Counts usage from another instant than the stated start.
pub(super) fn cut_off_start(case: &mut Case) {
    let edge = case.terms.period.start_ms;
    let at = moved(case, edge);
    case.terms.cut = Some(Period::new(at, case.terms.cut().end_ms));
}

/// Counts usage up to another instant than the stated end.
pub(super) fn cut_off_end(case: &mut Case) {
    let edge = case.terms.period.end_ms;
    let at = moved(case, edge);
    case.terms.cut = Some(Period::new(case.terms.cut().start_ms, at));
}

/// Draws another instant within two days: a zone's midnight, a whole hour, or any. There are calls between
/// the two, and more around them.
fn moved(case: &mut Case, edge: i64) -> i64 {
    let zone = case.pick(&ZONES, 0) * MINUTE;
    let midnight = floor_day(edge + zone) - zone + case.pick(&[0, DAY], 0);
    let hour = edge.div_euclid(HOUR) * HOUR + (case.below(93) - 46) * HOUR;
    let any = edge - EDGE + 1 + case.below(2 * EDGE - 1);
    let cut = case.pick(&[midnight, hour, any], any);
    // A midnight or an hour may be the end itself, and then nothing would be moved.
    let cut = if cut == edge { edge - 8 * HOUR } else { cut };
    let around = Period::new(edge - EDGE, edge + EDGE);
    let between = Period::new(edge.min(cut), edge.max(cut));
    for span in [around, around, around, around, between, between] {
        for _ in 0..=case.dice.below(3) {
            let at = case.instant(span);
            case.push_call(at);
        }
    }
    cut
}

/// Makes some calls come after the invoice was issued, so that it does not bill them.
pub(super) fn late(case: &mut Case) {
    let issued_ms = case.issued_ms();
    for place in pick_some(case) {
        let closed = case.dice.chance(500);
        let first_seen_ms = issued_ms + HOUR + case.below(5 * DAY);
        change(case, place, |row| {
            row.first_seen_ms = first_seen_ms;
            row.fate = Fate::Late { closed };
        });
    }
}

/// Gives some calls new prices after they were billed, all lower or all higher, so that they do not cancel
/// out.
pub(super) fn reprice(case: &mut Case) {
    let sign = case.pick(&[1, -1], 1);
    for place in pick_some(case) {
        let percent = 5 + case.dice.below(46);
        change(case, place, |row| {
            let old = row.event.clone();
            let cost = old.model_cost.unwrap_or(0);
            // In steps of a millionth of a cent, as all amounts are.
            let step = CENT / 1_000_000;
            let delta = sign * (cost * i128::from(percent) / 100 / step) * step;
            row.event.model_cost = Some(cost + delta);
            row.event.charged = old.charged.map(|charged| charged + delta);
            row.fate = Fate::Repriced(Box::new(old));
        });
    }
}

/// Makes some calls leave the feed after they were billed.
pub(super) fn withdraw(case: &mut Case) {
    for place in pick_some(case) {
        change(case, place, |row| row.fate = Fate::Withdrawn);
    }
}

/// Makes the ingest hold some calls twice.
pub(super) fn duplicate(case: &mut Case) {
    for place in pick_some(case) {
        change(case, place, |row| row.fate = Fate::Duplicated);
    }
}

/// Changes a row, and notes that its model is no longer as plain usage would make it.
fn change(case: &mut Case, place: usize, how: impl FnOnce(&mut Row)) {
    if let Some(row) = case.rows.get_mut(place) {
        how(row);
        case.touched.insert(row.event.model.clone());
    }
}

/// Draws one to six rows.
fn pick_some(case: &mut Case) -> Vec<usize> {
    let count = 1 + usize::try_from(case.dice.below(6)).unwrap_or(0);
    pick_held(case, count)
}

/// Draws rows of calls that nothing has happened to, well inside the period.
fn pick_held(case: &mut Case, count: usize) -> Vec<usize> {
    let inside = case.inside();
    let fitting =
        case.rows.iter().enumerate().filter(|(_, row)| {
            row.on_demand() && matches!(row.fate, Fate::Held) && inside.contains(row.at())
        });
    let mut places: Vec<_> = fitting.map(|(place, _)| place).collect();
    case.dice.shuffle(&mut places);
    places.truncate(count);
    places
}
