//! No report is silently empty because of a slip of the keyboard.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::{Assignment, Dimension, Error, ErrorKind, Ledger, Result, Tagger, Timestamp};

use super::Query;

/// Refuses a query without charges whose filter asks for a value that no charge of the ledger has.
pub(super) fn refuse_unknown_values(query: &Query, ledger: &Ledger, tagger: &dyn Tagger) -> Result<()> {
    let Some(filter) = query.filter.as_ref().filter(|_| !ledger.is_empty()) else { return Ok(()) };
    let known = |dimension: &Dimension| match dimension {
        Dimension::VirtualTag(key) => assigned(ledger, tagger, key),
        Dimension::Tag(key) => {
            let mut values = ledger.values(dimension);
            values.extend(assigned(ledger, tagger, key));
            values
        }
        _ => ledger.values(dimension),
    };
    let Some(unknown) = filter.unknown_values(&known).into_iter().next() else { return Ok(()) };
    // Values may be email addresses, which errors never show.
    let hint = match unknown.suggestion.filter(|near| !near.contains('@')) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "check its spelling".to_owned(),
    };
    let message = format!("no charge has the value that the filter asks of {}; {hint}", unknown.dimension);
    Err(Error::new(ErrorKind::Query, message).with_span(unknown.value_span))
}

/// Every value that `tagger` assigns to a key, over all charges and times.
fn assigned(ledger: &Ledger, tagger: &dyn Tagger, key: &str) -> Vec<Arc<str>> {
    let boundaries = tagger.boundaries();
    let before = boundaries.first().map_or(0, |first| first.millis().saturating_sub(1));
    let times: Vec<_> =
        Timestamp::from_millis(before).into_iter().chain(boundaries.iter().copied()).collect();
    let mut values = BTreeSet::new();
    for tuple in (0..ledger.tuple_count()).filter_map(|number| ledger.tuple(number)) {
        for at in &times {
            match tagger.assign(key, &tuple, *at) {
                Assignment::Value(value) => {
                    values.insert(Arc::from(&*value));
                }
                Assignment::Shares(shares) => {
                    values.extend(shares.iter().filter_map(|share| share.value.clone()));
                }
                Assignment::Unset => {}
            }
        }
    }
    values.into_iter().collect()
}
