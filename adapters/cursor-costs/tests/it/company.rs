//! A small company served by the simulator, in a folder of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cursor_costs::config::{Config, Environment, Layers, Overrides};
use cursor_costs::sync::SyncRequest;
use cursor_costs::{CursorCosts, Result};
use cursor_simulator::{Server, Simulator};
use tempfile::TempDir;

pub(crate) const RULES: &str =
    "[[tag]]\nkey = \"Team\"\ndefault = \"Unallocated\"\n[[tag.rule]]\nfrom_directory = \"team\"\n";

/// A folder with a configuration, and the server that it names.
pub(crate) struct Company {
    pub(crate) folder: TempDir,
    pub(crate) server: Server,
}

impl Company {
    /// Makes the configuration of an account `Main` with further lines.
    pub(crate) async fn new(more: &str) -> Self {
        let simulator = Simulator::builder().events(2_000).developers(20).build();
        let server = Server::start(simulator).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let company = Self { folder, server };
        company.write("people.csv", &company.server.simulator().directory_csv());
        company.write("rules.toml", RULES);
        company.configure("Main", more);
        company
    }

    pub(crate) fn configure(&self, name: &str, more: &str) {
        let url = self.server.base_url();
        self.write(
            "cursor-costs.toml",
            &format!(
                "data = \"costs.db\"\nrules = \"rules.toml\"\npeople = [\"people.csv\"]\ntoday = \"2026-11-01\"\n\
                 [[account]]\nname = \"{name}\"\napi_key_env = \"KEY\"\nbase_url = \"{url}\"\n{more}"
            ),
        );
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Opens it with the key of the server in the variable `KEY`.
    pub(crate) fn open(&self) -> CursorCosts {
        let key = self.server.simulator().api_key().to_owned();
        let environment: Environment = Arc::new(move |name| (name == "KEY").then(|| key.clone()));
        load(self.folder.path()).unwrap().open(&environment).unwrap()
    }

    pub(crate) async fn synced(&self) -> CursorCosts {
        let costs = self.open();
        let outcome = costs.sync(&SyncRequest::default(), &()).await.unwrap();
        assert!(outcome.is_complete(), "{outcome:?}");
        costs
    }
}

/// Loads the configuration of a working folder, with an empty environment.
pub(crate) fn load(working_folder: &Path) -> Result<Config> {
    Config::load(&Layers { overrides: Overrides::default(), environment: &|_| None, working_folder })
}
