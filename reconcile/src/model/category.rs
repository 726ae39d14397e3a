//! Categories of differences.

use serde::{Deserialize, Serialize};

/// The category of a step: why ingested usage and an invoice differ.
///
/// [`spec`](Self::spec) has its label, its place in a report, and what to do about it.
///
/// ```
/// use reconcile::Category;
///
/// assert_eq!(Category::BeforePeriod.label(), "Usage before the billing period");
/// assert!(Category::BeforePeriod.is_timing());
/// assert!(Category::ALL.iter().all(|category| !category.label().is_empty()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Category {
    /// Usage that no invoice bills: included in a plan, free, failed.
    NonBilledUsage,
    /// Charges of a kind that the source does not know, or of a known kind with an amount that it should not have.
    UnknownKind,
    /// Fees on calls made with the users' own provider keys, which lie outside on-demand usage.
    OwnKeyFees,
    /// On-demand charges whose billed cost differs from their effective cost.
    BilledBasis,
    /// Calls that the invoice counts and the ledger does not have, where the ledger is known to be incomplete.
    MissingUsage,
    /// Charges that the ledger has twice.
    DuplicatedUsage,
    /// On-demand usage in the months but before the billing period.
    BeforePeriod,
    /// On-demand usage in the months but after the billing period.
    AfterPeriod,
    /// The invoice was really cut from another first instant than it states.
    CutOffStart,
    /// The invoice was really cut at another end than it states.
    CutOffEnd,
    /// Charges that came in after the invoice was issued.
    LateUsage,
    /// Charges whose amount changed after the invoice was issued.
    RepricedUsage,
    /// Charges that were withdrawn after the invoice was issued.
    WithdrawnUsage,
    /// The same charges under another line's label; always nothing in sum.
    Relabelled,
    /// The provider's fee on tokens, outside the usage lines.
    TokenFee,
    /// A discount.
    Discount,
    /// Another price for the same calls.
    Price,
    /// Two equal lines where charges are behind one of them only.
    BilledTwice,
    /// The amounts are in another currency than the charges.
    OtherCurrency,
    /// More than one category fits as well; the step names them.
    Ambiguous,
    /// The exact effect of rounding.
    Rounding,
    /// Seats.
    Seats,
    /// Seats that came or went within a period.
    Proration,
    /// Plans, add-ons and minimum fees.
    AddOn,
    /// Charges because less was used than was committed to.
    Commitment,
    /// A surcharge on top of all other amounts, such as for a way of paying.
    Surcharge,
    /// Usage that the plan includes, taken off on a line of its own.
    Allowance,
    /// Amounts drawn from a prepaid pool.
    Drawdown,
    /// Credits.
    Credit,
    /// Refunds.
    Refund,
    /// Amounts that an earlier invoice of the same cycle already billed.
    Netting,
    /// Invoice lines in a wording that is not known.
    UnrecognisedLine,
    /// Tax.
    Tax,
    /// The invoice contradicts itself: lines that do not add up to the total, or an amount that is not its text's.
    InvoiceArithmetic,
}

impl Category {
    /// Every category, in the order of declaration.
    pub const ALL: [Self; 34] = [
        Self::NonBilledUsage,
        Self::UnknownKind,
        Self::OwnKeyFees,
        Self::BilledBasis,
        Self::MissingUsage,
        Self::DuplicatedUsage,
        Self::BeforePeriod,
        Self::AfterPeriod,
        Self::CutOffStart,
        Self::CutOffEnd,
        Self::LateUsage,
        Self::RepricedUsage,
        Self::WithdrawnUsage,
        Self::Relabelled,
        Self::TokenFee,
        Self::Discount,
        Self::Price,
        Self::BilledTwice,
        Self::OtherCurrency,
        Self::Ambiguous,
        Self::Rounding,
        Self::Seats,
        Self::Proration,
        Self::AddOn,
        Self::Commitment,
        Self::Surcharge,
        Self::Allowance,
        Self::Drawdown,
        Self::Credit,
        Self::Refund,
        Self::Netting,
        Self::UnrecognisedLine,
        Self::Tax,
        Self::InvoiceArithmetic,
    ];
}
