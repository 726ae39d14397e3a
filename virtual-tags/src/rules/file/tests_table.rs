//! Reads the tests in a rules file.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use cost_model::{Dimension, Timestamp};
use toml::{Spanned, Value};

use super::{Reader, fail, tables, without_column};
use crate::dates::parse_date;
use crate::error::Result;
use crate::rules::answer::Answer;
use crate::rules::rule_test::RuleTest;

impl Reader<'_> {
    /// Reads one test: the instant, the fields of a charge by their names in conditions, and an answer for
    /// each key.
    ///
    /// Whether there are such keys is left to the run, where it makes the test fail.
    pub(super) fn read_test(&self, test: Spanned<tables::Test>) -> Result<RuleTest> {
        let place = self.place_of(&test);
        let test = test.into_inner();
        let text = test.at.get_ref().text();
        let date = parse_date(&text).map(Timestamp::midnight);
        let at = date
            .or_else(|| text.parse::<DateTime<Utc>>().ok().map(Timestamp::from))
            .ok_or_else(|| fail(self.place_of(&test.at), "`at` is neither a date nor a time in UTC"))?;
        let mut read = RuleTest::new(at);
        let record = self.place_of(&test.record);
        for (name, value) in test.record.into_inner() {
            let field = name.parse::<Dimension>().map_err(|error| {
                fail(record.clone(), "a name in `record` is not a field such as \"costs.resource_id\"")
                    .with_source(without_column(&error))
            })?;
            read.record.push((field, value.into()));
        }
        let expect = self.place_of(&test.expect);
        for (key, value) in test.expect.into_inner() {
            let expected = expected(&value).ok_or_else(|| {
                fail(
                    expect.clone(),
                    "an expected value is a string, \"\" for none, or a table of weights such as { A = 60, B = 40 }",
                )
            })?;
            read.expect.push((key.into(), expected));
        }
        read.place = Some(place);
        Ok(read)
    }
}

/// Returns the expected answer: a text, an empty one for no value, or weights by value.
fn expected(value: &Value) -> Option<Answer> {
    match value {
        Value::String(text) if text.is_empty() => Some(Answer::Unset),
        Value::String(text) => Some(Answer::Value(text.as_str().into())),
        Value::Table(table) => table
            .iter()
            .map(|(value, weight): (&String, &Value)| {
                let value = Some(Arc::from(value.as_str())).filter(|value: &Arc<str>| !value.is_empty());
                Some((value, u128::try_from(weight.as_integer()?).ok()?))
            })
            .collect::<Option<_>>()
            .map(Answer::Shares),
        _ => None,
    }
}
