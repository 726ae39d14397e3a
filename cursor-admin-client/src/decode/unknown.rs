//! Fields that this release does not read.

/// A field that Cursor sent and this release does not read: its name, its JSON type and how often
/// it was seen, never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownField {
    /// Where it is, such as `usageEvents[].teamId`.
    pub path: String,
    /// `string`, `number`, `boolean`, `null`, `array` or `object`.
    pub json_type: &'static str,
    /// The number of times that it was seen.
    pub count: u64,
}

/// Counts unknown fields by path and type.
///
/// The list is short, so that looking through it costs less than a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnknownFields(Vec<UnknownField>);

/// How many distinct fields are kept: an answer whose keys are data must not fill the memory.
const DISTINCT_MAX: usize = 64;

impl UnknownFields {
    /// Counts a field; beyond the limit only those that are known already.
    pub(crate) fn add(&mut self, path: &str, json_type: &'static str, more: u64) {
        let known = self.0.iter_mut().find(|field| field.path == path && field.json_type == json_type);
        if let Some(field) = known {
            field.count += more;
        } else if self.0.len() < DISTINCT_MAX {
            self.0.push(UnknownField { path: path.to_owned(), json_type, count: more });
        }
    }

    /// Adds the counts of other fields.
    pub(crate) fn merge(&mut self, fields: &[UnknownField]) {
        for field in fields {
            self.add(&field.path, field.json_type, field.count);
        }
    }

    /// Returns the fields, by path and type.
    pub(crate) fn into_list(mut self) -> Vec<UnknownField> {
        // Sorted, since the order in which fields come differs from answer to answer.
        self.0.sort_by(|a, b| (&a.path, a.json_type).cmp(&(&b.path, b.json_type)));
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_end_are_cut_off() {
        let mut unknown = UnknownFields::default();
        for _ in 0..2 {
            for at in 0..1000 {
                unknown.add(&format!("field{at}"), "number", 1);
            }
        }
        let list = unknown.into_list();
        assert_eq!(list.len(), DISTINCT_MAX);
        assert!(list.iter().all(|field| field.count == 2));
    }
}
