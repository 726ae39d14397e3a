//! Any text is an exact amount that prints as itself, or an error.
#![no_main]

use cost_model::money::RequestUnits;
use cost_model::{Money, Rounding};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(amount) = text.parse::<Money>() {
        assert_eq!(amount.to_string().parse::<Money>().ok(), Some(amount));
        if let Ok(decimal) = amount.try_to_decimal() {
            assert_eq!(Money::try_from(decimal).ok(), Some(amount));
        }
        for policy in Rounding::ALL {
            let _ = amount.to_fixed(2, policy);
        }
    }
    if let Ok(units) = text.parse::<RequestUnits>() {
        assert_eq!(units.to_string().parse::<RequestUnits>().ok(), Some(units));
    }
});
