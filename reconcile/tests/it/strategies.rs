//! Charges and invoices of any sort, garbage included.

use std::collections::BTreeMap;

use cost_model::{Money, Timestamp, Window};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use reconcile::Invoice;
use reconcile::invoice::LineKind;

use crate::support::{CENT, Charge, INCLUDED, ON_DEMAND, OWN_KEY, UNKNOWN, invoice, period, usage, window};

const MODELS: [&str; 4] = ["a", "b", "c-thinking", ""];

/// Whole cents, halves of cents, noise in the last digits, and amounts so large that few of them fill the range.
pub(crate) fn amounts() -> impl Strategy<Value = i128> {
    prop_oneof![
        4 => (-2_000_i128..10_000).prop_map(|cents| cents * CENT),
        2 => (-50_i128..200).prop_map(|halves| halves * CENT / 2),
        3 => -100 * CENT..1_000 * CENT,
        2 => select(vec![0, 1, -1, CENT / 2 - 1, CENT / 2 + 1, 10_i128.pow(36), -10_i128.pow(36)]),
    ]
}

pub(crate) fn periods() -> impl Strategy<Value = Window> {
    select(vec![
        period(),
        window("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        window("2026-12-14T09:30:00Z", "2027-01-14T09:30:00Z"),
        window("2026-09-30T23:59:59.999Z", "2026-10-01T00:00:00.001Z"),
        window("2026-09-30T23:59:59.999Z", "2026-10-01T00:00:00Z"),
    ])
}

/// At the edges of the period and of its months, a millisecond off them, and anywhere near.
fn times(period: Window) -> impl Strategy<Value = Timestamp> {
    let months = period.whole_months();
    let edges = [period.start(), period.end(), months.start(), months.end()].map(Timestamp::millis);
    let near = months.start().millis() - 86_400_000..months.end().millis() + 86_400_000;
    let millis = prop_oneof![
        (select(edges.to_vec()), -1_i64..=1).prop_map(|(edge, off)| edge + off),
        period.start().millis()..period.end().millis(),
        near,
    ];
    millis.prop_map(|millis| Timestamp::from_millis(millis).unwrap())
}

fn charge(period: Window) -> impl Strategy<Value = Charge> {
    let kinds = select(vec![ON_DEMAND, ON_DEMAND, ON_DEMAND, OWN_KEY, INCLUDED, UNKNOWN]);
    let costs = prop_oneof![
        3 => amounts().prop_map(|amount| (Some(amount), Some(amount))),
        1 => amounts().prop_map(|amount| (Some(0), Some(amount))),
        1 => (option::of(amounts()), option::of(amounts())),
    ];
    (times(period), kinds, option::of(select(&MODELS[..])), option::of(any::<bool>()), costs).prop_map(
        |(at, kind, model, max_mode, (billed, effective))| Charge {
            at,
            kind,
            model,
            max_mode,
            billed,
            effective,
            fee: None,
        },
    )
}

pub(crate) fn charges(period: Window) -> impl Strategy<Value = Vec<Charge>> {
    vec(charge(period), 0..30)
}

fn kinds() -> impl Strategy<Value = LineKind> {
    let model = option::of(select(vec!["a", "b", "c-thinking", "", "a model that nobody used"]));
    prop_oneof![
        5 => (model, option::of(any::<bool>())).prop_map(|(model, max_mode)| usage(model, max_mode)),
        4 => select(vec![
            LineKind::OwnKeyFees,
            LineKind::Seats,
            LineKind::Tax,
            LineKind::Credit,
            LineKind::Netting,
            LineKind::Unrecognised,
        ]),
    ]
}

/// Any ledger and any invoice. Some lines ask for what the charges of a model and mode come to, so that both matched
/// and unmatched lines occur; some invoices state a total, right or wrong.
pub(crate) fn inputs() -> impl Strategy<Value = (Vec<Charge>, Invoice)> {
    periods().prop_flat_map(|period| (Just(period), charges(period))).prop_flat_map(|(period, charges)| {
        let mut sums = BTreeMap::<_, i128>::new();
        for charge in charges.iter().filter(|charge| charge.kind == ON_DEMAND && period.contains(charge.at)) {
            *sums.entry(charge.cell()).or_default() += charge.billed.unwrap_or_default();
        }
        let fitting = sums.into_iter().map(|((model, max_mode), sum)| {
            (usage(Some(model), Some(max_mode)), sum.div_euclid(CENT) * CENT)
        });
        let fitting: Vec<_> = fitting.collect();
        let most = fitting.len();
        let lines = (subsequence(fitting, 0..=most), vec((kinds(), amounts()), 0..8))
            .prop_map(|(fitting, any)| fitting.into_iter().chain(any).collect::<Vec<_>>())
            .prop_shuffle();
        (Just(period), Just(charges), lines, option::weighted(0.3, amounts())).prop_map(
            |(period, charges, lines, stated)| {
                let mut invoice = invoice(period, lines);
                invoice.stated_total = stated.map(Money::from_units);
                (charges, invoice)
            },
        )
    })
}

/// What is known of a case beside its charges and its invoice.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// How many charges were announced for the period, if anybody asked.
    pub(crate) announced: Option<u64>,
    /// The places of charges that came in after the invoice was issued.
    pub(crate) late: Vec<usize>,
    /// Charges that were withdrawn or re-priced since: when, what they were billed at, and what they are.
    pub(crate) restated: Vec<(Timestamp, Option<i128>, Option<i128>)>,
}

/// Calls of machines: few minutes, models and prices, so that most charges have true twins; some are held twice. The
/// lines count calls, rightly or not, and some ask for another amount.
pub(crate) fn twins() -> impl Strategy<Value = (Vec<Charge>, Invoice, Known)> {
    let minutes: [i64; 6] = [0, 60_000, 3_600_000, 86_400_000, -60_000, -5 * 86_400_000];
    let prices = [4 * CENT, 4 * CENT, CENT / 8, -4 * CENT, 25 * CENT];
    let call = (
        select(minutes.to_vec()),
        any::<bool>(),
        select(vec!["a", "b"]),
        select(prices.to_vec()),
        option::weighted(0.3, Just(CENT / 16)),
    );
    let call = call.prop_map(|(minute, at_end, model, price, fee)| {
        let edge = if at_end { period().end() } else { period().start() };
        let mut charge = Charge::on_demand(model, false, price);
        charge.at = Timestamp::from_millis(edge.millis() + minute).unwrap();
        charge.fee = fee;
        charge
    });
    let line = (-2_i64..3, select(vec![0, 0, 0, 4 * CENT, -4 * CENT, 100 * CENT]), any::<bool>());
    (vec(call, 0..40), vec(line, 3), vec(any::<prop::sample::Index>(), 0..6), option::of(-3_i64..4))
        .prop_flat_map(move |(charges, lines, extra, announced)| {
            let inside = |charge: &&Charge| period().contains(charge.at);
            let lines =
                ["a", "b", "c"].into_iter().zip(lines).filter_map(|(model, (calls, more, counts))| {
                    let mine: Vec<_> =
                        charges.iter().filter(inside).filter(|each| each.model == Some(model)).collect();
                    let sum: i128 = mine.iter().filter_map(|charge| charge.billed).sum();
                    let calls = u64::try_from(i64::try_from(mine.len()).ok()? + calls).ok()?;
                    let mut about = reconcile::invoice::UsageLine::of_model(model);
                    about.calls = counts.then_some(calls);
                    Some((LineKind::Usage(about), sum + more))
                });
            let invoice = invoice(period(), lines);
            let true_count = i64::try_from(charges.iter().filter(inside).count()).unwrap();
            let announced = announced.map(|more| u64::try_from((true_count + more).max(0)).unwrap());
            let mut held = charges;
            for place in extra {
                if !held.is_empty() {
                    let copy = held[place.index(held.len())].clone();
                    held.push(copy);
                }
            }
            let last = held.len();
            let places = vec(0..last.max(1), 0..4);
            let restated = vec(
                (
                    select(minutes.to_vec()),
                    option::of(select(prices.to_vec())),
                    option::of(select(prices.to_vec())),
                ),
                0..4,
            );
            (Just(held), Just(invoice), Just(announced), places, restated)
        })
        .prop_map(|(held, invoice, announced, late, restated)| {
            let at = |minute| Timestamp::from_millis(period().start().millis() + minute).unwrap();
            let restated = restated.into_iter().map(|(minute, old, new)| (at(minute), old, new)).collect();
            (held, invoice, Known { announced, late, restated })
        })
}
