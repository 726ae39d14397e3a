//! Invoices, and how they are written down.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::amount::{CENT, dollars};
use crate::biller::{Period, UsageLine, pdf};
use crate::calendar::instant;

/// What [`BillingTerms::bill`](crate::BillingTerms::bill) makes of a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bills {
    /// The invoices before the end of the cycle, oldest first.
    pub earlier: Vec<Bill>,
    /// The last invoice.
    pub bill: Bill,
}

/// An invoice. Amounts are counts of 10^-24 US dollars, and whole cents.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bill {
    /// Such as `INV-0006`.
    pub number: String,
    /// Such as `Cursor Usage for September 2026`.
    pub title: String,
    /// The period that it states.
    pub period: Period,
    /// When it was issued, in milliseconds since 1970.
    pub issued_ms: i64,
    /// Every line, in order; those of usage come first, in the order of `usage`.
    pub lines: Vec<InvoiceLine>,
    /// What the lines of on-demand usage stand for.
    pub usage: Vec<UsageLine>,
    /// The total as stated: the sum of all lines, unless somebody has changed it.
    pub total: i128,
    /// Whether the CSV says when it was issued.
    pub states_issue: bool,
    /// Whether the CSV says the total.
    pub states_total: bool,
}

/// One line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvoiceLine {
    /// Not printed: what it is about.
    pub kind: LineKind,
    /// The wording, without the quotes of the text.
    pub description: String,
    /// Calls or seats; `None` for tax and credits.
    pub quantity: Option<u64>,
    /// The price of one as printed, which may be rounded.
    pub unit_price: Option<i128>,
    /// Whole cents, as a count of 10^-24 US dollars.
    pub amount: i128,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LineKind {
    /// On-demand usage.
    Usage,
    /// The token fee of on-demand usage.
    TokenFee,
    /// An earlier invoice of the same cycle, taken off.
    Netting,
    /// Token fees on calls with own keys.
    OwnKey,
    /// Seats for the whole cycle.
    Seats,
    /// Seats for a part of the cycle.
    Proration,
    /// Add-ons and minimum fees.
    AddOn,
    /// A credit.
    Credit,
    /// A refund.
    Refund,
    /// Tax.
    Tax,
}

impl InvoiceLine {
    /// A line without a unit price.
    pub fn new(kind: LineKind, description: impl Into<String>, quantity: Option<u64>, amount: i128) -> Self {
        Self { kind, description: description.into(), quantity, unit_price: None, amount }
    }
}

impl Bill {
    /// The sum of the lines of one kind.
    pub fn sum_of(&self, kind: LineKind) -> i128 {
        self.lines.iter().filter(|line| line.kind == kind).map(|line| line.amount).sum()
    }

    /// Comment lines, a header, one row per line.
    pub fn csv(&self) -> String {
        let second = |ms: i64| instant(ms).format("%Y-%m-%dT%H:%M:%SZ");
        let mut csv = String::new();
        let _ = writeln!(csv, "# number: {}", self.number);
        let _ = writeln!(csv, "# period: {}/{}", second(self.period.start_ms), second(self.period.end_ms));
        let _ = writeln!(csv, "# currency: USD");
        if self.states_issue {
            let _ = writeln!(csv, "# issued: {}", second(self.issued_ms));
        }
        if self.states_total {
            let _ = writeln!(csv, "# total: {}", dollars(self.total));
        }
        let _ = writeln!(csv, "description,quantity,amount");
        for line in &self.lines {
            let quantity = line.quantity.map(|count| count.to_string()).unwrap_or_default();
            let wording = line.description.replace('"', "\"\"");
            let _ = writeln!(csv, "\"{wording}\",{quantity},{}", dollars(line.amount));
        }
        csv
    }

    /// The items as the dashboard's own call has them: no quantities, and no `cents` where they are 0.
    pub fn dashboard_json(&self) -> String {
        let item = |line: &InvoiceLine| match i64::try_from(line.amount / CENT) {
            Ok(cents) if cents != 0 => json!({"description": line.description, "cents": cents}),
            _ => json!({"description": line.description}),
        };
        let items: Vec<Value> = self.lines.iter().map(item).collect();
        json!({
            "items": items,
            "pricingDescription": {"description": self.title, "id": self.number},
            "hasUnpaidMidMonthInvoice": false,
        })
        .to_string()
    }

    /// The text that one gets by copying a PDF of it.
    pub fn pdf_text(&self) -> String {
        pdf::text(self)
    }
}
