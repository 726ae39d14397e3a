//! Named rounding policies, and rounding of parts that must still add up.

use crate::fixed::{self, SCALE};
use crate::{Error, Money, Result};

/// How an amount between two representable ones is rounded.
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

    /// The field's name of the policy, such as `half-up`.
    pub fn name(self) -> &'static str {
        match self {
            Self::HalfUp => "half-up",
            Self::HalfEven => "half-even",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
        }
    }
}

/// Rounds `parts` to `scale` decimals so that they add up to their total, itself rounded by `policy`.
///
/// Each part is first cut down to `scale` decimals; what is then missing from the total goes, one last digit each, to
/// the parts with the largest remainder (ties: the earlier part). No part moves by a whole last digit or more.
///
/// # Errors
/// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) when the total leaves the range of [`Money`].
///
/// ```
/// use cost_model::{Money, Rounding, round_parts};
/// let parts: Vec<Money> = ["0.333", "0.333", "0.334"].iter().map(|text| text.parse().unwrap()).collect();
/// let shown = round_parts(&parts, 2, Rounding::HalfUp)?;
/// assert_eq!(shown.iter().map(ToString::to_string).collect::<Vec<_>>(), ["0.33", "0.33", "0.34"]);
/// # Ok::<(), cost_model::Error>(())
/// ```
pub fn round_parts(parts: &[Money], scale: u32, policy: Rounding) -> Result<Vec<Money>> {
    let total = Money::sum(parts.iter().copied())?.rounded(scale, policy)?;
    let step = fixed::power_of_ten(SCALE.saturating_sub(scale));
    let mut shown = Vec::with_capacity(parts.len());
    let mut remainders = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let down = part.rounded(scale, Rounding::Floor)?;
        remainders.push((part.checked_sub(down)?, index));
        shown.push(down);
    }
    let mut missing = total.checked_sub(Money::sum(shown.iter().copied())?)?;
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let last_digit = Money::from_units(step);
    for (_, index) in remainders {
        if missing <= Money::ZERO {
            break;
        }
        let part = shown.get_mut(index).ok_or_else(|| Error::overflow("the number of parts"))?;
        *part = part.checked_add(last_digit)?;
        missing = missing.checked_sub(last_digit)?;
    }
    Ok(shown)
}
