//! How a report is computed: each distinct tuple and epoch is asked about once, each row is then only added up.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::filter::closest;
use crate::{Dimension, Error, ErrorKind, Ledger, Result, Tagger, Window};

use super::comparison::{Cells, rows};
use super::fragments::Fragment;
use super::interval::previous;
use super::plan::Planner;
use super::rows::{Previous, Report};
use super::{Measure, Query, Totals};

pub(super) fn run(query: &Query, ledger: &Ledger, tagger: &dyn Tagger) -> Result<Report> {
    let mut planner = Planner::new(query, ledger, tagger)?;
    let now = add_up(query, ledger, &mut planner, query.window)?;
    if query.measure == Measure::Usage
        && !query.group_by.contains(&Dimension::UsageUnit)
        && now.units.len() > 1
    {
        let units = now.units.iter().map(|unit| &**unit).collect::<Vec<_>>().join(", ");
        let message =
            format!("usage is in several units ({units}); group by the unit or filter costs.usage_unit");
        return Err(Error::new(ErrorKind::Query, message));
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

/// The sums of one window.
#[derive(Default)]
pub(super) struct Sums {
    /// By bin and group.
    pub(super) cells: Cells,
    pub(super) total: Totals,
    /// The units that usage was counted in.
    units: BTreeSet<Arc<str>>,
}

fn add_up(query: &Query, ledger: &Ledger, planner: &mut Planner<'_>, window: Option<Window>) -> Result<Sums> {
    let mut sums = Sums::default();
    let (bin, zone) = (query.bin, query.zone_or_utc());
    for row in ledger.rows().filter(|row| window.is_none_or(|window| window.contains(row.at))) {
        let bin = bin.map(|bin| bin.start_of(row.at, zone));
        let plan = planner.plan(row.tuple, row.at)?;
        if plan.is_whole() {
            if let Some(group) = plan.groups.first().copied().flatten() {
                let (whole, usage) = (Fragment::whole(&row), plan.unit.usage(&Fragment::whole(&row))?);
                sums.cells.entry((bin, group)).or_default().add(&whole, usage)?;
                sums.total.add(&whole, usage)?;
                sums.units.extend(plan.unit.name());
            }
            continue;
        }
        let mut whole: Option<Fragment> = None;
        for (group, fragment) in plan.fragments(&row)? {
            sums.cells.entry((bin, group)).or_default().add(&fragment, plan.unit.usage(&fragment)?)?;
            sums.units.extend(plan.unit.name());
            whole = Some(match whole {
                Some(others) => others.join(&fragment)?,
                None => fragment,
            });
        }
        if let Some(whole) = whole {
            sums.total.add(&whole, plan.unit.usage(&whole)?)?;
        }
    }
    Ok(sums)
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
