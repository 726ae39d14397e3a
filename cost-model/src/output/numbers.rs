//! Formats numbers for people.

use std::fmt::Display;

use crate::money::{Money, Rounding};

/// Returns a number with thousands separators in its whole part.
///
/// ```
/// use cost_model::output::grouped;
/// assert_eq!(grouped(38_947), "38,947");
/// assert_eq!(grouped("-1234567.25"), "-1,234,567.25");
/// ```
pub fn grouped(number: impl Display) -> String {
    let number = number.to_string();
    let (whole, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut text = String::with_capacity(number.len() * 4 / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(fraction);
    text
}

/// Returns an amount as people read it: rounded half up to two decimals, with thousands separators.
///
/// Files keep every digit; this is for tables, sentences and messages. An amount so near the end of the range that it cannot
/// be rounded is written with all of its digits.
///
/// ```
/// use cost_model::output::amount;
/// assert_eq!(amount("20641.405".parse()?), "20,641.41");
/// assert_eq!(amount("-0.004".parse()?), "0.00");
/// # Ok::<(), cost_model::Error>(())
/// ```
pub fn amount(amount: Money) -> String {
    let rounded = amount.to_fixed(2, Rounding::HalfUp);
    grouped(rounded.unwrap_or_else(|_| amount.to_string()))
}

/// Returns a count with the name of the thing counted, such as `1 charge` or `2,000 charges`: the plural adds an `s`.
///
/// ```
/// use cost_model::output::counted;
/// assert_eq!(counted(1, "row"), "1 row");
/// assert_eq!(counted(1200, "row"), "1,200 rows");
/// ```
pub fn counted(count: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Returns `part` as a percentage of `whole` with that many decimals, a half rounded away from zero; `None` where `whole` is
/// zero, or where the number is out of range.
///
/// ```
/// use cost_model::{Money, output::percent};
/// let money = |text: &str| text.parse::<Money>();
/// assert_eq!(percent(money("-5.8")?, money("100")?, 1).as_deref(), Some("-5.8 %"));
/// assert_eq!(percent(money("0.001")?, money("-3")?, 2).as_deref(), Some("-0.03 %"));
/// assert_eq!(percent(money("1")?, Money::ZERO, 1), None);
/// # Ok::<(), cost_model::Error>(())
/// ```
pub fn percent(part: Money, whole: Money, decimals: u32) -> Option<String> {
    let (size, unit) = (part.units().unsigned_abs(), whole.units().unsigned_abs());
    let (mut share, mut rest) = (size.checked_div(unit)?, size.checked_rem(unit)?);
    for _ in 0..decimals.checked_add(2)? {
        // One more digit of a long division, ten times the rest without leaving 128 bits.
        let (mut digit, mut sum) = (0, 0_u128);
        for _ in 0..10 {
            (digit, sum) =
                if sum >= unit - rest { (digit + 1, sum - (unit - rest)) } else { (digit, sum + rest) };
        }
        share = share.checked_mul(10)?.checked_add(digit)?;
        rest = sum;
    }
    share = share.checked_add(u128::from(rest >= unit - rest))?;
    let negative = share > 0 && (part < Money::ZERO) != (whole < Money::ZERO);
    let digits = format!("{share:0width$}", width = usize::try_from(decimals).ok()?.checked_add(1)?);
    let (whole, fraction) = digits.split_at(digits.len() - usize::try_from(decimals).ok()?);
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{}{whole}{point}{fraction} %", if negative { "-" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_parts_are_grouped_by_thousands() {
        for (number, text) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-100000", "-100,000"),
            ("-1234567.25", "-1,234,567.25"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn percentages_hold_at_the_edges_of_the_range() {
        let of = |part, whole, decimals| percent(Money::from_units(part), Money::from_units(whole), decimals);
        assert_eq!(of(i128::MIN, i128::MAX, 1).as_deref(), Some("-100.0 %"));
        assert_eq!(of(i128::MAX / 3, i128::MAX, 0).as_deref(), Some("33 %"));
        assert_eq!(of(-1, 10_000, 1).as_deref(), Some("0.0 %"));
        assert_eq!(of(i128::MAX, 1, 1), None);
        assert_eq!(of(0, 0, 1), None);
    }

    proptest! {
        #[test]
        fn a_percentage_is_the_rounding_of_its_own_value(
            part in -100_000_i128..100_000, whole in prop_oneof![-9999_i128..0, 1..9999_i128], decimals in 0_u32..4,
        ) {
            let shown = percent(Money::from_units(part), Money::from_units(whole), decimals).unwrap();
            let scale = 10_i128.pow(decimals);
            let digits: i128 = shown.trim_end_matches(" %").replace('.', "").parse().unwrap();
            // |digits / scale - 100 part / whole| <= 1 / (2 scale)
            let error = (2 * digits * whole - 200 * part * scale).abs();
            prop_assert!(error <= whole.abs(), "{shown}");
            prop_assert!(!shown.starts_with("-0 ") && shown.matches('-').count() <= 1);
        }
    }
}
