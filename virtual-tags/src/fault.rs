//! The faults whose messages hold data: each message stands in one place, with what it is made of.
//!
//! A fault is turned into text only where it is shown, and always masked then: most faults quote a file.

use std::fmt;
use std::sync::Arc;

use cost_model::digest::Digest;
use cost_model::{Dimension, Window};
use rust_decimal::Decimal;

/// What is wrong. `Debug` masks email addresses, as [`Error`](crate::Error)'s `Display` does: names and values come from files.
#[derive(thiserror::Error)]
pub(crate) enum Fault {
    /// A text without data, or one from outside of this crate.
    #[error("{1}")]
    Text(ErrorKind, String),

    #[error("`{0}` is empty")]
    EmptyField(&'static str),
    #[error("`{0}` is listed in `person` twice")]
    RepeatedPerson(Dimension),
    #[error("a place in `person`: {0}")]
    NoPlaceOfPerson(&'static str),
    #[error("the key `{key}` is already defined on line {line}; each key has one list of rules")]
    RepeatedKeyInFile { key: Arc<str>, line: u64 },
    #[error("the key `{0}` is defined twice")]
    RepeatedKey(Arc<str>),
    #[error("{reader} reads `{key}`, but no `[[tag]]` has that key; did you mean `{near}`?")]
    MisspelledKey { reader: &'static str, key: Dimension, near: Dimension },
    #[error("{reader} reads `{key}`, but no `[[tag]]` has that key; there are: {}", .known.join(", "))]
    UnknownKey { reader: &'static str, key: Dimension, known: Vec<Arc<str>> },
    #[error("the keys read each other in a circle: {}; let one of them read only fields", .0.join(" -> "))]
    Circle(Vec<Arc<str>>),
    #[error("the directory has no column `{0}`; it has none but those of emails and dates")]
    NoColumns(Arc<str>),
    #[error("the directory has no column `{name}`; it has: {}", .known.join(", "))]
    UnknownColumn { name: Arc<str>, known: Vec<Arc<str>> },
    #[error("`{field} = \"{column}\"` needs a directory, and none is given")]
    NoDirectory { field: &'static str, column: Arc<str> },
    #[error(
        "the percentages sum to {}, not to 100; to give the rest to the tag's default, write `remainder = \"default\"`",
        .0.normalize()
    )]
    PercentageSum(Decimal),
    #[error("value {0} of the split is empty")]
    EmptyValue(usize),
    #[error("value {0} of the split occurs twice")]
    RepeatedValue(usize),
    #[error("two periods of the costs of `{0}` overlap, or one is empty")]
    OverlappingCosts(String),

    #[error("the rule shares charges out by what `{key}` costs, and {remedy}")]
    NeedsCosts { key: Arc<str>, remedy: &'static str },

    #[error(
        "the {whose} not those with which the period was closed: their digest is {found}, that of the lock {closed}; \
         pass those, or review what the new ones would change"
    )]
    NotAsClosed { whose: &'static str, found: Digest, closed: Digest },
    #[error("the closed periods {0} and {1} overlap; close each instant once")]
    OverlappingPeriods(Window, Window),

    #[error("there is no `{name}` column; expected a header such as {example}, and {}", match .there[..] {
        [] => "the file is empty".to_owned(),
        _ => format!("there is: {}", .there.join(", ")),
    })]
    MissingColumn { name: String, example: &'static str, there: Vec<String> },
    #[error("the row has no {0}")]
    NoName(Arc<str>),
    #[error("`{field}` is `{text}`, which is not a date like 2026-09-15")]
    NotADate { field: &'static str, text: String },
    #[error("`recorded_at` is `{0}`, which is neither a date like 2026-09-15 nor a time in UTC")]
    NotAnInstant(String),
    #[error("`to` must come after `from`: it is the first day that no longer holds")]
    BackwardDates,
    #[error(
        "the dates overlap those of line {0}, which has the same email; let one end where the other starts"
    )]
    OverlappingRows(u64),
    #[error("the field `{0}` occurs twice: leave one of them")]
    RepeatedField(String),
    #[error("`{0}` is not a string")]
    NotAString(String),
}

impl Fault {
    /// Returns the kind of error that the fault is reported as.
    ///
    /// The match has no wildcard, so that the compiler asks for the kind of a new fault.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Text(kind, _) => *kind,
            Self::EmptyField(_)
            | Self::RepeatedPerson(_)
            | Self::NoPlaceOfPerson(_)
            | Self::RepeatedKeyInFile { .. }
            | Self::RepeatedKey(_)
            | Self::MisspelledKey { .. }
            | Self::UnknownKey { .. }
            | Self::Circle(_)
            | Self::NoColumns(_)
            | Self::UnknownColumn { .. }
            | Self::NoDirectory { .. }
            | Self::PercentageSum(_)
            | Self::EmptyValue(_)
            | Self::RepeatedValue(_)
            | Self::OverlappingCosts(_) => ErrorKind::Rules,
            Self::NeedsCosts { .. } => ErrorKind::NeedsCosts,
            Self::NotAsClosed { .. } | Self::OverlappingPeriods(..) => ErrorKind::Locked,
            Self::MissingColumn { .. }
            | Self::NoName(_)
            | Self::NotADate { .. }
            | Self::NotAnInstant(_)
            | Self::BackwardDates
            | Self::OverlappingRows(_)
            | Self::RepeatedField(_)
            | Self::NotAString(_) => ErrorKind::Directory,
        }
    }

    /// Returns the message, in which every email address is masked.
    pub(crate) fn masked(&self) -> String {
        mask_emails(self.to_string())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.masked().fmt(f)
    }
}

/// The class of an [`Error`](crate::Error), to match on.
/// It tells which file to look at; [`Error::place`](crate::Error::place) tells where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The rules do not have the right shape or meaning.
    Rules,
    /// A rule's condition is not a filter; the source is the filter's own error.
    Condition,
    /// The directory does not have the right shape or meaning.
    Directory,
    /// Rules or people are not those with which a period was closed.
    Locked,
    /// A rule splits charges by the costs of another key's values, and no costs are given.
    NeedsCosts,
    /// Amounts cannot be summed; the source says why.
    Amount,
}

/// Masks every word with an `@`: messages quote files, and files name people.
///
/// It masks too much rather than too little: the whole word goes, and a word is whatever stands between
/// blanks, quotes and the usual marks.
pub(crate) fn mask_emails(message: String) -> String {
    // Most messages have none, and are handed on without a copy.
    if !message.contains('@') {
        return message;
    }
    let mut masked = String::with_capacity(message.len());
    for piece in message.split_inclusive(is_edge) {
        let word = piece.trim_end_matches(is_edge);
        masked.push_str(if word.contains('@') { "(email)" } else { word });
        masked.push_str(piece.get(word.len()..).unwrap_or_default());
    }
    masked
}

/// Returns whether a character ends a word, so that an email address does not go on after it.
fn is_edge(each: char) -> bool {
    each.is_whitespace() || matches!(each, '`' | '"' | '\'' | ',' | ';' | ':')
}
