//! Digests of what goes into a reconciliation and of what comes out.
//!
//! A sign-off holds both, so that it is known later what was signed.

use cost_model::digest::{Digest, Digester};
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
        pub struct $name(cost_model::digest::Digest);

        impl $name {
            pub(super) fn new(digest: cost_model::digest::Digest) -> Self {
                Self(digest)
            }

            /// Returns the bytes of the digest.
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
    /// Returns the digest of everything that the invoice is explained from: the invoice, the charges of its months and three
    /// days to either side, the billing rules, and whatever else is known. Equal inputs give equal digests, whatever the
    /// order of charges of one instant; any other change, were it a digit of an amount or the name of a user, gives
    /// another one.
    ///
    /// It is SHA-256 over a fixed list of fields, version 2, and does not change between versions of this library.
    ///
    /// ```
    /// # use cost_model::{CostRecord, Costs, Currency, Filter, Ledger, Timestamp, Window};
    /// # use reconcile::invoice::{InvoiceLine, LineKind, UsageLine};
    /// # use reconcile::{BillingRules, Case, Invoice};
    /// # let filter = |kind: &str| Filter::parse(&format!("costs.subcategory = '{kind}'"));
    /// # let rules = BillingRules::new(filter("On-demand")?, filter("Own key")?);
    /// # let september = Window::days("2026-09-01".parse()?, "2026-10-01".parse()?)?;
    /// # let at = Timestamp::midnight("2026-09-20".parse()?);
    /// # let mut charge = CostRecord::new(at, "acme", Currency::USD, Costs::flat("0.6175".parse()?));
    /// # charge.edit(|set| set.subcategory = Some("On-demand".into()));
    /// # charge.edit(|set| set.service_id = Some("model-a".into()));
    /// # let mut ledger = Ledger::builder(Currency::USD);
    /// # ledger.push(&charge)?;
    /// # let ledger = ledger.build();
    /// # let mut invoice = Invoice::new("INV-7", september, Currency::USD);
    /// # let usage = LineKind::Usage(UsageLine::of_model("model-a"));
    /// # invoice.lines.push(InvoiceLine::new(1, "Usage of model-a", "0.62".parse()?, usage));
    /// # invoice.lines.push(InvoiceLine::new(2, "Tax", "0.05".parse()?, LineKind::Tax));
    /// let digest = Case::new(&ledger, &invoice, &rules).digest();
    /// assert_eq!(digest, Case::new(&ledger, &invoice, &rules).digest());
    /// invoice.lines[1].amount = "0.06".parse()?;
    /// assert_ne!(digest, Case::new(&ledger, &invoice, &rules).digest());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn digest(&self) -> InputDigest {
        let mut digester = Digester::default();
        digester.update(b"reconciliation inputs 2\n");
        canonical::case(self, &mut digester);
        InputDigest::new(digester.finish())
    }
}

impl Reconciliation {
    /// Returns the digest of this reconciliation, by which a [`SignOff`](crate::history::SignOff) names it.
    ///
    /// It covers every field, so that any change of an amount, of evidence or of words makes another digest and voids
    /// sign-offs.
    pub fn digest(&self) -> ReconciliationDigest {
        ReconciliationDigest::new(of_json("reconciliation 2\n", self))
    }
}

/// Returns the digest of a version and the JSON of something whose every value JSON can hold.
pub(super) fn of_json(version: &str, value: &impl Serialize) -> Digest {
    let mut digester = Digester::default();
    digester.update(version.as_bytes());
    digester.update(&serde_json::to_vec(value).unwrap_or_default());
    digester.finish()
}
