//! An invoice, and the seams by which it comes in.

use std::fmt;

use chrono::NaiveDate;
use cost_model::money::TokenCounts;
use cost_model::{Currency, Money, Pseudonyms, Timestamp, Window};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::Result;
use crate::search::cut_off::{REACH, widened};

/// An invoice of one billing period.
///
/// It serialises in the form that [`JsonInvoiceReader`](crate::JsonInvoiceReader) reads, without the wordings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Invoice {
    /// The invoice's number, as printed on it.
    pub number: String,
    /// The billing period, from its first instant to the first instant of the next.
    pub period: Window,
    /// The currency of every amount.
    pub currency: Currency,
    /// When it was issued, if it says so. What became known of charges later cannot be on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued: Option<Timestamp>,
    /// The lines, in order.
    pub lines: Vec<InvoiceLine>,
    /// The grand total, if the invoice states it apart from its lines.
    #[serde(rename = "total", skip_serializing_if = "Option::is_none")]
    pub stated_total: Option<Money>,
    /// What else the document says, verbatim: text that is no line and that its reader gives no meaning.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
}

/// Text of an [`Invoice`] that is none of its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Remark {
    /// The line of the file it stands on, counted from 1.
    pub line: u64,
    /// The text.
    pub text: String,
}

impl Remark {
    /// A text on a line.
    pub fn new(line: u64, text: impl Into<String>) -> Self {
        Self { line, text: text.into() }
    }
}

impl Invoice {
    /// An invoice without lines.
    pub fn new(number: impl Into<String>, period: Window, currency: Currency) -> Self {
        let number = number.into();
        let (lines, remarks) = (Vec::new(), Vec::new());
        Self { number, period, currency, issued: None, lines, stated_total: None, remarks }
    }

    /// Renames the people in the texts of the invoice: its number, the descriptions of its lines, and its remarks. What
    /// lines are about, and every amount, stays; whatever is made of the invoice afterwards has the other names.
    pub fn rename_people(&mut self, pseudonyms: &Pseudonyms) {
        let descriptions = self.lines.iter_mut().map(|line| &mut line.description);
        let remarks = self.remarks.iter_mut().map(|remark| &mut remark.text);
        for text in descriptions.chain(remarks).chain([&mut self.number]) {
            *text = pseudonyms.rename_in_text(text);
        }
    }

    /// The sum of the lines.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn sum_of_lines(&self) -> Result<Money> {
        Ok(Money::sum(self.lines.iter().map(|line| line.amount))?)
    }

    /// The span whose charges an explanation looks at: the UTC months that the period touches, and three days around
    /// them, since an invoice may be cut in another zone or some hours late.
    pub fn window_of_charges(&self) -> Window {
        widened(self.period.whole_months(), REACH)
    }

    /// What the invoice asks for: the total that it states, else the sum of its lines.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow).
    pub fn total(&self) -> Result<Money> {
        self.stated_total.map_or_else(|| self.sum_of_lines(), Ok)
    }
}

/// One line of an [`Invoice`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InvoiceLine {
    /// The line of the file it stands on, counted from 1; in a file that is not made of lines, such as JSON, its place
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
    /// What the description says.
    #[serde(skip)]
    pub wording: Wording,
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn as_text<S: Serializer>(quantity: &Option<Decimal>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    match quantity {
        Some(quantity) => serializer.collect_str(quantity),
        None => serializer.serialize_none(),
    }
}

impl InvoiceLine {
    /// A line of `amount` without a quantity. Where the amount's sign does not fit what the words say, such as that of a
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

    /// The same line with a quantity. It is the number of calls only where the words say that the quantity counts calls,
    /// and not where it counts cents: at a price of one cent whose product is the amount.
    #[must_use]
    pub fn with_quantity(mut self, quantity: Option<Decimal>) -> Self {
        self.quantity = quantity;
        self.count_calls();
        self
    }

    /// The same line with the price of one unit as printed.
    #[must_use]
    pub fn with_unit_price(mut self, unit_price: Option<Money>) -> Self {
        self.unit_price = unit_price;
        self.count_calls();
        self
    }

    fn count_calls(&mut self) {
        let LineKind::Usage(usage) = &mut self.wording.kind else { return };
        let whole =
            self.quantity.filter(Decimal::is_integer).and_then(|quantity| u64::try_from(quantity).ok());
        let Some(whole) = whole.filter(|_| usage.quantity_counts_calls) else { return };
        let cent = Money::from_units(10_i128.pow(22));
        let product = cent.units().checked_mul(i128::from(whole));
        if self.unit_price == Some(cent) && product == Some(self.amount.units()) {
            usage.calls = usage.calls.filter(|calls| *calls != whole);
        } else {
            usage.calls = usage.calls.or(Some(whole));
        }
    }

    /// What the line is about.
    pub fn kind(&self) -> &LineKind {
        &self.wording.kind
    }
}

/// What a line's description says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wording {
    /// What the line is about.
    pub kind: LineKind,
    /// The amount that the text itself names, as in `totalling: $96.10`.
    pub amount: Option<Money>,
    /// The exact price of a unit that the text names, as in `* 4 cents per such request`.
    pub unit_price: Option<Money>,
    /// The rate that the text names, in percent, as in `Sales tax (8.25%)`.
    pub rate: Option<Decimal>,
    /// The words are known in part only: what they say beside that may change what the line means.
    pub partial: bool,
}

impl From<LineKind> for Wording {
    /// A description that says no more than what the line is about.
    fn from(kind: LineKind) -> Self {
        Self { kind, amount: None, unit_price: None, rate: None, partial: false }
    }
}

/// What an invoice line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineKind {
    /// On-demand usage, which usage records stand behind.
    Usage(UsageLine),
    /// The provider's fee on tokens, on a line of its own.
    TokenFee,
    /// Fees on calls made with the users' own provider keys.
    OwnKeyFees,
    /// Seats.
    Seats,
    /// Seats that came or went within a period.
    Proration,
    /// A plan, an add-on, a minimum fee: asked for whatever was used.
    AddOn,
    /// What is paid because less was used than was committed to.
    Commitment,
    /// Something on top of all other amounts, such as for a region or a way of paying.
    Surcharge,
    /// Usage that the plan includes, taken off.
    Allowance,
    /// What was paid beforehand into a pool, taken off.
    Drawdown,
    /// A discount on a line of its own.
    Discount,
    /// A credit.
    Credit,
    /// A refund.
    Refund,
    /// What an earlier invoice of the same cycle already took.
    Netting,
    /// Tax.
    Tax,
    /// A wording that is not known. It is kept verbatim and still counts.
    Unrecognised,
}

impl LineKind {
    /// Whether an amount may stand on such a line. Usage, tax and prorated seats may have either sign.
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

/// What a usage line is about. A line without a model stands for whatever the other usage lines do not name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageLine {
    /// The provider's id of the model.
    pub model: Option<String>,
    /// Only calls in the mode that [`BillingRules::mode`](crate::BillingRules::mode) tells, or only calls outside it. Without
    /// it, whatever lines that say so leave over.
    pub mode: Option<bool>,
    /// Only calls of this user, or other resource.
    pub user: Option<String>,
    /// Only calls of this UTC day.
    pub day: Option<NaiveDate>,
    /// How many calls, by the line's text or its quantity.
    pub calls: Option<u64>,
    /// The words say that the line's quantity is a number of calls; else it may be one of anything.
    pub quantity_counts_calls: bool,
    /// How many request units, by the line's text, where it counts in them: a call may take any number of them.
    pub requests: Option<u64>,
    /// How many tokens, by the line's text.
    pub tokens: Option<TokenCounts>,
}

impl UsageLine {
    /// A line about all calls to a model.
    pub fn of_model(model: impl Into<String>) -> Self {
        Self { model: Some(model.into()), ..Self::default() }
    }
}

/// Tells what a line is about from the provider's wording.
pub trait Wordings: fmt::Debug {
    /// What a line with that description says; [`LineKind::Unrecognised`] if the wording is not known.
    fn read(&self, description: &str) -> Wording;
}

/// Reads an invoice from a file's bytes.
pub trait InvoiceReader: fmt::Debug {
    /// Reads the invoice; `file` names the bytes in errors.
    ///
    /// # Errors
    /// [`ErrorKind::Invoice`](crate::ErrorKind::Invoice), with the line and field.
    fn read(&self, bytes: &[u8], file: &str) -> Result<Invoice>;
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
