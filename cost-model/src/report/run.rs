//! How a report is made.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::filter::closest;
use crate::{Dimension, Error, ErrorKind, Ledger, Result, Tagger};

use super::comparison::rows;
use super::interval::previous;
use super::plan::Planner;
use super::rows::{Previous, Report};
use super::sums::add_up;
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
    if now.total.records == 0 {
        super::unknown::refuse_unknown_values(query, ledger, tagger)?;
    }
    let before = match (query.compare, query.window) {
        (false, _) => None,
        (true, None) => return Err(Error::new(ErrorKind::Query, "a comparison needs a window")),
        (true, Some(window)) => {
            let window = previous(window, query.zone_or_utc())?;
            Some((window, add_up(query, ledger, &mut planner, Some(window))?))
        }
    };
    Ok(Report {
        currency: ledger.currency(),
        group_by: query.group_by.clone(),
        bin: query.bin,
        zone: query.zone_or_utc(),
        window: query.window,
        measure: query.measure,
        rows: rows(query, &planner.groups, &now, before.as_ref().map(|(window, sums)| (*window, sums)))?,
        total: now.total,
        previous: before.map(|(window, sums)| Previous { window, total: sums.total }),
        gaps: query.window.map(|window| ledger.gaps(window)).unwrap_or_default(),
        estimated: query.by_token_type(),
    })
}

/// The virtual tag keys that the query depends on, in the tagger's order, so that one charge falls into the same parts
/// whichever way the keys are named.
pub(super) fn keys_needed(query: &Query, tagger: &dyn Tagger) -> Result<Vec<Arc<str>>> {
    let any = query.filter.as_ref().is_some_and(crate::Filter::asks_any_tag)
        || query.group_by.contains(&Dimension::Tagged);
    let filtered = query.filter.iter().flat_map(crate::Filter::dimensions);
    let (mut named, mut covering) = (Vec::new(), Vec::new());
    for dimension in filtered.chain(query.group_by.iter().cloned()) {
        match dimension {
            Dimension::VirtualTag(key) => named.push(key),
            Dimension::Tag(key) => covering.push(key),
            _ => {}
        }
    }
    for key in &named {
        if !tagger.keys().contains(key) {
            let hint = match closest(key, tagger.keys().iter().map(|key| &**key)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "it has no rules".to_owned(),
            };
            return Err(Error::new(ErrorKind::Query, format!("unknown virtual tag `{key}`; {hint}")));
        }
    }
    let needed = |key: &&Arc<str>| any || named.contains(*key) || covering.contains(*key);
    Ok(tagger.keys().iter().filter(needed).cloned().collect())
}
