//! Values that a query names and that no charge has.

use std::borrow::Cow;

use crate::dimension::Dimension;
use crate::error::{Error, Result};
use crate::fault::Fault;
use crate::filter::UnknownValue;
use crate::ledger::Ledger;
use crate::report::Query;
use crate::tagger::TagCache;

/// Returns the values that the filter names and that no charge of the ledger has, at any time and whatever the window. An
/// empty ledger proves nothing about a spelling.
///
/// # Errors
/// [`ErrorKind::Query`] for the first of them, if the query is strict.
pub(super) fn unknown_values(query: &Query, ledger: &Ledger, tags: &TagCache) -> Result<Vec<UnknownValue>> {
    let Some(filter) = query.filter.as_ref().filter(|_| !ledger.is_empty()) else { return Ok(Vec::new()) };
    let unknown = filter.unknown_values(&|dimension: &Dimension| {
        let mut values = ledger.values(dimension);
        if let Dimension::VirtualTag(key) | Dimension::Tag(key) = dimension
            && let Some(place) = tags.place_of(key)
        {
            values.extend(tags.values(place).iter().cloned());
        }
        Cow::Owned(values)
    });
    match unknown.first().filter(|_| query.strict) {
        Some(first) => {
            let span = first.value_span.clone();
            Err(Error::from(Fault::UnknownValue(first.to_string())).with_span(span))
        }
        None => Ok(unknown),
    }
}
