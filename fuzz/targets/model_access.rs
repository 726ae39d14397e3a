//! Any bytes are an answer of `GET /teams/model-access/providers`, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| cost_fuzz::read(body, async |client| client.model_access().await));
