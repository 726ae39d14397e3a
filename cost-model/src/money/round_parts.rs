//! Rounds parts so that they still add up to their rounded total.

use super::amount::Money;
use super::fixed::{self, SCALE};
use super::rounding::Rounding;
use crate::error::{Error, Result};

/// Rounds `parts` to `scale` decimals so that they add up to their total, itself rounded by `policy`.
///
/// Each part is first rounded down to `scale` decimals; what is then missing from the total is added, one last digit each,
/// to the parts with the largest remainder (ties: the earlier part). No part changes by a whole last digit or more.
///
/// For texts in which the parts are read as a sum, such as the lines of a bridge. A table of independent
/// figures should round each by itself and say by how much the sum is off, since a figure that is adjusted
/// differs from the same figure elsewhere.
///
/// # Errors
/// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) when the total leaves the range of [`Money`].
///
/// ```
/// use cost_model::{Money, Rounding};
/// use cost_model::money::round_parts;
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
    // Rounding down never overshoots a total that is rounded by any policy, except that a total rounded down
    // itself may leave nothing to hand out: what is missing is never negative.
    let mut missing = total.checked_sub(Money::sum(shown.iter().copied())?)?;
    // Ties by position, so that the same parts are printed the same way in every run.
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
