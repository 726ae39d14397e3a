//! The faults whose messages hold data: each message stands in one place, with what it is made of.

use std::sync::Arc;

use rust_decimal::Decimal;

/// The class of an [`Error`](crate::Error).
///
/// ```
/// use cost_model::{Currency, ErrorKind, Money};
///
/// assert_eq!("12,5".parse::<Money>().unwrap_err().kind(), ErrorKind::Value);
/// let most = Money::from_units(i128::MAX);
/// assert_eq!(most.checked_add(most).unwrap_err().kind(), ErrorKind::Overflow);
/// assert_eq!("usd".parse::<Currency>().unwrap_err().kind(), ErrorKind::Value);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A text or number that is not an amount, a date, a currency or an interval.
    Value,
    /// A sum or product left the range of its type.
    Overflow,
    /// Two currencies met in one ledger.
    Currency,
    /// A filter sentence does not parse; see [`Error::span`](crate::Error::span).
    Filter,
    /// A query names something that does not exist.
    Query,
    /// A source could not deliver a window.
    Source,
    /// A source refused a window because more rows are announced than it reads at once; see [`Error::announced`](crate::Error::announced).
    WindowTooLarge,
    /// A source read a window several times, and the provider's data moved each time.
    Incomplete,
    /// A store could not read or write.
    Store,
    /// What was to be written elsewhere, to a file for instance, could not be written.
    Output,
    /// A store refuses what would mix made-up charges with real ones; see [`Origin`](crate::source::Origin).
    Origin,
    /// An entry of a journal was added in between by somebody else; nothing was added.
    Conflict,
    /// A bug in this crate: no input should lead to it.
    Internal,
}

/// What is wrong. It holds this crate's own values as they are printed, since every module makes faults and this one leans on
/// none of them. Every text in it is one that the caller passed in: none is taken from a charge, so that no message names
/// a person who was not named by the question.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// A text without data, one about a filter sentence that the parser made, or one from outside of this crate.
    #[error("{1}")]
    Text(ErrorKind, String),

    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    #[error("`{0}` has more than 24 decimals or is out of range")]
    TooFine(Decimal),
    #[error("a share must lie between 0 and 1, not `{0}`")]
    NotAShare(Decimal),
    #[error("a record in {record} cannot enter a ledger in {ledger}")]
    OtherCurrency { record: String, ledger: String },

    #[error("{0} milliseconds since 1970 is not a date")]
    NotADate(i64),
    #[error("`{0}` is not an instant like 2026-09-14T09:30:00Z")]
    NotAnInstant(String),
    #[error("`{0}` is neither a day like 2026-09-14 nor an instant like 2026-09-14T09:30:00Z")]
    NeitherDayNorInstant(String),
    #[error("a window must end after it starts: {start} to {end}")]
    EmptyWindow { start: String, end: String },
    #[error("{0} leaves the calendar")]
    LeavesCalendar(String),

    /// A word of a question that is none of a list.
    #[error("{what} `{word}`; write {known}")]
    UnknownWord { what: &'static str, word: String, known: String },
    #[error("`{0}` is not a dimension to group by")]
    NotADimension(String),
    #[error("unknown virtual tag `{key}`; did you mean `{near}`?")]
    MisspelledVirtualTag { key: Arc<str>, near: String },
    #[error("unknown virtual tag `{0}`; it has no rules")]
    UnknownVirtualTag(Arc<str>),
    #[error("{0}")]
    UnknownValue(String),
    #[error("usage is in several units ({}); group by the unit or filter costs.usage_unit", .0.join(", "))]
    SeveralUnits(Vec<String>),
    #[error("a filter with a `costs.allocation` cannot be under {0}")]
    AllocationUnder(&'static str),

    #[error("the window holds {0} rows; split it")]
    WindowTooLarge(u64),
    #[error("a record at {at} lies outside its window {window}")]
    OutsideWindow { at: String, window: String },
    #[error(
        "entry {latest} of the journal is the latest `{kind}` of this key, and {expected} was expected: somebody else was faster"
    )]
    Overtaken { kind: String, latest: u64, expected: u64 },

    #[error("an id leads to none of the {0}")]
    Nowhere(&'static str),
}

impl Fault {
    /// Returns the class of the error that this fault is told as.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Text(kind, _) => *kind,
            Self::OutOfRange(_) => ErrorKind::Overflow,
            Self::TooFine(_)
            | Self::NotAShare(_)
            | Self::NotADate(_)
            | Self::NotAnInstant(_)
            | Self::NeitherDayNorInstant(_)
            | Self::EmptyWindow { .. }
            | Self::LeavesCalendar(_)
            | Self::UnknownWord { .. } => ErrorKind::Value,
            Self::OtherCurrency { .. } => ErrorKind::Currency,
            Self::NotADimension(_)
            | Self::MisspelledVirtualTag { .. }
            | Self::UnknownVirtualTag(_)
            | Self::UnknownValue(_)
            | Self::SeveralUnits(_) => ErrorKind::Query,
            Self::AllocationUnder(_) => ErrorKind::Filter,
            Self::WindowTooLarge(_) => ErrorKind::WindowTooLarge,
            Self::OutsideWindow { .. } => ErrorKind::Store,
            Self::Overtaken { .. } => ErrorKind::Conflict,
            Self::Nowhere(_) => ErrorKind::Internal,
        }
    }
}
