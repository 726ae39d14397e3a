//! How an export is read.
//!
//! [`ExportReader`] holds what a file does not say of itself and its user knows: the account, the person, the decimal
//! mark, and which gaps are intended. Everything else that is missing or doubtful is refused, because a file that is
//! half understood would be wrong amounts.

use std::sync::Arc;

use cost_model::input::{Column, DecimalMark, InputError, NumberReader, Table, TableOptions, decode};
use cursor_cost_source::Mapping;

use crate::columns::Columns;
use crate::export::StatedRow;
use crate::row::RowReader;
use crate::sums::{SumRow, Summand, refuse_hidden_total};
use crate::{CsvExport, Error, Result, StatedSum};

/// Reads exported files, with what their user says of them.
///
/// It can read any number of files; nothing is kept from one to the next.
///
/// ```
/// use cost_model::input::DecimalMark;
/// use cursor_csv_source::ExportReader;
///
/// let csv = "Date;Model;Kind;Input (w/ Cache Write);Input (w/o Cache Write);Cache Read;Output Tokens;Cost\n\
///            2026-07-31T10:00:00.417Z;auto;On-Demand;0;1.200;0;5;0,08\n";
/// let reader = ExportReader::new("Acme").person("iris@example.com").decimal_mark(DecimalMark::Comma);
/// let export = reader.read(csv.as_bytes(), "usage-events.csv")?;
/// assert_eq!(export.records()[0].tokens.input.count(), 1200);
/// assert_eq!(export.rows().next().and_then(|row| row.cost), Some("0.08".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ExportReader {
    account: Arc<str>,
    person: Option<Arc<str>>,
    without_person: bool,
    without_amounts: bool,
    decimal_mark: Option<DecimalMark>,
    passed_over: Vec<String>,
}

cost_model::masked_debug!(ExportReader { account, decimal_mark });

impl ExportReader {
    /// Makes a reader of exports of the connection with that account name.
    ///
    /// Without any of the other settings: a file that needs one is refused with what to state.
    pub fn new(account: impl Into<Arc<str>>) -> Self {
        Self {
            account: account.into(),
            person: None,
            without_person: false,
            without_amounts: false,
            decimal_mark: None,
            passed_over: Vec::new(),
        }
    }

    /// Whose the export is. A personal export has no column of users; where there is one, it must name this person alone.
    ///
    /// It is also the owner of the import, which then says nothing about anybody else.
    #[must_use]
    pub fn person(mut self, email: impl Into<Arc<str>>) -> Self {
        self.person = Some(email.into());
        self
    }

    /// Reads an export without a column of users although nobody knows whose it is: its rows go to `(no user)`.
    #[must_use]
    pub fn without_person(mut self) -> Self {
        self.without_person = true;
        self
    }

    /// Reads an export without a column of costs or requests.
    ///
    /// Its records then have no amounts beyond those that follow from the kind.
    #[must_use]
    pub fn without_amounts(mut self) -> Self {
        self.without_amounts = true;
        self
    }

    /// Sets the decimal mark of the file's numbers. Where it is not stated, a number that can be read in two ways is
    /// refused.
    #[must_use]
    pub fn decimal_mark(mut self, mark: DecimalMark) -> Self {
        self.decimal_mark = Some(mark);
        self
    }

    /// Lets a column be passed over that looks like an amount, a date, a kind or a person.
    ///
    /// Names are compared without regard to case and blanks; a name that the file does not have has no effect.
    #[must_use]
    pub fn pass_over(mut self, column: impl Into<String>) -> Self {
        self.passed_over.push(column.into());
        self
    }

    /// Reads an export. `file` names it in errors.
    ///
    /// # Errors
    /// [`Error`], with line and column: bytes that are no text or no table, an unknown layout, a column twice, a column that
    /// looks like money and is not known, a row of another length than the header, an instant, a count or an amount that is
    /// none or can be read in two ways, a sum among the rows that is not their sum.
    pub fn read(&self, bytes: &[u8], file: &str) -> Result<CsvExport> {
        self.read_table(bytes).map_err(|problem| Error::in_file(problem, file))
    }

    /// Reads every row, then checks what only the whole file shows: numbers that could be read in two ways, and sums.
    fn read_table(&self, bytes: &[u8]) -> std::result::Result<CsvExport, InputError> {
        let text = decode(bytes)?;
        let mut table = Table::new(&text, TableOptions::default())?;
        let columns = Columns::find(&table)?;
        let passed_over = table.unread(&columns.read(), &self.passed_over)?;
        self.check_columns(&table, &columns, &passed_over)?;

        let numbers = NumberReader::new(self.decimal_mark);
        let mut reader = RowReader {
            mapping: Mapping::new(Arc::clone(&self.account)),
            person: self.person.as_deref(),
            columns: &columns,
            numbers,
        };
        let mut export = CsvExport::default();
        let (mut sums, mut summands) = (Vec::new(), Vec::new());
        while let Some(row) = table.next() {
            let row = row?;
            table.refuse_unread_amounts(&row, &passed_over, &self.passed_over)?;
            let figures = reader.figures(&table, &row)?;
            if let Some(sum) = SumRow::find(&table, &row, &columns, &figures) {
                sums.push(sum);
                continue;
            }
            let read = reader.record(&table, &row, &figures)?;
            summands.push(Summand::new(&read.record, row.line, &figures));
            let stated = StatedRow {
                line: row.line,
                cost: read.cost,
                decimals: read.decimals,
                is_unknown_kind: read.is_unknown_kind,
            };
            export.push(read.record, stated, read.has_odd_total);
        }
        // After the last row: a later number may prove what an earlier comma was.
        reader.numbers.finish()?;
        for sum in &sums {
            sum.check(&summands)?;
        }
        refuse_hidden_total(&summands)?;
        export.open_row = table.open_row();
        if columns.cost.is_some_and(|cost| cost.saturating_add(1) == table.columns().len()) {
            export.refuse_cut_amount()?;
        }

        export.columns_read = columns.read().iter().map(|place| table.name(*place).to_owned()).collect();
        export.columns_passed_over = passed_over;
        export.columns_missing = columns.missing();
        export.names_users = columns.user.is_some();
        export.person.clone_from(&self.person);
        export.sums = sums
            .into_iter()
            .map(|sum| StatedSum { line: sum.line, label: sum.label, cost: sum.cost })
            .collect();
        Ok(export)
    }

    /// Refuses a file that states no amounts or no person, unless its user says that this is known.
    fn check_columns(
        &self,
        table: &Table<'_>,
        columns: &Columns,
        passed_over: &[String],
    ) -> std::result::Result<(), InputError> {
        let fail = |message: String| {
            let unread = if passed_over.is_empty() { "none".to_owned() } else { passed_over.join(", ") };
            let message = format!("{message}; columns that are not read: {unread}");
            Err(InputError::new(message).on_line(table.header_line()))
        };
        let states_amounts =
            [columns.cost, columns.cost_to_you, columns.requests].iter().any(Option::is_some);
        if !states_amounts && !self.without_amounts {
            let names: Vec<_> = table.columns().iter().map(Column::shown).collect();
            return fail(format!(
                "no column states amounts: there is neither `Cost` nor `Requests` among {}",
                names.join(", ")
            ));
        }
        if columns.user.is_none() && self.person.is_none() && !self.without_person {
            return fail("no column names users: say whose export it is".to_owned());
        }
        Ok(())
    }
}

impl CsvExport {
    /// Reads an export. `file` names it in errors, `account` the connection in reports. [`ExportReader`] takes more that one
    /// may know of a file.
    ///
    /// # Errors
    /// As [`ExportReader::read`].
    pub fn read(bytes: &[u8], file: &str, account: impl Into<Arc<str>>) -> Result<Self> {
        ExportReader::new(account).read(bytes, file)
    }

    /// Makes the same for the export of one person, which does not name them.
    ///
    /// Every row belongs to `email`.
    ///
    /// # Errors
    /// As [`ExportReader::read`].
    pub fn read_personal(
        bytes: &[u8],
        file: &str,
        account: impl Into<Arc<str>>,
        email: &str,
    ) -> Result<Self> {
        ExportReader::new(account).person(email).read(bytes, file)
    }
}
