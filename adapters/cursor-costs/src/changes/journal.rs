//! What the facade writes into the journal of the store.

use cost_ingest::RunReport;
use cost_model::Timestamp;
use cost_model::digest::Digest;
use cost_model::store::{EntryKind, ImportId, NewEntry};
use serde::{Deserialize, Serialize};

use crate::changes::sync::Synced;
use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result, StoreCall};
use crate::setup::account::Account;

/// The program of entries.
pub(crate) const PROGRAM: &str = concat!("cursor-costs/", env!("CARGO_PKG_VERSION"));

/// What an entry `sync` says of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SyncEntry {
    /// Why it stopped, if it did; names no person and no key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
    pub(crate) events: u64,
    pub(crate) windows: usize,
    pub(crate) unknown_kinds: u64,
}

impl SyncEntry {
    pub(crate) fn of(outcome: &Result<Synced>) -> Self {
        match outcome {
            Ok(synced) => {
                let runs = [Some(&synced.run), synced.audit.as_ref()].into_iter().flatten();
                runs.fold(Self::default(), Self::with)
            }
            Err(error) => Self { failure: Some(error.in_one_line()), ..Self::default() },
        }
    }

    fn with(self, run: &RunReport) -> Self {
        Self {
            failure: None,
            events: self.events + run.records,
            windows: self.windows + run.windows.len(),
            unknown_kinds: self.unknown_kinds + run.unknown_kinds,
        }
    }
}

/// What an entry `import` says.
#[derive(Serialize)]
struct ImportEntry {
    import: String,
    /// Whether it was removed, and not brought in.
    removed: bool,
    rows: u64,
}

pub(crate) const JOURNAL: &str = "the journal of the store cannot be read or written";

impl CursorCosts {
    pub(crate) async fn note_sync(&self, account: &Account, outcome: &Result<Synced>) -> Result<()> {
        self.note("sync", account.id().as_str(), &SyncEntry::of(outcome), Vec::new()).await
    }

    /// Returns when the last sync of an account was noted, by the clock of whoever ran it, and what it came to.
    pub(crate) async fn last_sync(&self, account: &str) -> Result<Option<(Timestamp, SyncEntry)>> {
        let kind = EntryKind::new("sync").or_store(JOURNAL)?;
        let latest = self.journal().latest(&kind, account).await.or_store(JOURNAL)?;
        // What another version wrote in another form says nothing here.
        Ok(latest.and_then(|entry| Some((entry.at, serde_json::from_str(&entry.document).ok()?))))
    }

    pub(crate) async fn note_import(
        &self,
        account: &Account,
        import: ImportId,
        rows: u64,
        file: &[u8],
    ) -> Result<()> {
        let entry = ImportEntry { import: import.to_string(), removed: false, rows };
        let inputs = vec![("file".to_owned(), Digest::of(file))];
        self.note("import", account.id().as_str(), &entry, inputs).await
    }

    pub(crate) async fn note_removal(&self, account: &Account, import: ImportId, rows: u64) -> Result<()> {
        let entry = ImportEntry { import: import.to_string(), removed: true, rows };
        self.note("import", account.id().as_str(), &entry, Vec::new()).await
    }

    /// Notes a change of an account that a program makes in the configuration, such as `renamed to EMEA`.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    pub async fn note_account_change(&self, account: &Account, change: &str) -> Result<()> {
        self.note("account", account.id().as_str(), &change, Vec::new()).await
    }

    pub(crate) async fn note(
        &self,
        kind: &str,
        key: &str,
        document: &impl Serialize,
        inputs: Vec<(String, Digest)>,
    ) -> Result<()> {
        let kind = EntryKind::new(kind).or_store(JOURNAL)?;
        let mut entry = NewEntry::new(kind, key, self.now(), self.setup.actor.as_str());
        PROGRAM.clone_into(&mut entry.program);
        entry.inputs = inputs;
        entry.document = serde_json::to_string(document).map_err(|error| {
            Error::new(ErrorKind::Store, "an entry of the journal is not JSON").because(error)
        })?;
        self.journal().append(entry).await.or_store(JOURNAL)?;
        Ok(())
    }
}
