//! The figures of every charge, a column for each.

use std::collections::HashMap;

use crate::{
    CostRecord, Error, LedgerRow, Money, Quantity, RequestUnits, Result, Timestamp, TokenCounts, TokenType,
    Tokens,
};

use super::shape::Shape;

/// The columns that reports add up have an entry per charge; what few charges have, or what equals the effective
/// amount, takes no room. Those who look for an entry of a sparse column must have passed over the ones before.
#[derive(Default)]
pub(super) struct Columns {
    at: Vec<Timestamp>,
    /// Indices into `classes`.
    class: Vec<u32>,
    /// Zero where the shape has no effective amount.
    effective: Vec<Money>,
    /// Zero where absent.
    requests: Vec<RequestUnits>,
    /// In the order of [`TokenType::ALL`]; zero where the shape has wide tokens.
    tokens: Vec<[u32; 4]>,
    /// Sparse: amounts beside the effective one that are neither zero nor equal to it.
    amounts: Vec<Money>,
    /// Sparse: fees that are neither zero nor equal to the effective amount.
    fees: Vec<Money>,
    /// Sparse: counts of which one does not fit in 32 bits.
    wide_tokens: Vec<TokenCounts>,
    /// Sparse: usage that neither tokens nor request units tell.
    quantities: Vec<Quantity>,
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

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    pub(super) fn push(&mut self, record: &CostRecord, tuple: u32, numbers: &mut ClassNumbers) -> Result<()> {
        let tokens = narrow(&record.tokens);
        let shape = Shape::of(record, tokens.is_none());
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
        self.requests.push(record.requests.unwrap_or_default());
        self.tokens.push(tokens.unwrap_or_default());
        self.amounts.extend(shape.own_amounts(&record.costs));
        self.fees.extend(record.stated.fee.filter(|_| shape.has_own_fee()));
        self.wide_tokens.extend(shape.wide_tokens.then_some(record.tokens));
        self.quantities.extend(record.quantity);
        Ok(())
    }

    pub(super) fn shrink(&mut self) {
        self.at.shrink_to_fit();
        self.class.shrink_to_fit();
        self.effective.shrink_to_fit();
        self.requests.shrink_to_fit();
        self.tokens.shrink_to_fit();
        self.amounts.shrink_to_fit();
        self.fees.shrink_to_fit();
        self.wide_tokens.shrink_to_fit();
        self.quantities.shrink_to_fit();
        self.classes.shrink_to_fit();
    }

    pub(super) fn classes(&self) -> &[Class] {
        &self.classes
    }

    pub(super) fn charges(&self) -> Charges<'_> {
        Charges {
            at: &self.at,
            class: &self.class,
            effective: &self.effective,
            requests: &self.requests,
            tokens: &self.tokens,
            amounts: &self.amounts,
            fees: &self.fees,
            wide_tokens: &self.wide_tokens,
            quantities: &self.quantities,
            classes: &self.classes,
        }
    }
}

/// The charges of a ledger that are still to come, column by column.
pub(crate) struct Charges<'a> {
    pub(crate) at: &'a [Timestamp],
    pub(crate) class: &'a [u32],
    pub(crate) effective: &'a [Money],
    pub(crate) requests: &'a [RequestUnits],
    pub(crate) tokens: &'a [[u32; 4]],
    pub(crate) amounts: &'a [Money],
    fees: &'a [Money],
    wide_tokens: &'a [TokenCounts],
    quantities: &'a [Quantity],
    classes: &'a [Class],
}

/// How many charges to pass over, and how many entries they have in each sparse column.
#[derive(Clone, Copy, Default)]
pub(crate) struct Passed {
    pub(crate) charges: usize,
    pub(crate) amounts: usize,
    pub(crate) fees: usize,
    pub(crate) wide_tokens: usize,
    pub(crate) quantities: usize,
}

impl Charges<'_> {
    pub(crate) fn pass(&mut self, passed: Passed) {
        self.at = self.at.get(passed.charges..).unwrap_or_default();
        self.class = self.class.get(passed.charges..).unwrap_or_default();
        self.effective = self.effective.get(passed.charges..).unwrap_or_default();
        self.requests = self.requests.get(passed.charges..).unwrap_or_default();
        self.tokens = self.tokens.get(passed.charges..).unwrap_or_default();
        self.amounts = self.amounts.get(passed.amounts..).unwrap_or_default();
        self.fees = self.fees.get(passed.fees..).unwrap_or_default();
        self.wide_tokens = self.wide_tokens.get(passed.wide_tokens..).unwrap_or_default();
        self.quantities = self.quantities.get(passed.quantities..).unwrap_or_default();
    }
}

impl Iterator for Charges<'_> {
    type Item = LedgerRow;

    fn next(&mut self) -> Option<LedgerRow> {
        let class = self.classes.get(index(*self.class.first()?))?;
        let (shape, effective) = (class.shape, *self.effective.first()?);
        let tokens = if shape.wide_tokens {
            *self.wide_tokens.first()?
        } else {
            counts(self.tokens.first()?.map(u64::from))
        };
        let row = LedgerRow {
            at: *self.at.first()?,
            tuple: class.tuple(),
            costs: shape.costs(effective, &mut self.amounts.iter().copied()),
            tokens,
            requests: shape.has_requests.then_some(*self.requests.first()?),
            quantity: self.quantities.first().filter(|_| shape.has_quantity).copied(),
            fee: shape.fee.read(effective, &mut self.fees.iter().copied()),
        };
        self.pass(class.passed());
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.at.len(), Some(self.at.len()))
    }
}

impl Class {
    /// The number of the tuple.
    pub(crate) fn tuple(&self) -> usize {
        index(self.tuple)
    }

    /// What passing over one charge is.
    pub(crate) fn passed(&self) -> Passed {
        Passed {
            charges: 1,
            amounts: self.shape.own_amount_count(),
            fees: usize::from(self.shape.has_own_fee()),
            wide_tokens: usize::from(self.shape.wide_tokens),
            quantities: usize::from(self.shape.has_quantity),
        }
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

/// From the order of [`TokenType::ALL`].
pub(crate) fn counts(counts: [u64; 4]) -> TokenCounts {
    let [input, output, cache_write, cache_read] = counts.map(Tokens::new);
    TokenCounts { input, output, cache_write, cache_read }
}
