//! Digests of what goes into a reconciliation and of what comes out.

use cost_model::{Digest, Digester};
use serde::Serialize;

use crate::input::case::Case;
use crate::model::bridge::Reconciliation;
use crate::output::canonical;

/// Defines the digest of something, as text 64 hexadecimal digits.
macro_rules! digest {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(cost_model::Digest);

        impl $name {
            pub(super) fn new(digest: cost_model::Digest) -> Self {
                Self(digest)
            }

            /// The bytes of the digest.
            pub fn as_bytes(&self) -> &[u8; 32] {
                self.0.as_bytes()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}
pub(super) use digest;

digest! {
    /// The digest of everything that an invoice was explained from; see [`Case::digest`].
    InputDigest
}

digest! {
    /// The digest of a reconciliation: of its JSON, every digit of it.
    ReconciliationDigest
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
        InputDigest::new(digester.finish())
    }
}

impl Reconciliation {
    /// The digest of this reconciliation, by which a [`SignOff`](crate::history::SignOff) names it.
    pub fn digest(&self) -> ReconciliationDigest {
        ReconciliationDigest::new(of_json("reconciliation 2\n", self))
    }
}

/// The digest of a version and the JSON of something whose every value JSON can hold.
pub(super) fn of_json(version: &str, value: &impl Serialize) -> Digest {
    let mut digester = Digester::default();
    digester.update(version.as_bytes());
    digester.update(&serde_json::to_vec(value).unwrap_or_default());
    digester.finish()
}
