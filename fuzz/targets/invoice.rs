//! Any bytes are an invoice, or an error.
#![no_main]

use std::sync::LazyLock;

use cursor_invoice::CursorWordings;
use libfuzzer_sys::fuzz_target;
use reconcile::{CsvInvoiceReader, InvoiceReader};

static READER: LazyLock<CsvInvoiceReader<CursorWordings>> =
    LazyLock::new(|| CsvInvoiceReader::new(CursorWordings::new()));

fuzz_target!(|csv: &[u8]| {
    match READER.read(csv, "invoice.csv") {
        Ok(invoice) => {
            let _ = invoice.sum_of_lines();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
