//! Files of earlier versions.

use cost_model::money::{Quantity, RequestUnits, Tokens};
use cost_model::record::{Identity, Person, RecordId, Run};
use cost_model::source::Origin;
use cost_model::store::{
    Comparison, EntryKind, EntryScope, FileImport, Import, ImportId, ImportStats, Journal, NewEntry, Owner,
    ReplaceStats, WindowReplacement, verify,
};
use cost_model::{CostRecord, CostStore, Costs, Currency, Money, StoredRecord};
use cost_model_sqlite::{Options, SqliteStore};
use rusqlite::Connection;

use crate::support::{Folder, charges, connection, millis, put, read, scan, wait, window};

/// A file of version 1, from before a record kept where its person comes from: the statements that made it, and two
/// records with what hangs on them.
const VERSION_1: &str = include_str!("version_1.sql");
/// A file of version 3: what two reads of [`source`], a pseudonym and two files of [`rows`] left in it.
const VERSION_3: &str = include_str!("version_3.sql");
/// A file of version 4, which has no journal.
const VERSION_4: &str = include_str!("version_4.sql");

fn columns(path: &std::path::Path) -> Vec<(String, String, String, bool)> {
    let file = Connection::open(path).unwrap();
    let mut columns = file
        .prepare(
            "SELECT t.name, c.name, c.type, c.\"notnull\" FROM sqlite_schema t, pragma_table_info(t.name) c
             WHERE t.type = 'table' ORDER BY t.name, c.cid",
        )
        .unwrap();
    let rows = columns.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn a_file_of_version_1_is_brought_to_the_present_one() {
    let folder = Folder::new();
    Connection::open(folder.store()).unwrap().execute_batch(VERSION_1).unwrap();
    // Who may only read cannot bring it on.
    let error = Options::new().read_only(true).open(folder.store()).unwrap_err();
    assert!(error.to_string().contains("open it for writing"), "{error}");

    let store = SqliteStore::open(folder.store()).unwrap();
    let found = scan(&store).unwrap();
    let amounts: Vec<_> =
        found.iter().map(|stored| stored.record.costs.billed.unwrap().to_string()).collect();
    assert_eq!(amounts, ["0.04", "-170141183460469.231731687303715884105728"]);
    for StoredRecord { record, provenance } in &found {
        assert_eq!((provenance.person, provenance.unconfirmed), (Person::AsRead, false));
        assert_eq!((provenance.run.as_ref(), provenance.first_seen), ("run 1", millis(5)));
        assert_eq!(record.dimensions.resource.as_deref(), Some("ana@acme.test"));
        assert_eq!(record.dimensions.tags.get("cursor:user").map(AsRef::as_ref), Some("ana@acme.test"));
    }
    // Nobody knows when it was read, so it is read once more.
    let coverage = wait(store.coverage(&connection())).unwrap();
    let spans: Vec<_> =
        coverage.spans().iter().map(|span| (span.window, span.read.get(), span.read_at)).collect();
    assert_eq!(spans, [(window(0, 10), 0, None)]);
    assert!(coverage.settled(millis(1 << 50), 3).windows().is_empty());
    assert_eq!(wait(store.origin()).unwrap(), Some(Origin::Provider));
    assert!(wait(store.restatements(&connection())).unwrap().is_empty());

    // From here on it is like any other.
    let mut next = read(charges(3, 7));
    next.run = Run::at(millis(20));
    next.closed = vec![window(0, 10)];
    let change = put(&store, &connection(), next).unwrap();
    assert_eq!((change.added, change.removed), (3, 2));
    assert_eq!(wait(store.restatements(&connection())).unwrap().len(), 5);
    drop(store);
    let sum = Money::sum(
        scan(&SqliteStore::open(folder.store()).unwrap())
            .unwrap()
            .iter()
            .filter_map(|each| each.record.costs.billed),
    );
    assert_eq!(sum.unwrap(), Money::from_units(21));

    let fresh = Folder::new();
    drop(SqliteStore::open(fresh.store()).unwrap());
    assert_eq!(columns(&folder.store()), columns(&fresh.store()));
}

#[test]
fn a_migration_that_fails_leaves_the_old_version() {
    let folder = Folder::new();
    let file = Connection::open(folder.store()).unwrap();
    // In the way of a table of a later step.
    file.execute_batch(&format!("{VERSION_1} CREATE TABLE observed_group_member (mine);")).unwrap();
    assert!(SqliteStore::open(folder.store()).is_err());
    let version: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
    assert!(columns(&folder.store()).iter().all(|(_, column, ..)| column != "unconfirmed"));
    file.execute_batch("DROP TABLE observed_group_member").unwrap();
    assert_eq!(scan(&SqliteStore::open(folder.store()).unwrap()).unwrap().len(), 2);
}

fn charge(at: i64, cents: i64, person: Option<&str>) -> CostRecord {
    let costs = Costs::flat(Money::from_units(i128::from(cents) * 10_i128.pow(22)));
    let mut record = CostRecord::new(millis(at), "cursor", Currency::USD, costs);
    record.edit(|set| {
        set.account = Some("Acme".into());
        set.service = Some("Auto".into());
        set.service_id = Some("auto".into());
        set.resource = Some(person.unwrap_or("(no user)").into());
        set.tags.insert("cursor:model", "auto");
        if let Some(person) = person {
            set.tags.insert("cursor:user", person);
        }
    });
    record.stated.charged = record.costs.billed;
    record
}

const IRIS: Option<&str> = Some("iris@acme.test");
const BO: Option<&str> = Some("bo@acme.test");

/// A charge of an agent run as it is stated since its id is no tag.
fn of_agent(id: &str) -> CostRecord {
    let mut record = charge(4, 7, IRIS);
    record.edit(|set| set.tags.insert("cursor:cloud_agent", "true"));
    record.stated.agent = Some(id.into());
    record.stated.conversation = Some("6b0b1f4e-83c5-4a53-9f0e-0123456789ab".into());
    record
}

/// A charge with something in fields that the others leave empty.
fn full() -> CostRecord {
    let mut record = charge(5, 3, IRIS);
    record.end = Some(millis(8));
    record.requests = Some(RequestUnits::from_units(15 * 10_i128.pow(23)));
    record.quantity = Some(Quantity::from_units(-1));
    (record.tokens.input, record.tokens.output) = (Tokens::new(1200), Tokens::new(u64::MAX));
    record.stated.model_cost = Some(Money::from_units(i128::MIN));
    record.stated.fee = Some(Money::from_units(25 * 10_i128.pow(20)));
    record.stated.rounded = 2;
    record.costs.derived = true;
    record.edit(|set| {
        set.discount_percent = Some("12.5".parse().unwrap());
        set.stated_kind = Some("Usage-based".into());
        set.stated_model = Some("auto".into());
        set.attributes.insert("note", "naïve, 'quoted'\n");
    });
    record
}

/// What the provider states of the file's window, and when each charge was first seen. The charge of the instant 0 is one
/// that it no longer answers for.
fn source() -> Vec<(CostRecord, i64)> {
    vec![
        (charge(1, 5, IRIS), 100),
        (charge(1, 5, IRIS), 200),
        (charge(2, 5, None), 100),
        (charge(3, 5, BO), 100),
        (charge(3, 8, BO), 100),
        (charge(3, 6, IRIS), 100),
        (of_agent("bc-1"), 100),
        (of_agent("bc-2"), 100),
        (of_agent("bc-2"), 200),
        (full(), 100),
        (charge(8, 2, None), 100),
    ]
}

fn read_again(run: i64) -> WindowReplacement {
    let records = source().into_iter().map(|(record, _)| record).collect();
    let mut again = read(records);
    again.run = Run::at(millis(run));
    again.answers_from = millis(1);
    again.closed = vec![window(0, 10)];
    again
}

/// What a record is apart from its id and its run, in an order that does not depend on ids.
fn lasting(records: &[StoredRecord]) -> Vec<(i64, i128, String, i64, bool, bool)> {
    let mut lasting: Vec<_> = records
        .iter()
        .map(|StoredRecord { record, provenance }| {
            let who =
                format!("{:?} {:?} {:?}", record.dimensions.resource, provenance.person, record.stated.agent);
            let amount = record.costs.billed.unwrap().units();
            let seen = provenance.first_seen.millis();
            (record.at.millis(), amount, who, seen, provenance.unconfirmed, provenance.imported)
        })
        .collect();
    lasting.sort();
    lasting
}

fn migrated() -> (Folder, SqliteStore) {
    let folder = Folder::new();
    Connection::open(folder.store()).unwrap().execute_batch(VERSION_3).unwrap();
    let store = SqliteStore::open(folder.store()).unwrap();
    (folder, store)
}

#[test]
fn a_file_of_version_3_holds_what_it_held_under_new_ids() {
    let (folder, store) = migrated();
    let found = scan(&store).unwrap();
    assert_eq!(found.len(), 15);
    for StoredRecord { record, provenance } in &found {
        let is_new = (0..2).any(|ordinal| RecordId::of(record, ordinal) == provenance.record_id);
        assert_eq!(is_new, provenance.person == Person::AsRead, "at {}", record.at);
    }
    // Twins have ids of their own, the first for the one that was there first; sets without the agents' ids are shared.
    let at = |millis: i64| found.iter().filter(move |stored| stored.record.at.millis() == millis);
    for twins in [at(1).collect::<Vec<_>>(), at(4).filter(|each| each.record == of_agent("bc-2")).collect()] {
        let first = RecordId::of(&twins[0].record, 0);
        let is_first = |stored: &&StoredRecord| stored.provenance.record_id == first;
        let (firsts, others): (Vec<_>, Vec<_>) = twins.into_iter().partition(is_first);
        assert_eq!(firsts[0].provenance.first_seen, millis(100));
        assert_eq!((others.len(), others[0].provenance.first_seen), (1, millis(200)));
    }
    assert_eq!(at(4).filter(|each| each.record == of_agent("bc-1")).count(), 1);
    assert_eq!(at(5).map(|each| &each.record).collect::<Vec<_>>(), [&full()]);
    // What names a record names it by its new id; what names one that is gone stays.
    let restated = wait(store.restatements(&connection())).unwrap();
    let repriced = at(8).next().unwrap();
    assert_eq!(restated.len(), 4);
    for each in restated.iter().filter(|each| each.at == millis(8) && each.seen == millis(200)) {
        let identity = Identity::of(&repriced.record);
        assert_eq!((each.record_id, each.identity), (repriced.provenance.record_id, identity));
    }
    let columns = [columns(&folder.store()), {
        let fresh = Folder::new();
        drop(SqliteStore::open(fresh.store()).unwrap());
        self::columns(&fresh.store())
    }];
    assert_eq!(columns[0], columns[1]);
}

#[test]
fn a_file_of_version_3_read_again_from_the_same_source_stays_as_it_is() {
    let (_folder, store) = migrated();
    let before = scan(&store).unwrap();
    let seen: Vec<_> = source().iter().map(|(record, seen)| (record.at.millis(), *seen)).collect();
    for run in [300, 400] {
        let stats = put(&store, &connection(), read_again(run)).unwrap();
        let mut expected = ReplaceStats::new(0, 0, 11);
        expected.unconfirmed = 1;
        assert_eq!(stats, expected, "run {run}");
        let after = scan(&store).unwrap();
        assert_eq!(lasting(&after), lasting(&before));
        let provider = after.iter().filter(|each| !each.provenance.imported && !each.provenance.unconfirmed);
        let mut first_seen: Vec<_> =
            provider.map(|each| (each.record.at.millis(), each.provenance.first_seen.millis())).collect();
        first_seen.sort_unstable();
        let mut expected = seen.clone();
        expected.sort_unstable();
        assert_eq!(first_seen, expected);
    }
    assert_eq!(wait(store.restatements(&connection())).unwrap().len(), 4);
    // The person under a pseudonym is named nowhere, and those who pay are who they were.
    let after = scan(&store).unwrap();
    let of =
        |person| after.iter().filter(|each| each.record.dimensions.resource.as_deref() == person).count();
    assert_eq!((of(BO), of(Some("p-1")), of(IRIS)), (0, 2, 11));
}

/// The rows of the first file; the second states one of the twins.
fn file(name: u8, rows: Vec<CostRecord>) -> FileImport {
    fn compare(stored: &CostRecord, row: &CostRecord) -> Comparison {
        let is_same = stored.at == row.at && stored.dimensions == row.dimensions && stored.costs == row.costs;
        if is_same { Comparison::Same } else { Comparison::Other }
    }
    let id = ImportId::of(&[name], &Owner::Team);
    let import = Import::new(id, Owner::Team, window(20, 30), millis(40), millis(50));
    FileImport { import, rows, replaces: None, compare, states_more: |_, _| false }
}

#[test]
fn files_of_version_3_are_still_stated_by_what_stated_them() {
    let (_folder, store) = migrated();
    let rows = vec![charge(21, 4, IRIS), charge(21, 4, IRIS), charge(22, 5, None)];
    let imported = |store: &SqliteStore| {
        scan(store).unwrap().into_iter().filter(|each| each.provenance.imported).collect::<Vec<_>>()
    };
    let before = imported(&store);
    let again: ImportStats = wait(store.import(&connection(), file(1, rows.clone()))).unwrap();
    assert!(again.known && again.already_there.rows == 3, "{again:?}");
    let third = wait(store.import(&connection(), file(3, rows))).unwrap();
    assert_eq!((third.stored.rows, third.already_there.rows), (0, 3));
    let first = ImportId::of(&[1], &Owner::Team);
    assert_eq!(wait(store.remove_import(&connection(), ImportId::of(&[3], &Owner::Team))).unwrap(), 0);
    assert!(imported(&store) == before);
    // The second file states one of the twins.
    assert_eq!(wait(store.remove_import(&connection(), first)).unwrap(), 2);
    let left: Vec<_> = imported(&store).into_iter().map(|each| each.record).collect();
    assert_eq!(left, [charge(21, 4, IRIS)]);
}

#[test]
fn a_name_in_a_file_of_version_3_is_gone_once_it_is_replaced() {
    let (folder, store) = migrated();
    wait(store.pseudonymise("iris@acme.test", "p-2")).unwrap();
    drop(store);
    let bytes = std::fs::read(folder.store()).unwrap();
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    assert!(!holds(b"iris@acme.test"), "the name is still in what the old tables left");
    assert!(holds(b"p-2"));
}

#[test]
fn a_record_of_version_3_without_what_it_refers_to_is_damage() {
    for spoil in [
        "DELETE FROM run",
        "DELETE FROM tuple",
        "UPDATE record SET person = 7",
        "UPDATE tuple SET tags = '{'",
    ] {
        let folder = Folder::new();
        let file = Connection::open(folder.store()).unwrap();
        file.execute_batch(&format!("{VERSION_3} {spoil};")).unwrap();
        let error = SqliteStore::open(folder.store()).unwrap_err();
        assert!(error.to_string().contains("damaged"), "{spoil}: {error}");
        let version: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        let records: i64 = file.query_row("SELECT count(*) FROM record", (), |row| row.get(0)).unwrap();
        assert_eq!((version, records), (3, 15), "{spoil}");
    }
}

#[test]
fn a_file_of_version_4_holds_what_it_held_and_gets_a_journal() {
    let folder = Folder::new();
    Connection::open(folder.store()).unwrap().execute_batch(VERSION_4).unwrap();
    let error = Options::new().read_only(true).open(folder.store()).unwrap_err();
    assert!(error.to_string().contains("open it for writing"), "{error}");

    let store = SqliteStore::open(folder.store()).unwrap();
    let found = scan(&store).unwrap();
    assert_eq!(found.len(), 15);
    let ids = "SELECT id FROM record ORDER BY connection, at, id";
    let old = Connection::open_in_memory().unwrap();
    old.execute_batch(VERSION_4).unwrap();
    let mut old = old.prepare(ids).unwrap();
    let old = old.query_map((), |row| row.get(0)).unwrap().map(|id| RecordId::from_bytes(id.unwrap()));
    assert!(old.eq(found.iter().map(|stored| stored.provenance.record_id)));

    assert!(wait(store.entries(&EntryScope::default())).unwrap().is_empty());
    let new = NewEntry::new(EntryKind::new("close").unwrap(), "1970-01", millis(5), "iris");
    let entry = wait(store.append(new)).unwrap();
    assert_eq!(verify(None, &[entry]), None);
    let fresh = Folder::new();
    drop(SqliteStore::open(fresh.store()).unwrap());
    assert_eq!(columns(&folder.store()), columns(&fresh.store()));
}

#[test]
fn a_file_of_version_4_with_a_table_in_the_way_stays_as_it_is() {
    let folder = Folder::new();
    let file = Connection::open(folder.store()).unwrap();
    // In the way of the second table of the step.
    file.execute_batch(&format!("{VERSION_4} CREATE TABLE journal (mine);")).unwrap();
    assert!(SqliteStore::open(folder.store()).is_err());
    let version: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 4);
    assert!(columns(&folder.store()).iter().all(|(table, ..)| table != "journal_person"));
}
