//! Values that a query asks for and that no charge has.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::filter::UnknownValue;
use crate::tagger::parts_of;
use crate::{Dimension, Error, ErrorKind, Ledger, Result, Tagger, Timestamp};

use super::Query;
use super::seen::Seen;

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
    let known = |dimension: &Dimension| match dimension {
        Dimension::VirtualTag(key) => assigned(ledger, tagger, key),
        Dimension::Tag(key) => {
            let mut values = ledger.values(dimension);
            values.extend(assigned(ledger, tagger, key));
            values
        }
        _ => ledger.values(dimension),
    };
    let unknown = filter.unknown_values(&known);
    match unknown.first().filter(|_| query.strict) {
        Some(first) => {
            Err(Error::new(ErrorKind::Query, first.to_string()).with_span(first.value_span.clone()))
        }
        None => Ok(unknown),
    }
}

/// Returns every value that `tagger` assigns to a key, over all charges and times. What the tagger cannot tell apart is asked
/// about once.
fn assigned(ledger: &Ledger, tagger: &dyn Tagger, key: &str) -> BTreeSet<Arc<str>> {
    let keys = [Arc::from(key)];
    let mut values = BTreeSet::new();
    if !tagger.keys().contains(&keys[0]) {
        return values;
    }
    let mut seen = Seen::of_dimensions(ledger, tagger.reads());
    let mut asked = HashSet::new();
    for number in 0..ledger.tuple_count() {
        let Some(tuple) = ledger.tuple(number).filter(|tuple| asked.insert(seen.number(number, *tuple)))
        else {
            continue;
        };
        let boundaries = tagger.boundaries_of(&tuple);
        let before = boundaries.first().map_or(0, |first| first.millis().saturating_sub(1));
        for at in Timestamp::from_millis(before).into_iter().chain(boundaries.iter().copied()) {
            let parts = parts_of(tagger, &keys, &tuple, at).into_iter();
            values.extend(parts.flat_map(|part| part.values).flatten());
        }
    }
    values
}
