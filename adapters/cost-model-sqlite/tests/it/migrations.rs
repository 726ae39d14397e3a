//! Files of earlier versions.

use cost_model::{CostStore, Money, Origin, Person, Run, StoredRecord};
use cost_model_sqlite::{Options, SqliteStore};
use rusqlite::Connection;

use crate::support::{Folder, charges, connection, millis, put, read, scan, wait, window};

/// A file of version 1, from before a record kept where its person comes from: the statements that made it, and two
/// records with what hangs on them.
const VERSION_1: &str = include_str!("version_1.sql");

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
    // In the way of the last step's tables.
    file.execute_batch(&format!("{VERSION_1} CREATE TABLE observed_group_member (mine);")).unwrap();
    assert!(SqliteStore::open(folder.store()).is_err());
    let version: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
    assert!(columns(&folder.store()).iter().all(|(_, column, ..)| column != "unconfirmed"));
    file.execute_batch("DROP TABLE observed_group_member").unwrap();
    assert_eq!(scan(&SqliteStore::open(folder.store()).unwrap()).unwrap().len(), 2);
}
