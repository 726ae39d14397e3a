//! The dimensions of a ledger's charges: a column for each, over the distinct sets.
//!
//! A report reads a dimension as a small number, so each is a column of codes with a table of values. Codes take 8,
//! 16 or 32 bits, whichever is enough.

use std::borrow::Cow;
use std::sync::Arc;

use crate::dimension::{Dimension, Dimensions};
use crate::error::{Error, Result};
use crate::hash::{SetMap, TextMap};
use crate::ids::{Id, id};
use crate::record::DimensionSet;

id! {
    /// The number of a distinct set of dimensions in a [`Ledger`](crate::ledger::Ledger); see [`Ledger::set`](crate::ledger::Ledger::set).
    pub DimensionSetId, "sets of dimensions of a ledger"
}

impl DimensionSetId {
    /// Returns the index of the set among those of its ledger, counted from 0, so that a caller can keep a table by sets.
    pub fn index(self) -> usize {
        Id::index(self)
    }
}

/// The values of one dimension, each once, and a code for each set: 0 for none, else one more than the value's place.
#[derive(Debug)]
pub(crate) struct Column {
    values: Vec<Arc<str>>,
    codes: Codes,
}

/// As many bits for each code as the largest needs.
#[derive(Debug)]
enum Codes {
    Bits8(Vec<u8>),
    Bits16(Vec<u16>),
    Bits32(Vec<u32>),
}

impl Column {
    /// Returns the code of a set.
    #[inline]
    pub(crate) fn code(&self, set: DimensionSetId) -> u32 {
        let place = set.index();
        let code = match &self.codes {
            Codes::Bits8(codes) => codes.get(place).map(|code| u32::from(*code)),
            Codes::Bits16(codes) => codes.get(place).map(|code| u32::from(*code)),
            Codes::Bits32(codes) => codes.get(place).copied(),
        };
        code.unwrap_or_default()
    }

    /// Returns the value of a code.
    pub(crate) fn value(&self, code: u32) -> Option<&Arc<str>> {
        self.values.get(usize::try_from(code).ok()?.checked_sub(1)?)
    }

    /// Returns all values, in the order of their codes, which begin at 1.
    pub(crate) fn values(&self) -> &[Arc<str>] {
        &self.values
    }
}

/// Every column of a ledger's sets.
#[derive(Debug, Default)]
pub(crate) struct SetColumns {
    len: usize,
    /// In the order of [`Dimension::FIELDS`].
    fixed: Vec<Column>,
    /// In order of keys.
    tags: Vec<(Arc<str>, Column)>,
}

impl SetColumns {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Returns the column of a dimension, if sets have such a dimension and, for a tag, any of them has it.
    pub(crate) fn column(&self, dimension: &Dimension) -> Option<&Column> {
        match dimension {
            Dimension::Tag(key) => {
                let place = self.tags.binary_search_by(|(each, _)| each.cmp(key)).ok()?;
                self.tags.get(place).map(|(_, column)| column)
            }
            _ => self.fixed.get(Dimension::FIELDS.iter().position(|each| each == dimension)?),
        }
    }

    /// Returns the columns of all tags.
    pub(crate) fn tags(&self) -> impl Iterator<Item = &Column> {
        self.tags.iter().map(|(_, column)| column)
    }

    pub(crate) fn get(&self, id: DimensionSetId) -> Option<LedgerSet<'_>> {
        (id.index() < self.len).then_some(LedgerSet { columns: self, id })
    }

    /// Returns every id, ascending.
    pub(crate) fn ids(&self) -> impl Iterator<Item = DimensionSetId> + use<> {
        (0..self.len).map_while(|place| DimensionSetId::after(place).ok())
    }
}

/// Gives sets their ids and collects their columns.
#[derive(Default)]
pub(super) struct SetColumnsBuilder {
    ids: SetMap<DimensionSetId>,
    fixed: [ColumnBuilder; Dimension::FIELDS.len()],
    tags: TextMap<ColumnBuilder>,
}

#[derive(Default)]
struct ColumnBuilder {
    values: Vec<Arc<str>>,
    codes: Vec<u32>,
    by_value: TextMap<u32>,
}

impl SetColumnsBuilder {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Returns the id of a set, new or not. It is found by its hash and all of its fields, never by its address.
    pub(super) fn id(&mut self, set: &Arc<DimensionSet>) -> Result<DimensionSetId> {
        if let Some(id) = self.ids.get(set) {
            return Ok(*id);
        }
        let before = self.ids.len();
        let id = DimensionSetId::after(before)?;
        for (column, dimension) in self.fixed.iter_mut().zip(&Dimension::FIELDS) {
            column.push(before, set.shared(dimension))?;
        }
        for (key, value) in set.tags.iter() {
            match self.tags.get_mut(key) {
                Some(column) => column.push(before, Some(value))?,
                None => self.tags.entry(Arc::clone(key)).or_default().push(before, Some(value))?,
            }
        }
        self.ids.insert(Arc::clone(set), id);
        Ok(id)
    }

    /// Sorts the tags by key, by which they are found.
    pub(super) fn finish(self) -> SetColumns {
        let len = self.ids.len();
        let mut tags: Vec<_> = self.tags.into_iter().map(|(key, column)| (key, column.finish(len))).collect();
        tags.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        SetColumns { len, fixed: self.fixed.into_iter().map(|column| column.finish(len)).collect(), tags }
    }
}

impl ColumnBuilder {
    /// Puts the value of the set after `before` others; sets passed over have none.
    fn push(&mut self, before: usize, value: Option<&Arc<str>>) -> Result<()> {
        let code = value.map_or(Ok(0), |value| self.code(value))?;
        self.codes.resize(before, 0);
        self.codes.push(code);
        Ok(())
    }

    /// Returns the code of a value, given out when it is first met.
    fn code(&mut self, value: &Arc<str>) -> Result<u32> {
        // Sets often share the value of the set before.
        let last = self.codes.last().copied().unwrap_or_default();
        let last_value = usize::try_from(last).ok().and_then(|code| self.values.get(code.checked_sub(1)?));
        if last_value == Some(value) {
            return Ok(last);
        }
        if let Some(code) = self.by_value.get(value) {
            return Ok(*code);
        }
        self.values.push(Arc::clone(value));
        let code = u32::try_from(self.values.len())
            .map_err(|_| Error::overflow("the number of values of a dimension"))?;
        self.by_value.insert(Arc::clone(value), code);
        Ok(code)
    }

    fn finish(mut self, len: usize) -> Column {
        self.codes.resize(len, 0);
        self.values.shrink_to_fit();
        let codes = narrowed(&self.codes)
            .map(Codes::Bits8)
            .or_else(|| narrowed(&self.codes).map(Codes::Bits16))
            .unwrap_or_else(|| {
                self.codes.shrink_to_fit();
                Codes::Bits32(self.codes)
            });
        Column { values: self.values, codes }
    }
}

/// Returns the codes in fewer bits, if all fit.
fn narrowed<T: TryFrom<u32>>(codes: &[u32]) -> Option<Vec<T>> {
    codes.iter().map(|code| T::try_from(*code).ok()).collect()
}

/// One distinct combination of dimensions and tags in a [`Ledger`](crate::ledger::Ledger).
#[derive(Clone, Copy)]
pub struct LedgerSet<'a> {
    columns: &'a SetColumns,
    id: DimensionSetId,
}

impl<'a> LedgerSet<'a> {
    /// Returns the value of a dimension, shared with the ledger.
    pub fn shared(&self, dimension: &Dimension) -> Option<Arc<str>> {
        self.value(dimension).map(Arc::clone)
    }

    fn value(&self, dimension: &Dimension) -> Option<&'a Arc<str>> {
        let column = self.columns.column(dimension)?;
        column.value(column.code(self.id))
    }
}

impl Dimensions for LedgerSet<'_> {
    fn get(&self, dimension: &Dimension) -> Option<Cow<'_, str>> {
        self.value(dimension).map(|value| Cow::Borrowed(&**value))
    }

    fn for_each_tag(&self, visit: &mut dyn FnMut(&str, &str)) {
        for (key, column) in &self.columns.tags {
            if let Some(value) = column.value(column.code(self.id)) {
                visit(key, value);
            }
        }
    }

    fn tag(&self, key: &str) -> Option<Cow<'_, str>> {
        let place = self.columns.tags.binary_search_by(|(each, _)| (**each).cmp(key)).ok()?;
        let (_, column) = self.columns.tags.get(place)?;
        column.value(column.code(self.id)).map(|value| Cow::Borrowed(&**value))
    }
}

crate::masked_debug!(LedgerSet<'_> { id });
