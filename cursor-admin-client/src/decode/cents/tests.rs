use super::*;
use proptest::prelude::*;

fn read(json: &str) -> Cents {
    serde_json::from_str(json).unwrap()
}

#[test]
fn every_digit_is_kept() {
    for json in ["0", "1", "-1", "21.367283447000003", "366.010009765625", "0.0000000000000000000001"] {
        assert_eq!(read(json).to_string(), json);
        assert_eq!(read(&format!("\"{json}\"")).to_string(), json);
    }
}

#[test]
fn display_is_plain() {
    assert_eq!(read("1.50").to_string(), "1.5");
    assert_eq!(read("1e3").to_string(), "1000");
    assert_eq!(read("1.25e-3").to_string(), "0.00125");
    assert_eq!(read("-0.0").to_string(), "0");
    assert_eq!(Cents::from_units(i128::MIN).to_string(), "-17014118346046923.1731687303715884105728");
    assert_eq!(format!("{:>6}|{:+}", read("-1.5"), read("1.5")), "  -1.5|+1.5");
    assert_eq!(format!("{:?}", read("7.1955")), "Cents(7.1955)");
}

#[test]
fn what_is_refused() {
    for json in
        ["\"\"", "\"abc\"", "\"$0.04\"", "\"-\"", "\"NaN\"", "true", "[]", "{}", "null", "1e17", "\"1e17\""]
    {
        assert!(serde_json::from_str::<Cents>(json).is_err(), "{json}");
    }
    assert!("0.00000000000000000000001".parse::<Cents>().is_err());
    assert_eq!(read("0.00000000000000000000001"), Cents::ZERO);
}

#[test]
fn missing_and_null_are_none() {
    #[derive(serde::Deserialize)]
    struct Row {
        #[serde(default)]
        amount: Option<Cents>,
    }
    let amount = |json: &str| serde_json::from_str::<Row>(json).unwrap().amount;
    assert_eq!(amount("{}"), None);
    assert_eq!(amount(r#"{"amount":null}"#), None);
    assert_eq!(amount(r#"{"amount":1.5}"#), Some(read("1.5")));
    let value: serde_json::Value = serde_json::from_str(r#"{"amount":1.5}"#).unwrap();
    assert_eq!(serde_json::from_value::<Row>(value).unwrap().amount, Some(read("1.5")));
}

#[test]
fn decimals_are_exact_or_absent() {
    assert_eq!(read("7.1955").to_decimal().unwrap().to_string(), "7.1955");
    assert_eq!(read("1000").to_decimal().unwrap().to_string(), "1000");
    assert_eq!(Cents::from_units(i128::MAX).to_decimal(), None);
}

/// Returns a slow oracle on digit strings: shifts the point by padding, then rounds half-even by hand.
/// `None` is out of range.
fn oracle(negative: bool, whole: &str, fraction: &str, exponent: i32) -> Option<(i128, bool)> {
    let mut digits: Vec<u8> = format!("{whole}{fraction}").bytes().map(|b| b - b'0').collect();
    let mut point = i32::try_from(whole.len()).unwrap() + exponent + 22;
    while point < 0 {
        digits.insert(0, 0);
        point += 1;
    }
    let point = usize::try_from(point).unwrap();
    while digits.len() < point {
        digits.push(0);
    }
    let dropped = digits.split_off(point);
    let lost = dropped.iter().any(|d| *d != 0);
    let half = dropped.first() == Some(&5) && dropped.iter().skip(1).all(|d| *d == 0);
    let odd = digits.last().is_some_and(|d| d % 2 == 1);
    let up = if half { odd } else { dropped.first().is_some_and(|d| *d >= 5) };
    if up {
        digits.insert(0, 0);
        for digit in digits.iter_mut().rev() {
            *digit += 1;
            if *digit < 10 {
                break;
            }
            *digit = 0;
        }
    }
    let text: String = digits.iter().map(|d| char::from(b'0' + d)).collect();
    let text = text.trim_start_matches('0');
    let size: i128 = if text.is_empty() { 0 } else { text.parse().ok()? };
    Some((if negative { -size } else { size }, lost))
}

proptest! {
    #[test]
    fn reads_like_the_oracle(
        negative: bool,
        whole in "0|[1-9][0-9]{0,20}",
        fraction in "[0-9]{0,30}|[0-9]{21}[05]0{0,4}1?|[0-9]{22}50{0,6}",
        exponent in proptest::option::of(-45_i32..25),
    ) {
        let mut text = format!("{}{whole}", if negative { "-" } else { "" });
        if !fraction.is_empty() {
            text = format!("{text}.{fraction}");
        }
        if let Some(exponent) = exponent {
            text = format!("{text}e{exponent}");
        }
        let expected = oracle(negative, &whole, &fraction, exponent.unwrap_or(0));
        let got = Cents::read(&text).ok().map(|(cents, rounded)| (cents.units(), rounded));
        prop_assert_eq!(got, expected, "{}", text);
        let json: Option<i128> = serde_json::from_str::<Cents>(&text).ok().map(Cents::units);
        prop_assert_eq!(json, expected.map(|(units, _)| units));
    }

    #[test]
    fn display_reads_back(units in -i128::MAX..=i128::MAX) {
        let cents = Cents::from_units(units);
        prop_assert_eq!(cents.to_string().parse::<Cents>(), Ok(cents));
    }

    #[test]
    fn a_decimal_shows_the_same_digits(units in -(1_i128 << 95)..(1_i128 << 95)) {
        let cents = Cents::from_units(units);
        prop_assert_eq!(cents.to_decimal().unwrap().to_string(), cents.to_string());
    }
}
