//! An exported file, row by row.
//!
//! [`CsvExport`] is the outcome of reading: one record for each row of usage, and beside it what a user should be
//! told of the file, such as columns without a reader and kinds without a rule. `import.rs` turns it into an import.

use std::collections::BTreeMap;
use std::sync::Arc;

use cost_model::input::{InputError, quoted};
use cost_model::{CostRecord, Metric, Money, Timestamp, Window};

/// The usage events of an exported file, row by row, and what the file says and does not say.
///
/// `Debug` shows counts alone, since records name people.
#[derive(Default)]
pub struct CsvExport {
    records: Vec<CostRecord>,
    stated: Vec<StatedRow>,
    odd_totals: u64,
    pub(crate) columns_read: Vec<String>,
    pub(crate) columns_passed_over: Vec<String>,
    pub(crate) columns_missing: Vec<&'static str>,
    pub(crate) open_row: Option<u64>,
    pub(crate) names_users: bool,
    pub(crate) person: Option<Arc<str>>,
    pub(crate) sums: Vec<StatedSum>,
}

cost_model::masked_debug!(CsvExport { records: |it| it.records.len(), odd_totals });

/// What a row says beside its record.
pub(crate) struct StatedRow {
    pub(crate) line: u64,
    pub(crate) cost: Option<Money>,
    pub(crate) decimals: Option<u32>,
    pub(crate) is_unknown_kind: bool,
}

/// A row of an export.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ExportRow<'a> {
    /// The line on which the row begins, counted from 1.
    pub line: u64,
    /// The row as a cost record.
    pub record: &'a CostRecord,
    /// The amount in the column `Cost`, as written; `None` where the row states none.
    pub cost: Option<Money>,
    /// How many decimals that amount is written with.
    ///
    /// `None` where the row states no amount.
    pub decimals: Option<u32>,
    /// Whether its kind is one without a rule, so that what it bills is unknown.
    pub is_unknown_kind: bool,
}

cost_model::masked_debug!(ExportRow<'_> { line, cost });

impl ExportRow<'_> {
    /// Returns whether the row states an amount that counts nothing, since its kind is free or failed.
    ///
    /// An unknown billed or effective cost does not make it so.
    pub fn is_uncounted(&self) -> bool {
        self.cost.is_some_and(|cost| !cost.is_zero())
            && [Metric::Billed, Metric::Effective]
                .into_iter()
                .all(|metric| self.record.costs.get(metric).is_some_and(Money::is_zero))
    }
}

/// Rows of one kind and what they state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KindSum {
    /// The kind as the file has it, shortened.
    pub kind: String,
    /// How many rows are of it.
    ///
    /// Rows without an amount included.
    pub rows: u64,
    /// The sum of the amounts they state.
    ///
    /// Exact, as written; rows without an amount add nothing.
    pub cost: Money,
}

/// A row that repeats the sum of others, such as one of `All models`. It is no usage, and was found to be their sum.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatedSum {
    /// The line, counted from 1.
    pub line: u64,
    /// What the row calls itself.
    pub label: String,
    /// The amount it states.
    pub cost: Option<Money>,
}

impl CsvExport {
    pub(crate) fn push(&mut self, record: CostRecord, stated: StatedRow, has_odd_total: bool) {
        self.odd_totals += u64::from(has_odd_total);
        self.records.push(record);
        self.stated.push(stated);
    }

    /// Returns the rows as cost records, in the order of the file.
    ///
    /// Rows that are sums of others are left out.
    pub fn records(&self) -> &[CostRecord] {
        &self.records
    }

    /// Returns the rows with all that the file says of them, in its order.
    ///
    /// As many as [`records`](Self::records).
    pub fn rows(&self) -> impl Iterator<Item = ExportRow<'_>> {
        self.records.iter().zip(&self.stated).map(|(record, stated)| ExportRow {
            line: stated.line,
            record,
            cost: stated.cost,
            decimals: stated.decimals,
            is_unknown_kind: stated.is_unknown_kind,
        })
    }

    /// Returns how many rows state a total of tokens that is not the sum of their columns. The columns are what is
    /// kept.
    pub fn odd_totals(&self) -> u64 {
        self.odd_totals
    }

    /// From the first row to the millisecond after the last: what the file is known to hold all of. `None` without rows.
    pub fn span(&self) -> Option<Window> {
        let first = self.records.iter().map(|record| record.at).min()?;
        let last = self.records.iter().map(|record| record.at).max()?;
        Window::new(first, just_after(last)?).ok()
    }

    /// Returns whether the file has a column of users. Without one it is the export of one person.
    pub fn names_users(&self) -> bool {
        self.names_users
    }

    /// Whose the file was stated to be.
    pub fn person(&self) -> Option<&str> {
        self.person.as_deref()
    }

    /// Returns the names of the columns that were read, as the file has them.
    pub fn columns_read(&self) -> &[String] {
        &self.columns_read
    }

    /// Returns the names of the columns that were not read.
    ///
    /// None of them looks like an amount, a date, a kind or a person, unless the user allowed it by
    /// [`ExportReader::pass_over`](crate::ExportReader::pass_over).
    pub fn columns_passed_over(&self) -> &[String] {
        &self.columns_passed_over
    }

    /// Returns what exports may state and this one does not: `User`, `Kind`, `Max Mode`, `tokens by type`, `Cost`.
    pub fn columns_missing(&self) -> &[&'static str] {
        &self.columns_missing
    }

    /// Returns the line of a last row that nothing ends, so that a file that was cut off there would look the same.
    pub fn open_row(&self) -> Option<u64> {
        self.open_row
    }

    /// Refuses an amount at the very end of the file that has fewer decimals than every other, if nothing ends its row: the
    /// file was cut off inside of it.
    pub(crate) fn refuse_cut_amount(&self) -> Result<(), InputError> {
        let Some((last, others)) = self.stated.split_last() else { return Ok(()) };
        let (Some(decimals), Some(fewest)) =
            (last.decimals, others.iter().filter_map(|row| row.decimals).min())
        else {
            return Ok(());
        };
        if self.open_row != Some(last.line) || decimals >= fewest {
            return Ok(());
        }
        let message = format!(
            "the file ends in this row without a line feed, and its amount has {decimals} decimals where every other has \
             {fewest} or more: it was probably cut off; export it again, or end the file with a line feed if it is whole"
        );
        Err(InputError::new(message).on_line(last.line))
    }

    /// Returns the rows that were sums of others, and so are no usage.
    ///
    /// Each was found to be the sum of the rows it is about.
    pub fn sums(&self) -> &[StatedSum] {
        &self.sums
    }

    /// Returns the most decimals that an amount of the file has; `None` if it states none. Amounts are rounded to about
    /// that.
    pub fn decimals(&self) -> Option<u32> {
        self.stated.iter().filter_map(|row| row.decimals).max()
    }

    /// Returns the rows of each kind without a rule. What they bill is unknown; what they state counts as used.
    ///
    /// # Errors
    /// [`cost_model::ErrorKind::Overflow`].
    pub fn unknown_kinds(&self) -> cost_model::Result<Vec<KindSum>> {
        self.sums_by_kind(|row| row.is_unknown_kind)
    }

    /// Returns the rows of each kind that counts nothing although its rows state amounts, such as `Free`.
    ///
    /// # Errors
    /// [`cost_model::ErrorKind::Overflow`].
    pub fn uncounted_kinds(&self) -> cost_model::Result<Vec<KindSum>> {
        self.sums_by_kind(ExportRow::is_uncounted)
    }

    /// Groups the wanted rows by kind, in order of its text. Kinds are shortened and made visible, since they come
    /// from the file.
    fn sums_by_kind<'a>(
        &'a self,
        wanted: impl Fn(&ExportRow<'a>) -> bool,
    ) -> cost_model::Result<Vec<KindSum>> {
        let mut kinds: BTreeMap<String, KindSum> = BTreeMap::new();
        for row in self.rows().filter(wanted) {
            let set = &row.record.dimensions;
            let kind = set.stated_kind.as_deref().or(set.subcategory.as_deref()).unwrap_or_default();
            let kind = quoted(kind);
            let sum = kinds.entry(kind.clone()).or_insert_with(|| KindSum { kind, ..KindSum::default() });
            sum.rows += 1;
            sum.cost = sum.cost.checked_add(row.cost.unwrap_or_default())?;
        }
        Ok(kinds.into_values().collect())
    }
}

/// Returns the instant after the last of some.
fn just_after(last: Timestamp) -> Option<Timestamp> {
    Timestamp::from_millis(last.millis().checked_add(1)?).ok()
}
