//! The lines of an invoice, and the events behind those of usage.

use crate::events::Tokens;

/// One line of an invoice.
///
/// A reader sees the wording, the quantity and the amounts; `kind` is the truth that it has to find.
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
///
/// Each kind explains a difference between usage and an invoice of its own sort, so that a reconciliation has to tell
/// them apart.
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
    /// Creates a line without a unit price. `amount` is a count of 10^-24 US dollars and should be whole cents, as
    /// nothing rounds it later.
    pub fn new(kind: LineKind, description: impl Into<String>, quantity: Option<u64>, amount: i128) -> Self {
        Self { kind, description: description.into(), quantity, unit_price: None, amount }
    }
}

/// The events behind one line of on-demand usage.
///
/// `amount - exact` is what rounding adds to the line, or takes from it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageLine {
    /// The model id of the events; empty where all usage is one line.
    pub model: String,
    /// Whether these are the calls in max mode. Never where the terms have no aliases.
    pub max_mode: bool,
    /// The model as the line names it: `non-max-` stands before it where the invoice also has calls in max mode.
    pub label: String,
    /// How many events.
    pub calls: u64,
    /// Their tokens.
    pub tokens: Tokens,
    /// Their exact sum on these terms, as a count of 10^-24 US dollars.
    pub exact: i128,
    /// `exact` in whole cents.
    pub amount: i128,
}
