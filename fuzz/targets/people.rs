//! Any bytes are people whose spans a directory takes, or an error.
#![no_main]

use cost_people::{DateForm, History, PeopleReader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(day) = "2026-10-01".parse() else { return };
    for form in [DateForm::YearFirst, DateForm::DayFirst, DateForm::MonthFirst] {
        match PeopleReader::new(day).facts(["org_1"]).dates(form).read(bytes, "people") {
            Ok(snapshot) => {
                assert!(snapshot.people() <= snapshot.rows.len());
                let mut history = History::new();
                assert!(history.add(snapshot).is_ok_and(|is_new| is_new));
                assert!(history.directory("people").is_ok());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});
