//! Numbers that name an entry of a table: each table has a type of its own for them, so that none is looked up in another.
//!
//! An id is the place of an entry in its table, so that looking it up is indexing; an id of another table of the same
//! type finds another entry or none.

use std::marker::PhantomData;

/// The name of an entry of a table.
///
/// Made by the macro `id!` alone; its methods are for [`Table`] and for lists that run beside one.
pub(crate) trait Id: Copy {
    /// Returns the id of the entry at a place, counted from 0.
    fn from_index(index: usize) -> Self;

    /// Returns the place of the entry, counted from 0.
    fn index(self) -> usize;
}

/// Defines an id.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(usize);

        impl Id for $name {
            fn from_index(index: usize) -> Self {
                Self(index)
            }

            fn index(self) -> usize {
                self.0
            }
        }
    };
}

id! {
    /// The place of a tag key among the keys of a rule set.
    KeyId
}

id! {
    /// The place of a rule among the rules of its key.
    RuleId
}

id! {
    /// The place of a fact among the columns of a directory.
    FactId
}

/// Entries by id.
///
/// A vector that can be indexed with its own ids only. Entries are appended and never removed, so that an id
/// stays valid.
#[derive(Clone, Debug)]
pub(crate) struct Table<I, T> {
    entries: Vec<T>,
    ids: PhantomData<I>,
}

impl<I: Id, T> Table<I, T> {
    /// Returns the entry of an id, if it is one of this table.
    pub(crate) fn get(&self, id: I) -> Option<&T> {
        self.entries.get(id.index())
    }

    /// Returns the entry of an id, to be changed.
    pub(crate) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        self.entries.get_mut(id.index())
    }

    /// Returns the id of the first entry that fits.
    pub(crate) fn position(&self, fits: impl FnMut(&T) -> bool) -> Option<I> {
        self.entries.iter().position(fits).map(I::from_index)
    }

    /// Returns every entry with its id, in order.
    pub(crate) fn enumerate(&self) -> impl Iterator<Item = (I, &T)> + Clone {
        self.entries.iter().enumerate().map(|(index, entry)| (I::from_index(index), entry))
    }

    /// Returns every id, in order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = I> + use<I, T> {
        (0..self.entries.len()).map(I::from_index)
    }

    /// Appends an entry.
    pub(crate) fn push(&mut self, entry: T) {
        self.entries.push(entry);
    }

    /// Returns the entries, in order.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.entries.iter()
    }

    /// Returns the entries, for callers that need no ids.
    pub(crate) fn as_slice(&self) -> &[T] {
        &self.entries
    }

    /// Returns the number of entries.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self { entries: Vec::new(), ids: PhantomData }
    }
}

impl<I, T> From<Vec<T>> for Table<I, T> {
    fn from(entries: Vec<T>) -> Self {
        Self { entries, ids: PhantomData }
    }
}

impl<I, T> FromIterator<T> for Table<I, T> {
    fn from_iter<E: IntoIterator<Item = T>>(entries: E) -> Self {
        Self::from(Vec::from_iter(entries))
    }
}

impl<'a, I: Id, T> IntoIterator for &'a Table<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
