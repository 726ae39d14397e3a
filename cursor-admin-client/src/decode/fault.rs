//! Decode faults: the place at which an answer differs from what was expected.

/// Where and how an answer departs from what was expected; never what it held.
///
/// Both texts are this crate's own: an error can be logged although the answer names people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub(crate) struct DecodeFault {
    path: String,
    expected: &'static str,
    cut: bool,
}

/// What was read, or the fault at which reading stopped.
pub(crate) type Decoded<T> = Result<T, DecodeFault>;

/// What is expected of a field that must be there.
pub(crate) const MISSING: &str = "a value, but it is missing";

impl DecodeFault {
    /// Makes a fault at a field; an empty path means the answer as a whole.
    pub(crate) fn new(path: impl Into<String>, expected: &'static str) -> Self {
        Self { path: path.into(), expected, cut: false }
    }

    /// Makes the fault of a text that ends before its JSON does.
    pub(crate) fn cut() -> Self {
        Self { path: String::new(), expected: "the whole text, but it ends early", cut: true }
    }

    /// Returns whether the text ends before the JSON does: a cut transfer rather than a strange answer.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Returns the field, such as `usageEvents[17].chargedCents`; empty for the answer as a whole.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}
