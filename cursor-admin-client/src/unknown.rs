//! Fields that this release does not read.

use std::collections::BTreeMap;
use std::fmt;

use crate::redact;
use crate::wire::Fields;

/// A field that Cursor sent and this release does not read: its name, its JSON type and how often
/// it was seen, never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownField {
    /// Where it stands, such as `usageEvents[].teamId`.
    pub path: String,
    /// `string`, `number`, `boolean`, `null`, `array` or `object`.
    pub json_type: &'static str,
    /// How many times it was seen.
    pub count: u64,
}

/// Counts unknown fields by path and type.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnknownFields(BTreeMap<(String, &'static str), u64>);

/// An answer whose keys are data must not fill the memory.
const DISTINCT_MAX: usize = 64;

impl UnknownFields {
    /// Counts what is left of an object; `parent` is its path with a dot at its end.
    pub(crate) fn note(&mut self, parent: impl fmt::Display, fields: &Fields<'_>) {
        for (name, json_type) in fields.left() {
            let shown = redact::name(name);
            self.add(format!("{parent}{shown}"), json_type, 1);
        }
    }

    pub(crate) fn merge(&mut self, fields: Vec<UnknownField>) {
        for UnknownField { path, json_type, count } in fields {
            self.add(path, json_type, count);
        }
    }

    pub(crate) fn into_list(self) -> Vec<UnknownField> {
        self.0.into_iter().map(|((path, json_type), count)| UnknownField { path, json_type, count }).collect()
    }

    fn add(&mut self, path: String, json_type: &'static str, more: u64) {
        let key = (path, json_type);
        if let Some(count) = self.0.get_mut(&key) {
            *count += more;
        } else if self.0.len() < DISTINCT_MAX {
            self.0.insert(key, more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_end_are_cut_off() {
        let mut unknown = UnknownFields::default();
        for round in 0..2 {
            for at in 0..1000 {
                let text = format!(r#"{{"field{at}":{round}}}"#);
                unknown.note("", &Fields::of_text(&text).unwrap());
            }
        }
        let list = unknown.into_list();
        assert_eq!(list.len(), DISTINCT_MAX);
        assert!(list.iter().all(|field| field.count == 2));
    }
}
