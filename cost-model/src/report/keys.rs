//! The virtual tags that a query depends on.

use std::sync::Arc;

use crate::dimension::Dimension;
use crate::error::Result;
use crate::fault::Fault;
use crate::filter::closest;

use super::Query;

/// Returns the virtual tag keys that the query depends on, in the tagger's order, so that one charge falls into the
/// same parts whichever way the keys are named.
pub(super) fn keys_needed(query: &Query, tagger_keys: &[Arc<str>]) -> Result<Vec<Arc<str>>> {
    let any = query.filter.as_ref().is_some_and(crate::filter::Filter::asks_any_tag)
        || query.group_by.contains(&Dimension::Tagged);
    let filtered = query.filter.iter().flat_map(crate::filter::Filter::dimensions);
    let (mut named, mut covering) = (Vec::new(), Vec::new());
    for dimension in filtered.chain(query.group_by.iter().cloned()) {
        match dimension {
            Dimension::VirtualTag(key) => named.push(key),
            Dimension::Tag(key) => covering.push(key),
            _ => {}
        }
    }
    for key in &named {
        if !tagger_keys.contains(key) {
            let near = closest(key, tagger_keys.iter().map(|key| &**key));
            return Err(match near.map(str::to_owned) {
                Some(near) => Fault::MisspelledVirtualTag { key: key.clone(), near },
                None => Fault::UnknownVirtualTag(key.clone()),
            }
            .into());
        }
    }
    Ok(tagger_keys
        .iter()
        .filter(|key: &&Arc<str>| any || named.contains(*key) || covering.contains(*key))
        .cloned()
        .collect())
}
