//! Any bytes are an answer of `POST /teams/spend`, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| cost_fuzz::read(body, async |client| client.spend().await));
