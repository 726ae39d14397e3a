//! What a run of an ingest and the reading of an invoice leave to be said, in every program alike.

use cost_ingest::RunReport;
use cost_model::output::{cut, for_terminal};
use reconcile::Invoice;

use crate::{counted, outln};

/// Prints rows that nobody had asked for, and windows that another run had read later.
pub fn print_run_remarks(run: &RunReport) {
    for outside in &run.outside {
        let worth = outside.effective.map_or_else(|| "beyond range".to_owned(), |sum| sum.to_string());
        outln!(
            "  outside          {} from {} to {}, worth {worth} USD, came for {} and were not stored; that time is read again",
            counted(outside.rows, "row"),
            outside.first,
            outside.last,
            outside.window
        );
    }
    for drift in &run.drift {
        let field = cut(&for_terminal(&drift.field), 60).into_owned();
        outln!("  unknown field    {field} ({}) in {}", drift.json_type, counted(drift.count, "row"));
    }
    for window in &run.change.left {
        outln!("  left alone       {window}: a later read had stored it already");
    }
}

/// Prints what else an invoice's file says: text that is no line and no field.
pub fn print_invoice_remarks(invoice: &Invoice) {
    for remark in &invoice.remarks {
        outln!("  not read as a line, {}: {}", remark.line, cut(&for_terminal(&remark.text), 200));
    }
}
