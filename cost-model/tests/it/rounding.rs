//! Printed parts add up to the printed total.

use cost_model::money::round_parts;
use cost_model::{Money, Rounding};
use proptest::prelude::*;

use crate::support::cases;

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn printed_parts_add_up_to_the_printed_total(
        parts in prop::collection::vec(
            prop_oneof![-25_i128..25, -10_i128.pow(25)..10_i128.pow(25), -10_i128.pow(34)..10_i128.pow(34)],
            0..9,
        ),
        scale in prop_oneof![Just(2_u32), Just(23), 0_u32..=25],
    ) {
        let step = 10_i128.pow(24_u32.saturating_sub(scale));
        let parts: Vec<_> = parts.into_iter().map(Money::from_units).collect();
        let total = Money::sum(parts.iter().copied()).unwrap();
        for policy in Rounding::ALL {
            let shown = round_parts(&parts, scale, policy).unwrap();
            prop_assert_eq!(shown.len(), parts.len());
            prop_assert_eq!(
                Money::sum(shown.iter().copied()).unwrap().to_fixed(scale, policy).unwrap(),
                total.to_fixed(scale, policy).unwrap(),
                "{} of {:?}", policy.name(), &parts
            );
            for (shown, part) in shown.iter().zip(&parts) {
                prop_assert_eq!(shown.units() % step, 0);
                prop_assert!((shown.units() - part.units()).abs() < step);
            }
        }
    }

    /// An order of the parts is an order of what is shown, up to ties, which the earlier part wins.
    #[test]
    fn a_larger_remainder_is_never_passed_over(
        parts in prop::collection::vec(-25_i128..25, 1..7), policy in prop::sample::select(&Rounding::ALL)
    ) {
        let parts: Vec<_> = parts.into_iter().map(Money::from_units).collect();
        let shown = round_parts(&parts, 23, policy).unwrap();
        let raised = |index: usize| shown[index].units() > parts[index].units().div_euclid(10) * 10;
        for a in 0..parts.len() {
            for b in 0..parts.len() {
                let (a_rest, b_rest) = (parts[a].units().rem_euclid(10), parts[b].units().rem_euclid(10));
                if (a_rest, b) > (b_rest, a) && raised(b) {
                    prop_assert!(raised(a), "{:?} shown as {:?}", parts, shown);
                }
            }
        }
    }
}
