//! The report that answers a query.

use crate::dimension::Dimension;
use crate::ledger::Ledger;
use crate::report::comparison::rows;
use crate::report::engine::{Groups, add_up};
use crate::report::interval::previous;
use crate::report::keys::keys_needed;
use crate::report::rows::{Previous, Report};
use crate::report::unknown::unknown_values;
use crate::report::{Measure, Query};
use crate::tag_cache::TagCache;
use crate::{Error, ErrorKind, Result};

pub(super) fn answer(query: &Query, ledger: &Ledger, tags: &TagCache) -> Result<Report> {
    if keys_needed(query, tags.tagger_keys())? != tags.keys() || !tags.fits(ledger) {
        let message = "the cache of tags is of another ledger, or of other virtual tags than the query needs";
        return Err(Error::new(ErrorKind::Query, message));
    }
    let before = match (query.compare, query.window) {
        (false, _) => None,
        (true, None) => return Err(Error::new(ErrorKind::Query, "a comparison needs a window")),
        (true, Some(window)) => Some(previous(window, query.zone_or_utc())?),
    };
    // What is missing of the period before makes a difference as wrong as what is missing of this one.
    let compared = query.window.into_iter().chain(before);
    let mut groups = Groups::new(&query.group_by, ledger, tags);
    let now = add_up(query, ledger, tags, &mut groups, query.window)?;
    if query.measure == Measure::Usage
        && !query.group_by.contains(&Dimension::UsageUnit)
        && now.units.len() > 1
    {
        let units = now.units.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let message =
            format!("usage is in several units ({units}); group by the unit or filter costs.usage_unit");
        return Err(Error::new(ErrorKind::Query, message));
    }
    let unknown_values = unknown_values(query, ledger, tags)?;
    let before = match before {
        Some(window) => Some((window, add_up(query, ledger, tags, &mut groups, Some(window))?)),
        None => None,
    };
    Ok(Report {
        currency: ledger.currency(),
        group_by: query.group_by.clone(),
        bin: query.bin,
        zone: query.zone_or_utc(),
        window: query.window,
        measure: query.measure,
        rows: rows(query, &groups, &now, before.as_ref().map(|(window, sums)| (*window, sums)))?,
        total: now.total,
        gaps: compared.flat_map(|window| ledger.gaps(window)).collect(),
        previous: before.map(|(window, sums)| Previous { window, total: sums.total }),
        estimated: query.by_token_type(),
        unknown_values,
    })
}
