//! A server that goes wrong, carried through to the store: what is stored is the server's state, or the last whole one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use cost_ingest::{Ingest, Observer, Progress, plan};
use cost_model::store::{ConnectionId, Scope};
use cost_model::time::WindowSet;
use cost_model::{CostRecord, CostStore, MemoryStore, Timestamp, Window};
use cost_model_sqlite::SqliteStore;
use cursor_admin_client::http::TransportError;
use cursor_admin_client::{Client, ManualClock, Transport};
use cursor_cost_source::CursorCostSource;
use cursor_simulator::behaviour::Oversize;
use cursor_simulator::{CENT, Change, Fault, FaultKind, Simulator, TrueEvent};

#[derive(Debug)]
struct InProcess(Simulator);

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        Ok(self.0.handle(request))
    }
}

/// The windows that a run has stored.
#[derive(Debug, Default)]
struct Stored(Mutex<Vec<Window>>);

impl Observer for Stored {
    fn stored(&self, progress: &Progress) {
        self.0.lock().unwrap().push(progress.window);
    }
}

/// A server to which a late charge comes with every few requests.
#[derive(Debug)]
struct Moving {
    simulator: Simulator,
    template: TrueEvent,
    requests: Mutex<(u64, Dice)>,
}

#[async_trait]
impl Transport for Moving {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let answer = self.simulator.handle(request);
        let (count, dice) = &mut *self.requests.lock().unwrap();
        *count += 1;
        if count.is_multiple_of(3) {
            self.simulator.apply(&Change::Insert(Box::new(event(&self.template, dice))));
        }
        Ok(answer)
    }
}

/// Numbers that look random.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Seventy-five days, which are three windows.
fn range() -> Window {
    let end = "2026-10-15T00:00:00Z".parse::<chrono::DateTime<Utc>>().unwrap();
    Window::new(end - TimeDelta::days(75), end).unwrap()
}

fn event(template: &TrueEvent, dice: &mut Dice) -> TrueEvent {
    let mut event = template.clone();
    let days = i64::try_from(dice.below(75)).unwrap();
    event.timestamp_ms = range().start().millis() + days * 86_400_000 + i64::try_from(dice.below(2)).unwrap();
    event.charged = Some(CENT * i128::try_from(1 + dice.below(3)).unwrap());
    event
}

fn change(template: &TrueEvent, held: usize, dice: &mut Dice) -> Change {
    match dice.below(3) {
        0 => Change::Insert(Box::new(event(template, dice))),
        // The oldest stays, since what is older than it cannot be told from what the server forgets.
        1 if held > 1 => Change::Withdraw(1 + dice.below(held - 1)),
        _ => Change::Reprice { place: dice.below(held), charged: Some(CENT * 7) },
    }
}

fn fault(template: &TrueEvent, held: usize, dice: &mut Dice) -> Fault {
    let kind = match dice.below(11) {
        0 => FaultKind::TooManyRequests { retry_after: None },
        1 => FaultKind::BadGateway,
        2 => FaultKind::DropConnection,
        3 => FaultKind::TruncatedBody,
        4 => FaultKind::WrongCount,
        5 => FaultKind::EmptyPage,
        6 => FaultKind::RepeatedRow,
        7 => FaultKind::SkippedRow,
        8 => FaultKind::PlanRefusal,
        9 => FaultKind::KeyRevoked,
        _ => FaultKind::Then(vec![change(template, held, dice)]),
    };
    match dice.below(5) {
        // A row that every answer repeats on the edge of a page, in place of another, cannot be told from twins: two reads
        // that agree are taken for that.
        0 if !matches!(kind, FaultKind::RepeatedRow) => Fault::always(kind),
        _ => Fault::on_request(u32::try_from(dice.below(8)).unwrap(), kind),
    }
}

/// How many charges of each time and amount lie in a window.
type Tally = BTreeMap<(i64, i128), u64>;

fn tally(charges: impl Iterator<Item = (i64, i128)>, window: Window) -> Tally {
    let mut tally = Tally::new();
    for (millis, charged) in
        charges.filter(|(millis, _)| window.contains(Timestamp::from_millis(*millis).unwrap()))
    {
        *tally.entry((millis, charged)).or_default() += 1;
    }
    tally
}

async fn stored(store: &dyn CostStore, window: Window) -> Tally {
    let mut records: Vec<CostRecord> = Vec::new();
    store.scan(&Scope::all(), &mut records).await.unwrap();
    tally(records.iter().map(|each| (each.at.millis(), each.stated.charged.unwrap().units())), window)
}

fn served(events: &[TrueEvent], window: Window) -> Tally {
    tally(events.iter().map(|each| (each.timestamp_ms, each.charged.unwrap())), window)
}

/// Imports in calm, lets things go wrong, looks, and imports in calm again; returns whether the second run failed.
async fn script(seed: usize, template: &TrueEvent, store: &dyn CostStore) -> bool {
    let mut dice = Dice(u64::try_from(seed).unwrap());
    let events = (0..=dice.below(30)).map(|_| event(template, &mut dice)).collect();
    let simulator = Simulator::of_events(events);
    simulator.keep_history();
    simulator.adjust(|behaviour| (behaviour.largest_page, behaviour.oversize) = (4, Oversize::Clamp));
    let now = range().end();
    let run = async || {
        let client = Client::builder()
            .api_key(simulator.api_key())
            .base_url("http://localhost")
            .transport(Arc::new(InProcess(simulator.clone())))
            .clock(Arc::new(ManualClock::new(now.to_datetime())))
            .build();
        let source = CursorCostSource::new(client.unwrap(), "Acme");
        let stored = Stored::default();
        let outcome =
            Ingest::new(&source, store, ConnectionId::new("acme")).observer(&stored).run(range(), now).await;
        (outcome, stored.0.into_inner().unwrap())
    };
    run().await.0.unwrap();
    let mut before = BTreeMap::new();
    for window in plan(range()) {
        before.insert(window, stored(store, window).await);
        assert_eq!(before[&window], served(&simulator.events(), window), "seed {seed}: a calm import");
    }

    let held = simulator.events().len();
    simulator.apply(&change(template, held, &mut dice));
    let first = simulator.revision();
    for _ in 0..=dice.below(3) {
        let held = simulator.events().len();
        simulator.inject(fault(template, held, &mut dice));
    }
    let (outcome, read) = run().await;
    let failed = outcome.is_err();
    // What moved while it was read was read in smaller windows, each true once.
    for window in &read {
        let now = stored(store, *window).await;
        let revisions = first..=simulator.revision();
        let true_once = revisions
            .filter_map(|revision| simulator.events_at(revision))
            .any(|events| served(&events, *window) == now);
        assert!(true_once, "seed {seed}: {window} holds what the server never did");
    }
    let all = WindowSet::from(read);
    for window in plan(range()) {
        for left in all.missing(window).into_windows() {
            assert!(failed, "seed {seed}: {left} was not read");
            let inside = |(millis, _): &&(i64, i128)| left.contains(Timestamp::from_millis(*millis).unwrap());
            let old: Tally =
                before[&window].iter().filter(|(key, _)| inside(key)).map(|(key, n)| (*key, *n)).collect();
            assert_eq!(stored(store, left).await, old, "seed {seed}: {left} was not read, and has changed");
        }
    }

    simulator.clear_faults();
    run().await.0.unwrap();
    for window in plan(range()) {
        assert_eq!(
            stored(store, window).await,
            served(&simulator.events(), window),
            "seed {seed}: the next calm run"
        );
    }
    failed
}

/// An event as the demo has it, to be varied.
fn template() -> TrueEvent {
    let events = Simulator::demo().events();
    events.iter().find(|event| event.kind == TrueEvent::USAGE_BASED).cloned().unwrap()
}

#[tokio::test]
async fn whatever_goes_wrong_the_store_in_memory_holds_the_truth_or_the_last_whole_state() {
    let template = template();
    let mut failed = 0;
    for seed in 0..600 {
        failed += u32::from(script(seed, &template, &MemoryStore::new()).await);
    }
    println!("{failed} of 600 runs failed");
    assert!((60..540).contains(&failed), "{failed} of 600 runs failed: too few or too many to tell anything");
}

#[tokio::test]
async fn whatever_goes_wrong_the_sqlite_file_holds_the_truth_or_the_last_whole_state() {
    let template = template();
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..60 {
        let path = folder.path().join(format!("{seed}.db"));
        script(seed, &template, &SqliteStore::open(&path).unwrap()).await;
    }
}

#[tokio::test]
async fn a_server_whose_data_never_stand_still_is_read_all_the_same() {
    let template = template();
    for seed in 0..20 {
        let mut dice = Dice(seed);
        let simulator = Simulator::of_events((0..60).map(|_| event(&template, &mut dice)).collect());
        simulator.keep_history();
        simulator.adjust(|behaviour| (behaviour.largest_page, behaviour.oversize) = (8, Oversize::Clamp));
        let now = range().end();
        let moving = Moving {
            simulator: simulator.clone(),
            template: template.clone(),
            requests: Mutex::new((0, dice)),
        };
        let client = Client::builder()
            .api_key(simulator.api_key())
            .base_url("http://localhost")
            .transport(Arc::new(moving))
            .clock(Arc::new(ManualClock::new(now.to_datetime())))
            .build();
        let source = CursorCostSource::new(client.unwrap(), "Acme");
        let (store, read) = (MemoryStore::new(), Stored::default());
        Ingest::new(&source, &store, ConnectionId::new("acme"))
            .observer(&read)
            .run(range(), now)
            .await
            .unwrap();
        for window in read.0.into_inner().unwrap() {
            let now = stored(&store, window).await;
            let true_once = (0..=simulator.revision())
                .filter_map(|revision| simulator.events_at(revision))
                .any(|events| served(&events, window) == now);
            assert!(true_once, "seed {seed}: {window} holds what the server never did");
        }
    }
}
