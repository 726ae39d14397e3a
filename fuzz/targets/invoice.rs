//! Any bytes are an invoice as CSV, in our own layout or another, or an error.
#![no_main]

use std::sync::LazyLock;

use cost_fuzz::read_invoice;
use cursor_invoice::CursorWordings;
use libfuzzer_sys::fuzz_target;
use reconcile::readers::{CsvColumns, CsvInvoiceReader};

static READER: LazyLock<CsvInvoiceReader<CursorWordings>> =
    LazyLock::new(|| CsvInvoiceReader::new(CursorWordings::new()));

/// A layout of other columns, without a period of its own.
static OTHER: LazyLock<CsvInvoiceReader<CursorWordings>> = LazyLock::new(|| {
    let columns = CsvColumns::new("amount", "quantity").quantity("description");
    CsvInvoiceReader::new(CursorWordings::new()).with_columns(columns).with_period(cost_fuzz::period())
});

fuzz_target!(|csv: &[u8]| {
    read_invoice(&*READER, csv);
    read_invoice(&*OTHER, csv);
});
