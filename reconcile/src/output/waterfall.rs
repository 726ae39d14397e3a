//! The bridge as text.

use std::fmt;

use cost_model::output::for_terminal;

use super::rows::{RowKind, fixed, rows};
use crate::Reconciliation;

impl fmt::Display for Reconciliation {
    /// The bridge as a waterfall, one step a line, with the waypoints between them.
    ///
    /// Sums are rounded and steps are the differences of rounded sums, so that the lines add up as they are printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in rows(self) {
            let sign = match row.kind {
                RowKind::Ingested => "",
                RowKind::Waypoint(_) | RowKind::Total => "= ",
                RowKind::Step(_) | RowKind::UnexplainedUsage | RowKind::Unexplained => "  ",
            };
            writeln!(f, "{:<52}{:>18}", format!("{sign}{}", for_terminal(&row.label)), fixed(row.shown))?;
        }
        Ok(())
    }
}
