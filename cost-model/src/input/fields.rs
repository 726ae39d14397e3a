//! The fields of a JSON object, each of which may occur once.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

/// The fields of an object in their order. A field that occurs twice is an error, where a map would keep the last one.
///
/// ```
/// use cost_model::input::UniqueFields;
/// let fields: UniqueFields<u8> = serde_json::from_str(r#"{ "a": 1, "b": 2 }"#)?;
/// assert_eq!(fields.0, [("a".to_owned(), 1), ("b".to_owned(), 2)]);
/// let error = serde_json::from_str::<UniqueFields<u8>>(r#"{ "a": 1, "a": 2 }"#).unwrap_err();
/// assert_eq!(error.to_string(), "duplicate field `a` at line 1 column 18");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a list of fields and no more")]
pub struct UniqueFields<V>(pub Vec<(String, V)>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for UniqueFields<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor(PhantomData))
    }
}

struct FieldsVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for FieldsVisitor<V> {
    type Value = UniqueFields<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UniqueFields<V>, A::Error> {
        let mut fields: Vec<(String, V)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, V>()? {
            if fields.iter().any(|(other, _)| *other == name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            fields.push((name, value));
        }
        Ok(UniqueFields(fields))
    }
}
