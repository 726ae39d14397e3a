//! Sign-offs of a reconciliation by two people.

use cost_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::bridge::Reconciliation;
use crate::output::digest::{InputDigest, ReconciliationDigest};

/// The signatures of two people on a reconciliation: one prepared it, another reviewed it.
///
/// It refers to inputs and outcome by digests, so it is not valid for an outcome that differs by a single digit.
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
/// use reconcile::history::{Objection, Role, SignOff, Signature};
///
/// let case = Case::new(&ledger, &invoice, &rules);
/// let bridge = case.explain()?.reconciliation;
/// let prepared = Signature::new("Iris", Role::Engineering, "2026-10-16T09:00:00Z".parse()?);
/// let sign_off = SignOff::prepared(&bridge, case.digest(), prepared);
/// assert_eq!(sign_off.objection(&bridge), Some(Objection::NotReviewed));
/// let reviewed = Signature::new("Omar", Role::Finance, "2026-10-17T09:00:00Z".parse()?);
/// assert!(sign_off.reviewed(reviewed).is_valid_for(&bridge));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignOff {
    /// The digest of the reconciliation that was signed.
    pub reconciliation: ReconciliationDigest,
    /// The digest of its inputs.
    pub inputs: InputDigest,
    /// The person who prepared it.
    pub prepared: Signature,
    /// The person who reviewed it, once somebody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Signature>,
}

/// The signature of a person at an instant, as the host of this crate vouches for it: nothing here proves who
/// somebody is.
///
/// `Debug` leaves out the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Signature {
    /// The person who signs, by name or address.
    pub who: String,
    /// The role in which the person signs.
    pub role: Role,
    /// When the person signed.
    pub at: Timestamp,
}

cost_model::masked_debug!(Signature { role, at });

/// The role in which somebody signs.
/// A sign-off does not ask for two roles, only for two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// The person who answers for the usage data.
    Engineering,
    /// The person who answers for the books.
    Finance,
}

/// A reason for which a sign-off does not hold.
/// The first that applies is given, in the order in which they are checked: what was signed, then by whom, then when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Objection {
    /// It is about another reconciliation.
    AnotherReconciliation,
    /// A signature names nobody.
    Nameless,
    /// Nobody has reviewed it.
    NotReviewed,
    /// The one who prepared it reviewed it. Names are the same whatever their case and the spaces around them.
    OnePerson,
    /// It was reviewed before it was prepared.
    ReviewedTooSoon,
}

impl Signature {
    /// Creates a signature.
    /// An empty name is accepted, and makes a sign-off [nameless](Objection::Nameless).
    pub fn new(who: impl Into<String>, role: Role, at: Timestamp) -> Self {
        Self { who: who.into(), role, at }
    }

    /// Returns the name by which the signatures of one person are recognised: in lower case, without blanks around it.
    fn person(&self) -> String {
        self.who.trim().to_lowercase()
    }
}

impl Role {
    /// Returns the role in a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Engineering => "engineering",
            Self::Finance => "finance",
        }
    }
}

impl Objection {
    /// Returns a short text for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::AnotherReconciliation => "it is about another reconciliation",
            Self::Nameless => "a signature names nobody",
            Self::NotReviewed => "nobody has reviewed it",
            Self::OnePerson => "one person prepared and reviewed it",
            Self::ReviewedTooSoon => "it was reviewed before it was prepared",
        }
    }
}

impl SignOff {
    /// Creates the sign-off of a reconciliation from these inputs, as signed by the person who prepared it. It is valid once
    /// somebody else has [reviewed](Self::reviewed) it.
    pub fn prepared(reconciliation: &Reconciliation, inputs: InputDigest, by: Signature) -> Self {
        Self { reconciliation: reconciliation.digest(), inputs, prepared: by, reviewed: None }
    }

    /// Returns the same sign-off with the signature of the person who reviewed it.
    /// It replaces an earlier one. Whether the sign-off is valid then is a question for [`SignOff::objection`].
    #[must_use]
    pub fn reviewed(mut self, by: Signature) -> Self {
        self.reviewed = Some(by);
        self
    }

    /// Returns whether it is about this reconciliation, and two different people signed it, one after the other.
    pub fn is_valid_for(&self, reconciliation: &Reconciliation) -> bool {
        self.objection(reconciliation).is_none()
    }

    /// Returns why it does not hold for this reconciliation, if it does not.
    pub fn objection(&self, reconciliation: &Reconciliation) -> Option<Objection> {
        // First of all: signatures under another reconciliation say nothing about this one.
        if self.reconciliation != reconciliation.digest() {
            return Some(Objection::AnotherReconciliation);
        }
        let Some(reviewed) = &self.reviewed else { return Some(Objection::NotReviewed) };
        let (first, second) = (self.prepared.person(), reviewed.person());
        if first.is_empty() || second.is_empty() {
            Some(Objection::Nameless)
        } else if first == second {
            Some(Objection::OnePerson)
        } else if reviewed.at < self.prepared.at {
            Some(Objection::ReviewedTooSoon)
        } else {
            None
        }
    }
}
