//! How a report is computed: each distinct tuple and epoch is asked about once, each row is then only added up.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::filter::closest;
use crate::{Dimension, Error, ErrorKind, Ledger, Result, Tagger, Timestamp, Window};

use super::fragments::{Fragment, Plan, Tagged};
use super::{Measure, Query, Totals};

/// The answer to a [`Query`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// What the keys of every row are about, in order.
    pub group_by: Vec<Dimension>,
    /// The window asked about.
    pub window: Option<Window>,
    /// The rows: by bin, then by the query's measure, largest first, then by keys.
    pub rows: Vec<Row>,
    /// The totals over all rows.
    pub total: Totals,
}

/// One row of a [`Report`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The first day of the bin, if the query has bins.
    pub bin: Option<NaiveDate>,
    /// The value of each dimension grouped by; `None` for charges that have none.
    pub keys: Vec<Option<Arc<str>>>,
    /// The sums over the row's charges.
    pub totals: Totals,
}

impl fmt::Debug for Report {
    /// Keys may name people, so they are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("group_by", &self.group_by)
            .field("rows", &self.rows.len())
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Row {
    /// Keys may name people, so they are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").field("bin", &self.bin).field("totals", &self.totals).finish_non_exhaustive()
    }
}

pub(super) fn run(query: &Query, ledger: &Ledger, tagger: &dyn Tagger) -> Result<Report> {
    let mut planner = Planner {
        query,
        ledger,
        tagger,
        keys: keys_needed(query, tagger)?,
        groups: Groups::default(),
        plans: HashMap::new(),
    };
    let mut sums: BTreeMap<(Option<NaiveDate>, usize), Totals> = BTreeMap::new();
    let mut total = Totals::default();
    for row in ledger.rows().filter(|row| query.window.is_none_or(|window| window.contains(row.at))) {
        let bin = query.bin.map(|bin| bin.start_of(row.at));
        let plan = planner.plan(row.tuple, row.at)?;
        if plan.is_whole() {
            if let Some(group) = plan.groups.first().copied().flatten() {
                let requests = row.requests.unwrap_or_default();
                sums.entry((bin, group)).or_default().add(&row.costs, &row.tokens, requests)?;
                total.add(&row.costs, &row.tokens, requests)?;
            }
            continue;
        }
        let mut whole: Option<Fragment> = None;
        for (group, fragment) in plan.fragments(&row)? {
            let sum = sums.entry((bin, group)).or_default();
            sum.add(&fragment.costs, &fragment.tokens, fragment.requests)?;
            whole = Some(match whole {
                Some(others) => others.join(&fragment)?,
                None => fragment,
            });
        }
        if let Some(whole) = whole {
            total.add(&whole.costs, &whole.tokens, whole.requests)?;
        }
    }
    let rows = sums
        .into_iter()
        .filter_map(|((bin, group), totals)| {
            planner.groups.keys.get(group).map(|keys| Row { bin, keys: keys.clone(), totals })
        })
        .collect();
    Ok(Report {
        group_by: query.group_by.clone(),
        window: query.window,
        rows: ordered(rows, query.order_by)?,
        total,
    })
}

struct Planner<'a> {
    query: &'a Query,
    ledger: &'a Ledger,
    tagger: &'a dyn Tagger,
    keys: Vec<Arc<str>>,
    groups: Groups,
    plans: HashMap<(usize, usize), Plan>,
}

impl Planner<'_> {
    fn plan(&mut self, tuple: usize, at: Timestamp) -> Result<&Plan> {
        let epoch = self.tagger.boundaries().partition_point(|boundary| *boundary <= at);
        let (query, groups) = (self.query, &mut self.groups);
        let dimensions = self.ledger.tuple(tuple).ok_or_else(|| {
            Error::new(ErrorKind::Query, "a row names a tuple that its ledger does not hold")
        })?;
        Ok(self.plans.entry((tuple, epoch)).or_insert_with(|| {
            Plan::new(dimensions, at, self.tagger, &self.keys, query.filter.as_ref(), |tagged| {
                groups.number(&query.group_by, tagged)
            })
        }))
    }
}

#[derive(Default)]
struct Groups {
    numbers: HashMap<Vec<Option<Arc<str>>>, usize>,
    keys: Vec<Vec<Option<Arc<str>>>>,
}

impl Groups {
    fn number(&mut self, group_by: &[Dimension], tagged: &Tagged<'_>) -> usize {
        let keys: Vec<_> = group_by.iter().map(|dimension| tagged.shared(dimension)).collect();
        let next = self.keys.len();
        *self.numbers.entry(keys).or_insert_with_key(|keys| {
            self.keys.push(keys.clone());
            next
        })
    }
}

/// The virtual tag keys that the query depends on, in the tagger's order, so that one charge falls into the same parts
/// whichever way the keys are named.
fn keys_needed(query: &Query, tagger: &dyn Tagger) -> Result<Vec<Arc<str>>> {
    let any = query.filter.as_ref().is_some_and(crate::Filter::asks_any_tag);
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

fn ordered(rows: Vec<Row>, measure: Measure) -> Result<Vec<Row>> {
    let mut measured = rows
        .into_iter()
        .map(|row| {
            let size = match measure {
                Measure::Cost(metric) => row.totals.get(metric).amount.units(),
                Measure::Tokens => i128::from(row.totals.tokens.total()?.count()),
                Measure::Records => i128::from(row.totals.records),
            };
            Ok((size, row))
        })
        .collect::<Result<Vec<_>>>()?;
    measured.sort_by(|(a_size, a), (b_size, b)| {
        a.bin.cmp(&b.bin).then(b_size.cmp(a_size)).then_with(|| a.keys.cmp(&b.keys))
    });
    Ok(measured.into_iter().map(|(_, row)| row).collect())
}
