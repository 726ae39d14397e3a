//! Any bytes are the text of an invoice's PDF, or an error.
#![no_main]

use std::sync::LazyLock;

use cost_fuzz::read_invoice;
use cursor_invoice::PdfTextReader;
use libfuzzer_sys::fuzz_target;

static READER: LazyLock<PdfTextReader> = LazyLock::new(PdfTextReader::new);

static OF_PERIOD: LazyLock<PdfTextReader> =
    LazyLock::new(|| PdfTextReader::new().with_period(cost_fuzz::period()));

fuzz_target!(|text: &[u8]| {
    read_invoice(&*READER, text);
    read_invoice(&*OF_PERIOD, text);
});
