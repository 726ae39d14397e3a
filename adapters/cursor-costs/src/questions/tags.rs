//! Rules over the user's own charges: checked, explained, measured and compared.

use std::path::Path;
use std::sync::Arc;

use cost_model::{Metric, Money, Tagger, Window};
use rust_decimal::Decimal;
use virtual_tags::insight::{Coverage, Diff, ExplainedCharges, Suggestion};
use virtual_tags::{Finding, RuleSet};

use crate::costs::CursorCosts;
use crate::error::{Error, ErrorKind, Result};
use crate::request::DayRange;
use crate::setup::ownership::read_rules;

/// What is wrong with the rules and the people.
#[derive(Debug)]
#[non_exhaustive]
pub struct RulesCheck {
    /// What is likely a mistake.
    pub findings: Vec<Finding>,
    /// How many of the rules' own tests there are.
    pub tests: usize,
    /// Those of them that fail.
    pub failures: Vec<String>,
}

impl RulesCheck {
    /// Returns whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.failures.is_empty()
    }
}

/// How much of the cost has an owner, and who has none.
#[derive(Debug)]
#[non_exhaustive]
pub struct OwnerCoverage {
    /// For each key and month, the part that has an owner.
    pub months: Vec<Coverage>,
    /// People that charges name in another spelling than the directory.
    pub spellings: Vec<String>,
    /// For each key, who has no owner.
    pub unallocated: Vec<WithoutOwner>,
}

/// Who has no owner by one key.
#[derive(Clone)]
#[non_exhaustive]
pub struct WithoutOwner {
    /// The key.
    pub key: Arc<str>,
    /// Whom charges name, with the cost, most first.
    pub who: Vec<(Arc<str>, Money)>,
}

cost_model::masked_debug!(WithoutOwner { key, who: |it| it.who.len() });

/// What other rules would change.
#[derive(Debug)]
#[non_exhaustive]
pub struct RulesDiff {
    /// For each key of both rules, what moves.
    pub keys: Vec<Diff>,
    /// Keys that only the present rules have.
    pub removed: Vec<Arc<str>>,
    /// Keys that only the other rules have.
    pub added: Vec<Arc<str>>,
}

impl RulesDiff {
    /// Returns whether for every key at most so many percent of the cost move, and no key is removed.
    ///
    /// # Errors
    /// [`ErrorKind::Query`] when a sum is out of range.
    pub fn is_within(&self, percent: Decimal) -> Result<bool> {
        for diff in &self.keys {
            if !diff.is_within(percent).map_err(Error::query)? {
                return Ok(false);
            }
        }
        Ok(self.removed.is_empty())
    }
}

impl CursorCosts {
    /// Checks rules and people: their shape, rules that no charge can reach, dates and emails that are probably wrong, and the
    /// rules' own tests; with charges in the range also rules and values that fit none of them.
    ///
    /// # Errors
    /// [`ErrorKind::Rules`], [`ErrorKind::People`], [`ErrorKind::Store`].
    pub async fn check_rules(&self, range: DayRange) -> Result<RulesCheck> {
        self.refuse_pseudonyms()?;
        self.load_people().await?;
        let rules = self.setup.ownership.rules()?;
        let tests = self.setup.ownership.rule_set()?.tests;
        let mut findings = rules.check();
        let window = self.window(range)?;
        let resolved = self.load(window).await?.rules(self)?;
        let ledger = self.ledger_of(window).await?;
        if !ledger.is_empty() {
            findings.extend(resolved.check_against(&ledger));
        }
        let failures = resolved.run_tests(&tests).iter().map(ToString::to_string).collect();
        Ok(RulesCheck { findings, tests: tests.len(), failures })
    }

    /// Refuses an answer that is about people by their names.
    fn refuse_pseudonyms(&self) -> Result<()> {
        match self.pseudonyms() {
            None => Ok(()),
            Some(_) => {
                let message =
                    "this answer names people, and pseudonyms are to be used in place of their names";
                Err(Error::new(ErrorKind::Query, message))
            }
        }
    }

    /// Explains why the charges of a person or service account have their owners.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when nothing was charged to them in the range; as [`Self::check_rules`].
    pub async fn explain_owner(&self, who: &str, range: DayRange) -> Result<Vec<ExplainedCharges>> {
        self.refuse_pseudonyms()?;
        let window = self.window(range)?;
        let loaded = self.load(window).await?;
        let rules = loaded.rules(self)?;
        let explained = rules.explain_charges(&loaded.ledger, who, window, Metric::Effective);
        let explained = explained.map_err(Error::rules)?;
        if explained.is_empty() {
            return Err(Error::new(ErrorKind::NotFound, format!("nothing was charged to them in {window}"))
                .with_hint(
                    "`report --group-by resource` lists whom charges name; --at DAY looks at another day",
                ));
        }
        Ok(explained)
    }

    /// Measures how much of the cost of a range has an owner, by key and month of the reporting zone, and lists who has none.
    ///
    /// # Errors
    /// As [`Self::check_rules`].
    pub async fn coverage(&self, range: DayRange) -> Result<OwnerCoverage> {
        let window = self.window(range)?;
        let rules = self.load(window).await?.rules(self)?;
        let ledger = &self.ledger_of(window).await?;
        let mut unallocated = Vec::new();
        for key in rules.keys() {
            let mut who = rules.unallocated(ledger, key, Metric::Effective).map_err(Error::query)?;
            if let Some(pseudonyms) = self.pseudonyms() {
                for (name, _) in &mut who {
                    *name = pseudonyms.rename_value(name).into();
                }
            }
            unallocated.push(WithoutOwner { key: Arc::clone(key), who });
        }
        Ok(OwnerCoverage {
            months: rules.coverage(ledger, Metric::Effective, self.setup.zone).map_err(Error::query)?,
            spellings: match self.pseudonyms() {
                // Two spellings of a name say whose it is.
                Some(_) => Vec::new(),
                None => rules.rules().spellings(ledger).iter().map(ToString::to_string).collect(),
            },
            unallocated,
        })
    }

    /// Suggests the rules that would reach most of the cost without an owner, by key, until `percent` of it has one.
    ///
    /// # Errors
    /// As [`Self::check_rules`].
    pub async fn suggest_rules(
        &self,
        range: DayRange,
        percent: u8,
    ) -> Result<Vec<(Arc<str>, Vec<Suggestion>)>> {
        self.refuse_pseudonyms()?;
        let window = self.window(range)?;
        let rules = self.load(window).await?.rules(self)?;
        let ledger = &self.ledger_of(window).await?;
        let mut suggestions = Vec::new();
        for key in rules.keys() {
            let found =
                rules.suggest_rules(ledger, key, Metric::Effective, &[], percent).map_err(Error::query)?;
            suggestions.push((Arc::clone(key), found));
        }
        Ok(suggestions)
    }

    /// Compares the rules in force with those of another file, over the same people and charges.
    ///
    /// # Errors
    /// As [`Self::check_rules`], and [`ErrorKind::Rules`] for the other file.
    pub async fn diff(&self, other: &Path, range: DayRange) -> Result<RulesDiff> {
        self.refuse_pseudonyms()?;
        let window: Window = self.window(range)?;
        let loaded = self.load(window).await?;
        let old = loaded.rules(self)?;
        let new = self.setup.ownership.compile(read_rules(other)?)?;
        let new = new.resolve(&loaded.ledger, Metric::Effective, &loaded.cycles).map_err(Error::rules)?;
        let mut diff = RulesDiff { keys: Vec::new(), removed: Vec::new(), added: Vec::new() };
        for key in old.keys() {
            if new.keys().contains(key) {
                let found =
                    Diff::between((&*old, &new), &loaded.ledger, key, Metric::Effective, Some(window));
                diff.keys.push(found.map_err(Error::query)?);
            } else {
                diff.removed.push(Arc::clone(key));
            }
        }
        diff.added.extend(new.keys().iter().filter(|key| !old.keys().contains(key)).cloned());
        Ok(diff)
    }

    /// Returns the rules in force as they are written, without the tags that come from columns of the people.
    ///
    /// # Errors
    /// [`ErrorKind::Rules`].
    pub fn rule_set(&self) -> Result<RuleSet> {
        self.setup.ownership.rule_set()
    }

    /// Returns the people that rules look up: those of the files, and where these have nobody, those that were imported.
    ///
    /// # Errors
    /// [`ErrorKind::People`], [`ErrorKind::Store`].
    pub async fn people(&self) -> Result<virtual_tags::Directory> {
        self.load_people().await?;
        self.setup.ownership.people()
    }
}
