//! Charges and invoices of any sort, garbage included.

use std::collections::BTreeMap;

use cost_model::{Money, Timestamp, Window};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use reconcile::{Invoice, LineKind};

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
