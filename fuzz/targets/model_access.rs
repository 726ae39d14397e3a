//! Any bytes are an answer of `GET /teams/model-access/providers`, or an error.
#![no_main]

mod served;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| served::read(body, async |client| client.model_access().await));
