//! The checks that every store must pass.

use std::path::PathBuf;
use std::sync::Mutex;

use async_trait::async_trait;
use cost_model::conformance::{StoreFactory, Suite};
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
