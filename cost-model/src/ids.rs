//! Ids: numbers that name an entry of a table. Each table has an id type of its own.
//!
//! An index that is a bare `usize` can be used on the wrong table without an error, and with six tables of
//! similar length nobody would see it. Ids have 32 bits, since hot loops keep one for each charge.

use std::marker::PhantomData;

use crate::error::{Error, Result};
use crate::fault::Fault;

/// The name of an entry of a table.
pub(crate) trait Id: Copy {
    /// What the table holds, for errors.
    const WHAT: &'static str;

    /// Returns the id of the entry after `before` others.
    fn after(before: usize) -> Result<Self>;

    /// Returns the place of the entry.
    fn index(self) -> usize;
}

/// Defines an id of 32 bits.
macro_rules! id {
    ($(#[$doc:meta])* $visibility:vis $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility struct $name(u32);

        impl $crate::ids::Id for $name {
            const WHAT: &'static str = $what;

            fn after(before: usize) -> $crate::Result<Self> {
                // The last number is left to those who need one for "none".
                let number = u32::try_from(before).ok().filter(|number| *number < u32::MAX);
                number.map(Self).ok_or_else(|| $crate::Error::overflow(concat!("the number of ", $what)))
            }

            #[inline]
            fn index(self) -> usize {
                // No supported target has fewer bits.
                self.0 as usize
            }
        }
    };
}

pub(crate) use id;

/// Entries by id.
#[derive(Clone, Debug)]
pub(crate) struct Table<I, T> {
    entries: Vec<T>,
    ids: PhantomData<I>,
}

impl<I: Id, T> Table<I, T> {
    /// Returns the entry of an id, which only an error of this crate can lead nowhere.
    #[inline]
    pub(crate) fn get(&self, id: I) -> Result<&T> {
        self.entries.get(id.index()).ok_or_else(nowhere::<I>)
    }

    /// Returns the entry of an id, to be changed.
    #[inline]
    pub(crate) fn get_mut(&mut self, id: I) -> Result<&mut T> {
        self.entries.get_mut(id.index()).ok_or_else(nowhere::<I>)
    }

    /// Appends an entry, and returns its id.
    pub(crate) fn push(&mut self, entry: T) -> Result<I> {
        let id = I::after(self.entries.len())?;
        self.entries.push(entry);
        Ok(id)
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        &self.entries
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cold]
fn nowhere<I: Id>() -> Error {
    Fault::Nowhere(I::WHAT).into()
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
