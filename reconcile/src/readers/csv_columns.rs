//! The columns of CSV invoices.

use cost_model::Currency;
use cost_model::input::{Amount, Cell, InputError, NumberReader, Row, Table};

use crate::error::{Error, Result};
use crate::fault::Fault;
use crate::model::invoice::{Invoice, InvoiceLine, Remark, Wordings};

/// The names of the columns of a CSV invoice. Neither their order nor case matters, and underscores are blanks.
///
/// The default is `description`, `amount`, and, where the file has them, `quantity`, `unit_price` and `currency`. A column
/// that is named by [`quantity`](Self::quantity) or [`unit_price`](Self::unit_price) must be in the file. Other columns
/// become remarks; one that looks like an amount, a date, a kind or a person is an error unless it is to be
/// [passed over](Self::pass_over).
///
/// ```
/// use reconcile::readers::CsvColumns;
///
/// let columns = CsvColumns::new("Line Item", "Total").quantity("Qty").unit_price("Price").pass_over("Tax amount");
/// assert_ne!(columns, CsvColumns::default());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvColumns {
    description: String,
    amount: String,
    quantity: Optional,
    unit_price: Optional,
    passed_over: Vec<String>,
}

/// A column that an invoice can do without.
///
/// A column that was named has to be there; one by its usual name may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Optional {
    Absent,
    IfThere(&'static str),
    Named(String),
}

impl Default for CsvColumns {
    fn default() -> Self {
        Self {
            description: "description".to_owned(),
            amount: "amount".to_owned(),
            quantity: Optional::IfThere("quantity"),
            unit_price: Optional::IfThere("unit_price"),
            passed_over: Vec::new(),
        }
    }
}

impl CsvColumns {
    /// Creates a layout of the two columns that every file has, without quantities and prices.
    pub fn new(description: impl Into<String>, amount: impl Into<String>) -> Self {
        Self {
            description: description.into(),
            amount: amount.into(),
            quantity: Optional::Absent,
            unit_price: Optional::Absent,
            passed_over: Vec::new(),
        }
    }

    /// Names the column of quantities, which must be there.
    #[must_use]
    pub fn quantity(mut self, name: impl Into<String>) -> Self {
        self.quantity = Optional::Named(name.into());
        self
    }

    /// Names the column of unit prices, which must be there.
    #[must_use]
    pub fn unit_price(mut self, name: impl Into<String>) -> Self {
        self.unit_price = Optional::Named(name.into());
        self
    }

    /// Names a column to pass over, although its name looks like an amount, a date, a kind or a person.
    #[must_use]
    pub fn pass_over(mut self, name: impl Into<String>) -> Self {
        self.passed_over.push(name.into());
        self
    }

    /// Returns the names of the columns to pass over.
    pub(super) fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    /// Returns where the columns are in a table, and the names of those that are not read.
    pub(super) fn find(&self, table: &Table<'_>) -> Result<(Places, Vec<String>)> {
        let places = Places {
            description: self.place(table, &self.description)?,
            amount: self.place(table, &self.amount)?,
            quantity: self.place_if_any(table, &self.quantity)?,
            unit_price: self.place_if_any(table, &self.unit_price)?,
            currency: table.find(&["currency"]),
        };
        let optional = [places.quantity, places.unit_price, places.currency];
        let mut read = vec![places.description, places.amount];
        read.extend(optional.into_iter().flatten());
        let unread = table.unread(&read, &self.passed_over)?;
        Ok((places, unread))
    }

    /// Returns the place of a column that must be there; the error lists those that are.
    fn place(&self, table: &Table<'_>, name: &str) -> Result<usize> {
        table.find(&[name]).ok_or_else(|| {
            let there = table.columns().iter().map(cost_model::input::Column::shown).collect();
            let fault = Fault::MissingColumn { name: name.to_owned(), header: self.header(), there };
            Error::from(fault).on_line(table.header_line())
        })
    }

    /// Returns the place of a column that may be missing.
    fn place_if_any(&self, table: &Table<'_>, column: &Optional) -> Result<Option<usize>> {
        match column {
            Optional::Absent => Ok(None),
            Optional::IfThere(name) => Ok(table.find(&[name])),
            Optional::Named(name) => self.place(table, name).map(Some),
        }
    }

    /// Returns the header of a file that has all that is looked for.
    fn header(&self) -> String {
        let mut names = vec![self.description.as_str()];
        names.extend(match &self.quantity {
            Optional::Absent => None,
            Optional::IfThere(name) => Some(*name),
            Optional::Named(name) => Some(name.as_str()),
        });
        // A price is seldom there, so the header that is expected by default does without.
        if let Optional::Named(name) = &self.unit_price {
            names.push(name);
        }
        names.push(&self.amount);
        names.join(",")
    }
}

/// The places of the columns.
pub(super) struct Places {
    description: usize,
    amount: usize,
    quantity: Option<usize>,
    unit_price: Option<usize>,
    currency: Option<usize>,
}

/// A row with what is written beside its amounts.
pub(super) struct ReadLine {
    pub(super) line: InvoiceLine,
    amounts: Vec<Amount>,
    currency: Option<Currency>,
}

impl Places {
    /// Reads a row as a line of the invoice.
    ///
    /// # Errors
    /// [`InputError`] for a figure or a currency that cannot be read, at its cell.
    pub(super) fn line(
        &self,
        table: &Table<'_>,
        row: &Row<'_>,
        numbers: &mut NumberReader,
        wordings: &dyn Wordings,
    ) -> std::result::Result<ReadLine, InputError> {
        let description = row.text(Some(self.description));
        let asked = numbers.amount(table.cell(row, self.amount))?;
        let count = filled(table, row, self.quantity).map(|cell| numbers.quantity(cell)).transpose()?;
        let price = filled(table, row, self.unit_price).map(|cell| numbers.amount(cell)).transpose()?;
        let currency = filled(table, row, self.currency).map(read_currency).transpose()?;
        let line = InvoiceLine::new(row.line, description, asked.value, wordings.interpret(description));
        Ok(ReadLine {
            line: line.with_quantity(count).with_unit_price(price.map(|price| price.value)),
            amounts: [Some(asked), price].into_iter().flatten().collect(),
            currency,
        })
    }
}

/// Reads a currency code in any letter case.
fn read_currency(cell: Cell<'_>) -> std::result::Result<Currency, InputError> {
    cell.text.to_uppercase().parse().map_err(|_| {
        let text = cost_model::input::quoted(cell.text);
        cell.error(format!("`{text}` is not a three-letter currency code such as USD"))
    })
}

/// Returns the currency that a field of the file and its column of currencies state.
///
/// # Errors
/// [`ErrorKind::Invoice`](crate::ErrorKind::Invoice) with the line that states another.
pub(super) fn stated_currency(lines: &[ReadLine], field: Option<Currency>) -> Result<Option<Currency>> {
    let mut stated = field;
    for read in lines {
        match (stated, read.currency) {
            (Some(stated), Some(line)) if stated != line => {
                let fault = Fault::LineInAnotherCurrency { line, stated };
                return Err(Error::from(fault).on_line(read.line.line));
            }
            (_, other) => stated = stated.or(other),
        }
    }
    Ok(stated)
}

/// Checks that nothing that is written beside an amount is another currency than the invoice's.
pub(super) fn check_currency(lines: &[ReadLine], invoice: &Invoice) -> Result<()> {
    match lines
        .iter()
        .find(|read: &&ReadLine| read.amounts.iter().any(|amount| !amount.fits(invoice.currency)))
    {
        Some(read) => {
            let fault = Fault::AmountInAnotherCurrency(invoice.currency);
            Err(Error::from(fault).on_line(read.line.line))
        }
        None => Ok(()),
    }
}

/// Remarks on columns that are not read.
pub(super) fn remarks(unread: &[String], line: u64) -> impl Iterator<Item = Remark> {
    unread.iter().map(move |name| Remark::new(line, format!("the column `{name}` is not read")))
}

/// Returns the cell of a row in a column that the file has; `None` where it is empty.
fn filled<'r>(table: &'r Table<'_>, row: &'r Row<'_>, column: Option<usize>) -> Option<Cell<'r>> {
    Some(table.cell(row, column?)).filter(|cell| !cell.text.is_empty())
}
