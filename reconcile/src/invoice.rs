//! An invoice, and the seams by which it comes in.

use std::fmt;

use cost_model::{Currency, Money, Window};
use rust_decimal::Decimal;

use crate::Result;

/// An invoice of one billing period.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invoice {
    /// The invoice's number, as printed on it.
    pub number: String,
    /// The billing period, from its first instant to the first instant of the next.
    pub period: Window,
    /// The currency of every amount.
    pub currency: Currency,
    /// The lines, in order.
    pub lines: Vec<InvoiceLine>,
    /// The grand total, if the invoice states it apart from its lines.
    pub stated_total: Option<Money>,
}

impl Invoice {
    /// An invoice without lines.
    pub fn new(number: impl Into<String>, period: Window, currency: Currency) -> Self {
        Self { number: number.into(), period, currency, lines: Vec::new(), stated_total: None }
    }

    /// The sum of the lines.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn sum_of_lines(&self) -> Result<Money> {
        Ok(Money::sum(self.lines.iter().map(|line| line.amount))?)
    }
}

/// One line of an [`Invoice`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvoiceLine {
    /// The line of the file it stands on, counted from 1.
    pub line: u64,
    /// The description, verbatim.
    pub description: String,
    /// The quantity, if there is one.
    pub quantity: Option<Decimal>,
    /// The amount; credits are negative.
    pub amount: Money,
    /// What the line is about.
    pub kind: LineKind,
}

impl InvoiceLine {
    /// A line of `amount` without a quantity.
    pub fn new(line: u64, description: impl Into<String>, amount: Money, kind: LineKind) -> Self {
        Self { line, description: description.into(), quantity: None, amount, kind }
    }
}

/// What an invoice line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineKind {
    /// On-demand usage, which usage records stand behind.
    Usage(UsageLine),
    /// Fees on calls made with the users' own provider keys.
    OwnKeyFees,
    /// Seats, and prorations of seats.
    Seats,
    /// Tax.
    Tax,
    /// Credits and refunds.
    Credit,
    /// What an earlier invoice of the same cycle already took.
    Netting,
    /// A wording that is not known. It is kept verbatim and still counts.
    Unrecognised,
}

/// What a usage line is about. A line without a model stands for whatever the other usage lines do not name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct UsageLine {
    /// The provider's id of the model.
    pub model: Option<String>,
    /// Only calls in max mode, or only calls not in it. Without it, whatever lines that say so leave over.
    pub max_mode: Option<bool>,
    /// How many calls, by the line's text.
    pub calls: Option<u64>,
}

impl UsageLine {
    /// A line about all calls to a model.
    pub fn of_model(model: impl Into<String>) -> Self {
        Self { model: Some(model.into()), max_mode: None, calls: None }
    }
}

/// Tells what a line is about from the provider's wording.
pub trait Wordings: fmt::Debug {
    /// The kind of a line with that description; [`LineKind::Unrecognised`] if the wording is not known.
    fn classify(&self, description: &str) -> LineKind;
}

/// Reads an invoice from a file's bytes.
pub trait InvoiceReader: fmt::Debug {
    /// Reads the invoice; `file` names the bytes in errors.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`](crate::ErrorKind::Invoice), with the line and field.
    fn read(&self, bytes: &[u8], file: &str) -> Result<Invoice>;
}
