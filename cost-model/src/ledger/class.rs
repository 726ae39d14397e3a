//! What charges have in common.

use std::collections::HashMap;

use crate::{Error, Result};

use super::narrow::index;
use super::shape::Shape;

/// A distinct combination of tuple and shape: whatever charges have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Class {
    pub(super) tuple: u32,
    pub(crate) shape: Shape,
}

/// How many charges, and how many entries they have in each sparse column: the size of one, or the place after some.
#[derive(Clone, Copy, Default)]
pub(crate) struct Extent {
    pub(crate) charges: usize,
    pub(crate) narrow: usize,
    pub(crate) wide: usize,
    pub(super) wide_tokens: usize,
    pub(super) quantities: usize,
}

impl Extent {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            charges: self.charges + other.charges,
            narrow: self.narrow + other.narrow,
            wide: self.wide + other.wide,
            wide_tokens: self.wide_tokens + other.wide_tokens,
            quantities: self.quantities + other.quantities,
        }
    }
}

/// The classes met so far, and their numbers.
#[derive(Default)]
pub(super) struct Classes {
    all: Vec<Class>,
    numbers: HashMap<Class, u32>,
}

impl Class {
    /// The number of the tuple.
    pub(crate) fn tuple(&self) -> usize {
        index(self.tuple)
    }

    /// The extent of one charge.
    pub(crate) fn extent(&self) -> Extent {
        let own = self.shape.own_count();
        Extent {
            charges: 1,
            narrow: if self.shape.wide { 0 } else { own.saturating_sub(1) },
            wide: if self.shape.wide { own } else { 0 },
            wide_tokens: usize::from(self.shape.wide_tokens),
            quantities: usize::from(self.shape.has_quantity),
        }
    }
}

impl Classes {
    /// The number of a class, new or not.
    pub(super) fn number(&mut self, class: Class) -> Result<u32> {
        if let Some(number) = self.numbers.get(&class) {
            return Ok(*number);
        }
        let next = u32::try_from(self.all.len())
            .map_err(|_| Error::overflow("the number of classes in a ledger"))?;
        self.all.push(class);
        self.numbers.insert(class, next);
        Ok(next)
    }

    /// By number.
    pub(super) fn into_all(mut self) -> Vec<Class> {
        self.all.shrink_to_fit();
        self.all
    }
}
