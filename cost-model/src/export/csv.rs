//! Records as CSV.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use crate::dimension::Dimension;
use crate::error::{Error, ErrorKind, Result};
use crate::output::CsvWriter;
use crate::tagger::Tagger;

use super::writer::{Receipt, RecordPart, RecordWriter, TaggedRecord};

/// The columns of every file; those of the tag keys follow.
const COLUMNS: [&str; 30] = [
    "time",
    "end",
    "provider",
    "billing_account",
    "account",
    "service",
    "model",
    "category",
    "subcategory",
    "resource",
    "charge_type",
    "region",
    "currency",
    "billed",
    "effective",
    "list",
    "contracted",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
    "request_units",
    "quantity",
    "usage_unit",
    "connection",
    "record_id",
    "first_seen",
    "part",
    "parts",
    "tags",
];

/// Writes records as CSV to anywhere, one row for each part of a charge.
///
/// Amounts and quantities have every digit, and are the part's own: the sums over all rows are the sums over all charges, and
/// the rows of a value of a tag key sum to its row in a report that groups by the keys. What is absent is empty. `part` of
/// `parts` numbers the parts of a charge from 1, so that rows with `part` 1 count charges; `connection` and `record_id` name
/// the charge, whose parts share them. `tags` holds the provider's tags as a JSON object. Each tag key has a column at the
/// end, named as a dimension such as `vtag.billed` where its name is that of another column.
///
/// Names are neutralised by [`for_csv`](crate::output::for_csv).
pub struct CsvRecords<W: io::Write> {
    writer: CsvWriter<W>,
    receipt: Receipt,
}

impl<W: io::Write> CsvRecords<W> {
    /// Begins a file with the headings, the keys of `tagger` among them.
    ///
    /// # Errors
    /// [`ErrorKind::Output`] when they cannot be written.
    pub fn new(to: W, tagger: &dyn Tagger) -> Result<Self> {
        let mut headings: Vec<String> = COLUMNS.iter().map(|&column| column.to_owned()).collect();
        for key in tagger.keys() {
            let taken = headings.iter().any(|heading| heading.eq_ignore_ascii_case(key));
            let alone = if taken { Dimension::VirtualTag(key.clone()).to_string() } else { key.to_string() };
            headings.push(alone);
        }
        let writer = CsvWriter::new(to, headings).map_err(unwritten)?;
        Ok(Self { writer, receipt: Receipt::default() })
    }
}

impl<W: io::Write> RecordWriter for CsvRecords<W> {
    fn write(&mut self, charge: &TaggedRecord<'_>) -> Result<()> {
        let count = charge.parts.len().to_string();
        for (number, part) in (1_usize..).zip(&charge.parts) {
            let values = part.values.iter().map(|value| value.as_deref().unwrap_or_default().to_owned());
            let cells = cells(charge, part, (number.to_string(), count.clone()))?;
            self.writer.row(cells.into_iter().chain(values)).map_err(unwritten)?;
        }
        self.receipt.add(charge)
    }

    fn finish(&mut self) -> Result<Receipt> {
        self.writer.flush().map_err(unwritten)?;
        Ok(self.receipt)
    }
}

fn cells(
    TaggedRecord { record, provenance, .. }: &TaggedRecord<'_>,
    part: &RecordPart,
    (number, count): (String, String),
) -> Result<[String; COLUMNS.len()]> {
    let set = &record.dimensions;
    let tags: BTreeMap<&str, &str> = set.tags.iter().map(|(key, value)| (&**key, &**value)).collect();
    let tags = serde_json::to_string(&tags).map_err(unwritten)?;
    Ok([
        record.at.to_string(),
        record.end.map(|end| end.to_string()).unwrap_or_default(),
        set.provider.to_string(),
        cell_of(set.billing_account.as_ref()),
        cell_of(set.account.as_ref()),
        cell_of(set.service.as_ref()),
        cell_of(set.service_id.as_ref()),
        cell_of(set.category.as_ref()),
        cell_of(set.subcategory.as_ref()),
        cell_of(set.resource.as_ref()),
        cell_of(set.charge_type.as_ref()),
        cell_of(set.region.as_ref()),
        set.currency.to_string(),
        cell_of(part.costs.billed),
        cell_of(part.costs.effective),
        cell_of(part.costs.list),
        cell_of(part.costs.contracted),
        part.tokens.input.to_string(),
        part.tokens.output.to_string(),
        part.tokens.cache_write.to_string(),
        part.tokens.cache_read.to_string(),
        part.requests.map(|requests| requests.to_string()).unwrap_or_default(),
        part.quantity.map(|quantity| quantity.to_string()).unwrap_or_default(),
        cell_of(set.usage_unit.as_ref()),
        provenance.connection.to_string(),
        provenance.record_id.to_string(),
        provenance.first_seen.to_string(),
        number,
        count,
        tags,
    ])
}

fn unwritten(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Output, "a record could not be written").with_source(error)
}

impl<W: io::Write> fmt::Debug for CsvRecords<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvRecords").field("receipt", &self.receipt).finish_non_exhaustive()
    }
}

/// Writes a value; one that is not known as an empty cell.
fn cell_of(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
