#![doc = include_str!("../README.md")]

mod accrual;
mod billing_rules;
mod bridge;
mod bridge_builder;
mod case;
mod category;
mod chargeback;
mod charges;
mod claims;
mod completeness;
mod cut_off;
mod cycle;
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
mod own_key;
mod readers;
mod scope;
mod since_issue;
mod stages;
mod tie_out;
mod timing;
mod token_fee;
mod usage_lines;
mod verdicts;
mod view;
mod waterfall;

pub use accrual::{Accrual, Range};
pub use billing_rules::BillingRules;
pub use bridge::{
    ChargeStatus, Coincidences, CutOff, Evidence, LineOutcome, LineStatus, Reconciliation, Step, Strength,
    Waypoint, WaypointName,
};
pub use case::{Case, Explained, reconcile};
pub use category::Category;
pub use cycle::{CycleReconciliation, reconcile_cycle};
pub use error::{Error, ErrorKind, Result};
pub use fit::{RoundingPolicy, RoundingUnit, Terms};
pub use invoice::{Invoice, InvoiceLine, InvoiceReader, LineKind, Remark, UsageLine, Wording, Wordings};
pub use leads::{Hint, Lead};
pub use line_checks::{LineCheck, LineRule};
pub use readers::{CsvColumns, CsvInvoiceReader, JsonInvoiceReader, reading};
pub use since_issue::SinceIssue;
pub use tie_out::{GroupTieOut, PersonTieOut, Reading, ThreeWay, TieOut};
pub use verdicts::{Materiality, Verdicts};
