//! The store in memory against a list that is searched from end to end.

use std::sync::Arc;

use cost_model::record::RecordId;
use cost_model::store::{ConnectionId, RecordSink, ReplaceStats, Scope, WindowReplacement};
use cost_model::{CostRecord, CostStore, ErrorKind, MemoryStore, Result, StoredRecord, Timestamp, Window};
use proptest::prelude::*;

use crate::support::{self, cases, connection, now, put, record, window};

/// The last instant of the little time in which all of this happens.
const END: i64 = 12;

/// What a store keeps, as a list in the order of arrival, and the milliseconds covered.
#[derive(Clone, Default)]
struct Model {
    records: Vec<(ConnectionId, CostRecord)>,
    covered: Vec<(ConnectionId, i64)>,
}

impl Model {
    fn replace(&mut self, connection: &ConnectionId, window: Window, records: &[CostRecord]) -> ReplaceStats {
        let mut old: Vec<CostRecord> = Vec::new();
        self.records.retain(|(of, record)| {
            let replaced = of == connection && record.at >= window.start() && record.at < window.end();
            if replaced {
                old.push(record.clone());
            }
            !replaced
        });
        let (mut added, mut unchanged) = (0, 0);
        for record in records {
            match old.iter().position(|each| each == record) {
                Some(index) => {
                    old.remove(index);
                    unchanged += 1;
                }
                None => added += 1,
            }
            self.records.push((connection.clone(), record.clone()));
        }
        for millis in window.start().millis()..window.end().millis() {
            if !self.covered.contains(&(connection.clone(), millis)) {
                self.covered.push((connection.clone(), millis));
            }
        }
        ReplaceStats::new(added, u64::try_from(old.len()).unwrap(), unchanged)
    }

    fn purge(&mut self, connection: &ConnectionId) -> u64 {
        let before = self.records.len();
        self.records.retain(|(of, _)| of != connection);
        self.covered.retain(|(of, _)| of != connection);
        u64::try_from(before - self.records.len()).unwrap()
    }

    fn scan(&self, connections: &[ConnectionId], window: Option<Window>) -> Vec<CostRecord> {
        let mut found: Vec<_> = self
            .records
            .iter()
            .filter(|(of, record)| {
                connections.contains(of)
                    && window.is_none_or(|w| record.at >= w.start() && record.at < w.end())
            })
            .collect();
        found.sort_by(|(a, a_record), (b, b_record)| {
            a.cmp(b).then_with(|| order(a_record).cmp(&order(b_record)))
        });
        found.into_iter().map(|(_, record)| record.clone()).collect()
    }

    fn coverage(&self, connection: &ConnectionId) -> Vec<Window> {
        let covered = |millis| self.covered.contains(&(connection.clone(), millis));
        let starts = (0..=END).filter(|millis| covered(*millis) && !covered(millis - 1));
        let ends = (0..=END).filter(|millis| !covered(*millis) && covered(millis - 1));
        starts.zip(ends).map(|(start, end)| self::window(start, end)).collect()
    }
}

/// By time, and then in an order in which equals stand together, whatever their ids.
fn order(record: &CostRecord) -> (Timestamp, RecordId) {
    (record.at, RecordId::of(record, 0))
}

fn scan(store: &MemoryStore, scope: &Scope) -> Vec<CostRecord> {
    let mut found: Vec<StoredRecord> = Vec::new();
    now(store.scan(scope, &mut found)).unwrap();
    let place = |stored: &StoredRecord| {
        (stored.provenance.connection.clone(), stored.record.at, stored.provenance.record_id)
    };
    assert!(found.is_sorted_by_key(place), "by connection, time and id");
    found.sort_by_key(|stored| (stored.provenance.connection.clone(), order(&stored.record)));
    found.into_iter().map(|stored| stored.record).collect()
}

fn read(window: Window, records: &[CostRecord]) -> WindowReplacement {
    support::read(window, records.to_vec())
}

/// One of two records at every instant, so that twins are common.
fn charge(at: i64, twin: bool) -> CostRecord {
    let mut charge = record(at);
    charge.edit(|set| set.service_id = Some(if twin { "auto" } else { "gpt-5.2" }.into()));
    charge
}

#[derive(Clone, Debug)]
enum Step {
    /// Into the window; times are taken round to its span.
    Replace(usize, i64, i64, Vec<(i64, bool)>),
    /// With a record at the end of the window, or just before its start.
    Fail(usize, i64, i64, bool),
    Again,
    Purge(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let spans = || (0..END).prop_flat_map(|start| (Just(start), start + 1..=END));
    let charges = prop::collection::vec((0..END, any::<bool>()), 0..6);
    let step = prop_oneof![
        6 => (0_usize..2, spans(), charges)
            .prop_map(|(of, (start, end), charges)| Step::Replace(of, start, end, charges)),
        1 => (0_usize..2, spans(), any::<bool>())
            .prop_map(|(of, (start, end), early)| Step::Fail(of, start, end, early)),
        2 => Just(Step::Again),
        1 => (0_usize..2).prop_map(Step::Purge),
    ];
    prop::collection::vec(step, 0..10)
}

fn same(store: &MemoryStore, model: &Model, within: Window) -> std::result::Result<(), TestCaseError> {
    let all = [connection(0), connection(1)];
    prop_assert!(scan(store, &Scope::all()) == model.scan(&all, None));
    prop_assert!(scan(store, &Scope::all().window(within)) == model.scan(&all, Some(within)));
    for one in &all {
        let scope = Scope::all().connection(one.clone());
        prop_assert!(scan(store, &scope) == model.scan(std::slice::from_ref(one), None));
        prop_assert!(
            scan(store, &scope.window(within)) == model.scan(std::slice::from_ref(one), Some(within))
        );
        prop_assert_eq!(now(store.coverage(one)).unwrap().windows().into_windows(), model.coverage(one));
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_store_behaves_like_a_list(steps in steps(), edge in 1..END) {
        let (store, mut model) = (MemoryStore::new(), Model::default());
        let mut last = None;
        for step in steps {
            match step {
                Step::Replace(of, start, end, charges) => {
                    let records: Vec<_> = charges
                        .into_iter()
                        .map(|(at, twin)| charge(start + at % (end - start), twin))
                        .collect();
                    let (of, span) = (connection(of), window(start, end));
                    let change = put(&store, &of, read(span, &records)).unwrap();
                    prop_assert_eq!(change, model.replace(&of, span, &records));
                    last = Some((of, span, records));
                }
                Step::Fail(of, start, end, early) => {
                    let outside = charge(if early { start - 1 } else { end }, true);
                    let records = [charge(start, true), outside, charge(start, false)];
                    let read = read(window(start, end), &records);
                    let error = put(&store, &connection(of), read).unwrap_err();
                    prop_assert_eq!(error.kind(), ErrorKind::Store);
                }
                Step::Again => {
                    let Some((of, span, records)) = &last else { continue };
                    model.replace(of, *span, records);
                    put(&store, of, read(*span, records)).unwrap();
                    let before = scan(&store, &Scope::all());
                    let change = put(&store, of, read(*span, records)).unwrap();
                    prop_assert_eq!(change, ReplaceStats::new(0, 0, u64::try_from(records.len()).unwrap()));
                    prop_assert!(scan(&store, &Scope::all()) == before);
                }
                Step::Purge(of) => {
                    prop_assert_eq!(now(store.purge(&connection(of))).unwrap(), model.purge(&connection(of)));
                }
            }
            same(&store, &model, window(edge - 1, END))?;
        }
    }
}

#[test]
fn twins_late_rows_and_withdrawn_rows_are_counted_one_by_one() {
    let (store, of, span) = (MemoryStore::new(), connection(0), window(0, 10));
    let replace = |records: &[CostRecord]| put(&store, &of, read(span, records)).unwrap();
    let (twin, other) = (charge(3, true), charge(4, false));
    assert_eq!(replace(&[twin.clone(), twin.clone()]), ReplaceStats::new(2, 0, 0));
    assert_eq!(replace(&[twin.clone(), twin.clone(), other.clone()]), ReplaceStats::new(1, 0, 2));
    assert_eq!(replace(&[twin.clone(), other.clone()]), ReplaceStats::new(0, 1, 2));
    assert_eq!(replace(&[]), ReplaceStats::new(0, 2, 0));
    assert!(scan(&store, &Scope::all()).is_empty());
    assert_eq!(now(store.coverage(&of)).unwrap().windows().windows(), [span]);
}

#[test]
fn a_scope_of_no_connection_holds_nothing() {
    let store = MemoryStore::new();
    put(&store, &connection(0), read(window(0, 1), &[charge(0, true)])).unwrap();
    let mut scope = Scope::all();
    scope.connections = Some(Vec::new());
    assert!(scan(&store, &scope).is_empty());
    let twice = Scope::all().connection(connection(0)).connection(connection(0));
    assert_eq!(scan(&store, &twice).len(), 1);
}

/// A sink that puts new records into the store, of another connection and of its own, while it is being served.
struct Meddler<'a> {
    store: &'a MemoryStore,
    seen: Vec<CostRecord>,
}

impl RecordSink for Meddler<'_> {
    fn record(&mut self, stored: &StoredRecord) -> Result<()> {
        for of in 0..2 {
            let records = vec![charge(1, false); 4];
            put(self.store, &connection(of), read(window(0, END), &records))?;
        }
        self.seen.push(stored.record.clone());
        Ok(())
    }
}

#[test]
fn a_scan_goes_on_over_the_state_it_began_with() {
    let store = MemoryStore::new();
    let old = vec![charge(0, true), charge(5, true)];
    for of in 0..2 {
        put(&store, &connection(of), read(window(0, END), &old)).unwrap();
    }
    let mut meddler = Meddler { store: &store, seen: Vec::new() };
    now(store.scan(&Scope::all(), &mut meddler)).unwrap();
    assert!(meddler.seen == [old.clone(), old].concat());
    assert!(scan(&store, &Scope::all()) == vec![charge(1, false); 8]);
}

#[test]
fn readers_beside_a_writer_never_see_a_mixture() {
    let store = Arc::new(MemoryStore::new());
    let (old, new) = (vec![charge(2, true); 40], vec![charge(3, false); 40]);
    let write = |records: &[CostRecord]| {
        put(&*store, &connection(0), read(window(0, END), records)).unwrap();
    };
    write(&old);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                for _ in 0..200 {
                    let seen = scan(&store, &Scope::all());
                    assert!(seen == old || seen == new, "a scan saw {} records of two states", seen.len());
                }
            });
        }
        for _ in 0..100 {
            write(&new);
            write(&old);
        }
    });
}

/// A sink that has enough.
#[derive(Debug)]
struct Full;

impl RecordSink for Full {
    fn record(&mut self, _: &StoredRecord) -> Result<()> {
        Err(cost_model::Error::new(ErrorKind::Overflow, "full"))
    }
}

#[test]
fn a_sink_ends_the_scan_with_its_own_error() {
    let store = MemoryStore::new();
    now(store.scan(&Scope::all(), &mut Full)).unwrap();
    put(&store, &connection(0), read(window(0, 1), &[charge(0, true)])).unwrap();
    assert_eq!(now(store.scan(&Scope::all(), &mut Full)).unwrap_err().to_string(), "full");
}
