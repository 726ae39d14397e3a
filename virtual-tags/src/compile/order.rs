//! The order in which keys that read each other are evaluated.
//!
//! The order in the file has no meaning between keys, so that an author may put the key that others read
//! anywhere.

use crate::compile::compiled::CompiledTag;
use crate::ids::{KeyId, Table};

/// Returns the keys, each after all that it reads.
///
/// Keys are visited in the order of the file, so that equal rules have equal orders. Bases of splits by cost count as
/// read, because their costs have to be known first.
///
/// # Errors
/// The keys that read each other in a circle, the first of them again at the end.
pub(crate) fn evaluation_order(tags: &Table<KeyId, CompiledTag>) -> Result<Vec<KeyId>, Vec<KeyId>> {
    let mut order = Vec::with_capacity(tags.len());
    let mut done: Table<KeyId, bool> = tags.iter().map(|_| false).collect();
    for first in tags.ids() {
        // The keys on the way, and how many of what each reads have been visited: a stack of its own, because a long chain of
        // keys would overflow that of the thread.
        let mut path: Vec<(KeyId, usize)> = vec![(first, 0)];
        while let Some((key, visited)) = path.pop() {
            if done.get(key).copied().unwrap_or(true) {
                continue;
            }
            let tag = tags.get(key);
            let Some(next) =
                tag.and_then(|tag| tag.reads.iter().chain(&tag.cost_bases).nth(visited)).copied()
            else {
                if let Some(done) = done.get_mut(key) {
                    *done = true;
                }
                order.push(key);
                continue;
            };
            path.push((key, visited + 1));
            if let Some(start) = path.iter().position(|(each, _)| *each == next) {
                return Err(path.iter().skip(start).map(|(each, _)| *each).chain([next]).collect());
            }
            path.push((next, 0));
        }
    }
    Ok(order)
}

/// Returns for each key all that it reads, also through others, ascending.
///
/// `order` has to be that of [`evaluation_order`]: what a key reads is complete before the key itself. Bases
/// of splits by cost are left out, since their values are needed for sums and not for the charge at hand.
pub(crate) fn transitive_reads(
    tags: &Table<KeyId, CompiledTag>,
    order: &[KeyId],
) -> Table<KeyId, Vec<KeyId>> {
    let mut all: Table<KeyId, Vec<KeyId>> = tags.iter().map(|_| Vec::new()).collect();
    for key in order {
        let mut own: Vec<KeyId> = Vec::new();
        for read in tags.get(*key).iter().flat_map(|tag| &tag.reads) {
            own.push(*read);
            own.extend(all.get(*read).into_iter().flatten());
        }
        own.sort_unstable();
        own.dedup();
        if let Some(slot) = all.get_mut(*key) {
            *slot = own;
        }
    }
    all
}
