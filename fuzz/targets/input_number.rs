//! Any text is a number that reads again as itself in plain digits, or an error. Blanks around it change nothing.
#![no_main]

use cost_model::input::{Cell, DecimalMark, NumberReader, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else { return };
    for mark in [None, Some(DecimalMark::Point), Some(DecimalMark::Comma)] {
        let mut numbers = NumberReader::new(mark);
        let amount = numbers.amount(Cell::new(&text));
        if let Ok(amount) = &amount {
            let mut plain = NumberReader::new(Some(DecimalMark::Point));
            let again = plain.amount(Cell::new(&amount.value.to_string())).map(|amount| amount.value);
            assert_eq!(again.ok(), Some(amount.value));
            assert!(text.chars().any(|each| each.is_ascii_digit()), "{text}");
        }
        let padded = NumberReader::new(mark).amount(Cell::new(&format!(" {text}\u{a0}")));
        assert_eq!(padded.ok().map(|amount| amount.value), amount.ok().map(|amount| amount.value));
        let _ = numbers.quantity(Cell::new(&text));
        let _ = numbers.count(Cell::new(&text));
    }
});
