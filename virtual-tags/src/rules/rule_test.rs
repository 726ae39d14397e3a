//! Tests of rules, as data.

use std::borrow::Cow;
use std::sync::Arc;

use cost_model::{Dimension, Dimensions, Timestamp};

use crate::place::Place;
use crate::rules::answer::Answer;

/// A test of rules: a charge, and the answers that are expected for it. `Debug` leaves out both.
///
/// ```
/// use cost_model::{Dimension, Timestamp};
/// use virtual_tags::rules::RuleTest;
/// use virtual_tags::{Answer, Directory, RuleSet};
///
/// let toml = "[[tag]]\nkey = \"Team\"\n[[tag.rule]]\nvalue = \"Web\"\nemail.local = \"ana\"\n";
/// let rules = RuleSet::from_toml(toml, "rules.toml")?.compile(Directory::default())?;
/// let mut test = RuleTest::new(Timestamp::midnight("2026-09-15".parse().unwrap()));
/// test.record.push((Dimension::Resource, "ana@acme.test".into()));
/// test.expect.push(("Team".into(), Answer::Value("Web".into())));
/// assert!(rules.run_tests([&test])?.is_empty());
/// # Ok::<(), virtual_tags::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleTest {
    /// When the charge arose.
    pub at: Timestamp,
    /// The charge's fields.
    pub record: Vec<(Dimension, Arc<str>)>,
    /// The expected answers, by key.
    pub expect: Vec<(Arc<str>, Answer)>,
    /// Where the test is, if it was read from a file.
    pub place: Option<Place>,
}

cost_model::masked_debug!(RuleTest {});

impl RuleTest {
    /// Makes a test of a charge at an instant without any fields and expectations.
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
