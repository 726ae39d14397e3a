//! Some dimensions of a ledger's tuples, looked up once for all of them.

use crate::{Dimension, Ledger};

use super::tuple::{Column, LedgerTuple};

/// Some dimensions, as columns of a ledger's dictionary.
pub(crate) struct Projection(Vec<Column>);

impl Projection {
    /// The tags and other dimensions of a ledger among these; with `all_tags`, all of its tags as one more.
    pub(crate) fn new<'a>(
        ledger: &Ledger,
        dimensions: impl IntoIterator<Item = &'a Dimension>,
        all_tags: bool,
    ) -> Self {
        let columns = dimensions.into_iter().filter_map(|dimension| ledger.tuples.column(dimension));
        Self(columns.chain(all_tags.then_some(Column::Tags)).collect())
    }

    /// A number for each value that the tuple has in these dimensions, the same for the same value; 0 for none.
    pub(crate) fn codes(&self, tuple: LedgerTuple<'_>) -> impl Iterator<Item = u32> {
        self.0.iter().map(move |column| tuple.code_in(*column))
    }
}
