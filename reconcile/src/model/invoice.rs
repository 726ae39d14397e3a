//! Invoices, and the traits by which they are read and interpreted.

use std::fmt;

use chrono::NaiveDate;
use cost_model::money::TokenCounts;
use cost_model::{Currency, Money, Pseudonyms, Timestamp, Window};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::error::Result;
use crate::model::windows::{REACH, widened};

/// An invoice of one billing period: its lines, its total, and the other text of the document.
///
/// It is built in code or read by an [`InvoiceReader`]. It serialises in the form that [`JsonInvoiceReader`](crate::readers::JsonInvoiceReader) reads, without the wordings.
///
/// ```
/// use cost_model::{Currency, Window};
/// use reconcile::Invoice;
/// use reconcile::invoice::{InvoiceLine, LineKind};
///
/// let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
/// let mut invoice = Invoice::new("INV-0007", september, Currency::USD);
/// invoice.lines.push(InvoiceLine::new(1, "Seats", "80".parse()?, LineKind::Seats));
/// invoice.lines.push(InvoiceLine::new(2, "Tax", "6.60".parse()?, LineKind::Tax));
/// assert_eq!(invoice.total()?, "86.60".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Invoice {
    /// The invoice's number, as printed on it.
    pub number: String,
    /// The billing period, from its first instant to the first instant of the next.
    pub period: Window,
    /// The currency of every amount.
    pub currency: Currency,
    /// The instant at which it was issued, if it states one. It cannot bill charges that became known later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued: Option<Timestamp>,
    /// The lines, in order.
    pub lines: Vec<InvoiceLine>,
    /// The grand total, if the invoice states it apart from its lines.
    #[serde(rename = "total", skip_serializing_if = "Option::is_none")]
    pub stated_total: Option<Money>,
    /// The other text of the document, verbatim: text that is no line and that its reader gives no meaning.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
}

/// Text of an [`Invoice`] that is none of its lines.
///
/// It is kept since what no rule reads may explain a difference to a person. It changes no amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Remark {
    /// The number of the line of the file, counted from 1.
    pub line: u64,
    /// The text, verbatim.
    pub text: String,
}

impl Remark {
    /// Creates a remark from a text and the line that it is on.
    pub fn new(line: u64, text: impl Into<String>) -> Self {
        Self { line, text: text.into() }
    }
}

impl Invoice {
    /// Creates an invoice without lines, of a half-open billing period.
    /// Add lines through its fields: an invoice is plain data, and [`Invoice::checks`] tells whether its figures
    /// agree.
    pub fn new(number: impl Into<String>, period: Window, currency: Currency) -> Self {
        let number = number.into();
        let (lines, remarks) = (Vec::new(), Vec::new());
        Self { number, period, currency, issued: None, lines, stated_total: None, remarks }
    }

    /// Renames the people in the texts of the invoice: its number, the descriptions of its lines, and its remarks.
    ///
    /// Kinds and amounts of lines stay as they are. Rename before explaining, so that every output has the new names.
    pub fn rename_people(&mut self, pseudonyms: &Pseudonyms) {
        let descriptions = self.lines.iter_mut().map(|line| &mut line.description);
        let remarks = self.remarks.iter_mut().map(|remark| &mut remark.text);
        for text in descriptions.chain(remarks).chain([&mut self.number]) {
            *text = pseudonyms.rename_in_text(text);
        }
    }

    /// Returns the sum of the lines.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn sum_of_lines(&self) -> Result<Money> {
        Ok(Money::sum(self.lines.iter().map(|line| line.amount))?)
    }

    /// Returns the span whose charges an explanation looks at: the UTC months that the period touches, and three days around
    /// them, since an invoice may be cut in another zone or some hours late.
    pub fn window_of_charges(&self) -> Window {
        widened(self.period.whole_months(), REACH)
    }

    /// Returns the grand total: the one that the invoice states, else the sum of its lines.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn total(&self) -> Result<Money> {
        self.stated_total.map_or_else(|| self.sum_of_lines(), Ok)
    }
}

/// One line of an [`Invoice`].
///
/// ```
/// use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
///
/// let mut about = UsageLine::of_model("gpt-5.4");
/// about.quantity_counts_calls = true;
/// let line = InvoiceLine::new(1, "12 calls", "3.60".parse()?, LineKind::Usage(about));
/// let line = line.with_quantity(Some(12.into()));
/// assert!(matches!(line.kind(), LineKind::Usage(usage) if usage.calls == Some(12)));
///
/// // A credit that is to be paid is no credit.
/// let line = InvoiceLine::new(2, "Credit", "5".parse()?, LineKind::Credit);
/// assert_eq!(*line.kind(), LineKind::Unrecognised);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InvoiceLine {
    /// The line of the file it is on, counted from 1; in a file that is not made of lines, such as JSON, its place
    /// among the lines of the invoice.
    pub line: u64,
    /// The description, verbatim.
    pub description: String,
    /// The quantity, if there is one.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub quantity: Option<Decimal>,
    /// The price of one unit as printed, which may be a rounded average.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Money>,
    /// The amount; credits are negative.
    pub amount: Money,
    /// The meaning of the description.
    #[serde(skip)]
    pub wording: Wording,
}

/// Serialises a quantity as text, which keeps every decimal.
#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn as_text<S: Serializer>(quantity: &Option<Decimal>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    match quantity {
        Some(quantity) => serializer.collect_str(quantity),
        None => serializer.serialize_none(),
    }
}

impl InvoiceLine {
    /// Creates a line of `amount` without a quantity.
    ///
    /// Where the amount's sign does not fit what the words say, such as that of a
    /// credit to be paid, the line's kind is [`LineKind::Unrecognised`].
    pub fn new(
        line: u64,
        description: impl Into<String>,
        amount: Money,
        wording: impl Into<Wording>,
    ) -> Self {
        let (description, mut wording) = (description.into(), wording.into());
        if !wording.kind.fits_sign(amount) {
            wording = LineKind::Unrecognised.into();
        }
        Self { line, description, quantity: None, unit_price: None, amount, wording }
    }

    /// Sets the quantity.
    ///
    /// It is the number of calls only where the words say that the quantity counts calls,
    /// and not where it counts cents: at a price of one cent whose product is the amount.
    #[must_use]
    pub fn with_quantity(mut self, quantity: Option<Decimal>) -> Self {
        self.quantity = quantity;
        self.count_calls();
        self
    }

    /// Sets the price of one unit as printed, which may be a rounded average.
    ///
    /// The amount stays as it is. Where the wording says that the quantity counts calls, a price of one cent that
    /// gives the amount means the opposite: such a quantity is the amount in cents, and the line then states no
    /// number of calls.
    #[must_use]
    pub fn with_unit_price(mut self, unit_price: Option<Money>) -> Self {
        self.unit_price = unit_price;
        self.count_calls();
        self
    }

    /// Takes a whole quantity for the number of calls where the wording says that it counts them, unless it is the
    /// amount in cents.
    fn count_calls(&mut self) {
        let LineKind::Usage(usage) = &mut self.wording.kind else { return };
        let whole =
            self.quantity.filter(Decimal::is_integer).and_then(|quantity| u64::try_from(quantity).ok());
        let Some(whole) = whole.filter(|_| usage.quantity_counts_calls) else { return };
        // Money counts 10^-24, so that this is a hundredth.
        let cent = Money::from_units(10_i128.pow(22));
        let product = cent.units().checked_mul(i128::from(whole));
        if self.unit_price == Some(cent) && product == Some(self.amount.units()) {
            usage.calls = usage.calls.filter(|calls| *calls != whole);
        } else {
            usage.calls = usage.calls.or(Some(whole));
        }
    }

    /// Returns what the line is about.
    pub fn kind(&self) -> &LineKind {
        &self.wording.kind
    }
}

/// The meaning of a line's description.
///
/// ```
/// use reconcile::invoice::{LineKind, Wording};
///
/// let mut tax = Wording::from(LineKind::Tax);
/// tax.rate = Some("8.25".parse()?);
/// assert_eq!(tax.amount, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wording {
    /// The kind of the line.
    pub kind: LineKind,
    /// The amount that the text itself names, as in `totalling: $96.10`.
    pub amount: Option<Money>,
    /// The exact price of a unit that the text names, as in `* 4 cents per such request`.
    pub unit_price: Option<Money>,
    /// The rate that the text names, in percent, as in `Sales tax (8.25%)`.
    pub rate: Option<Decimal>,
    /// Whether the description is understood in part only: the rest may change what the line means.
    pub partial: bool,
}

impl From<LineKind> for Wording {
    /// Returns a description that says no more than what the line is about.
    fn from(kind: LineKind) -> Self {
        Self { kind, amount: None, unit_price: None, rate: None, partial: false }
    }
}

/// The kind of an invoice line: what it bills.
///
/// Only usage is compared with charges. Every other kind is a step of the bridge by itself, and the kind decides
/// whether it is expected, to be accepted or to be disputed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineKind {
    /// On-demand usage, which the usage charges add up to.
    Usage(UsageLine),
    /// The provider's fee on tokens, on a line of its own.
    TokenFee,
    /// Fees on calls made with the users' own provider keys.
    OwnKeyFees,
    /// Seats.
    Seats,
    /// Seats that came or went within a period.
    Proration,
    /// A plan, an add-on, a minimum fee: billed whatever was used.
    AddOn,
    /// A charge because less was used than was committed to.
    Commitment,
    /// A surcharge on top of all other amounts, such as for a region or a way of paying.
    Surcharge,
    /// Usage that the plan includes, taken off.
    Allowance,
    /// An amount drawn from a prepaid pool.
    Drawdown,
    /// A discount on a line of its own.
    Discount,
    /// A credit.
    Credit,
    /// A refund.
    Refund,
    /// An amount that an earlier invoice of the same cycle already billed.
    Netting,
    /// Tax.
    Tax,
    /// A wording that is not known. It is kept verbatim and still counts.
    Unrecognised,
}

impl LineKind {
    /// Returns whether such a line may have an amount of this sign. Usage, tax and prorated seats may have either sign.
    fn fits_sign(&self, amount: Money) -> bool {
        match self {
            Self::Seats
            | Self::AddOn
            | Self::Commitment
            | Self::Surcharge
            | Self::TokenFee
            | Self::OwnKeyFees => amount.units() >= 0,
            Self::Discount
            | Self::Credit
            | Self::Refund
            | Self::Netting
            | Self::Allowance
            | Self::Drawdown => amount.units() <= 0,
            Self::Usage(_) | Self::Proration | Self::Tax | Self::Unrecognised => true,
        }
    }
}

/// The usage that a line bills, as its description names it. A line without a model bills whatever the other usage lines do
/// not name.
///
/// ```
/// use reconcile::invoice::UsageLine;
///
/// let mut of_a_day = UsageLine::default();
/// of_a_day.day = Some("2026-09-14".parse()?);
/// assert_eq!(of_a_day.model, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageLine {
    /// The provider's id of the model.
    pub model: Option<String>,
    /// Only calls in the mode that [`BillingRules::mode`](crate::BillingRules::mode) names, or only calls outside it. `None`
    /// is the calls that no line with a mode bills.
    pub mode: Option<bool>,
    /// Only calls of this user, or other resource.
    pub user: Option<String>,
    /// Only calls of this UTC day.
    pub day: Option<NaiveDate>,
    /// The number of calls, by the line's text or its quantity.
    pub calls: Option<u64>,
    /// Whether the description says that the line's quantity is a number of calls. If not, it may count anything.
    pub quantity_counts_calls: bool,
    /// The number of request units, by the line's text, where it counts in them: a call may take any number of them.
    pub requests: Option<u64>,
    /// The number of tokens, by the line's text.
    pub tokens: Option<TokenCounts>,
}

impl UsageLine {
    /// Creates a line about all calls to a model.
    /// Whether there are other lines about the same model, such as one of a mode, decides which of its calls are
    /// meant.
    pub fn of_model(model: impl Into<String>) -> Self {
        Self { model: Some(model.into()), ..Self::default() }
    }
}

/// Interprets a provider's wordings: what a line is about, by its description.
///
/// Each provider has its own wordings, so an adapter implements this. Wordings change without notice, so an unknown one is
/// [`LineKind::Unrecognised`], never an error.
///
/// ```
/// use reconcile::invoice::{LineKind, UsageLine, Wording, Wordings};
///
/// #[derive(Debug)]
/// struct MyWordings;
///
/// impl Wordings for MyWordings {
///     fn interpret(&self, description: &str) -> Wording {
///         match description.strip_prefix("Usage of ") {
///             Some(model) => LineKind::Usage(UsageLine::of_model(model)).into(),
///             None => LineKind::Unrecognised.into(),
///         }
///     }
/// }
///
/// assert_eq!(MyWordings.interpret("Seats").kind, LineKind::Unrecognised);
/// ```
pub trait Wordings: fmt::Debug {
    /// Interprets a description; [`LineKind::Unrecognised`] if the wording is not known.
    fn interpret(&self, description: &str) -> Wording;
}

/// Reads an invoice from a file's bytes.
///
/// ```
/// use cost_model::{Currency, Window};
/// use reconcile::invoice::{InvoiceLine, LineKind};
/// use reconcile::{Error, ErrorKind, Invoice, InvoiceReader, Result};
///
/// /// A total on the only line of the file, for one month.
/// #[derive(Debug)]
/// struct TotalReader(Window);
///
/// impl InvoiceReader for TotalReader {
///     fn read_invoice(&self, bytes: &[u8], file: &str) -> Result<Invoice> {
///         let text = reconcile::readers::decode_text(bytes)?;
///         let total = text.trim().parse().map_err(|_| Error::new(ErrorKind::Invoice, "no amount").in_file(file))?;
///         let mut invoice = Invoice::new(file, self.0, Currency::USD);
///         invoice.lines.push(InvoiceLine::new(1, "Total", total, LineKind::Unrecognised));
///         Ok(invoice)
///     }
/// }
///
/// let reader = TotalReader(Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?);
/// assert_eq!(reader.read_invoice(b"12.50\n", "september.txt")?.total()?, "12.50".parse()?);
/// assert_eq!(reader.read_invoice(b"?", "september.txt").unwrap_err().to_string(), "september.txt: no amount");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait InvoiceReader: fmt::Debug {
    /// Reads the invoice; `file` names the bytes in errors.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`](crate::ErrorKind::Invoice), with the line and field.
    fn read_invoice(&self, bytes: &[u8], file: &str) -> Result<Invoice>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_of_the_other_sign_than_its_words_is_of_unknown_wording() {
        let kind = |kind: &LineKind, cents: i128| {
            let amount = Money::from_units(cents * 10_i128.pow(22));
            InvoiceLine::new(1, "whatever", amount, kind.clone()).kind().clone()
        };
        let usage = LineKind::Usage(UsageLine::default());
        let asked = [
            LineKind::Seats,
            LineKind::AddOn,
            LineKind::Commitment,
            LineKind::Surcharge,
            LineKind::TokenFee,
            LineKind::OwnKeyFees,
        ];
        let taken_off = [
            LineKind::Discount,
            LineKind::Credit,
            LineKind::Refund,
            LineKind::Netting,
            LineKind::Allowance,
            LineKind::Drawdown,
        ];
        for each in asked.iter().chain(&taken_off) {
            let right = if asked.contains(each) { 1 } else { -1 };
            assert_eq!((&kind(each, right), &kind(each, 0)), (each, each));
            assert_eq!(kind(each, -right), LineKind::Unrecognised, "{each:?}");
        }
        for each in [usage, LineKind::Proration, LineKind::Tax] {
            assert_eq!((kind(&each, 1), kind(&each, -1)), (each.clone(), each.clone()));
        }
    }
}
