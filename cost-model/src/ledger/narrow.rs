//! Figures and numbers in fewer bits, where they lose nothing by it.

use crate::{TokenCounts, TokenType, Tokens};

/// What one of a narrow figure is in units: 10^-14. Amounts of up to 92,233 with that many decimals are narrow, which is
/// nearly all of them; what is left over from floating-point arithmetic is not.
const STEP: i128 = 10_000_000_000;

/// A figure in units as a narrow one, if it is exactly one.
pub(super) fn narrow(units: i128) -> Option<i64> {
    match units.checked_rem(STEP) {
        Some(0) => i64::try_from(units.checked_div(STEP)?).ok(),
        _ => None,
    }
}

/// A narrow figure, or a sum of them, in units; `None` beyond the range of units.
pub(crate) fn widen(narrow: i128) -> Option<i128> {
    narrow.checked_mul(STEP)
}

/// The four counts in the order of [`TokenType::ALL`], if all fit in 32 bits.
pub(super) fn narrow_tokens(tokens: &TokenCounts) -> Option<[u32; 4]> {
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

/// A number of 32 bits as an index, which no supported target has too few bits for.
pub(crate) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
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
