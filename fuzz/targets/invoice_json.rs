//! Any bytes are an invoice as JSON, or an error.
#![no_main]

use std::sync::LazyLock;

use cost_fuzz::read_invoice;
use cursor_invoice::CursorWordings;
use libfuzzer_sys::fuzz_target;
use reconcile::readers::JsonInvoiceReader;

static READER: LazyLock<JsonInvoiceReader<CursorWordings>> =
    LazyLock::new(|| JsonInvoiceReader::new(CursorWordings::new()));

fuzz_target!(|json: &[u8]| read_invoice(&*READER, json));
