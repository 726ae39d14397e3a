//! Runs the tests of a rules file.
//!
//! A test is part of the file, so that whoever changes a rule sees whose charges it moves before it is in
//! force.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use cost_model::filter::closest;

use crate::compile::rules::Rules;
use crate::error::Result;
use crate::evaluate::resolved_rules::ResolvedRules;
use crate::fault::mask_emails;
use crate::ids::KeyId;
use crate::place::Place;
use crate::rules::answer::Answer;
use crate::rules::rule_test::RuleTest;

/// A test whose answer differs from the expected one. `Debug` leaves out the values, and `Display` masks email addresses.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestFailure {
    /// Where the test is, if it was read from a file.
    pub place: Option<Place>,
    /// The key.
    pub key: Arc<str>,
    /// The answer that the test expects.
    pub expected: Answer,
    /// The answer of the rules; `None` if they have no such key.
    pub actual: Option<Answer>,
    hint: Option<Arc<str>>,
}

cost_model::masked_debug!(TestFailure {});

impl Rules {
    /// Runs tests, and returns those that fail, in order. Keys that depend on no costs can be tested without any.
    ///
    /// ```
    /// use virtual_tags::{Directory, RuleSet};
    ///
    /// let toml = r#"
    /// [[tag]]
    /// key = "Team"
    ///   [[tag.rule]]
    ///   value = "Web"
    ///   email.domain = "web.acme.test"
    /// [[test]]
    /// at = "2026-09-15"
    /// record = { "costs.resource_id" = "ana@web.acme.test" }
    /// expect = { Team = "Data" }
    /// "#;
    /// let written = RuleSet::from_toml(toml, "rules.toml")?;
    /// let failures = written.clone().compile(Directory::default())?.run_tests(&written.tests)?;
    /// assert_eq!(failures[0].to_string(), "rules.toml:7:1: `Team` is `Web`, expected `Data`");
    /// # Ok::<(), virtual_tags::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NeedsCosts`](crate::ErrorKind::NeedsCosts) where a test expects an answer of a key that depends on
    /// costs; use [`ResolvedRules::run_tests`] for those.
    pub fn run_tests<'a>(&self, tests: impl IntoIterator<Item = &'a RuleTest>) -> Result<Vec<TestFailure>> {
        let tests: Vec<_> = tests.into_iter().collect();
        let expected = tests.iter().flat_map(|test| &test.expect);
        if expected
            .map(|(key, _)| self.0.key_id(key))
            .any(|key: Option<KeyId>| key.is_some_and(|key| self.0.depends_on_costs(key)))
        {
            // Fails with the error that names the rule, if the rules do split by cost.
            return Ok(self.tagger()?.run_tests(tests));
        }
        Ok(ResolvedRules::new(Arc::clone(&self.0), HashMap::new()).run_tests(tests))
    }
}

impl ResolvedRules {
    /// Runs tests, and returns those that fail, in order.
    ///
    /// Answers are compared by their proportions: shares of 2 and 2 are those of 1 and 1, in any order. A key
    /// that the rules do not have fails, with the nearest name as a hint.
    pub fn run_tests<'a>(&self, tests: impl IntoIterator<Item = &'a RuleTest>) -> Vec<TestFailure> {
        let mut failures = Vec::new();
        for test in tests {
            for (key, expected) in &test.expect {
                let keys = &self.compiled.keys;
                let known = keys.as_slice().contains(key);
                let actual = known.then(|| self.answer(key, test, test.at));
                if actual.as_ref().is_none_or(|actual| actual.normalized() != expected.normalized()) {
                    let near = closest(key, keys.iter().map(|key| &**key)).filter(|_| !known);
                    failures.push(TestFailure {
                        place: test.place.clone(),
                        key: Arc::clone(key),
                        expected: expected.clone(),
                        actual,
                        hint: near.map(Arc::from),
                    });
                }
            }
        }
        failures
    }
}

impl fmt::Display for TestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        let message = match (&self.actual, &self.hint) {
            (Some(actual), _) => format!("`{}` is {actual}, expected {}", self.key, self.expected),
            (None, Some(near)) => format!("there is no key `{}`; did you mean `{near}`?", self.key),
            (None, None) => format!("there is no key `{}`", self.key),
        };
        f.write_str(&mask_emails(message))
    }
}
