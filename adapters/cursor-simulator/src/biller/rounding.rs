//! How a biller comes to whole cents.

use crate::amount::{CENT, to_whole_cents};

/// What is rounded, and which way.
///
/// Invoices do not say how they are rounded. Both choices together are the policies that a reconciliation has to find
/// out from amounts alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Rounding {
    /// What is rounded.
    pub unit: RoundingUnit,
    /// Which way.
    pub mode: RoundingMode,
}

/// What a biller rounds to the cent.
/// The finer the unit, the further the total may be from the exact sum: half a cent for each event, for each line, or
/// once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RoundingUnit {
    /// Every event, before they are added up.
    Event,
    /// The sum of every line.
    Line,
    /// The sum of all on-demand usage, which then is one line.
    Invoice,
}

/// Which way a biller rounds.
/// Negative amounts follow the same rule: down is towards minus infinity, and halves go away from zero or to the even
/// cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RoundingMode {
    /// To the nearest cent, halves away from zero.
    HalfUp,
    /// To the nearest cent, halves to the even one.
    HalfEven,
    /// Down.
    Floor,
    /// Up.
    Ceil,
}

impl Rounding {
    /// Creates the policy that rounds each `unit` by `mode`.
    pub const fn new(unit: RoundingUnit, mode: RoundingMode) -> Self {
        Self { unit, mode }
    }
}

impl RoundingMode {
    /// All modes, in the order of their declaration.
    pub const ALL: [Self; 4] = [Self::HalfUp, Self::HalfEven, Self::Floor, Self::Ceil];

    /// Returns the amount in whole cents, in the unit of the argument.
    ///
    /// The amount before rounding is a count of the same unit, so that their difference is the exact effect of
    /// rounding.
    pub(crate) const fn round(self, amount: i128) -> i128 {
        let (below, above) = (amount.div_euclid(CENT) * CENT, amount.rem_euclid(CENT));
        match self {
            Self::HalfEven if above == CENT / 2 => below + (below / CENT).rem_euclid(2) * CENT,
            Self::HalfUp | Self::HalfEven => to_whole_cents(amount),
            Self::Ceil if above > 0 => below + CENT,
            Self::Floor | Self::Ceil => below,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_goes_its_way() {
        let half = CENT / 2;
        let rounded = |amount: i128| RoundingMode::ALL.map(|mode| mode.round(amount) / CENT);
        assert_eq!(rounded(2 * CENT + half), [3, 2, 2, 3]);
        assert_eq!(rounded(3 * CENT + half), [4, 4, 3, 4]);
        assert_eq!(rounded(3 * CENT + half - 1), [3, 3, 3, 4]);
        assert_eq!(rounded(3 * CENT + half + 1), [4, 4, 3, 4]);
        assert_eq!(rounded(3 * CENT), [3, 3, 3, 3]);
        assert_eq!(rounded(-CENT - half), [-2, -2, -2, -1]);
        assert_eq!(rounded(-half), [-1, 0, -1, 0]);
    }
}
