//! The figures of every charge, a column for each.

use std::collections::HashMap;

use crate::{CostRecord, Error, LedgerRow, Money, Result, Timestamp, TokenCounts, TokenType, Tokens};

use super::shape::Shape;

/// One entry per charge in each column; what few charges have, or what equals the effective amount, takes no room.
#[derive(Default)]
pub(super) struct Columns {
    at: Vec<Timestamp>,
    /// Indices into `classes`.
    class: Vec<u32>,
    /// Zero where the shape has no effective amount.
    effective: Vec<Money>,
    /// In the order of [`TokenType::ALL`]; zero where the shape has wide tokens.
    tokens: Vec<[u32; 4]>,
    /// The further figures of all charges, one charge after the other, as many of each as its shape says.
    extras: Vec<i128>,
    classes: Vec<Class>,
}

/// A distinct combination of tuple and shape: whatever charges have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Class {
    tuple: u32,
    pub(crate) shape: Shape,
}

/// The numbers of the classes met so far.
#[derive(Default)]
pub(super) struct ClassNumbers(HashMap<Class, u32>);

/// A charge as it is kept, for loops that look at every one and need few of its figures.
#[derive(Clone, Copy)]
pub(crate) struct Charge<'a> {
    pub(crate) at: Timestamp,
    pub(crate) class: u32,
    /// Zero if absent.
    pub(crate) effective: Money,
    /// In the order of [`TokenType::ALL`]; zero if they are extras.
    pub(crate) tokens: [u32; 4],
    pub(crate) extras: &'a [i128],
}

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    pub(super) fn push(&mut self, record: &CostRecord, tuple: u32, numbers: &mut ClassNumbers) -> Result<()> {
        let tokens = narrow(&record.tokens);
        let extras = &mut self.extras;
        let shape = Shape::of(record, tokens.is_none(), |figure| extras.push(figure));
        let class = Class { tuple, shape };
        let number = match numbers.0.get(&class) {
            Some(number) => *number,
            None => {
                let next = u32::try_from(self.classes.len())
                    .map_err(|_| Error::overflow("the number of classes in a ledger"))?;
                self.classes.push(class);
                numbers.0.insert(class, next);
                next
            }
        };
        self.at.push(record.at);
        self.class.push(number);
        self.effective.push(record.costs.effective.unwrap_or_default());
        self.tokens.push(tokens.unwrap_or_default());
        Ok(())
    }

    pub(super) fn shrink(&mut self) {
        self.at.shrink_to_fit();
        self.class.shrink_to_fit();
        self.effective.shrink_to_fit();
        self.tokens.shrink_to_fit();
        self.extras.shrink_to_fit();
        self.classes.shrink_to_fit();
    }

    pub(super) fn classes(&self) -> &[Class] {
        &self.classes
    }

    pub(super) fn charges(&self) -> impl Iterator<Item = Charge<'_>> {
        let mut rest = self.extras.as_slice();
        let figures = self.effective.iter().zip(&self.tokens);
        self.at.iter().zip(&self.class).zip(figures).map(move |((at, class), (effective, tokens))| {
            let count = self.classes.get(index(*class)).map_or(0, |class| class.shape.extras());
            let (extras, others) = rest.split_at_checked(count).unwrap_or_default();
            rest = others;
            Charge { at: *at, class: *class, effective: *effective, tokens: *tokens, extras }
        })
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = LedgerRow> + '_ {
        self.charges().filter_map(|charge| Some(self.classes.get(index(charge.class))?.row(&charge)))
    }
}

impl Class {
    /// The number of the tuple.
    pub(crate) fn tuple(&self) -> usize {
        index(self.tuple)
    }

    /// A charge of this class, with every figure in its place.
    pub(crate) fn row(&self, charge: &Charge<'_>) -> LedgerRow {
        let mut extras = charge.extras.iter().copied();
        let (costs, requests) = self.shape.costs(charge.effective, &mut extras);
        let fee = self.shape.fee.read(charge.effective.units(), &mut extras).map(Money::from_units);
        let tokens = if self.shape.wide_tokens { wide(extras) } else { counts(charge.tokens.map(u64::from)) };
        LedgerRow { at: charge.at, tuple: self.tuple(), costs, tokens, requests, fee }
    }
}

/// A number of 32 bits as an index, which no supported target has too few bits for.
pub(crate) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The four counts in the order of [`TokenType::ALL`], if all fit in 32 bits.
fn narrow(tokens: &TokenCounts) -> Option<[u32; 4]> {
    let mut narrow = [0; 4];
    for (narrow, token_type) in narrow.iter_mut().zip(TokenType::ALL) {
        *narrow = u32::try_from(tokens.get(token_type).count()).ok()?;
    }
    Some(narrow)
}

fn wide(mut extras: impl Iterator<Item = i128>) -> TokenCounts {
    // Each came from a `u64`, so the default never shows.
    counts([(); 4].map(|()| extras.next().and_then(|count| u64::try_from(count).ok()).unwrap_or_default()))
}

/// From the order of [`TokenType::ALL`].
pub(crate) fn counts(counts: [u64; 4]) -> TokenCounts {
    let [input, output, cache_write, cache_read] = counts.map(Tokens::new);
    TokenCounts { input, output, cache_write, cache_read }
}
