//! Records keep their ids and the time they were first seen, whatever is read again.

use std::collections::BTreeMap;

use cost_model::record::{Provenance, RecordId, Run};
use cost_model::store::{ConnectionId, Scope, WindowReplacement};
use cost_model::{CostRecord, CostStore, MemoryStore, StoredRecord, Timestamp};
use proptest::prelude::*;

use crate::support::{self, cases, now, put, record, window};

/// Charges at three instants, of two services, so that many are equal.
fn few_records() -> impl Strategy<Value = Vec<CostRecord>> {
    prop::collection::vec((0..3_i64, any::<bool>()), 0..6).prop_map(|charges| {
        charges
            .into_iter()
            .map(|(at, tagged)| {
                let mut record = record(at);
                if tagged {
                    record.edit(|set| set.service_id = Some("another".into()));
                }
                record
            })
            .collect()
    })
}

fn stored(store: &MemoryStore) -> Vec<Provenance> {
    let mut records: Vec<StoredRecord> = Vec::new();
    now(store.scan(&Scope::all(), &mut records)).unwrap();
    records.into_iter().map(|stored| stored.provenance).collect()
}

fn read(records: &[CostRecord], run: i64) -> WindowReplacement {
    let run = Run::at(Timestamp::from_millis(run).unwrap());
    WindowReplacement { run, ..support::read(window(0, 10), records.to_vec()) }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_same_id_keeps_its_first_seen(reads in prop::collection::vec(few_records(), 1..5)) {
        let store = MemoryStore::new();
        let connection = ConnectionId::new("a");
        // The oracle: how many equals of each charge there were in each read, and since when without a break.
        let mut since: BTreeMap<(RecordId, u64), Timestamp> = BTreeMap::new();
        for (number, records) in (0..).zip(&reads) {
            put(&store, &connection, read(records, number)).unwrap();
            let mut counts: BTreeMap<RecordId, u64> = BTreeMap::new();
            for record in records {
                *counts.entry(RecordId::of(record, 0)).or_default() += 1;
            }
            let present = |(id, ordinal): &(RecordId, u64)| counts.get(id).is_some_and(|count| ordinal < count);
            since.retain(|key, _| present(key));
            for (id, count) in &counts {
                for ordinal in 0..*count {
                    since.entry((*id, ordinal)).or_insert(Timestamp::from_millis(number).unwrap());
                }
            }
            let provenances = stored(&store);
            let mut ids: Vec<_> = provenances.iter().map(|each| each.record_id).collect();
            ids.sort();
            ids.dedup();
            prop_assert_eq!(ids.len(), records.len(), "every record has an id of its own");
            let mut expected: Vec<_> = since.values().copied().collect();
            let mut actual: Vec<_> = provenances.iter().map(|each| each.first_seen).collect();
            expected.sort();
            actual.sort();
            prop_assert_eq!(actual, expected);
        }
    }

    #[test]
    fn ids_do_not_depend_on_the_order_of_a_read(records in few_records(), seed in any::<prop::sample::Index>()) {
        let mut turned = records.clone();
        if !turned.is_empty() {
            turned.rotate_left(seed.index(records.len()));
        }
        let ids = |records: &[CostRecord]| {
            let store = MemoryStore::new();
            put(&store, &ConnectionId::new("a"), read(records, 0)).unwrap();
            let mut ids: Vec<_> = stored(&store).into_iter().map(|each| each.record_id).collect();
            ids.sort();
            ids
        };
        prop_assert_eq!(ids(&records), ids(&turned));
    }
}

#[test]
fn provenance_says_where_from_and_is_no_part_of_the_charge() {
    let store = MemoryStore::new();
    put(&store, &ConnectionId::new("a"), read(&[record(1)], 7)).unwrap();
    let mut records: Vec<StoredRecord> = Vec::new();
    now(store.scan(&Scope::all(), &mut records)).unwrap();
    assert_eq!(records[0].record, record(1));
    let provenance = records[0].provenance.clone();
    assert_eq!(provenance.connection, ConnectionId::new("a"));
    assert_eq!(&*provenance.run, "1970-01-01T00:00:00.007Z");
    assert_eq!(provenance.record_id, RecordId::of(&record(1), 0));
}
