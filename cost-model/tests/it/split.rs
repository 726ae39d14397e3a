//! Shares: nothing lost, nothing gained, no part further than a unit from its due.

use cost_model::money::{ZeroWeights, split};
use cost_model::{ErrorKind, Money};
use proptest::prelude::*;

use crate::big::Big;
use crate::support::{cases, wide_units};

/// The method of largest remainders, for numbers so small that no product overflows.
pub(crate) fn naive_split(total: i128, weights: &[u128]) -> Vec<i128> {
    let weights: Vec<i128> = weights.iter().map(|weight| i128::try_from(*weight).unwrap()).collect();
    let weights = if weights.iter().all(|weight| *weight == 0) { vec![1; weights.len()] } else { weights };
    let sum: i128 = weights.iter().sum();
    let mut parts: Vec<i128> = weights.iter().map(|weight| total.abs() * weight / sum).collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|index| (-(total.abs() * weights[*index] % sum), *index));
    let left = total.abs() - parts.iter().sum::<i128>();
    for index in by_remainder.into_iter().take(usize::try_from(left).unwrap()) {
        parts[index] += 1;
    }
    parts.into_iter().map(|part| part * total.signum()).collect()
}

/// Weights of every size, whose sum stays in 128 bits.
fn wide_weights() -> impl Strategy<Value = Vec<u128>> {
    let weight = prop_oneof![
        0_u128..4,
        any::<u64>().prop_map(u128::from),
        any::<u128>().prop_map(|weight| weight / 8),
        Just(u128::MAX / 8),
    ];
    prop::collection::vec(weight, 1..7)
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn small_splits_equal_the_oracle(total in -50_i128..=50, weights in prop::collection::vec(0_u128..6, 1..6)) {
        prop_assert_eq!(split(total, &weights, ZeroWeights::Even).unwrap(), naive_split(total, &weights));
    }

    #[test]
    fn parts_sum_to_the_total_and_lie_within_one_unit(total in wide_units(), weights in wide_weights()) {
        let parts = split(total, &weights, ZeroWeights::Even).unwrap();
        let wide: Vec<_> = parts.iter().copied().map(Big::new).collect();
        prop_assert_eq!(Big::sum(&wide), Big::new(total));
        let weights =
            if weights.iter().all(|weight| *weight == 0) { vec![1; weights.len()] } else { weights };
        let sum = Big::sum(&weights.iter().copied().map(Big::magnitude).collect::<Vec<_>>());
        for (part, weight) in wide.iter().zip(weights) {
            // |part - total * weight / sum| < 1, multiplied by the sum.
            let exact = Big::new(total).multiply(&Big::magnitude(weight));
            prop_assert!(part.multiply(&sum).subtract(&exact).is_smaller(&sum));
        }
    }

    #[test]
    fn a_refund_cancels_its_charge(total in wide_units(), weights in wide_weights()) {
        prop_assume!(total != i128::MIN);
        let parts = split(total, &weights, ZeroWeights::Even).unwrap();
        let refund = split(-total, &weights, ZeroWeights::Even).unwrap();
        prop_assert_eq!(refund, parts.iter().map(|part| -part).collect::<Vec<_>>());
        let money = Money::from_units(total).split(&weights, ZeroWeights::Even).unwrap();
        prop_assert_eq!(money.into_iter().map(Money::units).collect::<Vec<_>>(), parts);
    }

    #[test]
    fn only_the_ratio_of_weights_counts(
        total in wide_units(),
        weights in prop::collection::vec(0_u128..1_000, 1..7),
        factor in prop_oneof![1_u128..10, any::<u64>().prop_map(|factor| u128::from(factor) + 1)],
    ) {
        let scaled: Vec<_> = weights.iter().map(|weight| weight * factor).collect();
        prop_assert_eq!(
            split(total, &weights, ZeroWeights::Even).unwrap(),
            split(total, &scaled, ZeroWeights::Even).unwrap()
        );
    }

    #[test]
    fn zero_weights_get_nothing_unless_all_are_zero(total in wide_units(), weights in wide_weights()) {
        let result = split(total, &weights, ZeroWeights::Refuse);
        if weights.iter().all(|weight| *weight == 0) {
            prop_assert_eq!(result.unwrap_err().kind(), ErrorKind::Value);
            let even = split(total, &vec![1; weights.len()], ZeroWeights::Refuse).unwrap();
            prop_assert_eq!(split(total, &weights, ZeroWeights::Even).unwrap(), even);
        } else {
            for (part, weight) in result.unwrap().into_iter().zip(weights) {
                prop_assert!(weight != 0 || part == 0);
            }
        }
    }
}
