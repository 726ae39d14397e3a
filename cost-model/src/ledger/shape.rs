//! Which figures a charge has, and where they are kept.

use crate::{CostRecord, Costs, Money, RequestUnits, TokenType};

/// Where one optional figure of a charge is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Held {
    /// Nowhere: it is unknown.
    Absent,
    /// Nowhere: it is zero.
    Zero,
    /// In the column of effective amounts, which it equals.
    Same,
    /// Among the charge's extras.
    Extra,
}

impl Held {
    fn of(figure: Option<i128>, effective: Option<i128>) -> Self {
        match figure {
            None => Self::Absent,
            Some(0) => Self::Zero,
            Some(_) if figure == effective => Self::Same,
            Some(_) => Self::Extra,
        }
    }

    /// The figure, given the charge's effective amount and what is left of its extras.
    pub(super) fn read(self, effective: i128, extras: &mut impl Iterator<Item = i128>) -> Option<i128> {
        match self {
            Self::Absent => None,
            Self::Zero => Some(0),
            Self::Same => Some(effective),
            Self::Extra => extras.next(),
        }
    }
}

/// What is known of a charge, apart from the figures themselves. A million charges have a dozen shapes.
///
/// The extras of a charge are, in this order and as far as its shape names them: billed, list, contracted, request
/// units, fee, and the four token counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    has_effective: bool,
    billed: Held,
    list: Held,
    contracted: Held,
    derived: bool,
    requests: Held,
    pub(super) fee: Held,
    /// Whether a token count does not fit in 32 bits, so that all four are extras.
    pub(crate) wide_tokens: bool,
    /// How many extras there are.
    extras: u8,
}

impl Shape {
    /// The shape of a record, whose extras are handed to `extra` in their order.
    pub(super) fn of(record: &CostRecord, wide_tokens: bool, mut extra: impl FnMut(i128)) -> Self {
        let costs = &record.costs;
        let effective = costs.effective.map(Money::units);
        let mut extras = 0;
        let mut keep = |figure: i128| {
            extra(figure);
            extras += 1;
        };
        let mut held = |figure: Option<i128>, like: Option<i128>| {
            let held = Held::of(figure, like);
            if let (Held::Extra, Some(figure)) = (held, figure) {
                keep(figure);
            }
            held
        };
        let mut shape = Self {
            has_effective: effective.is_some(),
            billed: held(costs.billed.map(Money::units), effective),
            list: held(costs.list.map(Money::units), effective),
            contracted: held(costs.contracted.map(Money::units), effective),
            derived: costs.derived,
            requests: held(record.requests.map(RequestUnits::units), None),
            fee: held(record.stated.fee.map(Money::units), effective),
            wide_tokens,
            extras: 0,
        };
        if wide_tokens {
            for token_type in TokenType::ALL {
                keep(record.tokens.get(token_type).count().into());
            }
        }
        shape.extras = extras;
        shape
    }

    /// The amounts and request units of a charge, given its effective amount and its extras; or, of many charges of one
    /// shape, their sums, given the sums of theirs.
    pub(crate) fn costs(
        &self,
        effective: Money,
        extras: &mut impl Iterator<Item = i128>,
    ) -> (Costs, Option<RequestUnits>) {
        let mut read = |held: Held| held.read(effective.units(), extras);
        let costs = Costs {
            billed: read(self.billed).map(Money::from_units),
            effective: self.has_effective.then_some(effective),
            list: read(self.list).map(Money::from_units),
            contracted: read(self.contracted).map(Money::from_units),
            derived: self.derived,
        };
        (costs, read(self.requests).map(RequestUnits::from_units))
    }

    /// How many of the extras are amounts and request units: the first ones.
    pub(crate) fn cost_extras(&self) -> usize {
        let held = [self.billed, self.list, self.contracted, self.requests];
        held.into_iter().filter(|held| *held == Held::Extra).count()
    }

    /// How many extras a charge has.
    pub(crate) fn extras(&self) -> usize {
        usize::from(self.extras)
    }
}
