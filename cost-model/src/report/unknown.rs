//! Values that a query asks for and that no charge has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::dimension::Dimension;
use crate::filter::{Filter, UnknownValue};
use crate::ledger::Ledger;
use crate::report::Query;
use crate::tag_cache::TagCache;
use crate::tagger::Tagger;
use crate::{Error, ErrorKind, Result};

/// Returns the values that the filter asks for and that no charge of the ledger has, at any time and whatever the window. An
/// empty ledger proves nothing about a spelling.
///
/// # Errors
/// [`ErrorKind::Query`] for the first of them, if the query is strict.
pub(super) fn unknown_values(
    query: &Query,
    ledger: &Ledger,
    tagger: &dyn Tagger,
) -> Result<Vec<UnknownValue>> {
    let Some(filter) = query.filter.as_ref().filter(|_| !ledger.is_empty()) else { return Ok(Vec::new()) };
    let assigned = assigned(filter, ledger, tagger)?;
    let known = |dimension: &Dimension| {
        let mut values = ledger.values(dimension);
        if let Dimension::VirtualTag(key) | Dimension::Tag(key) = dimension {
            values.extend(assigned.get(key).into_iter().flatten().cloned());
        }
        values
    };
    let unknown = filter.unknown_values(&known);
    match unknown.first().filter(|_| query.strict) {
        Some(first) => {
            Err(Error::new(ErrorKind::Query, first.to_string()).with_span(first.value_span.clone()))
        }
        None => Ok(unknown),
    }
}

/// Returns every value that `tagger` assigns to any charge, for each key that the filter compares with a value.
fn assigned(
    filter: &Filter,
    ledger: &Ledger,
    tagger: &dyn Tagger,
) -> Result<BTreeMap<Arc<str>, BTreeSet<Arc<str>>>> {
    let mut assigned = BTreeMap::new();
    for literal in filter.literals() {
        let Some(Dimension::VirtualTag(key) | Dimension::Tag(key)) = literal.dimension else { continue };
        if tagger.keys().contains(&key) && !assigned.contains_key(&key) {
            let tags = TagCache::new(ledger, tagger, std::slice::from_ref(&key), None)?;
            assigned.insert(key, tags.values(0).iter().cloned().collect());
        }
    }
    Ok(assigned)
}
