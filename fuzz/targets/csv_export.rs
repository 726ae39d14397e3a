//! Any bytes are an export of usage, or an error that names no person.
#![no_main]

use cursor_csv_source::CsvExport;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|csv: &[u8]| {
    match CsvExport::read(csv, "usage.csv", "Acme") {
        Ok(export) => {
            let inside = |at| export.span().is_some_and(|span| span.contains(at));
            assert!(export.records().iter().all(|record| inside(record.at)));
        }
        Err(error) => assert!(!error.to_string().contains('@'), "{error}"),
    }
});
