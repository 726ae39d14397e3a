//! Which figures a charge has, and where they are kept.
//!
//! A charge has up to five optional figures beside its effective amount, most of which are absent, zero or equal to
//! it. A layout says which is which for many charges at once, so that only what differs takes room.

use crate::ids::id;
use crate::money::Money;
use crate::money::{TokenCounts, TokenType};
use crate::record::Figures;

id! {
    /// The number of a layout.
    pub(crate) LayoutId, "layouts of a ledger's charges"
}

/// What one step of a narrow figure is in units: 10^-14. Amounts of up to 92,233 with that many decimals are narrow, which is
/// nearly all of them; what is left over from floating-point arithmetic is not.
const STEP: i128 = 10_000_000_000;

/// Returns a figure in units as a narrow one, if it is exactly one. `None` for a figure finer than a step or too
/// large for 64 bits.
pub(super) fn narrow(units: i128) -> Option<i64> {
    match units.checked_rem(STEP) {
        Some(0) => i64::try_from(units.checked_div(STEP)?).ok(),
        _ => None,
    }
}

/// Returns a narrow figure, or a sum of them, in units; `None` beyond the range of units.
pub(crate) fn widen(narrow: i128) -> Option<i128> {
    narrow.checked_mul(STEP)
}

/// Returns the four counts in the order of [`TokenType::ALL`], if all fit in 32 bits.
pub(super) fn narrow_tokens(tokens: &TokenCounts) -> Option<[u32; 4]> {
    let mut narrow = [0; 4];
    for (narrow, token_type) in narrow.iter_mut().zip(TokenType::ALL) {
        *narrow = u32::try_from(tokens.get(token_type).count()).ok()?;
    }
    Some(narrow)
}

/// Where one optional figure of a charge is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    /// Nowhere: it is unknown.
    Absent,
    /// Nowhere: it is zero.
    Zero,
    /// With the effective amount, which it equals.
    Effective,
    /// In a place of its own.
    Stored,
}

impl Encoding {
    /// Decides where a figure is kept, by its value and the effective amount.
    fn of(figure: Option<Money>, effective: Option<Money>) -> Self {
        match figure {
            // Absent and zero must stay distinct: reports count the charges without an amount.
            None => Self::Absent,
            Some(figure) if figure.is_zero() => Self::Zero,
            Some(_) if figure == effective => Self::Effective,
            Some(_) => Self::Stored,
        }
    }
}

/// The optional figures of a charge beside the effective amount, in the order in which they are stored.
pub(super) const OPTIONAL: usize = 5;

/// The layout of a charge: which figures it has, and where they are kept. A million charges have some dozen layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is about another figure")]
pub(crate) struct Layout {
    pub(super) has_effective: bool,
    /// List, billed, contracted, request units, fee.
    pub(super) optional: [Encoding; OPTIONAL],
    pub(super) derived: bool,
    /// Whether a figure is finer or larger than narrow ones are, so that all of them are kept whole.
    pub(super) wide: bool,
    /// Whether a token count does not fit in 32 bits.
    pub(super) wide_tokens: bool,
    pub(super) has_quantity: bool,
}

impl Layout {
    /// Makes the layout of a charge. One figure that is not narrow makes all of them wide, so that a charge is read
    /// in one way.
    pub(super) fn of(figures: &Figures) -> Self {
        let costs = &figures.costs;
        let requests = figures.requests.map(|requests| Money::from_units(requests.units()));
        let mut optional = [costs.list, costs.billed, costs.contracted, requests, figures.fee]
            .map(|figure| Encoding::of(figure, costs.effective));
        // Request units are no amount: they equal none.
        if let (Some(encoding), Some(requests)) = (optional.get_mut(3), requests) {
            *encoding = if requests.is_zero() { Encoding::Zero } else { Encoding::Stored };
        }
        let mut layout = Self {
            has_effective: costs.effective.is_some(),
            optional,
            derived: costs.derived,
            wide: false,
            wide_tokens: narrow_tokens(&figures.tokens).is_none(),
            has_quantity: figures.quantity.is_some(),
        };
        let effective = costs.effective.unwrap_or_default().units();
        layout.wide = narrow(effective).is_none()
            || layout.stored(figures).into_iter().flatten().any(|figure| narrow(figure).is_none());
        layout
    }

    /// Returns the figures that are stored beside the effective amount, in units.
    pub(super) fn stored(&self, figures: &Figures) -> [Option<i128>; OPTIONAL] {
        let costs = &figures.costs;
        let mut stored = [
            costs.list.map(Money::units),
            costs.billed.map(Money::units),
            costs.contracted.map(Money::units),
            figures.requests.map(crate::money::RequestUnits::units),
            figures.fee.map(Money::units),
        ];
        for (figure, encoding) in stored.iter_mut().zip(self.optional) {
            *figure = figure.filter(|_| encoding == Encoding::Stored);
        }
        stored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_figures_lose_nothing() {
        let least = STEP * i128::from(i64::MIN);
        for units in [0, STEP, -STEP, STEP * i128::from(i64::MAX), least] {
            assert_eq!(narrow(units).and_then(|narrow| widen(narrow.into())), Some(units));
        }
        for units in [1, -1, STEP - 1, STEP + 1, least - STEP, i128::MAX, i128::MIN] {
            assert_eq!(narrow(units), None, "{units}");
        }
        assert_eq!(widen(i128::MAX), None);
    }
}
