//! Plans how a charge is divided: among the values of tags, by type of token, and where only a share of it counts.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::ids::id;
use crate::ledger::LedgerRow;
use crate::report::Allocation;
use crate::report::engine::cells::CellId;
use crate::report::fragments::{Fragment, Level, TokenPart};

id! {
    /// The number of a plan.
    pub(super) PlanId, "plans of divided charges"
}

/// The plan by which the charges of a set are divided while one answer of the tagger holds.
pub(super) struct Plan {
    /// The parts are the cross product of these, outermost first.
    pub(super) levels: Vec<Level>,
    /// In order.
    pub(super) parts: Vec<PlannedPart>,
    /// Whether the filter must be asked about each charge.
    pub(super) asks_filter: bool,
}

/// The outcome for one part.
pub(super) struct PlannedPart {
    /// Where it is added; `None` where it does not count.
    pub(super) cell: Option<CellId>,
    /// The share of it that counts, where the branches of the filter have shares of their own.
    pub(super) share: Option<Allocation>,
    /// The codes of its values of the tags' keys.
    pub(super) codes: Box<[u32]>,
    pub(super) purpose: Option<TokenPart>,
}

impl Plan {
    /// Returns what of one charge is added to each cell: several parts in one cell are one fragment, so that the charge
    /// counts once. `ask` returns the share of a part that counts by a filter that depends on the charge, or `None` if the
    /// part does not meet it.
    pub(super) fn fragments(
        &self,
        row: &LedgerRow,
        ask: impl Fn(&PlannedPart) -> Result<Option<Option<Allocation>>>,
    ) -> Result<BTreeMap<CellId, Fragment>> {
        let whole = vec![Some(Fragment::whole(row))];
        let parts = self.levels.iter().try_fold(whole, |parts, level| {
            // Only the innermost level leaves parts empty.
            parts.into_iter().flatten().try_fold(Vec::new(), |mut all, part| {
                all.extend(level.parts(&part)?);
                Ok::<_, Error>(all)
            })
        })?;
        let mut fragments = BTreeMap::new();
        for (fragment, part) in parts.into_iter().zip(&self.parts) {
            let (Some(mut fragment), Some(cell)) = (fragment, part.cell) else { continue };
            let share = if self.asks_filter {
                let Some(share) = ask(part)? else { continue };
                share
            } else {
                part.share
            };
            if let Some(share) = share {
                let counted = Level::Allocation(share).parts(&fragment)?.into_iter().next().flatten();
                let Some(counted) = counted else { continue };
                fragment = counted;
            }
            let joined = match fragments.get(&cell) {
                Some(other) => fragment.join(other)?,
                None => fragment,
            };
            fragments.insert(cell, joined);
        }
        Ok(fragments)
    }
}
