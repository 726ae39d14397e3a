//! Whether a secret shows where it must not.

use std::error::Error;
use std::fmt::Debug;

/// Returns the text in which a value's `Debug` shows a secret, if it does: for tests of crates whose values hold people.
///
/// ```
/// use cost_model::conformance::shown_in_debug;
/// use cost_model::record::Tags;
///
/// let mut tags = Tags::default();
/// tags.insert("cursor:user", "canary@acme.test");
/// assert_eq!(shown_in_debug(&tags, "canary"), None);
/// assert!(shown_in_debug(&"canary@acme.test", "canary").is_some());
/// ```
pub fn shown_in_debug(value: &impl Debug, secret: &str) -> Option<String> {
    [format!("{value:?}"), format!("{value:#?}")].into_iter().find(|shown| shown.contains(secret))
}

/// Returns the text in which an error or one of its causes shows a secret, if one does, in `Debug` or to people.
///
/// ```
/// use cost_model::Filter;
/// use cost_model::conformance::shown_in_error;
///
/// let error = Filter::parse("costs.resource_id = canary@acme.test").unwrap_err();
/// assert_eq!(shown_in_error(&error, "canary"), None);
/// ```
pub fn shown_in_error(error: &(dyn Error + 'static), secret: &str) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let shown = shown_in_debug(&error, secret).or_else(|| Some(error.to_string()));
        if let Some(shown) = shown.filter(|shown| shown.contains(secret)) {
            return Some(shown);
        }
        cause = error.source();
    }
    None
}
