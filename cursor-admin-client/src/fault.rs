//! Where an answer departs from what was expected.

use std::fmt;

/// Where and how an answer departs from what was expected; never what it held. One word wide, since
/// every field that is read could return one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecodeFault(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    path: String,
    expected: &'static str,
    cut: bool,
}

pub(crate) type Decoded<T> = Result<T, DecodeFault>;

impl DecodeFault {
    #[cold]
    pub(crate) fn new(path: impl Into<String>, expected: &'static str) -> Self {
        Self(Box::new(Inner { path: path.into(), expected, cut: false }))
    }

    pub(crate) fn under(mut self, parent: &str) -> Self {
        self.0.path = match self.0.path.as_str() {
            "" => parent.to_owned(),
            path => format!("{parent}.{path}"),
        };
        self
    }

    #[cold]
    pub(crate) fn cut() -> Self {
        let expected = "the whole text, but it ends early";
        Self(Box::new(Inner { path: String::new(), expected, cut: true }))
    }

    /// Whether the text ends before the JSON does: a cut transfer rather than a strange answer.
    pub(crate) fn is_cut(&self) -> bool {
        self.0.cut
    }

    /// The field, such as `usageEvents[17].chargedCents`; empty for the answer as a whole.
    pub(crate) fn path(&self) -> &str {
        &self.0.path
    }
}

impl fmt::Display for DecodeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0.expected)
    }
}

impl std::error::Error for DecodeFault {}
