//! An exported file as a source of costs.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::Days;
use cost_model::{CostRecord, CostSource, SourceBatch, Timestamp, Window};
use cursor_cost_source::Mapping;

use crate::columns::Columns;
use crate::{Error, Result, row};

/// The attribute that holds the number of decimals of a record's dollars: exports round, usually to 2.
pub const PRECISION: &str = "cursor:dollar_decimals";

/// The usage events of an exported file.
pub struct CsvExport {
    records: Vec<CostRecord>,
    odd_totals: u64,
}

impl CsvExport {
    /// Reads an export. `file` names it in errors, `account` the connection in reports.
    ///
    /// # Errors
    /// [`Error`], with line and column: text that is not UTF-8 or not CSV, an unknown layout, a row of another length
    /// than the header, an instant, a count or an amount that is none.
    pub fn read(bytes: &[u8], file: &str, account: impl Into<Arc<str>>) -> Result<Self> {
        Self::read_of(bytes, file, account, None)
    }

    /// The same for the export of one person, which does not name them.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_personal(
        bytes: &[u8],
        file: &str,
        account: impl Into<Arc<str>>,
        email: &str,
    ) -> Result<Self> {
        Self::read_of(bytes, file, account, Some(email))
    }

    fn read_of(bytes: &[u8], file: &str, account: impl Into<Arc<str>>, person: Option<&str>) -> Result<Self> {
        parse(bytes, &Mapping::new(account), person).map_err(|error| error.in_file(file))
    }

    /// The rows as cost records, in the order of the file.
    pub fn records(&self) -> &[CostRecord] {
        &self.records
    }

    /// How many rows state a total of tokens that is not the sum of their columns. The columns are what is kept.
    pub fn odd_totals(&self) -> u64 {
        self.odd_totals
    }

    /// The whole UTC days from the first row to the last; `None` without rows.
    pub fn range(&self) -> Option<Window> {
        let first = self.records.iter().map(|record| record.at).min()?;
        let last = self.records.iter().map(|record| record.at).max()?;
        let end = last.date().checked_add_days(Days::new(1))?;
        Window::new(Timestamp::midnight(first.date()), Timestamp::midnight(end)).ok()
    }
}

#[async_trait]
impl CostSource for CsvExport {
    /// The rows of a window; the file is all there is, so it is complete.
    async fn read(&self, window: Window) -> cost_model::Result<SourceBatch> {
        let inside = self.records.iter().filter(|record| window.contains(record.at));
        Ok(SourceBatch::new(window, inside.cloned().collect()))
    }
}

impl fmt::Debug for CsvExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvExport")
            .field("records", &self.records.len())
            .field("odd_totals", &self.odd_totals)
            .finish_non_exhaustive()
    }
}

fn parse(bytes: &[u8], mapping: &Mapping, person: Option<&str>) -> Result<CsvExport> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to());
        let line = 1 + before.map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        Error::new("the text is not UTF-8").on_line(line)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| malformed(&error))?.clone();
    let columns = Columns::new(&header).map_err(|error| error.on_line(1))?;
    let mut export = CsvExport { records: Vec::new(), odd_totals: 0 };
    for record in reader.records() {
        let record = record.map_err(|error| malformed(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            let message = format!("the row has {} fields, and the header {}", record.len(), header.len());
            return Err(Error::new(message).on_line(line));
        }
        let row = row::read(&record, &columns, mapping, person).map_err(|error| error.on_line(line))?;
        export.odd_totals += u64::from(row.odd_total);
        export.records.push(row.record);
    }
    Ok(export)
}

fn malformed(error: &csv::Error) -> Error {
    let malformed = Error::new("the lines are not CSV");
    match error.position() {
        Some(position) => malformed.on_line(position.line()),
        None => malformed,
    }
}
