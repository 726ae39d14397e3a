#![doc = include_str!("../README.md")]

mod accrual;
mod billing_rules;
mod bridge;
mod case;
mod category;
mod chargeback;
mod clues;
mod cycle;
mod error;
mod invoice;
mod invoice_records;
mod last_digit;
mod line_checks;
mod output;
mod readers;
mod search;
mod since_issue;
mod stages;
mod stored_usage;
mod tie_out;
mod verdicts;

pub use accrual::{Accrual, Range};
pub use billing_rules::BillingRules;
pub use bridge::{
    ChargeStatus, Coincidences, CutOff, Evidence, LineOutcome, LineStatus, Reconciliation, Step, Strength,
    Waypoint, WaypointName,
};
pub use case::{Case, Explained, reconcile};
pub use category::Category;
pub use clues::{Clue, ClueKind};
pub use cycle::{CycleReconciliation, reconcile_cycle};
pub use error::{Error, ErrorKind, Result};
pub use invoice::{Invoice, InvoiceLine, InvoiceReader, LineKind, Remark, UsageLine, Wording, Wordings};
pub use line_checks::{LineCheck, LineRule};
pub use output::{
    AmountChange, AmountOf, BrokenEntry, Changes, Entry, EntryDigest, Event, EvidenceRow, History,
    InputDigest, LineChange, ModelUsage, Objection, ReconciliationDigest, Role, SignOff, Signature,
};
pub use readers::{CsvColumns, CsvInvoiceReader, JsonInvoiceReader, reading};
pub use search::fit::{RoundingPolicy, RoundingUnit, Terms};
pub use since_issue::SinceIssue;
pub use stored_usage::StoredUsage;
pub use tie_out::{GroupTieOut, PersonTieOut, Reading, ThreeWay, TieOut};
pub use verdicts::{Answer, Disposition, Dispute, Materiality, Missing, Party, Verdict, Verdicts};
