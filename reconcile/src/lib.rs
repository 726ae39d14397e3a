#![doc = include_str!("../README.md")]

mod causes;
mod chargeback;
mod cycle;
mod error;
mod explain;
mod forecast;
mod input;
mod matching;
mod model;
mod output;
mod readers;
mod search;
mod stored_usage;
mod tie_out;

pub use crate::causes::spec::{CauseSpec, Theme};
pub use crate::cycle::{CycleReconciliation, reconcile_cycle};
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::explain::reconcile;
pub use crate::forecast::{Forecast, ForecastRange};
pub use crate::input::case::Case;
pub use crate::input::since_issue::SinceIssue;
pub use crate::model::assessment::{Answer, Assessment, Dispute, Materiality, Missing, Party, Verdict};
pub use crate::model::billing_rules::BillingRules;
pub use crate::model::bridge::{
    ChargeStatus, CutOff, Explained, LineOutcome, LineStatus, Reconciliation, Step, Subtotal, SubtotalName,
};
pub use crate::model::category::Category;
pub use crate::model::clue::{Clue, ClueKind};
pub use crate::model::disposition::Disposition;
pub use crate::model::evidence::{Confidence, Evidence, FalsePositiveRate};
pub use crate::model::invoice::{
    Invoice, InvoiceLine, InvoiceReader, LineKind, Remark, UsageLine, Wording, Wordings,
};
pub use crate::model::line_checks::{LineCheck, LineRule};
pub use crate::model::terms::{RoundingPolicy, RoundingUnit, Terms};
pub use crate::output::{
    AmountChange, AmountOf, BrokenEntry, Changes, Entry, EntryDigest, Event, EvidenceRow, History,
    InputDigest, LineChange, ModelUsage, Objection, ReconciliationDigest, Role, SignOff, Signature,
};
pub use crate::readers::{CsvColumns, CsvInvoiceReader, JsonInvoiceReader, reading};
pub use crate::stored_usage::StoredUsage;
pub use crate::tie_out::{GroupTieOut, PersonTieOut, Reading, ThreeWayMatch, TieOut};
