//! Which figures a charge has, and where they are kept.

use crate::{CostRecord, Costs, Money, RequestUnits};

use super::narrow::{narrow, narrow_tokens};

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
    has_requests: bool,
    fee: Held,
    /// Whether a figure is finer or larger than the narrow columns hold, so that all of them are in the wide one.
    pub(crate) wide: bool,
    /// Whether a token count does not fit in 32 bits.
    pub(super) wide_tokens: bool,
    pub(super) has_quantity: bool,
}

/// The figures of a charge, or the sums of those of many charges of one shape.
pub(crate) struct ShapedFigures {
    pub(crate) costs: Costs,
    pub(crate) requests: Option<RequestUnits>,
    pub(super) fee: Option<Money>,
}

impl Shape {
    /// The number of figures that a charge may have for itself.
    pub(crate) const FIGURES: usize = 6;

    pub(super) fn of(record: &CostRecord) -> Self {
        let costs = &record.costs;
        let held = |figure: Option<Money>| Held::of(figure, costs.effective);
        let shape = Self {
            has_effective: costs.effective.is_some(),
            billed: held(costs.billed),
            list: held(costs.list),
            contracted: held(costs.contracted),
            derived: costs.derived,
            has_requests: record.requests.is_some(),
            fee: held(record.stated.fee),
            wide: true,
            wide_tokens: narrow_tokens(&record.tokens).is_none(),
            has_quantity: record.quantity.is_some(),
        };
        Self { wide: shape.own_figures(record).any(|figure| narrow(figure).is_none()), ..shape }
    }

    /// Whether the sums of costs, tokens and request units tell all usage.
    pub(crate) fn is_plain(self) -> bool {
        !self.wide_tokens && !self.has_quantity
    }

    /// The shape of the sum of such charges, as far as sums of costs and requests tell shapes apart.
    pub(crate) fn of_sums(self) -> Self {
        Self { derived: false, fee: Held::Absent, wide_tokens: false, has_quantity: false, ..self }
    }

    /// The figures, given the narrow effective amount and the own figures, in units.
    pub(crate) fn figures(self, effective: i128, own: &mut impl Iterator<Item = i128>) -> ShapedFigures {
        let has_own_effective = self.has_own_effective();
        let effective =
            Money::from_units(if has_own_effective { own.next().unwrap_or_default() } else { effective });
        let mut amounts = own.map(Money::from_units);
        let mut read = |held: Held| held.read(effective, &mut amounts);
        let costs = Costs {
            billed: read(self.billed),
            effective: self.has_effective.then_some(effective),
            list: read(self.list),
            contracted: read(self.contracted),
            derived: self.derived,
        };
        let requests = self.has_requests.then(|| amounts.next().unwrap_or_default().units());
        let fee = self.fee.read(effective, &mut amounts);
        ShapedFigures { costs, requests: requests.map(RequestUnits::from_units), fee }
    }

    /// The figures that have an entry in a sparse column, in units, in the order in which [`Self::figures`] asks for
    /// them; of a wide shape these are all that have no equal.
    pub(super) fn own_figures(self, record: &CostRecord) -> impl Iterator<Item = i128> + use<> {
        let costs = &record.costs;
        let own = |held: Held, amount: Option<Money>| amount.filter(|_| held == Held::Own).map(Money::units);
        let figures: [Option<i128>; Self::FIGURES] = [
            costs.effective.filter(|_| self.has_own_effective()).map(Money::units),
            own(self.billed, costs.billed),
            own(self.list, costs.list),
            own(self.contracted, costs.contracted),
            record.requests.map(RequestUnits::units),
            own(self.fee, record.stated.fee),
        ];
        figures.into_iter().flatten()
    }

    /// How many own figures a charge has that are summed: all but the fee, which comes last.
    pub(crate) fn summed_count(self) -> usize {
        let own = [self.billed, self.list, self.contracted].into_iter().filter(|held| *held == Held::Own);
        own.count() + usize::from(self.has_own_effective()) + usize::from(self.has_requests)
    }

    /// How many own figures a charge has.
    pub(crate) fn own_count(self) -> usize {
        self.summed_count() + usize::from(self.fee == Held::Own)
    }

    /// Whether the effective amount is among the own figures.
    fn has_own_effective(self) -> bool {
        self.wide && self.has_effective
    }
}
