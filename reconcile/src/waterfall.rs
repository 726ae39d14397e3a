//! The bridge as text.

use std::fmt;

use cost_model::{Money, Rounding};

use crate::{Reconciliation, Waypoint, WaypointName};

/// Amounts are shown with this many decimals: enough to see the rounding of lines.
const DECIMALS: u32 = 4;

impl fmt::Display for Reconciliation {
    /// The bridge as a waterfall, one step a line, with the waypoints between them.
    ///
    /// Sums are rounded and steps are the differences of rounded sums, so that the lines add up as they are printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.months.start().date(), self.months.end().date());
        line(f, "", &format!("ingested, all kinds, {from} to {to}"), shown(self.ingested))?;
        let mut reached = self.ingested;
        let mut waypoints = self.waypoints.iter().peekable();
        for (number, step) in self.steps.iter().enumerate() {
            while let Some(waypoint) = waypoints.next_if(|waypoint| waypoint.after <= number) {
                self.waypoint_line(f, waypoint, &mut reached)?;
            }
            step_line(f, step.category.label(), step.amount, &mut reached)?;
        }
        for waypoint in waypoints {
            self.waypoint_line(f, waypoint, &mut reached)?;
        }
        let rest = self.unexplained.checked_sub(self.unexplained_usage).unwrap_or_default();
        step_line(f, "unexplained", rest, &mut reached)?;
        line(f, "= ", &format!("total of {}", self.invoice), shown(self.invoice_total))
    }
}

impl Reconciliation {
    fn waypoint_line(
        &self,
        f: &mut fmt::Formatter<'_>,
        waypoint: &Waypoint,
        reached: &mut Money,
    ) -> fmt::Result {
        if waypoint.name == WaypointName::OnDemandUsage && !self.unexplained_usage.is_zero() {
            step_line(f, "unexplained usage", self.unexplained_usage, reached)?;
        }
        line(f, "= ", waypoint.name.label(), shown(waypoint.amount))
    }
}

fn step_line(f: &mut fmt::Formatter<'_>, label: &str, amount: Money, reached: &mut Money) -> fmt::Result {
    let before = *reached;
    *reached = before.checked_add(amount).unwrap_or(before);
    line(f, "  ", label, shown(*reached).checked_sub(shown(before)).unwrap_or(amount))
}

/// A sum as it is printed; one at the very edge of the range stays as it is.
fn shown(sum: Money) -> Money {
    sum.rounded(DECIMALS, Rounding::HalfUp).unwrap_or(sum)
}

fn line(f: &mut fmt::Formatter<'_>, sign: &str, label: &str, amount: Money) -> fmt::Result {
    let text = amount.to_fixed(DECIMALS, Rounding::HalfUp).unwrap_or_else(|_| amount.to_string());
    writeln!(f, "{:<52}{text:>18}", format!("{sign}{label}"))
}
