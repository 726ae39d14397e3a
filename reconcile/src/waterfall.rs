//! The bridge as text.

use std::fmt;

use cost_model::{Money, Rounding};

use crate::Reconciliation;

/// Amounts are shown with this many decimals: enough to see the rounding of lines.
const DECIMALS: u32 = 4;

impl fmt::Display for Reconciliation {
    /// The bridge as a waterfall, one step a line, with the waypoints between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.months.start().date(), self.months.end().date());
        line(f, "", &format!("ingested, all kinds, {from} to {to}"), self.ingested)?;
        let mut waypoints = self.waypoints.iter().peekable();
        for (number, step) in self.steps.iter().enumerate() {
            while let Some(waypoint) = waypoints.next_if(|waypoint| waypoint.after <= number) {
                self.waypoint_line(f, waypoint)?;
            }
            line(f, "  ", step.category.label(), step.amount)?;
        }
        for waypoint in waypoints {
            self.waypoint_line(f, waypoint)?;
        }
        let other = self.unexplained.checked_sub(self.unexplained_usage).unwrap_or_default();
        line(
            f,
            "  ",
            "unexplained",
            if self.unexplained_usage.is_zero() { self.unexplained } else { other },
        )?;
        line(f, "= ", &format!("total of {}", self.invoice), self.invoice_total)
    }
}

impl Reconciliation {
    fn waypoint_line(&self, f: &mut fmt::Formatter<'_>, waypoint: &crate::Waypoint) -> fmt::Result {
        if waypoint.name == crate::WaypointName::OnDemandUsage && !self.unexplained_usage.is_zero() {
            line(f, "  ", "unexplained usage", self.unexplained_usage)?;
        }
        line(f, "= ", waypoint.name.label(), waypoint.amount)
    }
}

fn line(f: &mut fmt::Formatter<'_>, sign: &str, label: &str, amount: Money) -> fmt::Result {
    let shown = amount.to_fixed(DECIMALS, Rounding::HalfUp).unwrap_or_else(|_| amount.to_string());
    writeln!(f, "{:<52}{shown:>18}", format!("{sign}{label}"))
}
