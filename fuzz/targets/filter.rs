//! Any text is a filter that prints, composes and expands as it should, or an error that names a place in it.
#![no_main]

use cost_model::Filter;
use cost_vantage::filter_to_vql;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let filter = match Filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => {
            assert!(error.span().is_some_and(|span| text.get(span).is_some()));
            return;
        }
    };
    let printed = filter.to_string();
    assert!(Filter::parse(&printed).is_ok_and(|again| again == filter), "printed as {printed}");
    match filter_to_vql(&filter) {
        Ok(vql) => {
            let again = Filter::parse(&vql).expect("VQL is a part of the language");
            assert_eq!(filter_to_vql(&again).as_ref(), Ok(&vql));
        }
        Err(reasons) => assert!(reasons.iter().all(|reason| text.get(reason.span()).is_some())),
    }
    assert!(filter.literals().iter().all(|each| text.get(each.literal.span()).is_some()));
    if let Ok(opposite) = filter.clone().not() {
        assert!(opposite.not().is_ok_and(|again| again.to_string() == printed) || printed.starts_with("NOT"));
    }
    if let Ok(twice) = filter.clone().and(filter) {
        assert!(Filter::parse(&twice.to_string()).is_ok_and(|again| again == twice));
    }
});
