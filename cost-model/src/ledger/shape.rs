//! Which figures a charge has, and where they are kept.

use crate::{CostRecord, Costs, Money};

/// Where one optional figure of a charge is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Held {
    /// Nowhere: it is unknown.
    Absent,
    /// Nowhere: it is zero.
    Zero,
    /// In the column of effective amounts, which it equals.
    Same,
    /// In a column of its own, with an entry only for charges of which this is so.
    Own,
}

impl Held {
    fn of(figure: Option<Money>, effective: Option<Money>) -> Self {
        match figure {
            None => Self::Absent,
            Some(figure) if figure.is_zero() => Self::Zero,
            Some(_) if figure == effective => Self::Same,
            Some(_) => Self::Own,
        }
    }

    /// The figure, given the charge's effective amount and the figures that it has for itself.
    pub(super) fn read(self, effective: Money, own: &mut impl Iterator<Item = Money>) -> Option<Money> {
        match self {
            Self::Absent => None,
            Self::Zero => Some(Money::ZERO),
            Self::Same => Some(effective),
            Self::Own => own.next(),
        }
    }
}

/// What is known of a charge, apart from the figures themselves. A million charges have a dozen shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is about another figure")]
pub(crate) struct Shape {
    has_effective: bool,
    billed: Held,
    list: Held,
    contracted: Held,
    derived: bool,
    pub(super) has_requests: bool,
    pub(super) fee: Held,
    /// Whether a token count does not fit in 32 bits.
    pub(super) wide_tokens: bool,
    pub(super) has_quantity: bool,
}

impl Shape {
    pub(super) fn of(record: &CostRecord, wide_tokens: bool) -> Self {
        let costs = &record.costs;
        let held = |figure: Option<Money>| Held::of(figure, costs.effective);
        Self {
            has_effective: costs.effective.is_some(),
            billed: held(costs.billed),
            list: held(costs.list),
            contracted: held(costs.contracted),
            derived: costs.derived,
            has_requests: record.requests.is_some(),
            fee: held(record.stated.fee),
            wide_tokens,
            has_quantity: record.quantity.is_some(),
        }
    }

    /// Whether the dense columns tell all usage.
    pub(crate) fn is_plain(self) -> bool {
        !self.wide_tokens && !self.has_quantity
    }

    /// The shape of the sum of such charges, as far as sums of costs, tokens and requests tell shapes apart.
    pub(crate) fn of_sums(self) -> Self {
        Self {
            derived: false,
            has_requests: true,
            fee: Held::Absent,
            wide_tokens: false,
            has_quantity: false,
            ..self
        }
    }

    /// The amounts of a charge, given its effective amount and its own amounts; or, of many charges of one shape,
    /// their sums, given the sums of theirs.
    pub(crate) fn costs(self, effective: Money, own: &mut impl Iterator<Item = Money>) -> Costs {
        let mut read = |held: Held| held.read(effective, own);
        Costs {
            billed: read(self.billed),
            effective: self.has_effective.then_some(effective),
            list: read(self.list),
            contracted: read(self.contracted),
            derived: self.derived,
        }
    }

    /// The amounts that only [`Self::costs`] of this shape can tell, in the order in which it asks for them.
    pub(super) fn own_amounts(self, costs: &Costs) -> impl Iterator<Item = Money> + use<> {
        let amounts =
            [(self.billed, costs.billed), (self.list, costs.list), (self.contracted, costs.contracted)];
        amounts.into_iter().filter(|(held, _)| *held == Held::Own).filter_map(|(_, amount)| amount)
    }

    /// How many own amounts a charge has.
    pub(crate) fn own_amount_count(self) -> usize {
        [self.billed, self.list, self.contracted].into_iter().filter(|held| *held == Held::Own).count()
    }

    pub(super) fn has_own_fee(self) -> bool {
        self.fee == Held::Own
    }
}
