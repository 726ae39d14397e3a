//! Findings of checks.
//!
//! A finding is what a linter says: it stops nothing, and a caller decides which kinds it takes for errors.

use std::fmt;

use cost_model::output::for_terminal;

use crate::fault::mask_emails;
use crate::place::Place;

/// A likely mistake in rules or in a directory. Its text names no person.
///
/// `Display` gives place and message; the place is that of the file, so that editors can jump to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The class, to filter by.
    pub kind: FindingKind,
    /// Where it is, if the rules were read from a file.
    pub place: Option<Place>,
    /// The fault, and how to mend it.
    pub message: String,
}

/// The class of a [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// Earlier rules match every charge that the rule could match.
    Unreachable,
    /// Two rules give a person different values at the same time.
    DuplicatePerson,
    /// Two spans of the same condition overlap.
    OverlappingDates,
    /// No rule holds between two spans of the same condition.
    Gap,
    /// A condition compares with a value that no charge has.
    UnknownValue,
    /// The rule matches no charge.
    NeverMatches,
    /// The rule matches people only where their names are spelled in another way.
    OnlyOtherSpellings,
    /// No email can meet a condition on emails.
    ImpossibleEmail,
    /// A list of emails has no entry, so that it restricts nothing.
    EmptyList,
    /// A pattern has a wildcard of another language of patterns, which matches only itself.
    LiteralWildcard,
    /// Two values of a key differ only in blanks, letter case or invisible characters, or one has such around it.
    NearEqualValues,
    /// Two keys, or two columns of a directory, have nearly the same name.
    NearEqualKeys,
    /// The ends in a directory seem to be last days, not the first days that no longer hold.
    InclusiveEnds,
    /// No row of a person holds for some days between two rows.
    PersonGap,
    /// A column of a directory holds dates that are not read as dates.
    UnreadDates,
    /// A cell with an `@` in the email column of a directory is no email address.
    MalformedEmail,
    /// Rows of a directory whose emails differ only in letter case hold on the same days.
    EmailsAlike,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", for_terminal(&self.message)),
            None => f.write_str(&for_terminal(&self.message)),
        }
    }
}

impl Finding {
    /// Makes a finding, in whose text every email address is masked.
    pub(crate) fn new(kind: FindingKind, place: Option<&Place>, message: String) -> Self {
        Self { kind, place: place.cloned(), message: mask_emails(message) }
    }
}

/// Returns words for the other rule of a finding: its line, or `an earlier rule` where there is no file.
pub(crate) fn on_line(place: Option<&Place>) -> String {
    match place.and_then(|place| place.line) {
        Some(line) => format!("the rule on line {line}"),
        None => "an earlier rule".to_owned(),
    }
}
