//! What is wrong with rules that compile.

mod data;
mod dates;
mod duplicates;
mod emails;
mod near_equal;
mod shadow;

pub(crate) use near_equal::folded;

use std::fmt;

use cost_model::Ledger;
use cost_model::output::for_terminal;

use crate::error::without_emails;
use crate::{Place, ResolvedRules, Rules};

/// Something about rules that is likely a mistake. Its text names no person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Where, if the rules were read from a file.
    pub place: Option<Place>,
    /// What is wrong, and what to do.
    pub message: String,
}

/// The class of a [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// Every charge that the rule could match, earlier rules match.
    Unreachable,
    /// Two rules give a person different values at the same time.
    DuplicatePerson,
    /// Two spans of the same condition overlap.
    OverlappingDates,
    /// No rule holds between two spans of the same condition.
    Gap,
    /// A condition asks for a value that no charge has.
    UnknownValue,
    /// The rule matches no charge.
    NeverMatches,
    /// The rule matches people only where their names are spelled in another way.
    OnlyOtherSpellings,
    /// No email can meet a condition on emails.
    ImpossibleEmail,
    /// Two values of a key differ in nothing but blanks, letter case or invisible characters, or one has such around it.
    NearEqualValues,
    /// Two keys, or two columns of a directory, have nearly the same name.
    NearEqualKeys,
    /// The ends in a directory seem to be last days, not the first days that no longer hold.
    InclusiveEnds,
    /// No row of a person holds for some days between two rows.
    PersonGap,
    /// A column of a directory holds dates that are not read as dates.
    UnreadDates,
    /// An email in a directory is none.
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
    pub(crate) fn new(kind: FindingKind, place: Option<&Place>, message: String) -> Self {
        Self { kind, place: place.cloned(), message: without_emails(message) }
    }
}

impl Rules {
    /// What is likely wrong with the rules and the directory as they are: rules that no charge can reach, people with two values,
    /// dates that overlap or leave a gap, conditions that no email can meet, values and keys that are nearly the same. In the
    /// order of the file; then what [`Directory::check`](crate::Directory::check) finds.
    ///
    /// A rule is reported as unreachable only if leaving it out changes nothing. That is decided exactly where conditions
    /// are `=`, `IN`, `LIKE` and lists of people; what other conditions have in common is not seen.
    ///
    /// ```
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let rules = RuleSet::from_toml(r#"
    /// [[tag]]
    /// key = "Team"
    ///   [[tag.rule]]
    ///   value = "Data"
    ///   when = "costs.resource_id LIKE '%@data.acme.test'"
    ///   [[tag.rule]]
    ///   value = "Ops"
    ///   when = "costs.resource_id = 'ana@data.acme.test'"
    /// "#, "rules.toml")?.compile(Directory::default())?;
    /// assert_eq!(
    ///     rules.check()[0].to_string(),
    ///     "rules.toml:7:3: no charge gets here: the rule on line 4 matches them all; put this rule above it or remove it"
    /// );
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for tag in &self.0.tags {
            let mut own = shadow::find(tag, &self.0.person, self.0.directory.has_aliases());
            own.extend(duplicates::find(tag, &self.0.person));
            own.extend(dates::find(tag));
            own.extend(emails::find(tag, &self.0.person));
            own.extend(near_equal::values(tag, &self.0.directory));
            own.extend(near_equal::asked_values(tag, &self.0));
            own.sort_by_key(|finding| finding.place.as_ref().map(|place| (place.line, place.column)));
            findings.append(&mut own);
        }
        findings.extend(near_equal::keys(&self.0));
        findings.extend(self.0.directory.check());
        findings
    }
}

impl ResolvedRules {
    /// What is likely wrong with the rules in view of charges: values that none of them has, rules that match none, or only
    /// people whose names are spelled in another way than the directory has them. In the order of the file.
    pub fn check_against(&self, ledger: &Ledger) -> Vec<Finding> {
        data::find(self, ledger)
    }
}

/// `line 7`, or `an earlier rule` where there is no file.
fn on_line(place: Option<&Place>) -> String {
    match place.and_then(|place| place.line) {
        Some(line) => format!("the rule on line {line}"),
        None => "an earlier rule".to_owned(),
    }
}
