#![doc = include_str!("../README.md")]

mod billing_rules;
mod bridge;
mod bridge_builder;
mod case;
mod category;
mod charges;
mod claims;
mod completeness;
mod cut_off;
mod error;
mod fit;
mod hypotheses;
mod invoice;
mod invoice_only;
mod invoice_records;
mod last_digit;
mod leads;
mod line_checks;
mod nice_cuts;
mod output;
mod own_key;
mod readers;
mod scope;
mod since_issue;
mod stages;
mod timing;
mod token_fee;
mod usage_lines;
mod verdicts;
mod view;

pub use billing_rules::BillingRules;
pub use bridge::{
    ChargeStatus, Coincidences, CutOff, Evidence, LineOutcome, LineStatus, Reconciliation, Step, Strength,
    Waypoint, WaypointName,
};
pub use case::{Case, Explained, reconcile};
pub use category::Category;
pub use error::{Error, ErrorKind, Result};
pub use fit::{RoundingPolicy, RoundingUnit, Terms};
pub use invoice::{Invoice, InvoiceLine, InvoiceReader, LineKind, Remark, UsageLine, Wording, Wordings};
pub use leads::{Hint, Lead};
pub use line_checks::{LineCheck, LineRule};
pub use output::{
    AmountChange, AmountOf, BrokenEntry, Changes, Entry, EntryDigest, Event, EvidenceRow, History,
    InputDigest, LineChange, ModelUsage, Objection, ReconciliationDigest, Role, SignOff, Signature,
};
pub use readers::{CsvColumns, CsvInvoiceReader, JsonInvoiceReader, reading};
pub use since_issue::SinceIssue;
pub use verdicts::{Materiality, Verdicts};
