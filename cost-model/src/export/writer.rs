//! The trait that formats implement, and the export that drives it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::Result;
use crate::money::{Costs, Quantity, RequestUnits, TokenCounts};
use crate::pseudonyms::Pseudonyms;
use crate::record::{CostRecord, Provenance, StoredRecord};
use crate::report::{Fragment, Totals};
use crate::store::RecordSink;
use crate::tagger::Tagger;
use crate::tagger::parts_of;

/// Writes tagged records in some format, one at a time.
///
/// A format is a type of its own behind this trait; it neither tags nor divides anything.
///
/// ```
/// use cost_model::Result;
/// use cost_model::export::{Receipt, RecordWriter, TaggedRecord};
///
/// /// Counts rows and writes nothing: enough to check a scan against the receipt of a file.
/// #[derive(Debug, Default)]
/// struct Count(u64);
///
/// impl RecordWriter for Count {
///     fn write(&mut self, record: &TaggedRecord<'_>) -> Result<()> {
///         self.0 += u64::try_from(record.parts.len()).unwrap_or(u64::MAX);
///         Ok(())
///     }
///
///     fn finish(&mut self) -> Result<Receipt> {
///         let mut receipt = Receipt::default();
///         receipt.rows = self.0;
///         Ok(receipt)
///     }
/// }
/// ```
pub trait RecordWriter {
    /// Writes one charge, a row for each of its parts.
    ///
    /// # Errors
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) where the row cannot be written. Nothing may be written after an error.
    fn write(&mut self, charge: &TaggedRecord<'_>) -> Result<()>;

    /// Writes what is left, and returns what was written in all.
    ///
    /// # Errors
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) where not everything can be written.
    fn finish(&mut self) -> Result<Receipt>;
}

/// A stored record with its values of every tag key: what one call of [`RecordWriter::write`] writes.
///
/// `Debug` leaves out the values, which may name people.
#[non_exhaustive]
pub struct TaggedRecord<'a> {
    /// The charge as a whole.
    pub record: &'a CostRecord,
    /// Where it comes from.
    pub provenance: &'a Provenance,
    /// The tag keys.
    pub keys: &'a [Arc<str>],
    /// Its parts, which add up to the charge to the last digit: one where it is not split.
    pub parts: Vec<RecordPart>,
}

crate::masked_debug!(TaggedRecord<'_> { record, provenance, keys, parts: |it| it.parts.len() });

/// One part of a charge, or all of it: a row of a file.
///
/// Adding up the rows of a file gives the sums of the charges in every digit, since shares are split without a
/// remainder. `Debug` leaves out the values, which may name people.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordPart {
    /// The part's value of each key, in the order of the keys; `None` is none.
    pub values: Vec<Option<Arc<str>>>,
    /// The part's share of the four amounts. An amount that the charge does not state is absent in every part.
    pub costs: Costs,
    /// Its share of the tokens, in whole tokens.
    pub tokens: TokenCounts,
    /// Its share of the request units, where the charge states any.
    pub requests: Option<RequestUnits>,
    /// Its share of the usage in the charge's unit, where the charge states it so.
    pub quantity: Option<Quantity>,
}

crate::masked_debug!(RecordPart { costs });

/// The control totals of an export: what a [`RecordWriter`] has written, to check a file against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// The number of rows, one for each part of a charge.
    pub rows: u64,
    /// The sums over all rows. `records` counts charges, not rows; `usage` holds only quantities in a charge's own unit.
    pub totals: Totals,
}

impl Receipt {
    /// Adds a charge that was written.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn add(&mut self, charge: &TaggedRecord<'_>) -> Result<()> {
        let mut written: Option<Fragment> = None;
        for part in &charge.parts {
            let requests = part.requests.unwrap_or_default();
            let mut fragment = Fragment::of_many(part.costs, part.tokens, requests);
            fragment.quantity = part.quantity.unwrap_or_default();
            written = Some(written.map_or(Ok(fragment), |others| others.join(&fragment))?);
            self.rows += 1;
        }
        let Some(written) = written else { return Ok(()) };
        self.totals.add(&written, Some(written.quantity))
    }
}

/// Tags the records of a scan and passes them on to a [`RecordWriter`].
///
/// ```
/// use cost_model::export::{CsvRecords, RecordExport};
/// use cost_model::{CostRecord, CostStore, Costs, Currency, MemoryStore, Window};
/// use cost_model::record::Run;
/// use cost_model::source::Origin;
/// use cost_model::store::{ConnectionId, Scope, WindowReplacement};
/// use cost_model::tagger::NoTags;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let day = Window::days("2026-09-14".parse()?, "2026-09-15".parse()?)?;
/// let charge = CostRecord::new(day.start(), "cursor", Currency::USD, Costs::flat("0.04".parse()?));
/// let connection = ConnectionId::new("acme");
/// let read = store.begin_read(&connection, Origin::Provider).await?;
/// let replacement = WindowReplacement::new(day, vec![charge], read, Run::at(day.end()));
/// store.replace_window(&connection, replacement).await?;
///
/// let mut file = Vec::new();
/// let mut writer = CsvRecords::new(&mut file, &NoTags)?;
/// let mut export = RecordExport::new(&NoTags, &mut writer);
/// store.scan(&Scope::all(), &mut export).await?;
/// let receipt = export.finish()?;
/// assert_eq!((receipt.rows, receipt.totals.billed.amount), (1, "0.04".parse()?));
/// drop(writer);
/// assert_eq!(String::from_utf8(file)?.lines().count(), 2);
/// # Ok(())
/// # }
/// ```
pub struct RecordExport<'a> {
    tagger: &'a dyn Tagger,
    pseudonyms: Option<&'a Pseudonyms>,
    writer: &'a mut (dyn RecordWriter + Send),
}

crate::masked_debug!(RecordExport<'_> { keys: |it| it.tagger.keys() });

impl<'a> RecordExport<'a> {
    /// Makes an export that tags with `tagger`. `writer` must have been made for the keys of the same tagger.
    /// With other keys the values would be under the wrong headings.
    pub fn new(tagger: &'a dyn Tagger, writer: &'a mut (dyn RecordWriter + Send)) -> Self {
        Self { tagger, pseudonyms: None, writer }
    }

    /// Returns the same with other names for the people in dimensions, tags and values of tag keys, and with other
    /// record ids: an id is a digest over the person as well, of which a name could be guessed.
    pub fn pseudonyms(mut self, pseudonyms: Option<&'a Pseudonyms>) -> Self {
        self.pseudonyms = pseudonyms;
        self
    }

    /// Writes what is left, and returns what was written in all.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(self) -> Result<Receipt> {
        self.writer.finish()
    }
}

impl RecordSink for RecordExport<'_> {
    fn record(&mut self, stored: &StoredRecord) -> Result<()> {
        let (mut record, mut provenance) = (Cow::Borrowed(&stored.record), Cow::Borrowed(&stored.provenance));
        let keys = self.tagger.keys();
        let mut parts = parts_of(self.tagger, keys, &*record, record.at);
        if let Some(pseudonyms) = self.pseudonyms {
            pseudonyms.rename_in(record.to_mut());
            let provenance = provenance.to_mut();
            provenance.record_id = pseudonyms.of_record(provenance.record_id);
            for value in parts.iter_mut().flat_map(|part| &mut part.values).flatten() {
                *value = pseudonyms.rename_value(value).into();
            }
        }
        let weights: Vec<u128> = parts.iter().map(|part| part.weight).collect();
        let fragments = Fragment::of_record(&record).split(&weights)?;
        let parts = parts
            .into_iter()
            .zip(fragments)
            .map(|(part, fragment)| RecordPart {
                values: part.values,
                costs: fragment.costs,
                tokens: fragment.tokens,
                requests: record.requests.map(|_| fragment.requests),
                quantity: record.quantity.map(|_| fragment.quantity),
            })
            .collect();
        self.writer.write(&TaggedRecord { record: &record, provenance: &provenance, keys, parts })
    }
}
