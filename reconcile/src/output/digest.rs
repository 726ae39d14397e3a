//! Digests of what goes into a reconciliation and of what comes out.

use std::fmt;

use cost_model::Timestamp;
use cost_model::digest::{Digest, Digester};
use serde::{Deserialize, Serialize};

use super::canonical;
use super::history::Event;
use crate::{Case, Reconciliation};

/// Defines the digest of something, as text 64 hexadecimal digits.
macro_rules! digest {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Digest);

        impl $name {
            /// The bytes of the digest.
            pub fn as_bytes(&self) -> &[u8; 32] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
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

impl Case<'_> {
    /// The digest of everything that the invoice is explained from: the invoice, the charges of its months and three
    /// days to either side, the billing rules, and whatever else is known. Equal inputs give equal digests, whatever the
    /// order of charges of one instant; any other change, were it a digit of an amount or the name of a user, gives
    /// another one.
    ///
    /// It is SHA-256 over a fixed list of fields, version 2, and does not change between versions of this library.
    pub fn digest(&self) -> InputDigest {
        let mut digester = Digester::default();
        digester.update(b"reconciliation inputs 2\n");
        canonical::case(self, &mut digester);
        InputDigest(digester.finish())
    }
}

impl Reconciliation {
    /// The digest of this reconciliation, by which a [`SignOff`](crate::SignOff) names it.
    pub fn digest(&self) -> ReconciliationDigest {
        ReconciliationDigest(of_json("reconciliation 2\n", self))
    }
}

/// The digest of an entry of a history.
pub(super) fn entry_digest(previous: Option<EntryDigest>, at: Timestamp, event: &Event) -> EntryDigest {
    EntryDigest(of_json("reconciliation history 1\n", &(previous, at, event)))
}

/// The digest of a version and the JSON of something whose every value JSON can hold.
fn of_json(version: &str, value: &impl Serialize) -> Digest {
    let mut digester = Digester::default();
    digester.update(version.as_bytes());
    digester.update(&serde_json::to_vec(value).unwrap_or_default());
    digester.finish()
}
