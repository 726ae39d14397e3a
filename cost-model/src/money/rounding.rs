//! Named rounding policies.

/// A rounding policy for amounts between two representable ones.
///
/// ```
/// use cost_model::{Money, Rounding};
///
/// let half: Money = "-2.5".parse()?;
/// assert_eq!(half.to_fixed(0, Rounding::HalfUp)?, "-3");
/// assert_eq!(half.to_fixed(0, Rounding::HalfEven)?, "-2");
/// assert_eq!(half.to_fixed(0, Rounding::Floor)?, "-3");
/// assert_eq!(half.to_fixed(0, Rounding::Ceil)?, "-2");
/// # Ok::<(), cost_model::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rounding {
    /// To the nearest; a tie goes away from zero, as most invoices do.
    HalfUp,
    /// To the nearest; a tie goes to the even digit.
    HalfEven,
    /// Down, towards minus infinity.
    Floor,
    /// Up, towards plus infinity.
    Ceil,
}

impl Rounding {
    /// Every policy, in the order of this enum.
    pub const ALL: [Self; 4] = [Self::HalfUp, Self::HalfEven, Self::Floor, Self::Ceil];

    /// Returns the usual name of the policy, such as `half-up`.
    pub fn name(self) -> &'static str {
        match self {
            Self::HalfUp => "half-up",
            Self::HalfEven => "half-even",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
        }
    }
}
