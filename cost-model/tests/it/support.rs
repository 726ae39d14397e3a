//! Records small enough to collide, and helpers of every module.

use std::future::Future;
use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use cost_model::money::{RequestUnits, TokenCounts, Tokens};
use cost_model::record::{ReadNumber, Run};
use cost_model::source::Origin;
use cost_model::store::{ConnectionId, ReplaceStats, WindowReplacement};
use cost_model::{
    CostRecord, CostStore, Costs, Currency, Dimension, Ledger, Metric, Money, Timestamp, Window,
};
use proptest::prelude::*;

/// So many cases, and no files left behind by a failing one.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, ..ProptestConfig::default() }
}

pub(crate) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(crate) fn millis(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

pub(crate) fn window(start: i64, end: i64) -> Window {
    Window::new(millis(start), millis(end)).unwrap()
}

pub(crate) fn connection(number: usize) -> ConnectionId {
    ConnectionId::new(format!("connection-{number}"))
}

/// The answer of a future that never waits.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("a memory store never waits"),
    }
}

/// A bare charge of a dollar.
/// A window that was read by a run at its end; the store hands out the number.
pub(crate) fn read(window: Window, records: Vec<CostRecord>) -> WindowReplacement {
    WindowReplacement::new(window, records, ReadNumber::default(), Run::at(window.end()))
}

/// Stores a read that begins now.
pub(crate) fn put(
    store: &dyn CostStore,
    connection: &ConnectionId,
    read: WindowReplacement,
) -> cost_model::Result<ReplaceStats> {
    let number = now(store.begin_read(connection, Origin::Provider)).unwrap();
    now(store.replace_window(connection, WindowReplacement { read: number, ..read }))
}

pub(crate) fn record(at: i64) -> CostRecord {
    CostRecord::new(millis(at), "cursor", Currency::USD, Costs::flat(money("1")))
}

/// Counts of units of every size, the edges included.
pub(crate) fn wide_units() -> impl Strategy<Value = i128> {
    prop_oneof![
        2 => -30_i128..30,
        2 => any::<i64>().prop_map(i128::from),
        2 => (-1_000_000_i128..1_000_000).prop_map(|cents| cents * 10_i128.pow(22)),
        2 => any::<i128>(),
        1 => prop::sample::select(vec![i128::MIN, i128::MIN + 1, i128::MAX, i128::MAX - 1]),
    ]
}

/// Instants at and around the edges of days, weeks and months, from Monday 2025-12-29 on.
pub(crate) fn instants() -> Vec<Timestamp> {
    let dates = ["2025-12-29", "2025-12-31", "2026-01-01", "2026-01-05", "2026-02-01", "2026-03-01"];
    dates
        .iter()
        .map(|date| Timestamp::midnight(date.parse().unwrap()).millis())
        .flat_map(|midnight| [midnight - 1, midnight, midnight + 1])
        .map(millis)
        .collect()
}

pub(crate) const SERVICES: [&str; 3] = ["Auto", "auto", "GPT 5.2"];
pub(crate) const PEOPLE: [&str; 3] = ["ana@acme.test", "bo@acme.test", "(no user)"];
pub(crate) const TAG_KEYS: [&str; 3] = ["Team", "cursor:user", "it's"];
pub(crate) const VALUES: [&str; 4] = ["A", "B", "ana@acme.test", ""];

/// Every dimension that a record may have here.
pub(crate) fn dimensions() -> Vec<Dimension> {
    let mut dimensions = vec![
        Dimension::Provider,
        Dimension::BillingAccount,
        Dimension::Account,
        Dimension::Service,
        Dimension::ServiceId,
        Dimension::Category,
        Dimension::Subcategory,
        Dimension::Resource,
        Dimension::ChargeType,
        Dimension::Region,
        Dimension::UsageUnit,
    ];
    dimensions.extend(TAG_KEYS.map(|key| Dimension::Tag(key.into())));
    dimensions
}

fn maybe(texts: &'static [&'static str]) -> impl Strategy<Value = Option<Arc<str>>> {
    prop::option::weighted(0.7, prop::sample::select(texts).prop_map(Arc::from))
}

/// Amounts of one charge: whole cents, sevenths of them, or the finest there are.
pub(crate) fn costs() -> impl Strategy<Value = Costs> {
    let cent = 10_i128.pow(22);
    let fineness = prop::sample::select(vec![(cent, 1), (cent, 7), (1, 1)]);
    let amounts = prop::array::uniform4(prop::option::weighted(0.8, -500_i128..500));
    (fineness, amounts).prop_map(|((units, parts), amounts)| {
        let amounts = amounts.map(|amount| amount.map(|amount| Money::from_units(amount * units / parts)));
        let mut costs = Costs::absent();
        [costs.billed, costs.effective, costs.list, costs.contracted] = amounts;
        costs
    })
}

/// The same charges again and again, so that hours have several of each.
pub(crate) fn busy(records: &[CostRecord]) -> Vec<CostRecord> {
    let minutes = [0, 7, 7, 29, 30, 59];
    let again = |minutes: i64| {
        records.iter().map(move |record| {
            let mut record = record.clone();
            record.at = millis(record.at.millis() + minutes * 60_000);
            record
        })
    };
    minutes.into_iter().flat_map(again).collect()
}

/// Charges of a few callers, so that many have the same dimensions at different times.
pub(crate) fn records(count: Range<usize>) -> impl Strategy<Value = Vec<CostRecord>> {
    let who = (maybe(&SERVICES), maybe(&SERVICES), maybe(&PEOPLE), maybe(&["Usage-based", "Included"]));
    let tags = prop::collection::vec((prop::sample::select(&TAG_KEYS), prop::sample::select(&VALUES)), 0..3);
    let callers = prop::collection::vec((who, tags), 1..4);
    let used = (prop::array::uniform4(0_u64..7), prop::option::of(-5_i128..20));
    let charge = (any::<prop::sample::Index>(), prop::sample::select(instants()), costs(), used);
    (callers, prop::collection::vec(charge, count)).prop_map(|(callers, charges)| {
        let charge =
            |(caller, at, costs, (tokens, requests)): (prop::sample::Index, _, _, ([u64; 4], Option<_>))| {
                let ((service, service_id, resource, subcategory), tags) = caller.get(&callers).clone();
                let mut record = CostRecord::new(at, "cursor", Currency::USD, costs);
                record.edit(|set| set.service = service);
                record.edit(|set| set.service_id = service_id);
                record.edit(|set| set.resource = resource);
                record.edit(|set| set.subcategory = subcategory);
                for (key, value) in tags {
                    record.edit(|set| set.tags.insert(key, value));
                }
                let [input, output, cache_write, cache_read] = tokens.map(Tokens::new);
                record.tokens = TokenCounts { input, output, cache_write, cache_read };
                record.requests = requests.map(RequestUnits::from_units);
                record
            };
        charges.into_iter().map(charge).collect()
    })
}

pub(crate) fn ledger(records: &[CostRecord]) -> Ledger {
    let mut builder = Ledger::builder(Currency::USD);
    for record in records {
        builder.push(record).unwrap();
    }
    builder.build()
}

/// The amount of a record that a metric is about, by the metric's name.
pub(crate) fn naive_cost(record: &CostRecord, metric: Metric) -> Option<i128> {
    let amount = match metric.name() {
        "billed" => record.costs.billed,
        "effective" => record.costs.effective,
        "list" => record.costs.list,
        "contracted" => record.costs.contracted,
        name => panic!("a new metric, {name}, needs its amount here"),
    };
    amount.map(Money::units)
}
