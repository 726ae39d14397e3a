//! Allocations: the share of every charge that a report counts.

use rust_decimal::Decimal;

use crate::error::Result;
use crate::fault::Fault;

/// A share of every charge, above 0 and at most 1.
/// It is exact: 0.1 of a charge and the 0.9 left out add up to the charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Allocation {
    counted: u128,
    left_out: u128,
}

impl Allocation {
    /// Makes a share such as 0.5.
    ///
    /// # Errors
    /// [`ErrorKind::Value`](crate::ErrorKind::Value) unless `0 < share <= 1`.
    pub fn new(share: Decimal) -> Result<Self> {
        let whole = 10_u128.checked_pow(share.scale());
        let counted = u128::try_from(share.mantissa()).ok().filter(|counted| *counted > 0);
        counted
            .and_then(|counted| Some(Self { counted, left_out: whole?.checked_sub(counted)? }))
            .ok_or_else(|| Fault::NotAShare(share).into())
    }

    /// Returns what counts and what does not, as weights.
    pub(super) fn weights(self) -> [u128; 2] {
        [self.counted, self.left_out]
    }
}
