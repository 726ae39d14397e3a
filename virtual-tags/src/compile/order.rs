//! In which order keys that read each other are assigned.

use std::sync::Arc;

use crate::compile::compiled::CompiledTag;

/// The numbers of the keys, each after all that it reads; else the keys that read each other in a circle.
pub(crate) fn evaluation_order(tags: &[CompiledTag], keys: &[Arc<str>]) -> Result<Vec<usize>, String> {
    let mut order = Vec::with_capacity(tags.len());
    let mut done = vec![false; tags.len()];
    for first in 0..tags.len() {
        // The keys on the way, and how many of what each reads have been seen to.
        let mut path: Vec<(usize, usize)> = vec![(first, 0)];
        while let Some((tag, seen)) = path.pop() {
            if done.get(tag).copied().unwrap_or(true) {
                continue;
            }
            let next =
                tags.get(tag).and_then(|each| each.reads.iter().chain(&each.cost_bases).nth(seen)).copied();
            let Some(next) = next else {
                if let Some(done) = done.get_mut(tag) {
                    *done = true;
                }
                order.push(tag);
                continue;
            };
            path.push((tag, seen + 1));
            if let Some(start) = path.iter().position(|(each, _)| *each == next) {
                let circle = path.iter().skip(start).map(|(each, _)| *each).chain([next]);
                let names: Vec<_> = circle.filter_map(|each| keys.get(each)).map(|key| &**key).collect();
                return Err(names.join(" -> "));
            }
            path.push((next, 0));
        }
    }
    Ok(order)
}

/// For each key, all that it reads, also through others.
pub(crate) fn transitive_reads(tags: &[CompiledTag], order: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new(); tags.len()];
    for number in order {
        let mut own: Vec<usize> = Vec::new();
        for read in tags.get(*number).iter().flat_map(|tag| &tag.reads) {
            own.push(*read);
            own.extend(all.get(*read).into_iter().flatten());
        }
        own.sort_unstable();
        own.dedup();
        if let Some(slot) = all.get_mut(*number) {
            *slot = own;
        }
    }
    all
}
