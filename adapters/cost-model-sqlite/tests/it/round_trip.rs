//! What is put in comes out, whatever it is.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::{fs, thread};

use cost_model::money::{Quantity, RequestUnits, TokenCounts, Tokens};
use cost_model::record::{ReadNumber, Run, Tags};
use cost_model::store::{Scope, WindowReplacement};
use cost_model::{CostRecord, CostStore, Costs, Currency, Ledger, MemoryStore, Money};
use cost_model_sqlite::SqliteStore;
use proptest::prelude::*;
use rusqlite::Connection;
use rust_decimal::Decimal;

use crate::support::{Folder, charges, connection, millis, put, read, scan, wait, window};

fn text() -> impl Strategy<Value = Option<Arc<str>>> {
    let text = prop_oneof![Just(String::new()), "[a-c]{1,2}", any::<String>()];
    prop::option::of(text.prop_map(Arc::from))
}

fn units() -> impl Strategy<Value = Option<i128>> {
    let units = prop_oneof![
        any::<i128>(),
        (any::<i64>(), 0..18_u32).prop_map(|(digits, zeros)| i128::from(digits) * 10_i128.pow(zeros)),
        prop::sample::select(vec![0, 1, -1, i128::MIN, i128::MAX, 40 * 10_i128.pow(21)]),
    ];
    prop::option::of(units)
}

fn tags() -> impl Strategy<Value = Tags> {
    let tag = (prop_oneof!["[a-b]", any::<String>()], any::<String>());
    prop::collection::vec(tag, 0..3).prop_map(|all| {
        let mut tags = Tags::default();
        for (key, value) in all {
            tags.insert(key, value);
        }
        tags
    })
}

fn record() -> impl Strategy<Value = CostRecord> {
    let texts = prop::collection::vec(text(), 14);
    let amounts = prop::collection::vec(units(), 9);
    let tokens = prop::array::uniform4(prop_oneof![any::<u64>(), 0..3_u64]);
    let rest = (0..10_i64, prop::option::of(any::<i32>()), any::<bool>(), any::<u32>());
    let discount =
        prop::option::of((any::<i64>(), 0..28_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale)));
    let currency = prop::sample::select(vec!["USD", "EUR"]);
    (texts, amounts, tokens, rest, discount, (tags(), tags(), currency, any::<String>())).prop_map(
        |(
            texts,
            amounts,
            tokens,
            (at, end, derived, rounded),
            discount,
            (tags, attributes, currency, provider),
        )| {
            let currency: Currency = currency.parse().unwrap();
            let mut record = CostRecord::new(millis(at), provider, currency, Costs::absent());
            let mut texts = texts.into_iter();
            record.edit(|set| {
                for field in [
                    &mut set.billing_account,
                    &mut set.account,
                    &mut set.service,
                    &mut set.service_id,
                    &mut set.category,
                    &mut set.subcategory,
                    &mut set.resource,
                    &mut set.charge_type,
                    &mut set.region,
                    &mut set.usage_unit,
                    &mut set.stated_kind,
                    &mut set.stated_model,
                ] {
                    *field = texts.next().unwrap();
                }
                set.tags = tags;
                set.attributes = attributes;
                set.discount_percent = discount;
            });
            record.stated.conversation = texts.next().unwrap();
            record.stated.agent = texts.next().unwrap();
            let mut amounts = amounts.into_iter();
            record.requests = amounts.next().unwrap().map(RequestUnits::from_units);
            record.quantity = amounts.next().unwrap().map(Quantity::from_units);
            for amount in [
                &mut record.costs.effective,
                &mut record.costs.billed,
                &mut record.costs.list,
                &mut record.costs.contracted,
                &mut record.stated.charged,
                &mut record.stated.model_cost,
                &mut record.stated.fee,
            ] {
                *amount = amounts.next().unwrap().map(Money::from_units);
            }
            record.costs.derived = derived;
            record.end = end.map(|end| millis(end.into()));
            let [input, output, cache_write, cache_read] = tokens.map(Tokens::new);
            record.tokens = TokenCounts { input, output, cache_write, cache_read };
            record.stated.rounded = rounded;
            record
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_record_comes_back_as_it_was(windows in prop::collection::vec(prop::collection::vec(record(), 0..6), 1..4)) {
        let (folder, model) = (Folder::new(), MemoryStore::new());
        let store = SqliteStore::open(folder.store()).unwrap();
        for (run, records) in (0..).zip(windows) {
            let mut read = read(records);
            read.run = Run::at(millis(run));
            let change = put(&store, &connection(), read.clone()).unwrap();
            prop_assert_eq!(change, put(&model, &connection(), read).unwrap());
            let (found, expected) = (scan(&store).unwrap(), scan(&model).unwrap());
            prop_assert!(found == expected, "some field of a record is not what it was");
        }
    }
}

#[test]
fn reading_the_same_again_writes_no_record() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.store()).unwrap();
    let bytes = || {
        let mut log = folder.store().into_os_string();
        log.push("-wal");
        fs::metadata(folder.store()).unwrap().len() + fs::metadata(log).unwrap().len()
    };
    let mut first = read(charges(500, 7));
    first.closed = vec![window(0, 10)];
    put(&store, &connection(), first.clone()).unwrap();
    let before = bytes();
    for run in 20..23 {
        first.run = Run::at(millis(run));
        let change = put(&store, &connection(), first.clone()).unwrap();
        assert_eq!(change.unchanged, 500);
        // The page of the number of the read, and that of the coverage, each twice; the records fill thirty.
        let written = bytes() - before;
        assert!(
            written <= u64::try_from(4 * (run - 19) * (4096 + 24)).unwrap(),
            "{written} bytes were written"
        );
    }
}

/// Nobody can choose such sets, but chance may bring them about.
#[test]
fn unequal_sets_with_one_hash_stay_two() {
    let records = charges(2, 5);
    let store_in = |folder: &Folder, records: &[CostRecord]| {
        let store = SqliteStore::open(folder.store()).unwrap();
        put(&store, &connection(), read(records.to_vec())).unwrap();
        scan(&store).unwrap().into_iter().map(|stored| stored.record).collect::<Vec<_>>()
    };
    let hashes = |folder: &Folder| {
        let sqlite = Connection::open(folder.store()).unwrap();
        let mut all = sqlite.prepare("SELECT hash FROM dimension_set ORDER BY number").unwrap();
        all.query_map((), |row| row.get(0)).unwrap().collect::<Result<Vec<i64>, _>>().unwrap()
    };
    let usual = Folder::new();
    assert_eq!(store_in(&usual, &records), records);
    let hash_of_second = hashes(&usual)[1];

    let folder = Folder::new();
    store_in(&folder, &records[..1]);
    let sqlite = Connection::open(folder.store()).unwrap();
    assert_eq!(sqlite.execute("UPDATE dimension_set SET hash = ?", [hash_of_second]).unwrap(), 1);
    drop(sqlite);
    assert_eq!(store_in(&folder, &records), records);
    let hashes = hashes(&folder);
    assert_eq!(hashes.iter().filter(|hash| **hash == hash_of_second).count(), 2, "{hashes:?}");
}

#[test]
fn the_owner_alone_may_read_the_files() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.store()).unwrap();
    put(&store, &connection(), read(charges(10, 7))).unwrap();
    let mut names = Vec::new();
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["costs.db", "costs.db-shm", "costs.db-wal"]);
}

#[test]
fn a_ledger_is_the_same_from_either_store() {
    let folder = Folder::new();
    let (store, model) = (SqliteStore::open(folder.store()).unwrap(), MemoryStore::new());
    let mut ledgers = Vec::new();
    for store in [&store as &dyn CostStore, &model] {
        put(store, &connection(), read(charges(1000, 7))).unwrap();
        ledgers.push(wait(Ledger::from_store(store, &Scope::all(), Currency::USD)).unwrap());
    }
    let query = cost_model::report::Query::all_resources().group_by(cost_model::Dimension::Resource);
    let reports: Vec<_> =
        ledgers.iter().map(|each| query.run(each, &cost_model::tagger::NoTags).unwrap()).collect();
    assert_eq!(reports[0].total.effective.amount, Money::from_units(7000));
    assert_eq!(reports[0].rows, reports[1].rows);
}

#[test]
fn a_name_that_was_replaced_or_purged_is_in_no_file() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.store()).unwrap();
    let other = cost_model::store::ConnectionId::new("other");
    put(&store, &connection(), read(charges(200, 7))).unwrap();
    put(&store, &other, read(charges(200, 8))).unwrap();
    let somewhere = |text: &str| {
        fs::read_dir(folder.path()).unwrap().any(|file| {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    };
    assert!(somewhere("user-3@acme.test"));
    assert_eq!(wait(store.pseudonymise("user-3@acme.test", "person 3")).unwrap(), 2 * 29);
    assert!(!somewhere("user-3@acme.test"), "the name is still there");
    assert!(somewhere("conversation 5 of 7") && somewhere("user-4@acme.test"));
    wait(store.purge(&connection())).unwrap();
    assert!(!somewhere("conversation 5 of 7") && somewhere("conversation 5 of 8"));
    wait(store.purge(&other)).unwrap();
    assert!(!somewhere("user-4@acme.test"));
}

#[test]
fn two_stores_on_one_file_share_it() {
    let folder = Folder::new();
    let stores = [SqliteStore::open(folder.store()).unwrap(), SqliteStore::open(folder.store()).unwrap()];
    for round in 0..4 {
        for store in &stores {
            // What the other one has purged must not be remembered.
            put(store, &connection(), read(charges(50, round))).unwrap();
            assert!(stores.iter().all(|store| scan(store).unwrap().len() == 50));
            wait(store.purge(&connection())).unwrap();
        }
    }
    thread::scope(|threads| {
        for (number, store) in (0..).zip(&stores) {
            threads.spawn(move || {
                let span = window(number * 10, number * 10 + 10);
                for round in 0..20 {
                    let mut records = charges(30, round);
                    for record in &mut records {
                        record.at = millis(number * 10);
                    }
                    let run = Run::at(span.end());
                    let read = WindowReplacement::new(span, records, ReadNumber::default(), run);
                    put(store, &connection(), read).unwrap();
                }
            });
        }
    });
    assert_eq!(scan(&stores[0]).unwrap().len(), 60);
}
