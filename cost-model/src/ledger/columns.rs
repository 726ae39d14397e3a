//! The figures of every charge, a column for each.

use std::collections::HashMap;

use crate::{
    CostRecord, Costs, Error, LedgerRow, Money, RequestUnits, Result, Timestamp, TokenCounts, TokenType,
    Tokens,
};

use super::shape::Shape;

/// One entry per charge in each column; what few charges have, or what equals the effective amount, takes no room.
#[derive(Default)]
pub(super) struct Columns {
    at: Vec<Timestamp>,
    tuple: Vec<u32>,
    /// Indices into `shapes`.
    shape: Vec<u16>,
    /// Zero where the shape has no effective amount.
    effective: Vec<Money>,
    /// In the order of [`TokenType::ALL`]; zero where the shape has wide tokens.
    tokens: Vec<[u32; 4]>,
    /// The further figures of all charges, one charge after the other, as many of each as its shape says.
    extras: Vec<i128>,
    shapes: Vec<Shape>,
}

/// The numbers of the shapes met so far.
#[derive(Default)]
pub(super) struct ShapeNumbers(HashMap<Shape, u16>);

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    pub(super) fn push(&mut self, record: &CostRecord, tuple: u32, numbers: &mut ShapeNumbers) -> Result<()> {
        let tokens = narrow(&record.tokens);
        let extras = &mut self.extras;
        let shape = Shape::of(record, tokens.is_none(), |figure| extras.push(figure));
        let number = match numbers.0.get(&shape) {
            Some(number) => *number,
            None => {
                let next = u16::try_from(self.shapes.len())
                    .map_err(|_| Error::overflow("the number of shapes in a ledger"))?;
                self.shapes.push(shape);
                numbers.0.insert(shape, next);
                next
            }
        };
        self.at.push(record.at);
        self.tuple.push(tuple);
        self.shape.push(number);
        self.effective.push(record.costs.effective.unwrap_or_default());
        self.tokens.push(tokens.unwrap_or_default());
        Ok(())
    }

    pub(super) fn shrink(&mut self) {
        self.at.shrink_to_fit();
        self.tuple.shrink_to_fit();
        self.shape.shrink_to_fit();
        self.effective.shrink_to_fit();
        self.tokens.shrink_to_fit();
        self.extras.shrink_to_fit();
        self.shapes.shrink_to_fit();
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = LedgerRow> + '_ {
        let mut extras = self.extras.iter().copied();
        let figures = self.shape.iter().zip(&self.effective).zip(&self.tokens);
        self.at.iter().zip(&self.tuple).zip(figures).filter_map(
            move |((at, tuple), ((shape, effective), tokens))| {
                let shape = *self.shapes.get(usize::from(*shape))?;
                Some(row(*at, index(*tuple), shape, *effective, *tokens, &mut extras))
            },
        )
    }
}

/// A number of 32 bits as an index, which no supported target has too few bits for.
pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn row(
    at: Timestamp,
    tuple: usize,
    shape: Shape,
    effective: Money,
    tokens: [u32; 4],
    extras: &mut impl Iterator<Item = i128>,
) -> LedgerRow {
    let units = effective.units();
    let costs = Costs {
        billed: shape.billed.read(units, extras).map(Money::from_units),
        effective: shape.has_effective.then_some(effective),
        list: shape.list.read(units, extras).map(Money::from_units),
        contracted: shape.contracted.read(units, extras).map(Money::from_units),
        derived: shape.derived,
    };
    let requests = shape.requests.read(units, extras).map(RequestUnits::from_units);
    let fee = shape.fee.read(units, extras).map(Money::from_units);
    let tokens = if shape.wide_tokens { wide(extras) } else { counts(tokens.map(u64::from)) };
    LedgerRow { at, tuple, costs, tokens, requests, fee }
}

/// The four counts in the order of [`TokenType::ALL`], if all fit in 32 bits.
fn narrow(tokens: &TokenCounts) -> Option<[u32; 4]> {
    let mut narrow = [0; 4];
    for (narrow, token_type) in narrow.iter_mut().zip(TokenType::ALL) {
        *narrow = u32::try_from(tokens.get(token_type).count()).ok()?;
    }
    Some(narrow)
}

fn wide(extras: &mut impl Iterator<Item = i128>) -> TokenCounts {
    // Each came from a `u64`, so the default never shows.
    counts([(); 4].map(|()| extras.next().and_then(|count| u64::try_from(count).ok()).unwrap_or_default()))
}

fn counts(counts: [u64; 4]) -> TokenCounts {
    let [input, output, cache_write, cache_read] = counts.map(Tokens::new);
    TokenCounts { input, output, cache_write, cache_read }
}
