//! The bridge as text.

use std::fmt;

use cost_model::output::for_terminal;

use crate::model::bridge::Reconciliation;
use crate::output::rows::{RowKind, fixed, rounding_remark, rows};

impl fmt::Display for Reconciliation {
    /// The bridge as a waterfall, one step a line, with the subtotals between them.
    ///
    /// Each amount is the rounding of its own value; where the lines do not add up as they are printed, one below says so.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = rows(self);
        for row in &rows {
            let sign = match row.kind {
                RowKind::Ingested => "",
                RowKind::Subtotal(_) | RowKind::Total => "= ",
                RowKind::Step(_) | RowKind::UnexplainedUsage | RowKind::Unexplained => "  ",
            };
            writeln!(f, "{:<52}{:>18}", format!("{sign}{}", for_terminal(&row.label)), fixed(row.shown))?;
        }
        match rounding_remark(&rows) {
            Some(remark) => writeln!(f, "{remark}"),
            None => Ok(()),
        }
    }
}
