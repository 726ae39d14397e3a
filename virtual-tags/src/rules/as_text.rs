//! Serialises fields of rules as the text by which files write them.
//!
//! Dimensions, filters and the like are stored in locks as people write them, so that a lock can be read and compared.
//! The modules `optional`, `list` and `percentages` do the same inside other types; all are named in serde's `with`.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serializer, de};

/// Serialises a field as the text that its `Display` gives.
pub(crate) fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Parses a field from its text; a text that is none is the deserialiser's error.
pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

/// Serialises an optional field, with null for none.
pub(crate) mod optional {
    use super::{Deserialize, Deserializer, Display, FromStr, Serializer, de};

    #[expect(clippy::ref_option, reason = "serde hands the field over as it is")]
    pub(crate) fn serialize<T: Display, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.serialize_some(&value.to_string()),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(de::Error::custom)).transpose()
    }
}

/// Serialises a list of fields.
pub(crate) mod list {
    use super::{Deserialize, Deserializer, Display, FromStr, Serializer, de};

    pub(crate) fn serialize<T: Display, S: Serializer>(list: &[T], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().map(ToString::to_string))
    }

    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let texts = Vec::<String>::deserialize(deserializer)?.into_iter();
        texts.map(|text| text.parse().map_err(de::Error::custom)).collect()
    }
}

/// Serialises the percentages of a split as text, which keeps every decimal.
pub(crate) mod percentages {
    use std::sync::Arc;

    use rust_decimal::Decimal;

    use super::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(
        parts: &[(Arc<str>, Decimal)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(parts.iter().map(|(value, percent)| (value, percent.to_string())))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(Arc<str>, Decimal)>, D::Error> {
        let parts = Vec::<(Arc<str>, String)>::deserialize(deserializer)?.into_iter();
        parts
            .map(|(value, percent): (Arc<str>, String)| {
                percent.parse().map(|percent| (value, percent)).map_err(de::Error::custom)
            })
            .collect()
    }
}
