//! Any bytes are an answer of `GET /teams/members`, or an error.
#![no_main]

mod served;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| served::read(body, async |client| client.members().await));
