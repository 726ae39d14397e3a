//! Exports: every charge with its tags, to any writer of records.

use cost_model::Tagger;
use cost_model::export::{Receipt, RecordExport, RecordWriter};
use cost_model::store::Scope;

use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result};
use crate::request::DayRange;
use crate::setup::names::Renamed;

impl CursorCosts {
    /// Returns the rules over the charges of a range, for a writer that needs to know the tags it is to write.
    ///
    /// # Errors
    /// As [`Self::check_rules`].
    pub async fn tagger(&self, range: DayRange) -> Result<impl Tagger + use<>> {
        let loaded = self.load(self.window(range)?).await?;
        Ok((*loaded.rules(self)?).clone())
    }

    /// Writes every charge of a range, one at a time, with its tags; returns the writer's receipt.
    ///
    /// A charge that rules split becomes a row for each part, so that sums by tag equal those of a report.
    ///
    /// # Errors
    /// As [`Self::check_rules`]; [`ErrorKind::File`] when the writer fails; [`ErrorKind::Store`] when the store changed while
    /// charges were written.
    pub async fn export(&self, range: DayRange, writer: &mut (dyn RecordWriter + Send)) -> Result<Receipt> {
        let window = self.window(range)?;
        let loaded = self.load(window).await?;
        let rules = loaded.rules(self)?;
        let mut export = RecordExport::new(&*rules, writer).pseudonyms(self.pseudonyms());
        let mut renamed = Renamed { names: self.names(), sink: &mut export };
        let scope = Scope::all().window(window);
        let written = self.store().scan(&scope, &mut renamed).await;
        written
            .map_err(|error| Error::new(ErrorKind::File, "the charges cannot be written").because(error))?;
        let receipt = export.finish();
        let receipt = receipt
            .map_err(|error| Error::new(ErrorKind::File, "the charges cannot be written").because(error))?;
        let query = cost_model::report::Query::all_resources().window(window);
        let held = query.run(&loaded.ledger, &*rules).map_err(Error::query)?.total;
        let sums = |totals: &cost_model::report::Totals| {
            (totals.records, totals.billed, totals.effective, totals.list)
        };
        if sums(&receipt.totals) != sums(&held) {
            return Err(Error::new(ErrorKind::Store, "the store changed while its charges were written")
                .with_hint("run it again"));
        }
        Ok(receipt)
    }
}
