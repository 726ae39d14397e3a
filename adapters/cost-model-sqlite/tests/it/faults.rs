//! Files and disks that are not as they should be: an error that names the place and the remedy, and nothing changed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use cost_model::source::Origin;
use cost_model::store::WindowReplacement;
use cost_model::{CostStore, Error, ErrorKind};
use cost_model_sqlite::{Options, SqliteStore};
use rusqlite::Connection;

use crate::support::{Folder, chain, charges, connection, put, read, scan, wait};

/// Fails unless the error is a store's and says all of these.
fn says(error: &Error, words: &[&str]) {
    let text = chain(error);
    assert_eq!(error.kind(), ErrorKind::Store, "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
    assert!(!text.contains("acme.test"), "{text}");
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_file_of_a_newer_version_is_left_as_it_is() {
    let folder = Folder::new();
    drop(SqliteStore::open(folder.store()).unwrap());
    Connection::open(folder.store()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(folder.store()).unwrap();
    let error = SqliteStore::open(folder.store()).unwrap_err();
    says(&error, &[name(&folder.store()), "newer version", "99", "upgrade"]);
    assert!(fs::read(folder.store()).unwrap() == before);
}

#[test]
fn a_database_of_someone_else_is_left_as_it_is() {
    let folder = Folder::new();
    let other = Connection::open(folder.store()).unwrap();
    other.execute_batch("CREATE TABLE mine (x); PRAGMA user_version = 1").unwrap();
    drop(other);
    let before = fs::read(folder.store()).unwrap();
    says(
        &SqliteStore::open(folder.store()).unwrap_err(),
        &[name(&folder.store()), "another program", "name another file"],
    );
    let other = Connection::open(folder.store()).unwrap();
    let tables: i64 = other.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
    drop(other);
    // Not even the kind of its log has changed.
    assert!(fs::read(folder.store()).unwrap() == before, "the file was written");
}

#[test]
fn what_is_no_database_is_left_as_it_is() {
    let folder = Folder::new();
    fs::write(folder.store(), "Dear diary, ".repeat(1000)).unwrap();
    says(&SqliteStore::open(folder.store()).unwrap_err(), &[name(&folder.store()), "not a store", "copy"]);
    assert_eq!(fs::read(folder.store()).unwrap().len(), 12_000);
}

#[test]
fn a_path_that_leads_nowhere_is_an_error() {
    let folder = Folder::new();
    let nowhere = folder.path().join("missing/costs.db");
    says(&SqliteStore::open(&nowhere).unwrap_err(), &[name(&nowhere), "No such file"]);
    says(&SqliteStore::open(folder.path()).unwrap_err(), &[name(folder.path())]);
    says(
        &Options::new().read_only(true).open(folder.store()).unwrap_err(),
        &["costs.db", "check that it exists"],
    );
    assert!(!folder.store().exists());
}

#[test]
fn a_damaged_page_is_an_error_wherever_it_is_read() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.store()).unwrap();
    put(&store, &connection(), read(charges(3000, 7))).unwrap();
    let number = wait(store.begin_read(&connection(), Origin::Provider)).unwrap();
    drop(store);
    let mut bytes = fs::read(folder.store()).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xa5);
    fs::write(folder.store(), &bytes).unwrap();
    let store = SqliteStore::open(folder.store()).unwrap();
    let words = [name(&folder.store()).to_owned(), "damaged".to_owned(), "ingest again".to_owned()];
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    says(&scan(&store).unwrap_err(), &words);
    let again = WindowReplacement { read: number, ..read(charges(1, 8)) };
    says(&wait(store.replace_window(&connection(), again)).unwrap_err(), &words);
    drop(store);
    assert!(fs::read(folder.store()).unwrap() == bytes, "a damaged file was written");
}

#[test]
fn values_that_this_crate_never_writes_are_damage() {
    for spoil in [
        "UPDATE record SET billed = x'00'",
        "UPDATE record SET billed = 'much'",
        "UPDATE record SET billed = 9223372036854775807",
        "UPDATE record SET agent = x'00'",
        "UPDATE record SET flags = 3",
        "UPDATE record SET flags = -8",
        "UPDATE run SET first_seen = 9223372036854775807",
        "UPDATE text SET text = 'dollars' WHERE text = 'USD'",
        "UPDATE dimension_set SET tags = '{'",
        "UPDATE dimension_set SET tags = '[1]'",
        "UPDATE dimension_set SET tags = '[1,999]'",
        "UPDATE dimension_set SET discount_percent = provider",
        "DELETE FROM dimension_set",
        "DELETE FROM text",
        "DELETE FROM run",
    ] {
        let folder = Folder::new();
        let store = SqliteStore::open(folder.store()).unwrap();
        put(&store, &connection(), read(charges(5, 7))).unwrap();
        drop(store);
        Connection::open(folder.store()).unwrap().execute(spoil, ()).unwrap();
        let store = SqliteStore::open(folder.store()).unwrap();
        says(&scan(&store).unwrap_err(), &[name(&folder.store()), "damaged", "ingest again"]);
        let replaced = put(&store, &connection(), read(charges(1, 8)));
        says(&replaced.unwrap_err(), &["damaged"]);
    }
}

#[test]
fn a_full_disk_changes_nothing() {
    let folder = Folder::new();
    let store = Options::new().max_bytes(200_000).open(folder.store()).unwrap();
    put(&store, &connection(), read(charges(500, 7))).unwrap();
    let before = scan(&store).unwrap();
    let coverage = wait(store.coverage(&connection())).unwrap();
    let other = cost_model::store::ConnectionId::new("other");
    for id in [&connection(), &other] {
        let error = put(&store, id, read(charges(5000, 8))).unwrap_err();
        says(&error, &[name(&folder.store()), "no room", "nothing has changed", "free some space"]);
        assert!(scan(&store).unwrap() == before);
        assert_eq!(wait(store.coverage(&connection())).unwrap(), coverage);
        assert_eq!(wait(store.connections()).unwrap(), [connection()]);
    }
    // Nothing that was given out in vain is remembered, and what fits is stored.
    put(&store, &connection(), read(charges(400, 8))).unwrap();
    assert_eq!(scan(&store).unwrap().len(), 400);
    assert!(fs::metadata(folder.store()).unwrap().len() <= 200_000);
}

#[test]
fn a_store_for_reading_reads_and_refuses_to_write() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.store()).unwrap();
    put(&store, &connection(), read(charges(50, 7))).unwrap();
    let reader = Options::new().read_only(true).open(folder.store()).unwrap();
    refuses_to_write(&reader, &folder, 50);
    // It sees what others write.
    put(&store, &connection(), read(charges(60, 7))).unwrap();
    refuses_to_write(&reader, &folder, 60);
}

/// Fails unless it reads, and every call that writes is an error that changes nothing.
fn refuses_to_write(store: &SqliteStore, folder: &Folder, count: usize) {
    let errors = [
        put(store, &connection(), read(charges(1, 8))).unwrap_err(),
        wait(store.purge(&connection())).unwrap_err(),
        wait(store.pseudonymise("user-1@acme.test", "p")).unwrap_err(),
        wait(
            store.observe(&connection(), cost_model::source::ProviderSnapshot::at(crate::support::millis(0))),
        )
        .unwrap_err(),
    ];
    for error in errors {
        says(&error, &[name(&folder.store()), "cannot be written", "right to write"]);
    }
    assert_eq!(scan(store).unwrap().len(), count);
    assert_eq!(wait(store.connections()).unwrap(), [connection()]);
}

#[test]
fn a_folder_that_cannot_be_written_can_be_read() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.store()).unwrap();
    put(&store, &connection(), read(charges(50, 7))).unwrap();
    drop(store);
    let rights = |file, of_folder| {
        fs::set_permissions(folder.store(), fs::Permissions::from_mode(file)).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(of_folder)).unwrap();
    };
    rights(0o444, 0o555);
    let output = as_nobody("faults::child_without_rights", &folder.store());
    rights(0o600, 0o755);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Runs one of the tests here in a process that has no rights beyond anybody's.
fn as_nobody(test: &str, store: &Path) -> std::process::Output {
    use std::os::unix::process::CommandExt;
    // Anybody may run it from there.
    let program = Folder::new();
    fs::set_permissions(program.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let copy = program.path().join("it");
    fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = std::process::Command::new(copy);
    command.args(["--exact", test, "--nocapture"]).env("STORE_WITHOUT_RIGHTS", store);
    if fs::metadata("/proc/self").is_ok_and(|of_root| std::os::unix::fs::MetadataExt::uid(&of_root) == 0) {
        command.uid(65_534).gid(65_534);
    }
    command.output().unwrap()
}

/// Does something only in the process that the test above starts.
#[test]
fn child_without_rights() {
    let Some(path) = std::env::var_os("STORE_WITHOUT_RIGHTS") else { return };
    assert!(fs::File::options().append(true).open(&path).is_err(), "it may be written after all");
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(scan(&store).unwrap().len(), 50);
    assert_eq!(wait(store.count(&connection(), crate::support::window(0, 10))).unwrap(), 50);
    let error = put(&store, &connection(), read(charges(1, 8))).unwrap_err();
    says(&error, &[path.to_str().unwrap(), "cannot be written", "right to write"]);
    assert_eq!(scan(&store).unwrap().len(), 50);
}

#[test]
fn names_that_mean_something_to_sqlite_are_names_of_files() {
    let folder = Folder::new();
    for name in ["file:x?mode=memory", "a b#c%20.db", "ö'.db"] {
        let path = folder.path().join(name);
        let store = SqliteStore::open(&path).unwrap();
        put(&store, &connection(), read(charges(5, 7))).unwrap();
        assert_eq!(scan(&store).unwrap().len(), 5);
        drop(store);
        assert!(path.exists());
    }
    let link = folder.path().join("link.db");
    symlink(folder.path().join("a b#c%20.db"), &link).unwrap();
    assert_eq!(scan(&SqliteStore::open(&link).unwrap()).unwrap().len(), 5);
}

#[test]
fn another_writer_is_waited_for_and_then_named() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.store()).unwrap();
    put(&store, &connection(), read(charges(5, 7))).unwrap();
    let other = Connection::open(folder.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = put(&store, &connection(), read(charges(9, 7))).unwrap_err();
    says(&error, &[name(&folder.store()), "another program", "try again"]);
    assert_eq!(scan(&store).unwrap().len(), 5);
    other.execute_batch("ROLLBACK").unwrap();
    put(&store, &connection(), read(charges(9, 7))).unwrap();
    assert_eq!(scan(&store).unwrap().len(), 9);
}

/// A copy of the one file, taken after the store was dropped, holds everything; also while another connection was open.
#[test]
fn a_dropped_store_leaves_everything_in_its_one_file() {
    for beside in [false, true] {
        let folder = Folder::new();
        let store = SqliteStore::open(folder.store()).unwrap();
        let reader = beside.then(|| Options::new().read_only(true).open(folder.store()).unwrap());
        put(&store, &connection(), read(charges(500, 7))).unwrap();
        drop(store);
        let copy = folder.path().join("copy.db");
        fs::copy(folder.store(), &copy).unwrap();
        assert_eq!(scan(&SqliteStore::open(&copy).unwrap()).unwrap().len(), 500, "beside a reader: {beside}");
        drop(reader);
    }
}
