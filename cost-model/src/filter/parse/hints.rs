//! Advice in parse errors: what to write instead.

use std::ops::Range;

use crate::error::Error;
use crate::filter::closest;
use crate::filter::field::{Field, Kind};

/// Returns an unknown name behind `costs.`, `tags.` or `usage.`.
pub(super) fn unknown(
    namespace: &str,
    name: &str,
    span: Range<usize>,
    known: impl IntoIterator<Item = &'static str> + Clone,
) -> Error {
    let hint = match closest(name, known.clone()) {
        Some(near) => format!("did you mean `{namespace}.{near}`?"),
        None => format!("known are: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    };
    Error::filter(span, format!("unknown field `{namespace}.{name}`; {hint}"))
}

/// Returns a namespace that there is not.
pub(super) fn unknown_namespace(name: &str, span: Range<usize>) -> Error {
    let hint = match closest(name, ["costs", "tags", "usage", "vtag"]) {
        Some(near) => format!("did you mean `{near}.`?"),
        None => "fields start with `costs.`, `tags.`, `usage.` or `vtag.`".to_owned(),
    };
    Error::filter(span, format!("unknown field `{name}.`; {hint}"))
}

/// Returns a field without a namespace: a cost field, or else most likely a virtual tag.
pub(super) fn bare_field(name: &str, span: Range<usize>) -> Error {
    if let Some(keyword) = ["where", "select"].into_iter().find(|each| each.eq_ignore_ascii_case(name)) {
        let keyword = keyword.to_uppercase();
        return Error::filter(span, format!("a filter is the condition alone, without {keyword}"));
    }
    let hint = match Field::from_costs(name).or_else(|| Field::from_usage(name)) {
        Some(field) => format!("did you mean `{field}`?"),
        None if closest(name, ["charged_at"]).is_some() => "did you mean `charged_at`?".to_owned(),
        None => {
            let mut key = name.to_owned();
            if let Some(first) = key.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            format!("for a tag write `vtag.{key}` or `tags.name = '{key}'`")
        }
    };
    Error::filter(span, format!("unknown field `{name}`; {hint}"))
}

pub(super) fn function(name: &str, span: Range<usize>) -> Error {
    let hint = match name.to_ascii_lowercase().as_str() {
        "lower" | "upper" => "; to ignore case use ILIKE",
        "contains" | "starts_with" | "ends_with" => "; use LIKE with `%`",
        "regexp_like" | "regexp" => "; use `=~`",
        _ => "",
    };
    Error::filter(span, format!("functions such as `{name}(...)` are not part of the filter language{hint}"))
}

impl Kind {
    /// Returns what a field of this kind is.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Instant => "a time",
            Self::Flag => "true or false",
        }
    }

    /// Returns the message where an operator is missing.
    pub(super) fn operators(self) -> &'static str {
        match self {
            Self::Text => "expected an operator: =, !=, IN, LIKE, ILIKE, ~*, =~ or IS NULL",
            Self::Number | Self::Instant => {
                "expected an operator: =, !=, <, <=, >, >=, BETWEEN, IN or IS NULL"
            }
            Self::Flag => "expected an operator: = or !=",
        }
    }

    /// Returns the message where a literal of this kind is missing.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Text => "expected a string in single quotes",
            Self::Number => "expected a number, such as 12.5",
            Self::Instant => {
                "expected a date such as '2026-09-01', or a time to the millisecond such as '2026-09-01T12:30:00.250Z'"
            }
            Self::Flag => "expected true or false",
        }
    }
}
