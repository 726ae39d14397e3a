//! The checks that every store must pass.

use std::path::PathBuf;
use std::sync::Mutex;

use async_trait::async_trait;
use cost_model::conformance::{StoreFactory, Suite, check_journal};
use cost_model::store::{EntryKind, EntryScope, Journal, NewEntry, verify};
use cost_model::{CostStore, Result};
use cost_model_sqlite::SqliteStore;

use crate::support::{Folder, wait};

/// Each store in a folder of its own; the folder of the last one stays.
#[derive(Debug, Default)]
struct Files(Mutex<Option<Folder>>);

#[async_trait]
impl StoreFactory for Files {
    async fn fresh(&self) -> Result<Box<dyn CostStore>> {
        let folder = Folder::new();
        let store = SqliteStore::open(folder.store())?;
        *self.0.lock().unwrap() = Some(folder);
        Ok(Box::new(store))
    }

    async fn reopen(&self) -> Result<Option<Box<dyn CostStore>>> {
        let path: PathBuf = self.0.lock().unwrap().as_ref().unwrap().store();
        Ok(Some(Box::new(SqliteStore::open(path)?)))
    }
}

#[test]
fn it_conforms_without_a_runtime() {
    let found = wait(Suite::new().rounds(20).run(&Files::default()));
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test]
async fn it_conforms_on_a_runtime_of_one_thread() {
    let suite = Suite::new().seed(2).rounds(10).records(3_000);
    let found = suite.run(&Files::default()).await;
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn its_journal_conforms_and_is_there_again() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.store()).unwrap();
    assert_eq!(wait(check_journal(&store)), []);
    let before = wait(store.entries(&EntryScope::default())).unwrap();
    drop(store);
    let store = SqliteStore::open(folder.store()).unwrap();
    assert_eq!(wait(store.entries(&EntryScope::default())).unwrap(), before);
}

#[test]
fn two_programs_never_give_one_number_twice() {
    let folder = Folder::new();
    let append = |path: std::path::PathBuf| {
        std::thread::spawn(move || {
            let store = SqliteStore::open(path).unwrap();
            for number in 0..25 {
                let at = cost_model::Timestamp::from_millis(number).unwrap();
                let kind = EntryKind::new("sync").unwrap();
                wait(store.append(NewEntry::new(kind, "Main", at, "ada"))).unwrap();
            }
        })
    };
    drop(SqliteStore::open(folder.store()).unwrap());
    let programs = [append(folder.store()), append(folder.store())];
    for program in programs {
        program.join().unwrap();
    }
    let entries = wait(SqliteStore::open(folder.store()).unwrap().entries(&EntryScope::default())).unwrap();
    assert_eq!((entries.len(), verify(None, &entries)), (50, None));
}

#[test]
fn a_name_that_was_erased_is_in_the_file_no_more() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.store()).unwrap();
    let number = wait(store.person_number("ada-of-the-journal")).unwrap();
    wait(store.erase_person(number)).unwrap();
    drop(store);
    let file = std::fs::read(folder.store()).unwrap();
    assert!(!file.windows(18).any(|bytes| bytes == b"ada-of-the-journal"));
}
