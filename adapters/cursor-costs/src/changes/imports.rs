//! Imports: files that the dashboard exported, for the time that the API has not covered.

use std::path::Path;

use cost_ingest::import_file;
use cost_model::CostRecord;
use cost_model::store::{Import, ImportId, ImportStats, RowSum};
use cursor_csv_source::{CsvExport, ExportReader, ImportTerms};

use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result, StoreCall};
use crate::setup::account::Account;
use crate::spans::Span;

/// What became of a file.
#[derive(Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The file as it was read.
    pub export: CsvExport,
    /// What it covers, and whose it is; of a file that was imported before, what was stated then.
    pub import: Import,
    /// The status of each of its rows.
    pub stats: ImportStats,
    /// Its rows of a time that had not come when it was imported.
    pub future: RowSum,
    /// Its rows that cost less than nothing.
    pub negative: RowSum,
}

impl Imported {
    /// Returns whether the store holds what the file says: no row was refused, and none contradicts a stored charge.
    pub fn is_complete(&self) -> bool {
        self.stats.corrections.is_empty() && self.stats.refused.rows == 0
    }
}

impl CursorCosts {
    /// Imports a file that the dashboard exported into an account. `reader` says how to read it, `terms` what it leaves out.
    ///
    /// Every row is stored, already there, replaced or refused; the counts are in the result.
    ///
    /// # Errors
    /// [`ErrorKind::File`], [`ErrorKind::Import`] with line and column, [`ErrorKind::Store`], [`ErrorKind::Busy`].
    pub async fn import(
        &self,
        account: &Account,
        file: &Path,
        reader: impl FnOnce(ExportReader) -> ExportReader,
        terms: &ImportTerms,
    ) -> Result<Imported> {
        let unreadable = |error| Error::new(ErrorKind::Import, "the file cannot be imported").because(error);
        let bytes = std::fs::read(file).map_err(|error| Error::file(file, &error))?;
        let reader = reader(ExportReader::new(account.id().as_str()));
        let export: CsvExport = reader.read(&bytes, &file.display().to_string()).map_err(unreadable)?;
        let import = export.import(&bytes, terms, self.now()).map_err(unreadable)?;
        let mut about = import.import.clone();
        let records = export.records().iter();
        let now = self.now();
        let future = records.clone().filter(|record| record.at > now);
        let negative = records.filter(|record| record.costs.effective.is_some_and(|cost| cost.units() < 0));
        let (future, negative) = (sum_of(future)?, sum_of(negative)?);
        let _only_one = self.lock().await?;
        let span = Span::import(account.name());
        let stats = span.around(import_file(self.store(), account.id(), import)).await;
        let stats = stats
            .map_err(|error| Error::new(ErrorKind::Import, "the file was not imported").because(error))?;
        span.count("rows", export.records().len());
        span.count("stored", usize::try_from(stats.stored.rows).unwrap_or(usize::MAX));
        if !stats.known && stats.corrections.is_empty() {
            self.note_import(account, about.id, stats.stored.rows, &bytes).await?;
        }
        if stats.known {
            // What was stated then still counts, and not what is stated now.
            let kept = self.imports(account).await?.into_iter().find(|import| import.id == about.id);
            about = kept.unwrap_or(about);
        }
        Ok(Imported { export, import: about, stats, future, negative })
    }

    /// Returns the files imported into an account.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn imports(&self, account: &Account) -> Result<Vec<Import>> {
        let imports = self.store().imports(account.id()).await;
        imports.or_store("the imports cannot be read from the store")
    }

    /// Removes an imported file, and returns how many rows are gone: those that nothing else states.
    ///
    /// # Errors
    /// [`ErrorKind::Store`], also when there is no such import; [`ErrorKind::Busy`].
    pub async fn remove_import(&self, account: &Account, import: ImportId) -> Result<u64> {
        let _only_one = self.lock().await?;
        let removed = self.store().remove_import(account.id(), import).await;
        let rows = removed.or_store("the import cannot be removed")?;
        self.note_removal(account, import, rows).await?;
        Ok(rows)
    }
}

/// Adds rows of a file up.
fn sum_of<'a>(records: impl Iterator<Item = &'a CostRecord>) -> Result<RowSum> {
    let mut sum = RowSum::default();
    for record in records {
        sum.add(record).map_err(|error| {
            Error::new(ErrorKind::Import, "the file's sums are out of range").because(error)
        })?;
    }
    Ok(sum)
}
