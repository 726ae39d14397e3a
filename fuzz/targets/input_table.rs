//! Any text is a table whose rows all have as many cells as there are columns, or an error with its line.
#![no_main]

use cost_model::input::{Table, TableOptions, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else { return };
    for options in [TableOptions::default(), TableOptions::with_comments()] {
        let Ok(table) = Table::new(&text, options) else { continue };
        let columns = table.columns().len();
        let lines = u64::try_from(text.len()).unwrap_or(u64::MAX).saturating_add(1);
        let mut before = table.header_line();
        for row in table {
            match row {
                Ok(row) => {
                    assert_eq!(row.cells.len(), columns);
                    assert!(row.line > before && row.line <= lines, "{}", row.line);
                    before = row.line;
                }
                Err(error) => assert!(error.line().is_some(), "{error}"),
            }
        }
    }
});
