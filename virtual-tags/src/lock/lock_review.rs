//! Compares a closed period with what it would be now.
//!
//! Whoever closed the books has to know whether a reported figure would change, and not only that a file did.

use std::fmt;

use cost_model::{Ledger, Tagger};

use crate::directory::lookup::Directory;
use crate::error::{Error, ErrorKind, Result};
use crate::insight::diff::Diff;
use crate::lock::period_lock::{PeriodLock, RestatedAmount, digest_charges};
use crate::rules::rule_set::RuleSet;

/// The differences between a closed period and what it would be now. `Display` gives them line by line; `Debug` leaves
/// out values and people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockReview {
    /// Whether the rules have another digest.
    pub rules_changed: bool,
    /// Whether the directory, as it was known at closing, now has other facts about the people whom the period charged.
    pub people_changed: bool,
    /// Whether the charges of the period differ, also where their sums are the same.
    pub charges_changed: bool,
    /// The values whose amounts would differ.
    pub restated: Vec<RestatedAmount>,
    /// The cost that would move from one value to another, charge by charge, for each key with moves: also moves that
    /// cancel each other out in the sums.
    pub moves: Vec<Diff>,
}

impl LockReview {
    /// Returns whether no charge and no amount of the period would differ. Changed rules or people may still give the
    /// same result.
    pub fn is_unchanged(&self) -> bool {
        !self.charges_changed && self.restated.is_empty() && self.moves.is_empty()
    }
}

impl PeriodLock {
    /// Compares the period as it was closed with the result of these rules, people and charges now. It changes nothing.
    ///
    /// The directory is compared as it was known at closing, so that rows that were recorded later are not a change of
    /// the people. They do count in what would move.
    ///
    /// # Errors
    /// As [`PeriodLock::open`], [`RuleSet::compile`] and [`Rules::resolve`](crate::Rules::resolve).
    pub fn review(&self, rules: &RuleSet, people: &Directory, ledger: &Ledger) -> Result<LockReview> {
        let period = self.period()?;
        let known_then = rules.clone().compile(people.clone().known_at(self.known_at))?;
        let now = rules.clone().compile(people.clone())?.resolve(ledger, self.metric, &[period])?;
        let closed = self.open()?;
        let mut keys: Vec<_> = closed.keys().iter().chain(now.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut moves = Vec::new();
        for key in keys {
            let diff =
                Diff::between((&closed, &now), ledger, key, self.metric, Some(period)).map_err(|error| {
                    Error::new(ErrorKind::Amount, None, "what moves cannot be summed").with_source(error)
                })?;
            if !diff.moved.is_zero() {
                moves.push(diff);
            }
        }
        Ok(LockReview {
            rules_changed: rules.digest() != self.rules,
            people_changed: self.people_used(&known_then)? != self.people,
            charges_changed: digest_charges(ledger, period, self.metric) != self.charges,
            restated: self.restated(&now, ledger)?,
            moves,
        })
    }
}

impl fmt::Display for LockReview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rules, people, charges) =
            (describe(self.rules_changed), describe(self.people_changed), describe(self.charges_changed));
        writeln!(f, "rules {rules}, people as known at closing {people}, charges {charges}")?;
        for each in &self.restated {
            writeln!(f, "  {each}")?;
        }
        // What the sums do not show.
        for diff in self
            .moves
            .iter()
            .filter(|diff: &&Diff| !self.restated.iter().any(|restated| *restated.key == *diff.key))
        {
            for line in diff.to_string().lines() {
                writeln!(f, "  {line}")?;
            }
        }
        Ok(())
    }
}

/// Returns the word for whether something changed.
fn describe(changed: bool) -> &'static str {
    if changed { "changed" } else { "unchanged" }
}
