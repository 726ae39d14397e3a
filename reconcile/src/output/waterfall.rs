//! The bridge as text.

use std::fmt;

use cost_model::output::{columns, cut, for_terminal};

use crate::model::bridge::Reconciliation;
use crate::output::rows::{RowKind, amount_text, rounding_remark, rows};

/// The columns that labels take: with [`AMOUNTS`], a line fits a terminal of 80 columns.
const LABELS: usize = 58;
/// The columns that amounts take.
const AMOUNTS: usize = 20;

impl fmt::Display for Reconciliation {
    /// Writes the bridge as a waterfall, one step a line, with the subtotals between them.
    ///
    /// Amounts have two decimals, or as many more as it takes to show that one is not zero. Each is the rounding of its own value;
    /// where the rows do not add up as they are printed, a line below says so.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = rows(self);
        for row in &rows {
            let sign = match row.kind {
                RowKind::Ingested => "",
                RowKind::Subtotal(_) | RowKind::Total => "= ",
                RowKind::Step(_) | RowKind::UnexplainedUsage | RowKind::Unexplained => "  ",
            };
            let label = format!("{sign}{}", for_terminal(&row.label));
            let label = cut(&label, LABELS);
            // By columns, not characters: an invoice's number may be of any script.
            let blanks = " ".repeat(LABELS.saturating_sub(columns(&label)));
            writeln!(f, "{label}{blanks}{:>AMOUNTS$}", amount_text(row.amount))?;
        }
        match rounding_remark(&rows) {
            Some(remark) => writeln!(f, "{remark}"),
            None => Ok(()),
        }
    }
}
