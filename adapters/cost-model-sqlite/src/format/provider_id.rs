//! Ids of conversations and of agents. Most are UUIDs, which take 16 bytes in place of 36 letters.
//!
//! A provider may write ids in any way. Only a text that comes out of the 16 bytes exactly as it went in is
//! kept in them, so that an id in capitals stays in capitals.

use std::sync::Arc;

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use uuid::Uuid;

use crate::failure::{Attempt, Failure};

/// An id as it is in a column: 16 bytes, if that is the same, or else its text.
///
/// Borrowed from the record that is written.
#[derive(Debug)]
pub(crate) enum ProviderId<'a> {
    Absent,
    /// The bytes of a UUID whose text is in the usual form.
    Uuid([u8; 16]),
    /// Any other id.
    Text(&'a str),
}

impl<'a> ProviderId<'a> {
    /// Makes the shortest form that reads back as the same text.
    pub(crate) fn of(id: Option<&'a str>) -> Self {
        id.map_or(Self::Absent, |text| bytes(text).map_or(Self::Text(text), Self::Uuid))
    }
}

impl ToSql for ProviderId<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Absent => ValueRef::Null,
            Self::Uuid(bytes) => ValueRef::Blob(bytes),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// Returns the id in a column.
///
/// # Errors
/// [`Failure::Damaged`] for bytes of another length, and for a number.
pub(crate) fn read(value: ValueRef<'_>) -> Attempt<Option<Arc<str>>> {
    match value {
        ValueRef::Null => Ok(None),
        ValueRef::Blob(bytes) => {
            let bytes = bytes.try_into().map_err(|_| Failure::Damaged("an id of a wrong length"))?;
            Ok(Some(text(bytes).into()))
        }
        value => {
            let text = value.as_str().map_err(|_| Failure::Damaged("an id that is no text"))?;
            Ok(Some(text.into()))
        }
    }
}

/// Returns the bytes of a UUID, if its text is just as [`text`] writes it.
fn bytes(id: &str) -> Option<[u8; 16]> {
    let uuid = Uuid::try_parse(id).ok()?;
    let written = uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == id;
    written.then(|| uuid.into_bytes())
}

/// Returns the text of a UUID: lower case, with hyphens.
fn text(bytes: [u8; 16]) -> String {
    Uuid::from_bytes(bytes).hyphenated().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn back(text: &str) -> (bool, String) {
        let id = ProviderId::of(Some(text));
        let ToSqlOutput::Borrowed(value) = id.to_sql().unwrap() else { panic!("borrowed") };
        (matches!(value, ValueRef::Blob(_)), read(value).unwrap().unwrap().to_string())
    }

    proptest! {
        #[test]
        fn ids_come_back(id in prop_oneof![
            any::<String>(),
            any::<[u8; 16]>().prop_map(text),
            "[0-9a-fA-F-]{35,37}",
            "[0-9a-g]{8}-[0-9a-f]{4}-[0-9A-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        ]) {
            prop_assert_eq!(back(&id).1, id);
        }
    }

    #[test]
    fn only_the_usual_form_is_short() {
        assert!(back("6b0b1f4e-83c5-4a53-9f0e-0123456789ab").0);
        for text in ["6B0B1F4E-83C5-4A53-9F0E-0123456789AB", "6b0b1f4e83c54a539f0e0123456789ab", "", "c0ffee"]
        {
            assert!(!back(text).0, "{text}");
        }
    }
}
