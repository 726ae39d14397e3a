//! Any bytes are the body of a refusal, which never hides the status and never tells a key or a person.
#![no_main]

use libfuzzer_sys::fuzz_target;

const STATUSES: [u16; 10] = [302, 400, 401, 403, 404, 409, 429, 500, 502, 503];

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, body) = input;
    let status = STATUSES[usize::from(choice) % STATUSES.len()];
    let error = cost_fuzz::ask(status, body, false, async |client| client.members().await).unwrap_err();
    assert_eq!(error.status(), Some(status));
    assert!(error.server_message().is_none_or(|said| said.chars().count() <= 203), "{error:?}");
    cost_fuzz::quiet(&error);
});
