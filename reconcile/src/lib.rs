#![doc = include_str!("../README.md")]
//!
//! # Types by topic
//!
//! | topic | types |
//! |---|---|
//! | explaining an invoice | [`reconcile()`], [`Case`], [`SinceIssue`], [`StoredUsage`], [`BillingRules`] |
//! | the result | [`Reconciliation`], [`Explained`], [`Step`], [`Category`], and the modules [`bridge`] and [`causes`] |
//! | what to do about it | [`Assessment`](assessment::Assessment), [`Verdict`](assessment::Verdict), [`Dispute`](assessment::Dispute) in [`assessment`] |
//! | invoices | [`Invoice`], [`InvoiceReader`], and the modules [`invoice`](mod@invoice) and [`readers`] |
//! | files and pictures | [`output`] |
//! | sign-offs | [`History`](history::History), [`SignOff`](history::SignOff) in [`history`] |
//! | before and beside the invoice | [`forecast`], [`tie_out`], [`cycle`] |
//! | errors | [`Error`], [`ErrorKind`] |

pub mod causes;
mod chargeback;
pub mod cycle;
mod error;
mod explain;
mod fault;
pub mod forecast;
mod input;
mod matching;
mod model;
pub mod output;
pub mod readers;
mod search;
mod stored_usage;
pub mod tie_out;

pub use crate::error::{Error, ErrorKind, Result};
pub use crate::explain::reconcile;
pub use crate::input::case::Case;
pub use crate::input::since_issue::SinceIssue;
pub use crate::model::billing_rules::BillingRules;
pub use crate::model::bridge::{Explained, Reconciliation, Step};
pub use crate::model::category::Category;
pub use crate::model::invoice::{Invoice, InvoiceReader};
pub use crate::stored_usage::StoredUsage;

/// Invoices: their lines, the meaning of their wordings, and checks of an invoice against itself.
///
/// An [`Invoice`] is built in code or read from a file by one of the [`readers`]. Each
/// [`InvoiceLine`](invoice::InvoiceLine) has a [`LineKind`](invoice::LineKind), which a provider's
/// [`Wordings`](invoice::Wordings) determine from its description.
pub mod invoice {
    pub use crate::model::invoice::{
        Invoice, InvoiceLine, InvoiceReader, LineKind, Remark, UsageLine, Wording, Wordings,
    };
    pub use crate::model::line_checks::{LineCheck, LineRule};
}

/// The bridge: its steps, their evidence, the subtotals between them, and the status of each line and charge.
///
/// [`Reconciliation`] is the bridge itself. Each [`Step`] has a [`Category`], an amount and
/// [`Evidence`](bridge::Evidence) with a [`Confidence`](bridge::Confidence); what no step explains has
/// [`Clue`](bridge::Clue)s.
pub mod bridge {
    pub use crate::model::bridge::{
        ChargeStatus, CutOff, Explained, LineOutcome, LineStatus, Reconciliation, Step, Subtotal,
        SubtotalName,
    };
    pub use crate::model::category::Category;
    pub use crate::model::clue::{Clue, ClueKind};
    pub use crate::model::evidence::{Confidence, Evidence, FalsePositiveRate};
    pub use crate::model::terms::{RoundingPolicy, RoundingUnit, Terms};
}

/// The assessment of a bridge: the verdict, what is missing for one, and what is to be disputed.
///
/// ```
/// use reconcile::assessment::Verdict;
///
/// // The worst of several verdicts is that of all together, also as a program's exit status.
/// let all = [Verdict::Done, Verdict::NeedsAction, Verdict::CannotBeSaid].into_iter().max();
/// assert_eq!(all.map(Verdict::exit_status), Some(3));
/// ```
pub mod assessment {
    pub use crate::model::assessment::{Answer, Assessment, Dispute, Materiality, Missing, Party, Verdict};
    pub use crate::model::disposition::Disposition;
}

/// Sign-offs and an append-only history of reconciliations, each bound to digests of inputs and outcomes.
pub mod history {
    pub use crate::output::changes::{AmountChange, AmountOf, Changes, LineChange};
    pub use crate::output::digest::{InputDigest, ReconciliationDigest};
    pub use crate::output::history::{BrokenEntry, Entry, EntryDigest, Event, History};
    pub use crate::output::sign_off::{Objection, Role, SignOff, Signature};
}
