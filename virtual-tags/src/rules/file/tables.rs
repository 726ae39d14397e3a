//! The tables of a rules file, as TOML has them.
//!
//! Fields are those that the README lists, and unknown ones are refused. `Spanned` keeps the place of each value for
//! errors. Nothing is checked here but the shape.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::value::Datetime;
use toml::{Spanned, Value};

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) person: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    pub(super) tag: Vec<Tag>,
    #[serde(default)]
    pub(super) test: Vec<Spanned<Test>>,
}

/// A `[[test]]`: a charge, and what is expected for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Test {
    pub(super) at: Spanned<Date>,
    pub(super) record: Spanned<BTreeMap<String, String>>,
    pub(super) expect: Spanned<BTreeMap<String, Value>>,
}

/// A `[[tag]]`: a key, its default and its rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tag {
    pub(super) key: Spanned<String>,
    pub(super) default: Option<Spanned<String>>,
    pub(super) default_from: Option<Spanned<String>>,
    pub(super) default_transform: Option<Spanned<Value>>,
    pub(super) overrides_provider: Option<bool>,
    #[serde(default)]
    pub(super) rule: Vec<Spanned<Rule>>,
}

/// A `[[tag.rule]]`. Which fields go together is checked by the reader, which can say why they do not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) value: Option<Spanned<String>>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) from_directory: Option<Spanned<String>>,
    pub(super) from_field: Option<Spanned<String>>,
    pub(super) transform: Option<Spanned<Value>>,
    pub(super) split: Option<Spanned<Value>>,
    pub(super) remainder: Option<Spanned<String>>,
    pub(super) email: Option<Email>,
    pub(super) in_directory: Option<bool>,
    pub(super) who: Option<Spanned<String>>,
    pub(super) from: Option<Spanned<Date>>,
    pub(super) to: Option<Spanned<Date>>,
    pub(super) dates: Option<Vec<Spanned<Dates>>>,
}

/// The fields `email.*` of a rule; the names in code are those of
/// [`PersonMatcher`](crate::rules::person_matcher::PersonMatcher).
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Email {
    pub(super) is: Option<Texts>,
    pub(super) local: Option<Texts>,
    pub(super) base: Option<Texts>,
    pub(super) domain: Option<Texts>,
    pub(super) under: Option<Texts>,
    pub(super) glob: Option<Texts>,
}

impl Email {
    /// Returns the names of the lists that are there and have no entry.
    pub(super) fn empty_lists(&self) -> Vec<&'static str> {
        let lists = [
            ("is", &self.is),
            ("local", &self.local),
            ("base", &self.base),
            ("domain", &self.domain),
            ("under", &self.under),
            ("glob", &self.glob),
        ];
        lists
            .into_iter()
            .filter(|(_, list)| matches!(list, Some(Texts::Many(texts)) if texts.is_empty()))
            .map(|(name, _)| name)
            .collect()
    }
}

/// A date or a time, in quotes or as TOML has it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a date such as 2026-09-15")]
pub(super) enum Date {
    Text(String),
    Plain(Datetime),
}

impl Date {
    /// Returns the text to parse as a date.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Plain(date) => date.to_string(),
        }
    }
}

/// One text or several.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
pub(super) enum Texts {
    One(String),
    Many(Vec<String>),
}

/// An entry of `dates`: a span with open ends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dates {
    pub(super) from: Option<Spanned<Date>>,
    pub(super) to: Option<Spanned<Date>>,
}
