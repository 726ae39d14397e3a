//! The faults whose messages hold data: each message stands in one place, with what it is made of.
//!
//! Texts of files are shortened and freed of email addresses before they get here, by [`quoted`](cost_model::input::quoted).

use cost_model::{Currency, Money, Timestamp};

/// What is wrong.
///
/// Messages about a file say what to change in it where that is known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// A text without data, or one from outside of this crate.
    #[error("{1}")]
    Text(ErrorKind, String),
    /// A fault with more to say.
    #[error("{0}; {1}")]
    More(Box<Self>, String),

    #[error("`{text}` is not {what}")]
    NotA { text: String, what: &'static str },
    #[error("the field `{0}` stands there twice: leave one of them")]
    RepeatedField(&'static str),
    #[error("there is no `{name}` column; expected the header {header}, and there is: {}", .there.join(", "))]
    MissingColumn { name: String, header: String, there: Vec<String> },
    #[error(
        "the comment `{0}` states an amount and is no known field: state the invoice's total as `# total: 8751.30`, or \
         remove the comment"
    )]
    UnknownComment(String),
    #[error(
        "the field `{0}` is not known and looks like an amount; the fields are number, period, currency, issued, total \
         and decimals"
    )]
    UnknownAmount(String),
    #[error("the total is in another currency than the invoice, which is {0}")]
    TotalInAnotherCurrency(Currency),
    #[error(
        "the comment names the currency {named}, and the invoice is in {invoice}: state its currency as \
         `# currency: {invoice}` in place of the comment, or the other one"
    )]
    CommentInAnotherCurrency { named: String, invoice: Currency },
    #[error("the line is in {line}, the invoice or a line above in {stated}: an invoice has one currency")]
    LineInAnotherCurrency { line: Currency, stated: Currency },
    #[error(
        "the amount is written in another currency than the invoice's, which is {0} unless the file states another, as \
         in `# currency: EUR`"
    )]
    AmountInAnotherCurrency(Currency),
    #[error(
        "the lines add up to {sum}, and the total to {total}, which is {difference} more: a line is missing or is no \
         line. If the invoice itself is wrong, state its total apart from its lines"
    )]
    OtherTotal { sum: Money, total: Money, difference: Money },
    #[error(
        "the amount of {amount} contradicts the lines, which add up to {sum}, and no payment or applied balance explains \
         the difference: a line is missing or is no line. Compare the rows with the invoice"
    )]
    OtherSum { amount: Money, sum: Money },
    #[error(
        "no lines add up to the subtotal of {0}, and no total shows that none is missing: state the invoice's total, or \
         remove the subtotal"
    )]
    NoSubtotal(Money),

    #[error("the invoice is in {invoice}, the usage in {usage}")]
    Currencies { invoice: Currency, usage: Currency },
    #[error("{0} does not lie in the cycle")]
    OutsideCycle(Timestamp),
    #[error("there are no charges from a week before {0}; a forecast needs one week")]
    NoWeekBefore(Timestamp),
    #[error(
        "the bridge of invoice {invoice} misses {name} by {by}: this is a mistake of the library, please report it"
    )]
    MissedSum { invoice: String, name: &'static str, by: Money },
}

impl Fault {
    /// Returns the kind of error that the fault is reported as.
    ///
    /// The match has no wildcard, so that the compiler asks for the kind of a new fault.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Text(kind, _) => *kind,
            Self::More(first, _) => first.kind(),
            Self::NotA { .. }
            | Self::RepeatedField(_)
            | Self::MissingColumn { .. }
            | Self::UnknownComment(_)
            | Self::UnknownAmount(_)
            | Self::TotalInAnotherCurrency(_)
            | Self::CommentInAnotherCurrency { .. }
            | Self::LineInAnotherCurrency { .. }
            | Self::AmountInAnotherCurrency(_)
            | Self::OtherTotal { .. }
            | Self::OtherSum { .. }
            | Self::NoSubtotal(_) => ErrorKind::Invoice,
            Self::Currencies { .. } => ErrorKind::Currency,
            Self::OutsideCycle(_) | Self::NoWeekBefore(_) => ErrorKind::Period,
            Self::MissedSum { .. } => ErrorKind::Internal,
        }
    }
}

/// The class of an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The invoice's text is not in the shape that the reader expects.
    Invoice,
    /// Invoice and ledger are in different currencies.
    Currency,
    /// A sum left the range of money.
    Overflow,
    /// A store could not be read.
    Store,
    /// The library contradicted itself, and a result that would be wrong is withheld.
    Internal,
    /// A forecast was requested for an instant outside its cycle, or with nothing known before it.
    Period,
}
