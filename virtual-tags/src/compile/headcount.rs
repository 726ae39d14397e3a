//! Head counts: the number of people with each value of a fact, at any time.
//!
//! A split by headcount needs the counts at the time of each charge. They are made once, from the changes at each
//! person's boundaries, so that evaluating a charge is a binary search. People count once, however many rows they have.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cost_model::{Timestamp, Window};

use crate::digest_writer::DigestWriter;
use crate::directory::lookup::Directory;
use crate::directory::snapshot::times_within;
use crate::ids::FactId;
use crate::weights;
use crate::weights::Share;

/// By value of another fact, or `None` for everybody.
///
/// A part without anybody has no entry, so that a rule that splits by it does not match.
type Shares = HashMap<Option<Arc<str>>, Arc<[Share]>>;

/// The counts between each two neighbouring boundaries of a directory.
pub(crate) struct Headcounts {
    starts: Vec<Timestamp>,
    /// One more than there are starts: the first holds before all of them.
    shares: Vec<Shares>,
}

/// Changes of one moment: how many more have a value, within a part of the people.
///
/// Signed, because a move takes one from the old value and adds one to the new; the sums are never below
/// zero.
type Changes = BTreeMap<(Option<Arc<str>>, Arc<str>), i128>;

impl Headcounts {
    /// Counts the people by their value of `fact`; with `within`, by the value of that fact as well. Whoever lacks
    /// either is not counted.
    pub(crate) fn new(directory: &Directory, fact: FactId, within: Option<FactId>) -> Self {
        let mut changes: BTreeMap<Option<Timestamp>, Changes> = BTreeMap::from([(None, Changes::new())]);
        let before_all = before_first(directory);
        for person in directory.everyone() {
            let mut starts = directory.boundaries_of(person);
            starts.sort_unstable();
            // One person's boundaries only: the others' would add changes that cancel out.
            starts.dedup();
            let mut before = None;
            for start in std::iter::once(None).chain(starts.into_iter().map(Some)) {
                let now = start.or(before_all).and_then(|at| {
                    let value = directory.shared_fact_at(person, fact, at)?;
                    let part = match within {
                        Some(within) => Some(Arc::clone(directory.shared_fact_at(person, within, at)?)),
                        None => None,
                    };
                    Some((part, Arc::clone(value)))
                });
                let here = changes.entry(start).or_default();
                if let Some(gone) = before.take() {
                    *here.entry(gone).or_default() -= 1;
                }
                if let Some(come) = now.clone() {
                    *here.entry(come).or_default() += 1;
                }
                before = now;
            }
        }
        Self::from_changes(changes)
    }

    /// Adds up the changes in order of time, and keeps the shares between each two of them.
    ///
    /// There is always a change without a time, so that `shares` has one entry more than `starts`.
    fn from_changes(changes: BTreeMap<Option<Timestamp>, Changes>) -> Self {
        let mut counts = Changes::new();
        let (mut starts, mut shares) = (Vec::new(), Vec::new());
        for (start, changes) in changes {
            for (what, change) in changes {
                *counts.entry(what).or_default() += change;
            }
            // A value that nobody has any more has no share, and a part without people no entry.
            counts.retain(|_, count| *count > 0);
            starts.extend(start);
            let mut parts: BTreeMap<Option<Arc<str>>, Vec<_>> = BTreeMap::new();
            for ((part, value), count) in &counts {
                parts.entry(part.clone()).or_default().push((Arc::clone(value), count.unsigned_abs()));
            }
            shares.push(
                parts
                    .into_iter()
                    .map(|(part, people)| (part, weights::reduced_shares(people).into()))
                    .collect(),
            );
        }
        Self { starts, shares }
    }

    /// Adds the counts at every time of a period, as far as they change.
    ///
    /// Equal counts after a boundary are left out, so that a move outside of the counted values does not
    /// change the digest of a closed period.
    pub(crate) fn write_used(&self, writer: &mut DigestWriter, period: Window) {
        let mut before = None;
        for at in times_within(self.starts.clone(), period) {
            let epoch = self.starts.partition_point(|start| *start <= at);
            let shares = self.shares.get(epoch).into_iter().flatten();
            let shares: BTreeMap<_, _> = shares.collect();
            if before.as_ref() != Some(&shares) {
                writer.write_instant(Some(at));
                writer.write_count(shares.len());
                for (part, shares) in &shares {
                    writer.write_optional(part.as_deref());
                    writer.write_count(shares.len());
                    for share in shares.iter() {
                        writer.write_optional(share.value.as_deref());
                        writer.write_text(&share.weight.to_string());
                    }
                }
                before = Some(shares);
            }
        }
    }

    /// Returns the shares at an instant, of everybody or of one part of the people; `None` where nobody is
    /// counted.
    pub(crate) fn shares_at(&self, at: Timestamp, part: Option<&Arc<str>>) -> Option<&Arc<[Share]>> {
        let epoch = self.starts.partition_point(|start| *start <= at);
        self.shares.get(epoch)?.get(&part.cloned())
    }
}

/// Returns an instant before the first boundary, at which rows without a `from` hold; without boundaries any
/// instant will do.
fn before_first(directory: &Directory) -> Option<Timestamp> {
    match directory.boundaries().first() {
        Some(first) => Timestamp::from_millis(first.millis().saturating_sub(1)).ok(),
        None => Timestamp::from_millis(0).ok(),
    }
}
