//! Any bytes are an answer of the dashboard, or an error.
#![no_main]

use std::sync::LazyLock;

use cost_fuzz::read_invoice;
use cursor_invoice::DashboardInvoiceReader;
use libfuzzer_sys::fuzz_target;

static READER: LazyLock<DashboardInvoiceReader> =
    LazyLock::new(|| DashboardInvoiceReader::new(cost_fuzz::period()));

fuzz_target!(|json: &[u8]| read_invoice(&*READER, json));
