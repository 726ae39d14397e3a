use std::collections::BTreeMap;

use cursor_simulator::{TrueEvent, Truth};
use proptest::prelude::*;

use crate::support::{Row, cents, demo, object, page, rows, scaled, small, string};

const DAY: i64 = 86_400_000;

fn whole_range() -> (i64, i64) {
    let (start, end) = demo().range();
    (start.timestamp_millis(), end.timestamp_millis() - 1)
}

fn windows_of_30_days() -> Vec<(i64, i64)> {
    let (start, end) = whole_range();
    (0..4).map(|n| start + n * 30 * DAY).map(|from| (from, (from + 30 * DAY - 1).min(end))).collect()
}

fn billed(row: &Row) -> i128 {
    match string(row, "kind").unwrap().as_str() {
        "Usage-based" => cents(row, "chargedCents").unwrap(),
        "User API Key" => cents(row, "cursorTokenFee").unwrap(),
        _ => 0,
    }
}

fn effective(row: &Row) -> i128 {
    if string(row, "kind").unwrap() != "Included in Business" {
        return billed(row);
    }
    let charged = cents(row, "chargedCents").unwrap();
    if charged != 0 {
        return charged;
    }
    let usage = object(row["tokenUsage"].get());
    let kept = 100 - usage.get("discountPercentOff").map_or(0, |raw| scaled(raw.get(), 0));
    cents(&usage, "totalCents").unwrap() * kept / 100 + cents(row, "cursorTokenFee").unwrap_or(0)
}

#[test]
fn the_truth_is_what_the_pages_add_up_to() {
    let mut requests = 0;
    let mut truth = BTreeMap::<Option<String>, (u64, i128, i128)>::new();
    let mut units = 0;
    for window in windows_of_30_days() {
        let (rows, pages) = rows(demo(), window, 1000);
        requests += pages;
        for row in rows {
            let row = object(row.get());
            let sums = truth.entry(string(&row, "userEmail")).or_default();
            *sums = (sums.0 + 1, sums.1 + billed(&row), sums.2 + effective(&row));
            units += scaled(row["requestsCosts"].get(), 24);
        }
    }
    assert!(requests <= 50, "{requests}");
    let told = demo().truth();
    assert_eq!(units, told.total.requests);
    let told =
        told.by_user.into_iter().map(|(user, sums)| (user, (sums.events, sums.billed, sums.effective)));
    assert_eq!(truth, told.collect());
}

#[test]
fn on_demand_equals_the_billed_sum_of_its_kind() {
    let truth = demo().truth();
    let on_demand = truth.by_kind[TrueEvent::USAGE_BASED];
    assert_eq!(on_demand.billed, on_demand.charged);
    assert_eq!(truth.total.billed, on_demand.billed + truth.by_kind[TrueEvent::OWN_KEY].billed);
    assert!(truth.total.effective > truth.total.billed);
    assert_eq!(truth, Truth::of(demo().events().iter().rev()));
}

#[test]
fn pages_are_the_same_bytes_every_time() {
    let again = cursor_simulator::Simulator::demo();
    let (start, end) = whole_range();
    for number in [1, 7, 30] {
        let body = format!(r#"{{"startDate":{start},"endDate":{end},"page":{number},"pageSize":1000}}"#);
        let [one, two] = [demo(), &again].map(|simulator| {
            crate::support::send(simulator, http::Method::POST, crate::support::EVENTS, &body)
        });
        assert_eq!(one.body(), two.body());
    }
}

#[test]
fn both_bounds_are_inclusive() {
    let events = demo().events();
    let at = events[events.len() / 2].timestamp_ms;
    let here = events.iter().filter(|event| event.timestamp_ms == at).count();
    assert_eq!(page(demo(), (at, at), 1, 10).total, here);
    let (start, _) = whole_range();
    let cut = start + 30 * DAY;
    let both = page(demo(), (start, cut), 1, 1).total + page(demo(), (cut, cut + DAY), 1, 1).total;
    let on_edge = page(demo(), (cut, cut), 1, 1).total;
    assert!(on_edge > 0);
    assert_eq!(both, page(demo(), (start, cut + DAY), 1, 1).total + on_edge);
}

#[test]
fn newest_come_first_and_ties_keep_the_reverse_of_the_truth() {
    let sim = small();
    let (rows, _) = rows(&sim, whole_range(), 37);
    let models: Vec<_> = rows.iter().map(|row| string(&object(row.get()), "model").unwrap()).collect();
    let expected: Vec<_> = sim.events().iter().rev().map(|event| event.model.clone()).collect();
    assert_eq!(models, expected);
}

#[test]
fn a_page_past_the_end_is_empty() {
    let (_, pages) = rows(demo(), whole_range(), 1000);
    let past = page(demo(), whole_range(), pages + 1, 1000);
    assert!(past.rows.is_empty() && !past.has_next);
    assert_eq!(past.total, demo().events().len());
    let nothing = page(demo(), (0, 1), 1, 1000);
    assert!(nothing.rows.is_empty() && !nothing.has_next && nothing.total == 0);
}

/// Such a pair looks like a row served twice; a reader would have to read again for nothing.
#[test]
fn no_page_ends_between_twins() {
    let (start, end) = whole_range();
    let backwards = (0..4).map(|n| end - n * 30 * DAY).map(|to| ((to - 30 * DAY + 1).max(start), to));
    let months = [(0, 31), (31, 61), (61, 92)].map(|(from, to)| (start + from * DAY, start + to * DAY - 1));
    for window in windows_of_30_days().into_iter().chain(backwards).chain(months).chain([(start, end)]) {
        let (rows, _) = rows(demo(), window, 1000);
        for seam in (1000..rows.len()).step_by(1000) {
            assert_ne!(rows[seam - 1].get(), rows[seam].get(), "{window:?} at {seam}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { ..ProptestConfig::with_cases(24) })]

    #[test]
    fn every_digit_of_an_amount_is_sent(charged in any::<i64>(), shift in 0_u32..13) {
        let sim = cursor_simulator::Simulator::builder().developers(0).events_per_day(0).build();
        let mut event = TrueEvent::new(1, "default", TrueEvent::USAGE_BASED);
        event.charged = Some(i128::from(charged) * 10_i128.pow(shift));
        sim.set_events(vec![event.clone()]);
        let rows = page(&sim, (1, 1), 1, 10).rows;
        prop_assert_eq!(cents(&object(rows[0].get()), "chargedCents"), event.charged);
    }

    #[test]
    fn any_page_size_serves_every_row_once(size in 1_usize..400, from in 0_i64..92, days in 1_i64..40) {
        let sim = small();
        let start = whole_range().0 + from * DAY;
        let window = (start, start + days * DAY - 1);
        let served: Vec<_> = rows(&sim, window, size).0.iter().map(|row| string(&object(row.get()), "timestamp")).collect();
        let events = sim.events();
        let expected: Vec<_> = events
            .iter()
            .rev()
            .filter(|event| (window.0..=window.1).contains(&event.timestamp_ms))
            .map(|event| Some(event.timestamp_ms.to_string()))
            .collect();
        prop_assert_eq!(served, expected);
    }
}
