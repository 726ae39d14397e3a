//! How a report is made.

use std::collections::BTreeSet;

use crate::{Dimension, Error, ErrorKind, Ledger, Result, Tagger};

use super::comparison::rows;
use super::interval::previous;
use super::plan::Planner;
use super::rows::{Previous, Report};
use super::sums::add_up;
use super::unknown::unknown_values;
use super::{Measure, Query};

pub(super) fn run(query: &Query, ledger: &Ledger, tagger: &dyn Tagger) -> Result<Report> {
    let mut planner = Planner::new(query, ledger, tagger)?;
    let now = add_up(query, ledger, &mut planner, query.window)?;
    if query.measure == Measure::Usage
        && !query.group_by.contains(&Dimension::UsageUnit)
        && now.units.len() > 1
    {
        let units = now.units.iter().map(|unit| planner.unit_name(*unit)).collect::<BTreeSet<_>>();
        let units = units.into_iter().collect::<Vec<_>>().join(", ");
        let message =
            format!("usage is in several units ({units}); group by the unit or filter costs.usage_unit");
        return Err(Error::new(ErrorKind::Query, message));
    }
    let unknown_values = unknown_values(query, ledger, tagger)?;
    let before = match (query.compare, query.window) {
        (false, _) => None,
        (true, None) => return Err(Error::new(ErrorKind::Query, "a comparison needs a window")),
        (true, Some(window)) => {
            let window = previous(window, query.zone_or_utc())?;
            Some((window, add_up(query, ledger, &mut planner, Some(window))?))
        }
    };
    // What is missing of the period before makes a difference as wrong as what is missing of this one.
    let compared = query.window.into_iter().chain(before.as_ref().map(|(window, _)| *window));
    Ok(Report {
        currency: ledger.currency(),
        group_by: query.group_by.clone(),
        bin: query.bin,
        zone: query.zone_or_utc(),
        window: query.window,
        measure: query.measure,
        rows: rows(query, &planner.groups, &now, before.as_ref().map(|(window, sums)| (*window, sums)))?,
        total: now.total,
        gaps: compared.into_iter().flat_map(|window| ledger.gaps(window)).collect(),
        previous: before.map(|(window, sums)| Previous { window, total: sums.total }),
        estimated: query.by_token_type(),
        unknown_values,
    })
}
