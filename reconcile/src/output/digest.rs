//! Digests of what goes into a reconciliation and of what comes out.

use std::fmt;

use cost_model::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::canonical;
use super::history::Event;
use crate::{Case, Reconciliation};

/// Defines a SHA-256 digest of something, as text 64 hexadecimal digits.
macro_rules! digest {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// The bytes of the digest.
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            fn of(hasher: Sha256) -> Self {
                Self(hasher.finalize().into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let no_digest = || serde::de::Error::custom("a digest has 64 hexadecimal digits");
                from_hexadecimal(&text).map(Self).ok_or_else(no_digest)
            }
        }
    };
}

digest! {
    /// The digest of everything that an invoice was explained from; see [`Case::digest`].
    InputDigest
}

digest! {
    /// The digest of a reconciliation: of its JSON, every digit of it.
    ReconciliationDigest
}

digest! {
    /// The digest of an entry of a [`History`](crate::History) and, through the one before, of all earlier ones.
    EntryDigest
}

fn from_hexadecimal(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes: Vec<u8> =
        pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect::<Option<_>>()?;
    rest.is_empty().then_some(bytes)?.try_into().ok()
}

impl Case<'_> {
    /// The digest of everything that the invoice is explained from: the invoice, the charges of its months and three
    /// days to either side, the billing rules, and whatever else is known. Equal inputs give equal digests, whatever the
    /// order of charges of one instant; any other change, were it a digit of an amount or the name of a user, gives
    /// another one.
    ///
    /// It is SHA-256 over a fixed list of fields, version 2, and does not change between versions of this library.
    pub fn digest(&self) -> InputDigest {
        let mut hasher = Sha256::new_with_prefix("reconciliation inputs 2\n");
        canonical::case(self, &mut |bytes| hasher.update(bytes));
        InputDigest::of(hasher)
    }
}

impl Reconciliation {
    /// The digest of this reconciliation, by which a [`SignOff`](crate::SignOff) names it.
    pub fn digest(&self) -> ReconciliationDigest {
        ReconciliationDigest::of(Sha256::new_with_prefix("reconciliation 2\n").chain_update(json(self)))
    }
}

/// The digest of an entry of a history.
pub(super) fn entry_digest(previous: Option<EntryDigest>, at: Timestamp, event: &Event) -> EntryDigest {
    EntryDigest::of(
        Sha256::new_with_prefix("reconciliation history 1\n").chain_update(json(&(previous, at, event))),
    )
}

/// The JSON of something whose every value JSON can hold.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
