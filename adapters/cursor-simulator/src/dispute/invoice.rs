//! What can stand on an invoice beside usage, and how it can contradict itself.

use crate::amount::{CENT, DOLLAR};
use crate::biller::{InvoiceLine, LineKind, Seat, Seats, Threshold};
use crate::calendar::{DAY, HOUR, floor_day};
use crate::dispute::case::{Case, Contradiction};

/// Adds seats for the whole cycle.
pub(super) fn seats(case: &mut Case) {
    let count = 3 + usize::try_from(case.dice.below(60)).unwrap_or(0);
    let seats = roster(case);
    seats.whole = true;
    seats.roster.extend(std::iter::repeat_n(Seat::new(i64::MIN, i64::MAX), count));
}

/// Adds joiners, leavers, or leavers and more joiners before them.
pub(super) fn prorate(case: &mut Case) {
    let inside = case.inside();
    let first = floor_day(inside.start_ms) + DAY * (1 + case.below(10));
    let second = first + DAY * (1 + case.below(8));
    let (joined, left) = case.pick(&[(1, 0), (3, 0), (0, 1), (0, 2), (3, 1), (5, 2)], (1, 0));
    let seats = roster(case);
    seats.roster.extend(std::iter::repeat_n(Seat::new(first, i64::MAX), joined));
    seats.roster.extend(std::iter::repeat_n(Seat::new(i64::MIN, second), left));
}

/// Returns the seats so far, without a line for whole ones.
///
/// The price is drawn by whichever comes first, whole seats or prorations, so that both have one.
fn roster(case: &mut Case) -> &mut Seats {
    let price = case.pick(&[40, 32, 120], 40) * DOLLAR;
    case.terms.seats.get_or_insert_with(|| Seats { whole: false, ..Seats::new(price, Vec::new()) })
}

/// Adds a line of an add-on, or of a minimum fee.
pub(super) fn add_on(case: &mut Case) {
    let seats = 1 + case.dice.below(30);
    let line = if case.dice.chance(500) {
        let amount = i128::from(seats) * 40 * DOLLAR;
        let wording = case.pick(&["Bugbot add-on", "Priority support add-on"], "Bugbot add-on");
        InvoiceLine {
            unit_price: Some(40 * DOLLAR),
            ..InvoiceLine::new(LineKind::AddOn, wording, Some(seats), amount)
        }
    } else {
        InvoiceLine::new(LineKind::AddOn, "Minimum fee", None, case.cents(100, 50_000))
    };
    case.terms.charges.push(line);
}

/// Takes a credit off.
pub(super) fn credit(case: &mut Case) {
    let wording =
        case.pick(&["Credit adjustment", "Promotional credit", "Service credit"], "Credit adjustment");
    take_off(case, LineKind::Credit, wording);
}

/// Takes a refund off.
pub(super) fn refund(case: &mut Case) {
    let wording = case.pick(&["Refund for duplicate seat", "Refund"], "Refund");
    take_off(case, LineKind::Refund, wording);
}

/// Adds a negative line. It is not more than a quarter of the usage, so that there is something left to tax.
fn take_off(case: &mut Case, kind: LineKind, wording: &str) {
    let quarter = i64::try_from(case.usage_total() / CENT / 4).unwrap_or(1).max(1);
    let amount = case.cents(1, quarter);
    case.terms.charges.push(InvoiceLine::new(kind, wording, None, -amount));
}

/// Cuts the cycle into invoices at a threshold that usage passes once or more, with netting.
pub(super) fn cut_by_threshold(case: &mut Case) {
    let share = case.usage_total() / i128::from(2 + case.dice.below(4));
    let amount = if share > DOLLAR { share / DOLLAR * DOLLAR } else { share };
    let lag_ms = case.below(3 * HOUR);
    case.terms.threshold = Some(Threshold::new(amount, lag_ms, true));
}

/// Sets a rate of tax.
pub(super) fn tax(case: &mut Case) {
    let odd = 400 + u32::try_from(case.dice.below(2100)).unwrap_or(0);
    case.terms.tax = case.pick(&[825, 1900, 2000, 875, odd], odd);
}

/// Makes the invoice contradict itself: the total is not the sum of the lines, or a line's amount is not that
/// of its text.
pub(super) fn misadd(case: &mut Case) {
    let off = case.cents(1, 500) * case.pick(&[1, -1], 1);
    let lines = case.usage_lines();
    // Lines that nothing else changes, so that the false sum is their only fault.
    let calm = lines.iter().enumerate().filter(|(_, line)| {
        let relabelled = case.terms.labels.values().any(|printed| *printed == line.label);
        !relabelled && !case.terms.prices.contains_key(&line.model) && !case.touched.contains(&line.model)
    });
    let places: Vec<_> = calm.map(|(place, _)| place).collect();
    let place = case.pick(&places, 0);
    let has_text = lines.len() > 1;
    case.contradiction = Some(if has_text && case.dice.chance(500) {
        Contradiction::Line(place, off)
    } else {
        // Without a stated total there would be nothing to contradict the sum of the lines.
        case.terms.states_total = true;
        Contradiction::Total(off)
    });
}
