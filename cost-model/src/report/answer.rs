//! Runs queries.

use crate::dimension::Dimension;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::ledger::Ledger;
use crate::report::comparison::rows;
use crate::report::engine::{Groups, add_up};
use crate::report::keys::keys_needed;
use crate::report::rows::{Previous, Report};
use crate::report::unknown::unknown_values;
use crate::report::{Measure, Query};
use crate::tagger::TagCache;
use crate::tagger::Tagger;

impl Query {
    /// Runs the query over a ledger, with the virtual tags of `tagger`.
    ///
    /// # Errors
    /// [`ErrorKind::Query`](crate::ErrorKind::Query) when it names a virtual tag that `tagger` does not assign, compares
    /// without a window, is about usage in several units, or is [strict](Self::strict) and names a value that no charge
    /// has; [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) when
    /// a sum, or one on the way to it, leaves its range.
    pub fn run(&self, ledger: &Ledger, tagger: &dyn Tagger) -> Result<Report> {
        let tags = self.tags(ledger, tagger)?;
        self.run_with(ledger, &tags)
    }

    /// Tags the charges of a ledger with the keys that this query needs, for [`Query::run_with`].
    ///
    /// # Errors
    /// [`ErrorKind::Query`](crate::ErrorKind::Query) when the query names a virtual tag that `tagger` does not assign.
    pub fn tags(&self, ledger: &Ledger, tagger: &dyn Tagger) -> Result<TagCache> {
        TagCache::new(ledger, tagger, &keys_needed(self, tagger.keys())?)
    }

    /// Runs the query with the cached answers of a tagger. Many queries about the same virtual tags share one cache, so that
    /// the charges are tagged once.
    ///
    /// ```
    /// use cost_model::{CostRecord, Costs, Currency, Ledger, Timestamp};
    /// use cost_model::report::Query;
    /// use cost_model::tagger::NoTags;
    ///
    /// let mut ledger = Ledger::builder(Currency::USD);
    /// ledger.push(&CostRecord::new(Timestamp::from_millis(0)?, "cursor", Currency::USD, Costs::flat("1".parse()?)))?;
    /// let ledger = ledger.build();
    /// let query = Query::all_resources();
    /// let tags = query.tags(&ledger, &NoTags)?;
    /// assert_eq!(query.run_with(&ledger, &tags)?, query.run(&ledger, &NoTags)?);
    /// # Ok::<(), cost_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Query::run`]; also when `tags` is of another ledger, or of other keys than the query needs.
    pub fn run_with(&self, ledger: &Ledger, tags: &TagCache) -> Result<Report> {
        answer(self, ledger, tags)
    }
}

fn answer(query: &Query, ledger: &Ledger, tags: &TagCache) -> Result<Report> {
    if keys_needed(query, tags.tagger_keys())? != tags.keys() || !tags.is_of(ledger) {
        let message = "the cache of tags is of another ledger, or of other virtual tags than the query needs";
        return Err(Error::new(ErrorKind::Query, message));
    }
    let before = query.previous_window()?;
    // What is missing of the period before makes a difference as wrong as what is missing of this one.
    let compared = query.window.into_iter().chain(before);
    let mut groups = Groups::new(&query.group_by, ledger, tags);
    let now = add_up(query, ledger, tags, &mut groups, query.window)?;
    if query.measure == Measure::Usage
        && !query.group_by.contains(&Dimension::UsageUnit)
        && now.units.len() > 1
    {
        return Err(Fault::SeveralUnits(now.units.iter().cloned().collect()).into());
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
