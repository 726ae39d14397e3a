//! The names of differences.

use serde::{Deserialize, Serialize};

use crate::model::disposition::Disposition;

/// Why ingested usage and an invoice differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Category {
    /// Usage that no invoice asks for: included in a plan, free, failed.
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
    /// Two equal lines where charges stand behind one of them only.
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
    /// What is paid because less was used than was committed to.
    Commitment,
    /// Something on top of all other amounts.
    Surcharge,
    /// Usage that the plan includes, taken off on a line of its own.
    Allowance,
    /// What was paid beforehand into a pool, taken off.
    Drawdown,
    /// Credits.
    Credit,
    /// Refunds.
    Refund,
    /// What an earlier invoice of the same cycle already took.
    Netting,
    /// Invoice lines in a wording that is not known.
    UnrecognisedLine,
    /// Tax.
    Tax,
    /// The invoice contradicts itself: lines that do not add up to the total, or an amount that is not its text's.
    InvoiceArithmetic,
}

impl Category {
    /// A short text for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::NonBilledUsage => "usage that is not billed",
            Self::UnknownKind => "charges of unknown kind",
            Self::OwnKeyFees => "fees on users' own keys",
            Self::BilledBasis => "billed differs from effective",
            Self::MissingUsage => "usage that was not ingested",
            Self::DuplicatedUsage => "usage that is held twice",
            Self::BeforePeriod => "usage before the period",
            Self::AfterPeriod => "usage after the period",
            Self::CutOffStart => "cut from another start",
            Self::CutOffEnd => "cut at another end",
            Self::LateUsage => "usage that came in late",
            Self::RepricedUsage => "usage that was re-priced since",
            Self::WithdrawnUsage => "usage that was withdrawn since",
            Self::Relabelled => "usage under another label",
            Self::TokenFee => "token fee",
            Self::Discount => "discount",
            Self::Price => "another price",
            Self::BilledTwice => "billed twice",
            Self::OtherCurrency => "another currency",
            Self::Ambiguous => "one of several causes",
            Self::Rounding => "rounding of lines",
            Self::Seats => "seats",
            Self::Proration => "prorated seats",
            Self::AddOn => "plans and add-ons",
            Self::Commitment => "commitment",
            Self::Surcharge => "surcharge",
            Self::Allowance => "included allowance",
            Self::Drawdown => "drawn from a prepaid pool",
            Self::Credit => "credits",
            Self::Refund => "refunds",
            Self::Netting => "already paid mid-cycle",
            Self::UnrecognisedLine => "lines of unknown wording",
            Self::Tax => "tax",
            Self::InvoiceArithmetic => "the invoice contradicts itself",
        }
    }

    /// What to do about such a difference.
    pub(crate) fn disposition(self) -> Disposition {
        match self {
            Self::NonBilledUsage | Self::UnknownKind | Self::OwnKeyFees | Self::BilledBasis => {
                Disposition::OutsideUsage
            }
            Self::MissingUsage
            | Self::BeforePeriod
            | Self::AfterPeriod
            | Self::CutOffStart
            | Self::CutOffEnd
            | Self::LateUsage
            | Self::RepricedUsage
            | Self::WithdrawnUsage
            | Self::Relabelled
            | Self::Rounding => Disposition::TimingAndRounding,
            Self::Seats
            | Self::Proration
            | Self::AddOn
            | Self::Commitment
            | Self::Allowance
            | Self::Drawdown
            | Self::Credit
            | Self::Refund
            | Self::Netting
            | Self::Tax => Disposition::Accepted,
            Self::DuplicatedUsage
            | Self::TokenFee
            | Self::Discount
            | Self::Price
            | Self::BilledTwice
            | Self::OtherCurrency
            | Self::Surcharge
            | Self::Ambiguous
            | Self::InvoiceArithmetic => Disposition::ToDispute,
            Self::UnrecognisedLine => Disposition::UnknownWording,
        }
    }

    /// Whether the step is about when charges were counted or known; such a difference goes away with time or moves to
    /// another invoice.
    pub fn is_timing(self) -> bool {
        matches!(
            self,
            Self::MissingUsage
                | Self::BeforePeriod
                | Self::AfterPeriod
                | Self::CutOffStart
                | Self::CutOffEnd
                | Self::LateUsage
                | Self::RepricedUsage
                | Self::WithdrawnUsage
        )
    }
}
