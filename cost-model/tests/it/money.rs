//! Amounts: exact text, exact decimals, and sums that know no order.

use cost_model::money::RequestUnits;
use cost_model::{ErrorKind, Money, Rounding};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::big::Big;
use crate::support::{cases, money, wide_units};

/// The text of an amount, by moving a decimal point through its digits.
fn naive_text(units: i128) -> String {
    let digits = format!("{:0>25}", units.unsigned_abs());
    let (whole, fraction) = digits.split_at(digits.len() - 24);
    let fraction = fraction.trim_end_matches('0');
    let sign = if units < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// An amount in units and any order of the same amounts.
fn shuffled() -> impl Strategy<Value = (Vec<i128>, Vec<i128>)> {
    prop::collection::vec(wide_units(), 0..8)
        .prop_flat_map(|units| (Just(units.clone()), Just(units).prop_shuffle()))
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn text_is_exact_both_ways(units in wide_units()) {
        let amount = Money::from_units(units);
        prop_assert_eq!(amount.to_string(), naive_text(units));
        prop_assert_eq!(amount.to_string().parse::<Money>().unwrap(), amount);
        let json = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), amount);
        let requests = RequestUnits::from_units(units);
        prop_assert_eq!(requests.to_string().parse::<RequestUnits>().unwrap(), requests);
    }

    #[test]
    fn a_decimal_is_exact_or_refused(units in wide_units()) {
        let amount = Money::from_units(units);
        let digits = naive_text(units).chars().filter(char::is_ascii_digit).collect::<String>();
        match amount.try_to_decimal() {
            Ok(decimal) => {
                prop_assert_eq!(decimal.normalize().to_string(), naive_text(units));
                prop_assert_eq!(Money::try_from(decimal).unwrap(), amount);
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::Overflow);
                prop_assert!(digits.trim_start_matches('0').len() > 28, "{} fits", naive_text(units));
            }
        }
    }

    #[test]
    fn decimals_come_in_exactly_or_not_at_all(mantissa in any::<i64>(), scale in 0_u32..=28) {
        let decimal = Decimal::from_i128_with_scale(i128::from(mantissa), scale);
        let text = decimal.normalize().to_string();
        let fits = text.split_once('.').is_none_or(|(_, fraction)| fraction.len() <= 24)
            && decimal.trunc().abs() < Decimal::from(170_000_000_000_000_u64);
        match Money::try_from(decimal) {
            Ok(amount) => prop_assert_eq!(amount.to_string(), text),
            Err(_) => prop_assert!(!fits, "{} was refused", text),
        }
    }

    #[test]
    fn any_text_is_an_amount_or_an_error(text in "\\PC{0,12}|-?[0-9]{0,17}\\.?[0-9]{0,26}|[0-9.eE+_ -]{0,8}") {
        if let Ok(amount) = text.parse::<Money>() {
            prop_assert!(amount.to_string().parse::<Money>().unwrap() == amount);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || b".-".contains(&byte)), "{}", text);
        }
    }

    /// Also where a partial sum would leave the range and the whole does not.
    #[test]
    fn sums_equal_the_oracle_in_any_order((units, other) in shuffled()) {
        let parts: Vec<_> = units.iter().copied().map(Big::new).collect();
        let sum = |units: &[i128]| Money::sum(units.iter().copied().map(Money::from_units));
        let expected = Big::sum(&parts).to_i128();
        prop_assert_eq!(sum(&units).ok().map(Money::units), expected);
        prop_assert_eq!(sum(&other).ok().map(Money::units), expected);
    }

    #[test]
    fn sums_and_differences_cancel(a in wide_units(), b in wide_units()) {
        let (a_money, b_money) = (Money::from_units(a), Money::from_units(b));
        let sum = a_money.checked_add(b_money);
        prop_assert_eq!(sum.as_ref().ok().map(|sum| sum.units()), a.checked_add(b));
        if let Ok(sum) = sum {
            prop_assert_eq!(sum.checked_sub(b_money).unwrap(), a_money);
        }
        prop_assert_eq!(a_money.checked_neg().ok().map(Money::units), a.checked_neg());
    }

    /// Nearest by policy: the rounded amount is a multiple of the last digit, less than one digit away, on the side
    /// that the policy names.
    #[test]
    fn rounding_goes_where_its_policy_says(units in -10_i128.pow(30)..10_i128.pow(30), scale in 0_u32..=24) {
        let step = 10_i128.pow(24 - scale);
        for policy in Rounding::ALL {
            let rounded = Money::from_units(units).rounded(scale, policy).unwrap().units();
            let error = rounded - units;
            prop_assert_eq!(rounded % step, 0);
            prop_assert!(error.abs() < step);
            let right = match policy {
                Rounding::Floor => error <= 0,
                Rounding::Ceil => error >= 0,
                Rounding::HalfUp => {
                    error.abs() * 2 < step || error.abs() * 2 == step && rounded.abs() > units.abs()
                }
                Rounding::HalfEven => {
                    error.abs() * 2 < step || error.abs() * 2 == step && (rounded / step) % 2 == 0
                }
                _ => panic!("a new policy needs its law here"),
            };
            prop_assert!(right, "{} of {} at {}", policy.name(), units, scale);
        }
    }
}

/// Ties at random are rare, so here they all are.
#[test]
fn ties_go_where_their_policy_says() {
    for (amount, half_up, half_even) in
        [("0.5", "1", "0"), ("1.5", "2", "2"), ("2.5", "3", "2"), ("-0.5", "-1", "0"), ("-1.5", "-2", "-2")]
    {
        assert_eq!(money(amount).rounded(0, Rounding::HalfUp).unwrap(), money(half_up), "{amount}");
        assert_eq!(money(amount).rounded(0, Rounding::HalfEven).unwrap(), money(half_even), "{amount}");
    }
}
