//! Tests that stand in a rules file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use cost_model::filter::closest;
use cost_model::output::for_terminal;
use cost_model::tagger::Part;
use cost_model::{Dimension, Dimensions, Timestamp};

use crate::error::without_emails;
use crate::evaluate::Outcome;
use crate::{Place, ResolvedRules, Result, Rules, weights};

/// A charge, and what the rules are expected to say of it. `Debug` leaves out both.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleTest {
    /// When the charge arose.
    pub at: Timestamp,
    /// The charge's fields.
    pub record: Vec<(Dimension, Arc<str>)>,
    /// By key, what is expected.
    pub expect: Vec<(Arc<str>, Answer)>,
    /// Where the test stands, if it was read from a file.
    pub place: Option<Place>,
}

cost_model::masked_debug!(RuleTest {});

/// What rules say of one key. `Debug` leaves out the values.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "every consumer must handle all three, or it loses money")]
pub enum Answer {
    /// This value for the whole charge.
    Value(Arc<str>),
    /// No value.
    Unset,
    /// Shares in these proportions, in any order; `None` is no value.
    Shares(Vec<(Option<Arc<str>>, u128)>),
}

cost_model::masked_debug!(Answer = Value | Unset | Shares);

/// A test that did not come out as expected. `Debug` leaves out the values, and `Display` masks email addresses.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestFailure {
    /// Where the test stands.
    pub place: Option<Place>,
    /// The key.
    pub key: Arc<str>,
    /// What was expected.
    pub expected: Answer,
    /// What the rules say; `None` if they have no such key.
    pub actual: Option<Answer>,
    hint: Option<Arc<str>>,
}

cost_model::masked_debug!(TestFailure {});

impl RuleTest {
    /// A charge at an instant of which nothing is known, and nothing expected.
    pub fn new(at: Timestamp) -> Self {
        Self { at, record: Vec::new(), expect: Vec::new(), place: None }
    }
}

impl Dimensions for RuleTest {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        let found = self.record.iter().find(|(each, _)| each == dimension);
        found.map(|(_, value)| Cow::Borrowed(&**value))
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        for (dimension, value) in &self.record {
            if let Dimension::Tag(key) = dimension {
                visit(key, value);
            }
        }
    }

    fn at(&self) -> Option<Timestamp> {
        Some(self.at)
    }
}

impl Rules {
    /// Runs tests; returns what did not come out as expected, in order. Keys that depend on no costs can be tested without any.
    ///
    /// # Errors
    /// [`ErrorKind::NeedsCosts`](crate::ErrorKind::NeedsCosts) where a test expects something of another key.
    pub fn run_tests<'a>(&self, tests: impl IntoIterator<Item = &'a RuleTest>) -> Result<Vec<TestFailure>> {
        let tests: Vec<_> = tests.into_iter().collect();
        let expected = tests.iter().flat_map(|test| &test.expect);
        let weighs = |number: Option<usize>| number.is_some_and(|number| self.0.weighs_costs(number));
        if expected.map(|(key, _)| self.0.number(key)).any(weighs) {
            return Ok(self.tagger()?.run_tests(tests));
        }
        Ok(ResolvedRules::new(Arc::clone(&self.0), HashMap::new()).run_tests(tests))
    }
}

impl ResolvedRules {
    /// Runs tests; returns what did not come out as expected, in order.
    pub fn run_tests<'a>(&self, tests: impl IntoIterator<Item = &'a RuleTest>) -> Vec<TestFailure> {
        let mut failures = Vec::new();
        for test in tests {
            for (key, expected) in &test.expect {
                let keys = &self.compiled.keys;
                let known = keys.contains(key);
                let actual = known.then(|| self.answer(key, test, test.at));
                if actual.as_ref().is_none_or(|actual| actual.sorted() != expected.sorted()) {
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

impl Answer {
    /// What parts say of the first key that they are about.
    pub(crate) fn of_parts(parts: &[Part]) -> Self {
        let value = |part: &Part| part.values.first().cloned().flatten();
        match parts {
            [] => Self::Unset,
            [whole] => value(whole).map_or(Self::Unset, Self::Value),
            parts => Self::Shares(parts.iter().map(|part| (value(part), part.weight)).collect()),
        }
    }

    pub(crate) fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Value(value) => Self::Value(value),
            Outcome::Unset => Self::Unset,
            Outcome::Shares(shares) => {
                Self::Shares(shares.iter().map(|share| (share.value.clone(), share.weight)).collect())
            }
        }
    }

    /// The same in one form for equal proportions.
    fn sorted(&self) -> Self {
        let Self::Shares(shares) = self else { return self.clone() };
        let mut shares = shares.clone();
        shares.retain(|(_, weight)| *weight > 0);
        weights::reduce(shares.iter_mut().map(|(_, weight)| weight));
        shares.sort();
        match shares.as_slice() {
            [(Some(only), _)] => Self::Value(Arc::clone(only)),
            [(None, _)] => Self::Unset,
            _ => Self::Shares(shares),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "`{}`", for_terminal(value)),
            Self::Unset => f.write_str("no value"),
            Self::Shares(shares) => {
                let part = |(value, weight): &(Option<Arc<str>>, u128)| match value {
                    Some(value) => format!("{weight} of `{}`", for_terminal(value)),
                    None => format!("{weight} of no value"),
                };
                let parts: Vec<_> = shares.iter().map(part).collect();
                f.write_str(&parts.join(", "))
            }
        }
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
        f.write_str(&without_emails(message))
    }
}
