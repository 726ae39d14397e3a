//! Where an answer departs from what was expected.

use std::fmt;

/// Where and how an answer departs from what was expected; never what it held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecodeFault {
    path: String,
    expected: &'static str,
    /// The text ends before the JSON does: a cut transfer rather than a strange answer.
    pub(crate) cut: bool,
}

pub(crate) type Decoded<T> = Result<T, DecodeFault>;

impl DecodeFault {
    pub(crate) fn new(path: impl Into<String>, expected: &'static str) -> Self {
        Self { path: path.into(), expected, cut: false }
    }

    pub(crate) fn under(mut self, parent: &str) -> Self {
        self.path = match self.path.as_str() {
            "" => parent.to_owned(),
            path => format!("{parent}.{path}"),
        };
        self
    }

    pub(crate) fn json(error: &serde_json::Error, expected: &'static str) -> Self {
        if error.is_eof() { Self::cut() } else { Self::new("", expected) }
    }

    pub(crate) fn cut() -> Self {
        Self { path: String::new(), expected: "the whole text, but it ends early", cut: true }
    }

    /// The field, such as `usageEvents[17].chargedCents`; empty for the answer as a whole.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for DecodeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)
    }
}

impl std::error::Error for DecodeFault {}
